"""People by place, for reach: from the same sources as the coverage report, as points.

What they stand on is printed beside every figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from omc.core.inventory import AreaLevel, Inventory
from omc.reports.area_names import UnknownArea
from omc.reports.coverage.layout import Layout, NothingToPredict, lay_out
from omc.reports.coverage.plane import Plane
from omc.reports.coverage.population import PopulationBasis
from omc.reports.coverage.population_file import read_settlements
from omc.reports.geography import geography

#: Metres between two points.
SPACING_M = 200.0

_FINEST_FIRST = (AreaLevel.COMMUNE, AreaLevel.DISTRICT, AreaLevel.PROVINCE)


@dataclass(frozen=True, slots=True)
class People:
    """Points with people.

    Attributes:
        x: Metres, of `plane`.
        y: Metres, of `plane`.
        count: People at each point.
        plane: That points lie in.
        basis: What they are known from; None where nobody knows, and there are no points.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    count: NDArray[np.float64]
    plane: Plane
    basis: PopulationBasis | None


def people_of(inventory: Inventory, day: date) -> People:
    """The people of the areas that say how many and have a boundary, evenly within each."""
    layout = _layout(inventory, day)
    population = None if layout is None else layout.population
    if layout is None or population is None:
        none = np.empty(0)
        return People(none, none, none, _plane(inventory), None)
    x, y, count = [np.empty(0)], [np.empty(0)], [np.empty(0)]
    for tile in layout.tiles:
        people = population.people(tile)
        rows, columns = np.nonzero(people)
        x.append(tile.xs[columns])
        y.append(tile.ys[rows])
        count.append(people[rows, columns])
    return People(
        np.concatenate(x),
        np.concatenate(y),
        np.concatenate(count),
        layout.plane,
        population.basis,
    )


def counted_people(inventory: Inventory, path: Path, year: int | None) -> People:
    """People as a population file counts them.

    Args:
        inventory: Its sites are the middle of the plane.
        path: GeoTIFF, CSV or GeoJSON.
        year: Of the count.

    Raises:
        ConfigurationError: the file cannot be read, or counts nobody.
    """
    found = read_settlements(path, SPACING_M, year)
    plane = _plane(inventory)
    x, y = plane.forward(found.longitudes, found.latitudes)
    basis = PopulationBasis(False, found.source, found.year, float(found.people.sum()))
    return People(x, y, found.people, plane, basis)


def _layout(inventory: Inventory, day: date) -> Layout | None:
    """The finest areas with a boundary on a day; None where there are none."""
    for level in _FINEST_FIRST:
        try:
            return lay_out(inventory, geography(inventory, level, day), SPACING_M)
        except (UnknownArea, NothingToPredict):
            continue
    return None


def _plane(inventory: Inventory) -> Plane:
    sites = inventory.sites.values()
    if not sites:
        return Plane(0.0, 0.0)
    return Plane(
        float(np.mean([site.longitude for site in sites])),
        float(np.mean([site.latitude for site in sites])),
    )
