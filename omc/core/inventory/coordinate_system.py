"""Coordinates of a declared system, such as VN-2000, as longitude and latitude in WGS 84.

What is declared may be wrong: coordinates that come out far from where a system is used are
refused, because nobody would notice an inventory that lies in the sea.
"""

from __future__ import annotations

import numpy as np
import pyproj
from pyproj.exceptions import CRSError

from omc.core.geometry import LineString, MultiPolygon

#: Degrees around the area of use of a system: neighbours' zones are used a little beyond theirs.
_MARGIN = 3.0


class Implausible(Exception):
    """Coordinates that cannot be meant; the text says why, and what to do."""


class CoordinateSystem:
    """One declared system.

    Args:
        declared: As people and files write it: `EPSG:3405`, an OGC URN, or well-known text.

    Raises:
        Implausible: there is no such system.
    """

    def __init__(self, declared: str) -> None:
        try:
            self._crs = pyproj.CRS.from_user_input(declared)
        except CRSError:
            raise Implausible(f"there is no coordinate system {declared!r}") from None
        self._to_degrees = pyproj.Transformer.from_crs(self._crs, "EPSG:4326", always_xy=True)

    def degrees(self, area: MultiPolygon) -> MultiPolygon:
        """An area in longitude and latitude; `area` has east before north, as GIS files do.

        Raises:
            Implausible: it does not lie where the system is used.
        """
        return tuple(tuple(self._ring(ring) for ring in polygon) for polygon in area)

    def _ring(self, ring: LineString) -> LineString:
        if not ring:
            return ring
        points = np.array(ring, dtype=np.float64)
        x, y = self._to_degrees.transform(points[:, 0], points[:, 1])
        longitudes, latitudes = np.asarray(x), np.asarray(y)
        self._check(points, longitudes, latitudes)
        return tuple(zip(longitudes.tolist(), latitudes.tolist(), strict=True))

    def _check(self, points: np.ndarray, longitudes: np.ndarray, latitudes: np.ndarray) -> None:
        name = f"{self._crs.to_string()} ({self._crs.name})"
        if self._crs.is_projected and (np.abs(points) <= (180, 90)).all():
            raise Implausible(
                f"the file says {name}, whose coordinates are metres, and has degrees: "
                "set the right coordinate system, or none for longitude and latitude in WGS 84"
            )
        used = self._crs.area_of_use
        if used is None:
            return
        inside = (
            (longitudes >= used.west - _MARGIN)
            & (longitudes <= used.east + _MARGIN)
            & (latitudes >= used.south - _MARGIN)
            & (latitudes <= used.north + _MARGIN)
        )
        if not inside.all():
            found = f"{longitudes[~inside][0]:.4f}, {latitudes[~inside][0]:.4f}"
            raise Implausible(
                f"in {name} this lies at {found}, far from where that is used (longitude "
                f"{used.west:g} to {used.east:g}, latitude {used.south:g} to {used.north:g}): "
                "is it another coordinate system, or north before east?"
            )
