"""Where people live: from a population grid or settlements, else evenly within each area.

Every source gives the people of the cells of any tile, and over all tiles their sum is what the
source says, but for those who live outside of the areas, who are told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from omc.core.inventory import Area, AreaLevel, Inventory
from omc.reports.coverage.grid import Tile
from omc.reports.coverage.plane import Plane
from omc.reports.coverage.population_file import RasterSettlements, Settlements
from omc.reports.coverage.population_raster import Box
from omc.reports.geography import Geography, boundary_of

People = NDArray[np.float64]

#: Degrees, about a kilometre: neighbours this near still belong to the surroundings of a place.
_NEAR_DEGREES = 0.01
#: Metres between places of a tile's edge that are looked at to see how far it bends.
_EDGE_M = 5000.0
_FINEST_FIRST = (AreaLevel.COMMUNE, AreaLevel.DISTRICT, AreaLevel.PROVINCE)


@dataclass(frozen=True, slots=True)
class PopulationBasis:
    """What a population stands on, to be printed beside every figure of it.

    Attributes:
        uniform: People are taken to live evenly within each area, because nothing finer is known.
        source: Name of the file; with `uniform` the level of the areas.
        year: Of the count; None where nobody said.
        total: People in all.
    """

    uniform: bool
    source: str
    year: int | None
    total: float


class Population(Protocol):
    """People by place."""

    @property
    def basis(self) -> PopulationBasis: ...

    def people(self, tile: Tile) -> People:
        """People of each cell of a tile."""
        ...


class SettledPopulation:
    """People at places that somebody counted.

    Args:
        settlements: In degrees.
        plane: That tiles lie in.
    """

    def __init__(self, settlements: Settlements | RasterSettlements, plane: Plane) -> None:
        self._settlements = settlements
        self._plane = plane
        self.basis = PopulationBasis(False, settlements.source, settlements.year, settlements.total)

    def people(self, tile: Tile) -> People:
        longitudes, latitudes, people = self._settlements.places(self._degrees(tile))
        return _counted(tile, *self._plane.forward(longitudes, latitudes), people)

    def _degrees(self, tile: Tile) -> Box:
        """A box around a tile, whose straight edges are curves in degrees."""
        edges = shapely.segmentize(shapely.box(*tile.grown(1).bounds), _EDGE_M)
        west, south, east, north = self._plane.raised(edges).bounds
        return west, south, east, north


class UniformPopulation:
    """The people of each area, spread evenly over its cells.

    An area that reaches beyond the tiles has only its share of people on them; one that is too
    small for any cell's middle has all of them in the cell that it lies in.

    Args:
        areas: With people and boundary, none overlapping another.
        plane: That tiles lie in.
        tiles: All of them, to count the cells of each area.
    """

    def __init__(self, areas: Sequence[Area], plane: Plane, tiles: Sequence[Tile]) -> None:
        self._boundaries = [plane.flattened(_known(boundary_of(area))) for area in areas]
        counts = np.zeros(len(areas) + 1)
        for tile in tiles:
            which = tile.which(self._boundaries).ravel()
            counts += np.bincount(which, minlength=len(areas) + 1)
        people = np.array([0.0, *(float(area.population or 0) for area in areas)])
        ground = shapely.union_all([shapely.box(*tile.bounds) for tile in tiles])
        whole = np.array([True, *shapely.covers(ground, self._boundaries)])
        surface = np.array([0.0, *shapely.area(self._boundaries)])
        cells = np.where(whole, counts, surface / tiles[0].size_m ** 2)
        cells[0] = 0
        self._a_cell = np.divide(people, cells, out=np.zeros_like(people), where=cells > 0)
        small = whole & (cells == 0)
        middles = [self._boundaries[place - 1].representative_point() for place in _places(small)]
        self._small_x = np.array([middle.x for middle in middles])
        self._small_y = np.array([middle.y for middle in middles])
        self._small_people = people[_places(small)]
        years = {area.population_year for area in areas if area.population_year is not None}
        self.basis = PopulationBasis(
            True, areas[0].level.value, max(years, default=None), float(people.sum())
        )

    def people(self, tile: Tile) -> People:
        spread = np.asarray(self._a_cell[tile.which(self._boundaries)], dtype=np.float64)
        return spread + _counted(tile, self._small_x, self._small_y, self._small_people)


def _places(chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Places of those chosen, without the first, which is no area."""
    return np.flatnonzero(chosen[1:]) + 1


def _counted(tile: Tile, x: People, y: People, people: People) -> People:
    """People at places, by cell of a tile."""
    index = tile.index(x, y)
    inside = index >= 0
    size = tile.rows * tile.columns
    counted = np.bincount(index[inside], weights=people[inside], minlength=size)
    return counted.astype(np.float64).reshape(tile.shape)


def uniform_areas(inventory: Inventory, geography: Geography) -> list[Area]:
    """The finest areas whose people are known, of the geography's day or else of the latest day.

    Empty where nobody counted people in areas with a boundary.
    """
    days = {area.valid_from for areas in inventory.areas.values() for area in areas}
    later = sorted((day for day in days if day is not None), reverse=True)
    whole = shapely.union_all([u.boundary for u in geography.units if u.boundary is not None])
    box = shapely.buffer(whole, _NEAR_DEGREES)
    for day in (geography.day, *later):
        valid = [a for areas in inventory.areas.values() for a in areas if a.is_valid_on(day)]
        for level in _FINEST_FIRST:
            of_level = [a for a in valid if a.level is level and _touches(a, box)]
            if of_level and all(a.population is not None for a in of_level):
                return of_level
    return []


def _touches(area: Area, box: BaseGeometry) -> bool:
    boundary = boundary_of(area)
    return boundary is not None and bool(shapely.intersects(boundary, box))


def _known(boundary: BaseGeometry | None) -> BaseGeometry:
    assert boundary is not None  # noqa: S101 - `uniform_areas` takes none without
    return boundary
