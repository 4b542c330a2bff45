"""The ground that reach is predicted on: squares, who lives in them, hills.

It is made of the same sources as that of the coverage report, on larger squares, so that the reach
of every site of a region fits into memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import shapely

from omc.core.inventory import AreaLevel, Inventory, Technology
from omc.core.settings import CoverageSettings
from omc.reports.area_names import UnknownArea
from omc.reports.coverage.drive_test import corrections, read_drive_test
from omc.reports.coverage.grid import tiles
from omc.reports.coverage.layout import Layout, NothingToPredict, lay_out
from omc.reports.coverage.network import cells_on_air
from omc.reports.coverage.plane import Plane
from omc.reports.coverage.population import PopulationBasis, SettledPopulation
from omc.reports.coverage.population_file import RasterSettlements, Settlements, read_settlements
from omc.reports.coverage.prediction import Obstruction
from omc.reports.coverage.terrain import terrain_of
from omc.reports.geography import geography
from omc.reports.radio.parameters import RadioParameters

#: Side of a square, metres.
SPACING_M = 200.0

_FINEST_FIRST = (AreaLevel.COMMUNE, AreaLevel.DISTRICT, AreaLevel.PROVINCE)


@dataclass(frozen=True, slots=True)
class Ground:
    """What stations are laid on.

    Attributes:
        layout: Squares and people; None where nobody knows who lives where.
        parameters: Of the model.
        obstruction: Terrain; None for flat ground.
        corrections_db: What drive tests add to the levels of a technology.
    """

    layout: Layout | None
    parameters: RadioParameters
    obstruction: Obstruction | None = None
    corrections_db: Mapping[Technology, float] | None = None

    @property
    def basis(self) -> PopulationBasis | None:
        """What people are known from; None: nobody knows."""
        population = None if self.layout is None else self.layout.population
        return None if population is None else population.basis


def ground_of(inventory: Inventory, day: date, wish: CoverageSettings) -> Ground:
    """The ground of a day.

    Args:
        inventory: Its finest areas with a boundary.
        day: On which they exist.
        wish: Where people live, terrain, drive tests, parameters; its `grid_m` is that of the
            coverage report alone.

    Raises:
        ConfigurationError: a file cannot be read, or counts nobody.
    """
    parameters = RadioParameters.load(wish.parameters)
    settlements = None
    if wish.population is not None:
        settlements = read_settlements(wish.population, SPACING_M, wish.population_year)
    propagation = parameters.propagation
    layout = _layout(inventory, day, settlements, propagation.path_loss().farthest_m)
    if layout is None or layout.population is None:
        return Ground(None, parameters)
    obstruction = terrain_of(wish.terrain, layout.plane, propagation)
    applied = {}
    if wish.drive_test is not None:
        found = corrections(
            read_drive_test(wish.drive_test),
            inventory,
            cells_on_air(inventory, day),
            parameters,
            layout,
            obstruction,
        )
        applied = {technology: one.applied_db for technology, one in found.items()}
    return Ground(layout, parameters, obstruction, applied)


def _layout(
    inventory: Inventory,
    day: date,
    settlements: Settlements | RasterSettlements | None,
    reach_m: float,
) -> Layout | None:
    """The finest areas with a boundary on a day; else the surroundings of all sites.

    None where there are no areas, and nobody has counted people.
    """
    for level in _FINEST_FIRST:
        try:
            return lay_out(inventory, geography(inventory, level, day), SPACING_M, settlements)
        except (UnknownArea, NothingToPredict):
            continue
    sites = [(site.longitude, site.latitude) for site in inventory.sites.values()]
    if settlements is None or not sites:
        return None
    plane = Plane(*(sum(degrees) / len(sites) for degrees in zip(*sites, strict=True)))
    around = [shapely.Point(place).buffer(reach_m) for place in plane.positions(sites)]
    population = SettledPopulation(settlements, plane)
    return Layout((), (), plane, SPACING_M, tuple(tiles(around, SPACING_M)), population)
