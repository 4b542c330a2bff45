"""What maps draw: outlines of areas, routes of cables, places of sites; all from the inventory."""

from __future__ import annotations

from datetime import date
from typing import Any

from omc.core.inventory import Area, Inventory, Span

#: About a metre.
_DIGITS = 5

Point = list[float]


def map_geometry(inventory: Inventory, day: date) -> dict[str, Any]:
    """Everything a map draws, points as latitude and longitude.

    Cables of the access network (to splitters and homes) are left out: thousands of them would hide
    what carries sites.
    """
    areas = [_area(a) for code in inventory.areas if (a := inventory.area(code, day)) is not None]
    spans = [span for s in inventory.spans.values() if (span := _span(inventory, s)) is not None]
    sites = [
        {"code": site.code, "name": site.name, "at": [site.latitude, site.longitude]}
        for site in inventory.sites.values()
    ]
    drawn = [area for area in areas if area["outline"]]
    points = [[site.latitude, site.longitude] for site in inventory.sites.values()]
    points += [point for area in drawn for polygon in area["outline"] for point in polygon[0]]
    return {"areas": drawn, "spans": spans, "sites": sites, "bounds": _bounds(points)}


def _area(area: Area) -> dict[str, Any]:
    polygons = area.geometry if area.geometry is not None else ()
    is_drawn = area.level != "province"
    outline = [[[_point(p) for p in ring] for ring in polygon] for polygon in polygons]
    return {
        "code": area.code,
        "name": area.name,
        "outline": outline if is_drawn else [],
        "label": _middle(max((polygon[0] for polygon in outline), key=len)) if outline else None,
    }


def _span(inventory: Inventory, span: Span) -> dict[str, Any] | None:
    start, end = inventory.site_of_end(span.start), inventory.site_of_end(span.end)
    if start is None or end is None or start is end:
        return None
    line = [_point(point) for point in span.geometry or ()]
    return {
        "name": span.name,
        "ends": f"{start.name} – {end.name}, {span.length_km:.1f} km",
        "line": line or [[start.latitude, start.longitude], [end.latitude, end.longitude]],
    }


def _point(point: tuple[float, float]) -> Point:
    """Inventories have longitude first, as GeoJSON; maps want latitude first."""
    return [round(point[1], _DIGITS), round(point[0], _DIGITS)]


def _middle(ring: list[Point]) -> Point:
    """The centre of gravity of a ring."""
    twice = x = y = 0.0
    for (lat1, lon1), (lat2, lon2) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = lon1 * lat2 - lon2 * lat1
        twice, x, y = twice + cross, x + (lon1 + lon2) * cross, y + (lat1 + lat2) * cross
    if not twice:
        return ring[0]
    return [round(y / (3 * twice), _DIGITS), round(x / (3 * twice), _DIGITS)]


def _bounds(points: list[Point]) -> list[Point]:
    """South-west and north-east; Vietnam where there is nothing."""
    if not points:
        return [[8.4, 102.1], [23.4, 109.5]]
    latitudes, longitudes = zip(*points, strict=True)
    return [[min(latitudes), min(longitudes)], [max(latitudes), max(longitudes)]]
