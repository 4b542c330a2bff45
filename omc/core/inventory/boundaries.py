"""Boundaries of areas as they are brought in: mended where that changes nothing, refused elsewhere.

turned rings        turned as RFC 7946 wants them
self-crossing       cut apart where it crosses, if the surface stays the same to 0.1 %; else
refused with the place
overlaps            slivers below 1 % of the smaller area are told; larger ones are refused:
people would count twice
gaps                holes between areas are told; they may be lakes
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from omc.core.errors import ConfigurationError, Problem
from omc.core.geometry import MultiPolygon, area_km2, area_text, parse_area
from omc.core.inventory.table import Table

#: A mended boundary may differ by so much of its surface.
_SAME = 0.001
#: Overlaps below this share of the smaller area come from simplified borders.
_SLIVER = 0.01
#: Square kilometres: what is smaller is not told.
_LEAST_KM2 = 0.001


@dataclass(frozen=True, slots=True)
class _Row:
    """One area with a boundary, as it stands in a table."""

    row: int
    code: str
    level: str
    start: date
    end: date
    boundary: BaseGeometry


def mend_boundaries(table: Table) -> list[str]:
    """Check and mend the boundaries of a table of areas, in place.

    Args:
        table: Areas as text, coordinates in degrees, WGS 84.

    Returns:
        What was mended and what looks odd, for people.

    Raises:
        ConfigurationError: what cannot be mended, with its place and the reason.
    """
    told: list[str] = []
    problems: list[Problem] = []
    rows = list(_rows(table, told, problems))
    groups: dict[tuple[str, date, date], list[_Row]] = {}
    for row in rows:
        groups.setdefault((row.level, row.start, row.end), []).append(row)
    problems.extend(_overlaps(table, rows, told))
    for (level, _, _), group in groups.items():
        told.extend(_gaps(level, group))
    if problems:
        raise ConfigurationError(problems)
    return told


def _rows(table: Table, told: list[str], problems: list[Problem]) -> Iterator[_Row]:
    texts = table.columns.get("geometry", [""] * table.length)
    for row, text in enumerate(texts):
        if not text:
            continue
        code = str(table.columns["code"][row])
        shape = _shape(parse_area(text))
        mended = _mended(shape)
        if mended is None:
            why = explain_validity(shape)
            expected = f"geometry: crosses itself ({why}): mend it in a GIS"
            problems.append(table.places.problem(row, "geometry", expected))
            continue
        if not shapely.is_valid(shape):
            told.append(f"{code}: crossed itself, cut apart ({explain_validity(shape)})")
        written = area_text(_polygons(mended))
        if written != text:
            texts[row] = written
        start = _day(table, "valid_from", row, date.min)
        end = _day(table, "valid_to", row, date.max)
        level = str(table.columns.get("level", [""] * table.length)[row])
        yield _Row(row, code, level, start, end, mended)


def _shape(area: MultiPolygon) -> BaseGeometry:
    return shapely.MultiPolygon([shapely.Polygon(outer, holes) for outer, *holes in area])


def _mended(shape: BaseGeometry) -> BaseGeometry | None:
    """The same surface without crossings; None where it would be another."""
    if shapely.is_valid(shape):
        return shapely.orient_polygons(shape)
    valid = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    areas = [part for part in shapely.get_parts(valid) if isinstance(part, shapely.Polygon)]
    found = shapely.MultiPolygon(areas)
    drawn = float(shapely.area(shape))  # a part drawn the other way round counts against the rest
    same = drawn > 0 and abs(found.area - drawn) <= _SAME * drawn
    return shapely.orient_polygons(found) if same else None


def _polygons(shape: BaseGeometry) -> MultiPolygon:
    return tuple(
        tuple(
            tuple((float(x), float(y)) for x, y in shapely.get_coordinates(ring))
            for ring in (polygon.exterior, *polygon.interiors)
        )
        for polygon in shapely.get_parts(shape)
    )


def _day(table: Table, column: str, row: int, otherwise: date) -> date:
    text = table.columns.get(column, [""] * table.length)[row]
    try:
        return date.fromisoformat(str(text)) if text else otherwise
    except ValueError:
        return otherwise  # told by the check of the whole inventory


def _overlaps(table: Table, rows: Sequence[_Row], told: list[str]) -> Iterator[Problem]:
    shapes = np.array([row.boundary for row in rows], dtype=object)
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for first, second in zip(*pairs, strict=True):
        one, other = rows[int(first)], rows[int(second)]
        at_once = one.start < other.end and other.start < one.end
        if first >= second or one.level != other.level or not at_once or one.code == other.code:
            continue
        shared = _km2(shapely.intersection(one.boundary, other.boundary))
        smaller = min(_km2(one.boundary), _km2(other.boundary))
        if shared > _SLIVER * smaller:
            text = f"geometry: {other.code} overlaps {one.code} by {shared:.2f} km2"
            yield table.places.problem(other.row, "geometry", text)
        elif shared > _LEAST_KM2:
            told.append(f"{other.code} overlaps {one.code} by {shared:.3f} km2: a sliver, left so")


def _gaps(level: str, group: Sequence[_Row]) -> Iterator[str]:
    whole = shapely.union_all([row.boundary for row in group])
    for polygon in shapely.get_parts(whole):
        for ring in polygon.interiors if isinstance(polygon, shapely.Polygon) else ():
            hole = shapely.Polygon(ring)
            km2 = _km2(hole)
            if km2 > _LEAST_KM2:
                place = hole.representative_point()
                yield f"a gap of {km2:.3f} km2 between {level}s at {place.y:.4f}, {place.x:.4f}"


def _km2(shape: BaseGeometry) -> float:
    parts = [p for p in shapely.get_parts(shape) if isinstance(p, shapely.Polygon)]
    return area_km2(_polygons(shapely.MultiPolygon(parts))) if parts else 0.0
