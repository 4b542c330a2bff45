"""Who is reached on one tile: levels of every server, cell by cell of the grid.

A cell of the grid is covered where the wanted share of its locations gets the threshold from some
server. How much of the time it is covered is 1 - product(1 - availability) over its servers. A
server is a site: its cells lose mains and transport together, so that three sectors of one mast
are no three chances. Of its cells that reach a place, the one that was available most counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from omc.core.inventory import Technology
from omc.core.model import CellName
from omc.reports.coverage.grid import Tile
from omc.reports.coverage.levels import Field, Sight, Window, levels_of, pattern_of, sight_of
from omc.reports.coverage.plane import Plane
from omc.reports.radio.transmitters import Layer, Station

Mask = NDArray[np.bool_]

NOT_REACHED_DBM = np.float32(-200.0)


class Where(StrEnum):
    """Where the phone is."""

    OUTDOORS = "outdoors"
    INDOORS = "indoors"


@dataclass(frozen=True, slots=True)
class Spell:
    """A period as the prediction sees it.

    Attributes:
        availability: Share of the period in which each cell worked. A cell that is missing here was
            not on air and covers nothing.
    """

    availability: Mapping[CellName, float]


@dataclass(frozen=True, slots=True)
class Cover:
    """One technology and place of the phone, in one spell, on one tile.

    Attributes:
        covered: By some server, whether it worked or not.
        missing: Share of the time in which no server worked; 1 where none reaches.
    """

    covered: Mask
    missing: Field


@dataclass(frozen=True, slots=True)
class Predicted:
    """What is reached on one tile.

    Attributes:
        covers: By technology, place of the phone and number of the spell.
        levels: Best level outdoors of the first spell, by technology in dBm, clutter taken off:
            what the wanted share of locations exceeds. `NOT_REACHED_DBM` where there is no server.
    """

    covers: Mapping[tuple[Technology, Where, int], Cover]
    levels: Mapping[Technology, Field]


class Prediction:
    """Lays stations on tiles.

    Args:
        stations: All that may reach the tiles.
        plane: That the tiles lie in.
        thresholds_dbm: Needed by a phone, by technology; these technologies are predicted.
        spells: What `on` weighs cover by, at least one; levels are those of the first.
            `footprints` takes none.
    """

    def __init__(
        self,
        stations: Sequence[Station],
        plane: Plane,
        thresholds_dbm: Mapping[Technology, float],
        spells: Sequence[Spell],
    ) -> None:
        places = [(station.site.longitude, station.site.latitude) for station in stations]
        self._stations = list(zip(stations, plane.positions(places), strict=True))
        self._thresholds = thresholds_dbm
        self._north = plane.north_degrees
        self._spells = tuple(spells)

    def footprints(
        self, tile: Tile, clutter_db: Field, obstruction: Obstruction | None = None
    ) -> Iterator[tuple[int, Window, Mask]]:
        """Where each station reaches by itself, whatever the technology, outdoors.

        Args:
            tile: Where.
            clutter_db: Loss of each cell's surroundings.
            obstruction: What terrain takes away besides; None for flat ground.

        Yields:
            Place of the station, the window it may reach, and which cells of that it does.
        """
        for place, window, sight, edges in self._seen(tile, obstruction):
            reached = np.zeros(sight.steps.shape, dtype=bool)
            for layer in self._stations[place][0].layers:
                levels = levels_of(layer, sight, edges)
                needed = clutter_db[window] + np.float32(self._thresholds[layer.technology])
                for sector in layer.sectors:
                    level = pattern_of(sector, layer, levels, sight) + levels.outdoors
                    reached |= level >= needed
            yield place, window, reached

    def on(
        self, tile: Tile, clutter_db: Field, obstruction: Obstruction | None = None
    ) -> Predicted:
        """Predict one tile.

        Args:
            tile: Where.
            clutter_db: Loss of each cell's surroundings.
            obstruction: What terrain takes away besides; None for flat ground.
        """
        work = _TileWork(tile, clutter_db, self._thresholds, self._spells)
        for place, window, sight, edges in self._seen(tile, obstruction):
            for layers in _by_technology(self._stations[place][0].layers):
                work.add(layers, window, sight, edges)
        return work.result()

    def _seen(
        self, tile: Tile, obstruction: Obstruction | None
    ) -> Iterator[tuple[int, Window, Sight, Field | None]]:
        """Places of stations that may reach a tile, and how they see the window they may reach."""
        for place, (station, (x, y)) in enumerate(self._stations):
            window = tile.around(x, y, station.metres)
            if window is None:
                continue
            sight = sight_of(tile, window, x, y, self._north)
            edges = None if obstruction is None else obstruction.edges(tile, window, station, x, y)
            yield place, window, sight, edges


class Obstruction(Protocol):
    """What stands between a station and the cells of a window."""

    def edges(self, tile: Tile, window: Window, station: Station, x: float, y: float) -> Field:
        """The worst edge on the way to each cell, as `knife_edge_db` takes it."""
        ...


def _by_technology(layers: Iterable[Layer]) -> Iterable[list[Layer]]:
    grouped: dict[Technology, list[Layer]] = {}
    for layer in layers:
        grouped.setdefault(layer.technology, []).append(layer)
    return grouped.values()


class _TileWork:
    """What is known of one tile so far."""

    def __init__(
        self,
        tile: Tile,
        clutter_db: Field,
        thresholds_dbm: Mapping[Technology, float],
        spells: Sequence[Spell],
    ) -> None:
        self._clutter = clutter_db
        self._spells = spells
        self._needed = {
            technology: clutter_db + np.float32(threshold)
            for technology, threshold in thresholds_dbm.items()
        }
        self._levels = {
            technology: np.full(tile.shape, NOT_REACHED_DBM, dtype=np.float32)
            for technology in thresholds_dbm
        }
        self._covers = {
            (technology, where, spell): Cover(
                np.zeros(tile.shape, dtype=bool), np.ones(tile.shape, dtype=np.float32)
            )
            for technology in thresholds_dbm
            for where in Where
            for spell in range(len(spells))
        }

    def add(
        self,
        layers: Sequence[Layer],
        window: Window,
        sight: Sight,
        edges: Field | None,
    ) -> None:
        """Lay all cells of one technology of one station on the tile."""
        technology = layers[0].technology
        needed = self._needed[technology][window]
        best = self._levels[technology][window]
        working = {
            (where, spell): _Working.none(needed.shape)
            for where in Where
            for spell in range(len(self._spells))
        }
        now = self._spells[0].availability
        for layer in layers:
            levels = levels_of(layer, sight, edges)
            for sector in layer.sectors:
                pattern = pattern_of(sector, layer, levels, sight)
                for where, along in (
                    (Where.OUTDOORS, levels.outdoors),
                    (Where.INDOORS, levels.indoors),
                ):
                    level = pattern + along
                    if where is Where.OUTDOORS and sector.cell.name in now:
                        np.maximum(best, level, out=best)
                    reached = level >= needed
                    for number, spell in enumerate(self._spells):
                        share = spell.availability.get(sector.cell.name)
                        if share is not None:
                            working[where, number].take(reached, share)
        for (where, number), of_site in working.items():
            cover = self._covers[technology, where, number]
            cover.covered[window] |= of_site.covered
            cover.missing[window] *= 1 - of_site.share

    def result(self) -> Predicted:
        levels = {
            technology: np.where(level > NOT_REACHED_DBM, level - self._clutter, NOT_REACHED_DBM)
            for technology, level in self._levels.items()
        }
        return Predicted(self._covers, levels)


@dataclass(frozen=True, slots=True)
class _Working:
    """What one station does in one spell: whether it reaches, and how much of the time it works."""

    covered: Mask
    share: Field

    @classmethod
    def none(cls, shape: tuple[int, ...]) -> _Working:
        return cls(np.zeros(shape, dtype=bool), np.zeros(shape, dtype=np.float32))

    def take(self, reached: Mask, share: float) -> None:
        """Add a cell of the station."""
        np.logical_or(self.covered, reached, out=self.covered)
        np.maximum(self.share, reached * np.float32(share), out=self.share)
