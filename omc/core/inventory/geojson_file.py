"""Areas from GeoJSON (RFC 7946): a FeatureCollection of polygons with properties.

The member `crs` of GeoJSON before RFC 7946 is understood: VN-2000 is still handed around that way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omc.core.errors import ConfigurationError, Problem
from omc.core.geometry import MultiPolygon, area_km2, area_text, check_area
from omc.core.inventory.coordinate_system import CoordinateSystem, Implausible
from omc.core.inventory.csv_file import Foreign, read_text
from omc.core.inventory.model import Kind
from omc.core.inventory.schema import SCHEMAS
from omc.core.inventory.table import Places, Table

_FEATURES = re.compile(r'"features"\s*:\s*\[\s*')
_BETWEEN = re.compile(r"\s*,\s*")
_WGS_84 = ("CRS84", "EPSG::4326", "EPSG:4326")
_METRES = (
    "; metres? say which with a member crs in the file, such as "
    '{"type": "name", "properties": {"name": "EPSG:3405"}}'
)


@dataclass(frozen=True, slots=True)
class _FeaturePlaces:
    """Where features begin; the search is made only when something is wrong.

    Attributes:
        path: The file.
        text: Its text.
        count: How many features.
    """

    path: Path
    text: str
    count: int

    def problem(self, row: int, column: str, text: str) -> Problem:
        line, character = self._place(row)
        return Problem(str(self.path), line, character, f"feature {row + 1}: {text}")

    def _place(self, row: int) -> tuple[int, int]:
        start = _FEATURES.search(self.text)
        if start is None:
            return (0, 0)
        decoder, position = json.JSONDecoder(), start.end()
        try:
            for _ in range(row):
                _, position = decoder.raw_decode(self.text, position)
                comma = _BETWEEN.match(self.text, position)
                position = comma.end() if comma else position
        except json.JSONDecodeError:
            return (0, 0)
        before = self.text[:position]
        return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


def read_geojson(path: Path, foreign: Foreign) -> Table:
    """Read areas; their size is computed where no property gives it.

    Args:
        path: The file.
        foreign: Our columns by the names of their properties, and fixed values.

    Raises:
        ConfigurationError: the file is no FeatureCollection, or its coordinates do not lie where
            its system is used. Faults of single features are in the table's own problems.
    """
    text = read_text(path)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        fault = f"not valid JSON: {error.msg}"
        raise ConfigurationError([Problem(str(path), error.lineno, error.colno, fault)]) from None
    except RecursionError:
        raise ConfigurationError([Problem(str(path), 0, 0, "nested too deeply")]) from None
    features = _features(path, data)
    places = _FeaturePlaces(path, text, len(features))
    return table_of_features(path, features, places, foreign, _system(path, data))


def table_of_features(
    path: Path,
    features: Sequence[Mapping[str, Any]],
    places: Places,
    foreign: Foreign,
    system: CoordinateSystem | None,
) -> Table:
    """Areas from GeoJSON features, wherever they were read from.

    Args:
        path: Of the file.
        features: With coordinates of `system`, east before north.
        places: Of the features in the file.
        foreign: Our columns by the names of their properties, and fixed values.
        system: None: longitude and latitude, WGS 84.

    Raises:
        ConfigurationError: no feature has a code, or coordinates cannot be meant.
    """
    problems: list[Problem] = []
    columns = _properties(features, foreign)
    geometries = [_geometry(f, row, places, problems, system) for row, f in enumerate(features)]
    columns["geometry"] = [area_text(area) if area else "" for area in geometries]
    if "area_km2" not in columns:
        columns["area_km2"] = [f"{area_km2(area):.4f}" if area else "" for area in geometries]
    if "code" not in columns:
        raise ConfigurationError([Problem(str(path), 0, 0, _no_code(features, foreign))])
    return Table(Kind.AREAS, columns, len(features), places, problems)


def _features(path: Path, data: Any) -> list[dict[str, Any]]:
    fault = ""
    features: Any = data.get("features") if isinstance(data, dict) else None
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        fault = "expected a GeoJSON FeatureCollection"
    elif not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        fault = "features: expected a list of features"
    if fault:
        raise ConfigurationError([Problem(str(path), 0, 0, fault)])
    return list(features)


def _system(path: Path, data: Mapping[str, Any]) -> CoordinateSystem | None:
    """What the member `crs`, which RFC 7946 has dropped, says; None for WGS 84."""
    crs = data.get("crs")
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str) and name.endswith(_WGS_84):
        return None
    try:
        return CoordinateSystem(str(name))
    except Implausible as error:
        raise ConfigurationError([Problem(str(path), 0, 0, f"crs: {error}")]) from None


def _properties(features: Sequence[Mapping[str, Any]], foreign: Foreign) -> dict[str, list[Any]]:
    written = [feature.get("properties") for feature in features]
    properties = [p if isinstance(p, dict) else {} for p in written]
    theirs = {ours: name for name, ours in foreign.renamed.items()}
    columns: dict[str, list[Any]] = {}
    for ours in SCHEMAS[Kind.AREAS].names:
        name = theirs.get(ours, ours)
        if ours in foreign.fixed:
            columns[ours] = [foreign.fixed[ours]] * len(features)
        elif any(name in p for p in properties):
            columns[ours] = [_field(p.get(name)) for p in properties]
    return columns


def _no_code(features: Sequence[Mapping[str, Any]], foreign: Foreign) -> str:
    """What to say when no feature has the property that is to be the code."""
    written = [feature.get("properties") for feature in features]
    names = dict.fromkeys(name for p in written if isinstance(p, dict) for name in p)
    has = f"they have: {', '.join(names)}" if names else "they have none at all"
    theirs = next((name for name, ours in foreign.renamed.items() if ours == "code"), None)
    if theirs is not None:
        return f"no feature has the property {theirs!r}; {has}"
    return f"no feature has the property 'code'; name theirs with --map \"THEIRS=code\"; {has}"


def _field(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _geometry(
    feature: Mapping[str, Any],
    row: int,
    places: Places,
    problems: list[Problem],
    system: CoordinateSystem | None,
) -> MultiPolygon | None:
    geometry = feature.get("geometry")
    if geometry is None:
        return None
    try:
        area = _area(geometry)
        if system is not None:
            area = system.degrees(area)
        check_area(area)
    except Implausible as error:
        raise ConfigurationError([places.problem(row, "geometry", str(error))]) from None
    except ValueError as error:
        hint = _METRES if system is None and "degrees" in str(error) else ""
        problems.append(places.problem(row, "geometry", f"geometry: {error}{hint}"))
        return None
    return area


def _area(geometry: Any) -> MultiPolygon:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in {"Polygon", "MultiPolygon"}:
        raise ValueError("expected a Polygon or MultiPolygon")
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    try:
        return tuple(
            tuple(tuple((float(x), float(y)) for x, y, *_ in ring) for ring in polygon)
            for polygon in polygons
        )
    except (TypeError, ValueError):
        raise ValueError("expected rings of longitude and latitude pairs") from None
