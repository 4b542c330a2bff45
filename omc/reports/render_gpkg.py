"""Layers as a GeoPackage (OGC 12-128r18): one file, one feature table a layer, EPSG:4326."""

from __future__ import annotations

import tempfile
from datetime import tzinfo
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from omc.reports.document import Column, ColumnKind, Document, MapLayer, Value
from omc.reports.pictures import Pictures
from omc.reports.render_csv import plain

_NUMBERS = {ColumnKind.NUMBER, ColumnKind.SHARE, ColumnKind.DURATION}


def render(document: Document, pictures: Pictures) -> dict[str, bytes]:
    """One file, if there is any layer."""
    layers = [layer for layer in document.layers() if layer.features]
    if not layers:
        return {}
    zone = document.period.start.tzinfo
    with tempfile.TemporaryDirectory(prefix="omc-report-") as folder:  # GDAL appends to files only
        path = Path(folder) / "layers.gpkg"
        for layer in layers:
            _write(path, layer, zone)
        return {f"{document.stem}.gpkg": path.read_bytes()}


def _write(path: Path, layer: MapLayer, zone: tzinfo | None) -> None:
    kind = layer.features[0].geometry.geom_type.removeprefix("Multi")
    columns = [
        _field(column, [feature.values[place] for feature in layer.features], zone)
        for place, column in enumerate(layer.columns)
    ]
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(
            np.asarray([feature.geometry for feature in layer.features], dtype=object)
        ),
        field_data=[data for data, _ in columns],
        field_mask=[mask for _, mask in columns],
        fields=np.asarray([column.key for column in layer.columns], dtype=object),
        layer=layer.name,
        driver="GPKG",
        geometry_type=kind if kind == "Point" else f"Multi{kind}",
        crs="EPSG:4326",
        promote_to_multi=kind != "Point",
        append=path.exists(),
        layer_options={"DESCRIPTION": layer.title},
    )


def _field(
    column: Column, values: list[Value], zone: tzinfo | None
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Values of a column, and which of them are not known."""
    mask = np.asarray([value is None for value in values])
    if all(isinstance(value, int | None) for value in values) and column.kind in _NUMBERS:
        return np.asarray([value or 0 for value in values], np.int64), mask
    if column.kind in _NUMBERS:
        return np.asarray([0.0 if value is None else value for value in values], float), mask
    texts = [None if value is None else str(plain(value, zone)) for value in values]
    return np.asarray(texts, dtype=object), mask
