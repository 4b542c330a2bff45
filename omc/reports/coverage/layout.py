"""The ground of a study: areas in a plane, the tiles that cover them, and who lives there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from omc.core.inventory import Inventory
from omc.core.metric import Text
from omc.reports.coverage.grid import Tile, tiles
from omc.reports.coverage.plane import Plane
from omc.reports.coverage.population import (
    Population,
    SettledPopulation,
    UniformPopulation,
    uniform_areas,
)
from omc.reports.coverage.population_file import RasterSettlements, Settlements
from omc.reports.geography import Geography, Unit
from omc.reports.refusal import CannotReport

_NO_BOUNDARY = Text(
    en="no area has a boundary: bring them in with `omc import areas FILE.geojson`",
    vi="không địa bàn nào có ranh giới: hãy nạp bằng `omc import areas TỆP.geojson`",
)


class NothingToPredict(CannotReport):
    """A study without ground; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What stations are laid on.

    Attributes:
        units: Areas with a boundary, in the order of all arrays.
        areas: Their boundaries in metres of the plane.
        plane: That everything lies in.
        size_m: Side of a cell of the grid.
        tiles: That cover the areas.
        population: Who lives where; None where nobody knows.
    """

    units: tuple[Unit, ...]
    areas: tuple[BaseGeometry, ...]
    plane: Plane
    size_m: float
    tiles: tuple[Tile, ...]
    population: Population | None

    @property
    def cell_km2(self) -> float:
        """Ground of a cell of the grid."""
        return (self.size_m / 1000) ** 2 / self.plane.area_scale


def lay_out(
    inventory: Inventory,
    geography: Geography,
    size_m: float,
    settlements: Settlements | RasterSettlements | None = None,
) -> Layout:
    """Put areas into a plane.

    Args:
        inventory: Its areas say how many people there are where no file does.
        geography: Areas; those without a boundary are left out.
        size_m: Side of a cell of the grid.
        settlements: Where people live; None: evenly in the areas that say how many.

    Raises:
        NothingToPredict: no area has a boundary.
    """
    bounded = [(unit, unit.boundary) for unit in geography.units if unit.boundary is not None]
    if not bounded:
        raise NothingToPredict(_NO_BOUNDARY)
    west, south, east, north = shapely.total_bounds([boundary for _, boundary in bounded])
    plane = Plane((west + east) / 2, (south + north) / 2)
    areas = tuple(plane.flattened(boundary) for _, boundary in bounded)
    all_tiles = tuple(tiles(areas, size_m))
    population = _population(inventory, geography, settlements, plane, all_tiles)
    units = tuple(unit for unit, _ in bounded)
    return Layout(units, areas, plane, size_m, all_tiles, population)


def _population(
    inventory: Inventory,
    geography: Geography,
    settlements: Settlements | RasterSettlements | None,
    plane: Plane,
    all_tiles: Sequence[Tile],
) -> Population | None:
    if settlements is not None:
        return SettledPopulation(settlements, plane)
    areas = uniform_areas(inventory, geography)
    return UniformPopulation(areas, plane, all_tiles) if areas else None
