"""Who is reached on one tile: levels of every server, cell by cell of the grid.

A cell of the grid is covered where the wanted share of its locations gets the threshold from some
server. How much of the time it is covered is 1 - product(1 - availability) over its servers. A
server is a site: its cells lose mains and transport together, so that three sectors of one mast
are no three chances. Of its cells that reach a place, the one that was available most counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from omc.core.inventory import Technology
from omc.core.model import CellName
from omc.reports.coverage.grid import Tile
from omc.reports.coverage.plane import Plane
from omc.reports.radio.diffraction import knife_edge_db
from omc.reports.radio.transmitters import STEP_M, Layer, Station

Field = NDArray[np.float32]
Mask = NDArray[np.bool_]
Steps = NDArray[np.intp]

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
        spells: At least one; levels are those of the first.
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
        for station, (x, y) in self._stations:
            window = tile.around(x, y, station.metres)
            if window is None:
                continue
            sight = _sight(tile, window, x, y, self._north)
            edges = None if obstruction is None else obstruction.edges(tile, window, station, x, y)
            for layers in _by_technology(station.layers):
                work.add(layers, window, sight, edges)
        return work.result()


class Obstruction(Protocol):
    """What stands between a station and the cells of a window."""

    def edges(
        self, tile: Tile, window: tuple[slice, slice], station: Station, x: float, y: float
    ) -> Field:
        """The worst edge on the way to each cell, as `knife_edge_db` takes it."""
        ...


@dataclass(frozen=True, slots=True)
class _Sight:
    """Cells of a window as a station sees them: distance in steps, bearing in whole degrees."""

    steps: Steps
    bearings: Steps


def _sight(tile: Tile, window: tuple[slice, slice], x: float, y: float, north: float) -> _Sight:
    east = (tile.xs[window[1]] - x).astype(np.float32)[None, :]
    northwards = (tile.ys[window[0]] - y).astype(np.float32)[:, None]
    steps = (np.hypot(east, northwards) * np.float32(1 / STEP_M)).astype(np.intp)
    bearings = np.degrees(np.arctan2(east, northwards)) + np.float32(360.5 - north)
    return _Sight(steps, bearings.astype(np.intp) % 360)


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
        window: tuple[slice, slice],
        sight: _Sight,
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
            levels = _levels(layer, sight, edges)
            for sector in layer.sectors:
                pattern = _pattern(sector.azimuth_db, levels.elevation, layer.floor_db, sight)
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
class _Levels:
    """Of a layer along its main lobe, at each cell of a window."""

    outdoors: Field
    indoors: Field
    elevation: Field


def _levels(layer: Layer, sight: _Sight, edges: Field | None) -> _Levels:
    reach = layer.reach
    outdoors, indoors, elevation = (
        np.take(table, sight.steps, mode="clip")
        for table in (reach.outdoors, reach.indoors, reach.elevation_db)
    )
    if edges is not None:
        shade = knife_edge_db(edges, reach.frequency_mhz)
        outdoors -= shade
        indoors -= shade
    return _Levels(outdoors, indoors, elevation)


def _pattern(azimuth_db: Field, elevation: Field, floor_db: float, sight: _Sight) -> Field:
    """Attenuation of an antenna towards each cell (TR 38.901 table 7.3-1: the floor is of both)."""
    pattern = np.take(azimuth_db, sight.bearings, mode="clip")
    pattern += elevation
    return np.maximum(pattern, np.float32(-floor_db), out=pattern)


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
