"""People by place, for reach: each commune's people spread evenly over points within it.

It is a stand-in where no grid of the population is known, and is printed beside every figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from omc.core.inventory import AreaLevel, Inventory
from omc.reports.shapes import shape

#: Metres between two points.
SPACING_M = 200.0


@dataclass(frozen=True, slots=True)
class People:
    """Points with people.

    Attributes:
        x: Metres, of `crs`.
        y: Metres, of `crs`.
        count: People at each point.
        crs: A projection true to distance around the middle.
        years: Of the figures.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    count: NDArray[np.float64]
    crs: str
    years: tuple[int, ...]

    def place(
        self, longitude: NDArray[np.float64], latitude: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Degrees (WGS 84) as metres of `crs`."""
        to_metres = Transformer.from_crs("EPSG:4326", self.crs, always_xy=True)
        return to_metres.transform(longitude, latitude)


def people_of(inventory: Inventory, day: date) -> People:
    """The people of all communes that are valid on a day and have a boundary and a population."""
    communes = [
        area
        for periods in inventory.areas.values()
        for area in periods
        if area.level is AreaLevel.COMMUNE and area.is_valid_on(day) and area.geometry
    ]
    shapes = [shape(area.geometry) for area in communes if area.geometry]
    crs = _crs(inventory)
    to_metres = Transformer.from_crs("EPSG:4326", crs, always_xy=True)

    def flat(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_metres.transform(points[:, 0], points[:, 1]))

    xs, ys, counts = [np.empty(0)], [np.empty(0)], [np.empty(0)]
    for area, boundary in zip(communes, shapes, strict=True):
        if not area.population:
            continue
        x, y = _points(shapely.transform(boundary, flat))
        xs.append(x)
        ys.append(y)
        counts.append(np.full(len(x), area.population / len(x)))
    years = sorted({a.population_year for a in communes if a.population_year is not None})
    return People(np.concatenate(xs), np.concatenate(ys), np.concatenate(counts), crs, tuple(years))


def _points(area: BaseGeometry) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points of a regular grid within an area; one where it is too small for any."""
    west, south, east, north = area.bounds
    x, y = np.meshgrid(
        np.arange(west + SPACING_M / 2, east, SPACING_M),
        np.arange(south + SPACING_M / 2, north, SPACING_M),
    )
    inside = shapely.contains_xy(area, x, y)
    if inside.any():
        return x[inside], y[inside]
    point = area.representative_point()
    return np.array([point.x]), np.array([point.y])


def _crs(inventory: Inventory) -> str:
    sites = inventory.sites.values()
    longitude = float(np.mean([site.longitude for site in sites])) if sites else 0.0
    latitude = float(np.mean([site.latitude for site in sites])) if sites else 0.0
    return f"+proj=aeqd +lat_0={latitude:.5f} +lon_0={longitude:.5f} +units=m +ellps=WGS84"
