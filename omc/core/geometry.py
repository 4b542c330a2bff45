"""Lines and areas on the Earth: well-known text in and out, lengths and sizes.

Points are (longitude, latitude) in degrees, WGS 84, the order of WKT and GeoJSON. Source of the
text form: OGC 06-103r4 (Simple Features), clause 7.
"""

from __future__ import annotations

import re
from itertools import pairwise
from math import asin, atanh, cos, hypot, radians, sin

Point = tuple[float, float]
LineString = tuple[Point, ...]
Polygon = tuple[LineString, ...]
MultiPolygon = tuple[Polygon, ...]

#: Mean radius R1 of the WGS 84 ellipsoid.
EARTH_RADIUS_KM = 6371.0088
_EQUATORIAL_RADIUS_KM = 6378.137
_ECCENTRICITY = 0.0818191908426

_LINE = re.compile(r"LINESTRING\s*\(([^()]*)\)", re.IGNORECASE)
_RING = re.compile(r"\(([^()]*)\)")
_RINGS = r"\(\s*\([^()]*\)(?:\s*,\s*\([^()]*\))*\s*\)"
_POLYGON = re.compile(rf"POLYGON\s*({_RINGS})", re.IGNORECASE)
_MULTIPOLYGON = re.compile(
    rf"MULTIPOLYGON\s*\(\s*({_RINGS}(?:\s*,\s*{_RINGS})*)\s*\)", re.IGNORECASE
)
_ONE_POLYGON = re.compile(_RINGS)

_SHORTEST_RING = 4
_DECIMALS = 6


def parse_line(text: str) -> LineString:
    """Read `LINESTRING (105.60 21.30, 105.61 21.31)`.

    Latitude and longitude pairs without the word, `21.30 105.60, 21.31 105.61`, are read too,
    because that is the order in which people write them.

    Raises:
        ValueError: neither, or a coordinate out of range; the text says what is expected.
    """
    match = _LINE.fullmatch(text)
    if match is not None:
        line = _points(match[1])
    else:
        line = tuple((longitude, latitude) for latitude, longitude in _points(text))
    if len(line) < 2:
        raise ValueError("expected at least two points")
    _check_range(line)
    return line


def parse_area(text: str) -> MultiPolygon:
    """Read `POLYGON ((...), (...))` or `MULTIPOLYGON (((...)), ...)`.

    Raises:
        ValueError: neither, an open ring, or a coordinate out of range; the text says which.
    """
    match = _POLYGON.fullmatch(text) or _MULTIPOLYGON.fullmatch(text)
    if match is None:
        raise ValueError("expected POLYGON ((longitude latitude, ...)) or MULTIPOLYGON")
    area = tuple(
        tuple(_points(ring) for ring in _RING.findall(polygon))
        for polygon in _ONE_POLYGON.findall(match[1])
    )
    check_area(area)
    return area


def check_area(area: MultiPolygon) -> None:
    """Check that rings are closed and coordinates degrees.

    Raises:
        ValueError: they are not; the text says what is expected.
    """
    for polygon in area:
        for ring in polygon:
            _check_range(ring)
            if len(ring) < _SHORTEST_RING:
                raise ValueError("expected rings of at least four points")
            if ring[0] != ring[-1]:
                raise ValueError("expected rings that end where they begin")


def line_text(line: LineString) -> str:
    """Well-known text of a line, to 0.1 m."""
    return f"LINESTRING ({_ring_text(line)})"


def area_text(area: MultiPolygon) -> str:
    """Well-known text of an area, to 0.1 m."""
    polygons = [", ".join(f"({_ring_text(ring)})" for ring in polygon) for polygon in area]
    if len(polygons) == 1:
        return f"POLYGON ({polygons[0]})"
    return f"MULTIPOLYGON ({', '.join(f'({polygon})' for polygon in polygons)})"


def length_km(line: LineString) -> float:
    """Length along great circles."""
    return sum(distance_km(a, b) for a, b in pairwise(line))


def point_along(line: LineString, share: float) -> Point:
    """The point with so much (0..1) of a line's length before it."""
    left = length_km(line) * share
    for a, b in pairwise(line):
        step = distance_km(a, b)
        if left <= step and step > 0:
            part = left / step
            return (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part)
        left -= step
    return line[-1]


def distance_km(a: Point, b: Point) -> float:
    """Great-circle distance (haversine), within 0.5 % of the ellipsoid's."""
    half_latitude = radians(b[1] - a[1]) / 2
    half_longitude = radians(b[0] - a[0]) / 2
    across = cos(radians(a[1])) * cos(radians(b[1]))
    chord = hypot(sin(half_latitude), across**0.5 * sin(half_longitude))
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, chord))


def area_km2(area: MultiPolygon) -> float:
    """Surface on the ellipsoid, holes taken off, whichever way the rings turn.

    Exact for edges along parallels and meridians, and within 0.01 % for edges of a few km.
    """
    return sum(_ring_km2(outer) - sum(_ring_km2(hole) for hole in holes) for outer, *holes in area)


def _ring_km2(ring: LineString) -> float:
    return abs(
        sum(
            radians(b[0] - a[0]) * (_belt_km2(a[1]) + _belt_km2(b[1])) / 2
            for a, b in pairwise(ring)
        )
    )


def _belt_km2(latitude: float) -> float:
    """Surface from the equator to a latitude, per radian of longitude.

    Source: Snyder, Map Projections: A Working Manual, USGS 1987, equation 3-12.
    """
    e, sine = _ECCENTRICITY, sin(radians(latitude))
    q = (1 - e * e) * (sine / (1 - (e * sine) ** 2) + atanh(e * sine) / e)
    return _EQUATORIAL_RADIUS_KM**2 * q / 2


def _points(text: str) -> LineString:
    points = []
    for pair in text.split(","):
        try:
            first, second = pair.split()
            points.append((float(first), float(second)))
        except ValueError:
            raise ValueError("expected pairs of numbers with commas between the pairs") from None
    return tuple(points)


def _check_range(points: LineString) -> None:
    for longitude, latitude in points:
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise ValueError("expected degrees: longitude -180 to 180, latitude -90 to 90 (WGS 84)")


def _ring_text(points: LineString) -> str:
    return ", ".join(f"{_degrees(x)} {_degrees(y)}" for x, y in points)


def _degrees(value: float) -> str:
    return f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
