"""People by place, for reach: as somebody counted them, else spread evenly within communes.

Which of the two is printed beside every figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from omc.core.inventory import AreaLevel, Inventory
from omc.reports.coverage.population_file import read_settlements
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
        counted: Name of the file that says where people live; None: evenly within communes.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    count: NDArray[np.float64]
    crs: str
    years: tuple[int, ...]
    counted: str | None = None

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


def counted_people(inventory: Inventory, path: Path, year: int | None) -> People:
    """People as a population file counts them.

    Args:
        inventory: Its sites are the middle of the projection.
        path: GeoTIFF, CSV or GeoJSON.
        year: Of the count.

    Raises:
        ConfigurationError: the file cannot be read, or counts nobody.
    """
    found = read_settlements(path, SPACING_M, year)
    crs = _crs(inventory)
    to_metres = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x, y = to_metres.transform(found.longitudes, found.latitudes)
    years = () if found.year is None else (found.year,)
    return People(x, y, found.people, crs, years, found.source)


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
