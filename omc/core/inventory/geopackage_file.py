"""Areas from a GeoPackage (OGC 12-128r18): the features of one layer, in any coordinate system."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from omc.core.errors import ConfigurationError, Problem
from omc.core.inventory.coordinate_system import CoordinateSystem, Implausible
from omc.core.inventory.csv_file import Foreign
from omc.core.inventory.geojson_file import table_of_features
from omc.core.inventory.table import Table


@dataclass(frozen=True, slots=True)
class _RowPlaces:
    """Features of a database have numbers and no lines."""

    path: Path

    def problem(self, row: int, column: str, text: str) -> Problem:
        return Problem(str(self.path), 0, 0, f"feature {row + 1}: {text}")


def read_geopackage(path: Path, foreign: Foreign, layer: str | None = None) -> Table:
    """Read areas.

    Args:
        path: The file.
        foreign: Our columns by the names of their fields, and fixed values.
        layer: Which; None is the only one.

    Raises:
        ConfigurationError: it cannot be read, or does not say its coordinate system.
    """
    name = layer or _only_layer(path)
    try:
        meta, _, shapes, fields = pyogrio.raw.read(path, layer=name, force_2d=True)
    except (DataSourceError, DataLayerError) as error:
        raise _fault(path, f"cannot be read: {error}") from None
    if not meta["crs"]:
        raise _fault(path, "does not say its coordinate system: set it in a GIS")
    try:
        system = CoordinateSystem(meta["crs"])
    except Implausible as error:
        raise _fault(path, str(error)) from None
    names = [str(name) for name in meta["fields"]]
    columns = dict(zip(names, fields, strict=True))
    features = [
        {
            "properties": {name: _plain(column[row]) for name, column in columns.items()},
            "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
        }
        for row, shape in enumerate(shapely.from_wkb(shapes))
    ]
    return table_of_features(path, features, _RowPlaces(path), foreign, system)


def _only_layer(path: Path) -> str:
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    except DataSourceError as error:
        raise _fault(path, f"cannot be read: {error}") from None
    if len(layers) != 1:
        raise _fault(path, f"has several layers, say which with --layer: {', '.join(layers)}")
    return layers[0]


def _plain(value: Any) -> Any:
    """A value as JSON would have it."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    return value if isinstance(value, str | int | float) else str(value)


def _fault(path: Path, text: str) -> ConfigurationError:
    return ConfigurationError([Problem(str(path), 0, 0, text)])
