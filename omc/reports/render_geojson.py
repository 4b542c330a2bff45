"""Layers as GeoJSON (RFC 7946): one FeatureCollection a layer, WGS 84, seven decimals at most."""

from __future__ import annotations

import json
from datetime import tzinfo

import shapely

from omc.reports.document import Document, MapLayer
from omc.reports.pictures import Pictures
from omc.reports.render_csv import plain

#: A centimetre; RFC 7946, 11.2 warns of more.
_GRID = 1e-7


def render(document: Document, pictures: Pictures) -> dict[str, bytes]:
    """One file a layer, by name."""
    zone = document.period.start.tzinfo
    return {
        f"{document.stem}.{layer.name}.geojson": _layer(layer, zone) for layer in document.layers()
    }


def _layer(layer: MapLayer, zone: tzinfo | None) -> bytes:
    keys = [column.key for column in layer.columns]
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(shapely.to_geojson(_right_handed(feature.geometry))),
            "properties": {
                key: plain(value, zone) for key, value in zip(keys, feature.values, strict=True)
            },
        }
        for feature in layer.features
    ]
    collection = {"type": "FeatureCollection", "name": layer.name, "features": features}
    return json.dumps(collection, ensure_ascii=False).encode()


def _right_handed(geometry: shapely.Geometry) -> shapely.Geometry:
    """Rings turned as RFC 7946, 3.1.6 wants them: outer ones counter-clockwise."""
    return shapely.orient_polygons(shapely.set_precision(geometry, _GRID), exterior_cw=False)
