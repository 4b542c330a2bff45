"""The plane that grids lie in: metres of a UTM zone, and the way there from degrees and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]


class Plane:
    """UTM (WGS 84) of the zone that a place lies in.

    Args:
        longitude: Of the middle of what is to be shown, degrees.
        latitude: Likewise.

    Attributes:
        crs: `EPSG:32648`.
        north_degrees: Where true north is, clockwise from the plane's y axis.
        area_scale: Square metres of the plane in a square metre of the ground.
    """

    def __init__(self, longitude: float, latitude: float) -> None:
        zone = int((longitude + 180) // 6) % 60 + 1
        self.crs = f"EPSG:{32600 + zone if latitude >= 0 else 32700 + zone}"
        self._transformer = pyproj.Transformer.from_crs("EPSG:4326", self.crs, always_xy=True)
        factors = pyproj.Proj(self.crs).get_factors(longitude, latitude)
        self.north_degrees = -float(factors.meridian_convergence)
        self.area_scale = float(factors.areal_scale)

    def forward(self, longitudes: Array, latitudes: Array) -> tuple[Array, Array]:
        """Degrees to metres."""
        x, y = self._transformer.transform(longitudes, latitudes)
        return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)

    def backward(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Metres to degrees."""
        longitudes, latitudes = self._transformer.transform(x, y, direction="INVERSE")
        return np.asarray(longitudes, dtype=np.float64), np.asarray(latitudes, dtype=np.float64)

    def positions(self, places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """Metres of places given by longitude and latitude."""
        if not places:
            return []
        longitudes, latitudes = np.array(places, dtype=np.float64).T
        xs, ys = self.forward(longitudes, latitudes)
        return list(zip(map(float, xs), map(float, ys), strict=True))

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude of one place."""
        longitude, latitude = self._transformer.transform(x, y, direction="INVERSE")
        return float(longitude), float(latitude)

    def flattened(self, geometry: BaseGeometry) -> BaseGeometry:
        """A geometry in degrees as one in metres."""
        return shapely.transform(
            geometry, lambda points: np.column_stack(self.forward(points[:, 0], points[:, 1]))
        )

    def raised(self, geometry: BaseGeometry) -> BaseGeometry:
        """A geometry in metres as one in degrees."""
        return shapely.transform(
            geometry, lambda points: np.column_stack(self.backward(points[:, 0], points[:, 1]))
        )
