"""Best levels on the whole grid, coarse enough to be drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omc.core.inventory import Technology
from omc.reports.coverage.grid import Index, Tile
from omc.reports.coverage.prediction import NOT_REACHED_DBM, Predicted

#: A picture of levels has no more than so many rows and columns.
_PICTURE_CELLS = 1000


@dataclass(frozen=True, slots=True)
class Picture:
    """Best level outdoors on the whole grid, coarse enough to be drawn.

    Attributes:
        levels: By technology, in dBm; NaN where nothing reaches and outside of the areas.
        bounds: West, south, east, north edges in metres.
        crs: Of the metres.
    """

    levels: Mapping[Technology, NDArray[np.float32]]
    bounds: tuple[float, float, float, float]
    crs: str


class Canvas:
    """Levels of all tiles side by side, every so many cells one."""

    def __init__(self, all_tiles: Sequence[Tile], technologies: Sequence[Technology]) -> None:
        size = all_tiles[0].size_m
        edges = np.array([tile.bounds for tile in all_tiles])
        self._west, self._north = float(edges[:, 0].min()), float(edges[:, 3].max())
        columns = round((float(edges[:, 2].max()) - self._west) / size)
        rows = round((self._north - float(edges[:, 1].min())) / size)
        self._every = max(1, math.ceil(max(columns, rows) / _PICTURE_CELLS))
        self._metres = size * self._every
        shape = math.ceil(rows / self._every), math.ceil(columns / self._every)
        self._levels = {t: np.full(shape, np.nan, dtype=np.float32) for t in technologies}

    def add(self, tile: Tile, which: Index, predicted: Predicted) -> None:
        """Paint a tile."""
        rows = self._places(self._north - tile.ys)
        columns = self._places(tile.xs - self._west)
        for technology, canvas in self._levels.items():
            level = predicted.levels[technology]
            seen = np.where((which > 0) & (level > NOT_REACHED_DBM), level, np.nan)
            canvas[np.ix_(rows[1], columns[1])] = seen[np.ix_(rows[0], columns[0])]

    def _places(self, metres: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Which cells of a tile are painted, and where."""
        places = (metres // self._metres).astype(np.intp)
        own, first = np.unique(places, return_index=True)
        return first.astype(np.intp), own

    def picture(self, crs: str) -> Picture:
        shape = next(iter(self._levels.values())).shape
        south = self._north - shape[0] * self._metres
        east = self._west + shape[1] * self._metres
        return Picture(self._levels, (self._west, south, east, self._north), crs)
