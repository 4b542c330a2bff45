"""Layers as KML (OGC 07-147r2, version 2.2): a folder a layer, coloured as on the map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import shapely
from lxml import etree
from shapely.geometry.base import BaseGeometry

from omc.reports.document import Document, Feature, MapLayer
from omc.reports.map_style import Style, styles_of
from omc.reports.pictures import Pictures
from omc.reports.value_text import figure_text

_NAMESPACE = "http://www.opengis.net/kml/2.2"
#: lxml's stubs do not know that a namespace without prefix has the key None.
_AS_DEFAULT: Any = {None: _NAMESPACE}
#: KML writes alpha first: areas let what is below shine through.
_SOLID, _GLASS = "ff", "a0"


def render(document: Document, pictures: Pictures) -> dict[str, bytes]:
    """One file, if there is any layer."""
    layers = [layer for layer in document.layers() if layer.features]
    if not layers:
        return {}
    document_element = _element(
        "Document",
        _element("name", document.title),
        _element("description", "\n".join((document.geography, *document.basis))),
    )
    for layer in layers:  # styles that are shared come before all folders
        styles, _ = styles_of(layer, document.language)
        document_element.extend(_style(f"{layer.name}-{i}", s) for i, s in enumerate(styles))
    document_element.extend(_folder(layer, document) for layer in layers)
    root = _element("kml", document_element)
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return {f"{document.stem}.kml": content}


def _folder(layer: MapLayer, document: Document) -> etree._Element:
    _, numbers = styles_of(layer, document.language)
    folder = _element("Folder", _element("name", layer.title))
    for feature, number in zip(layer.features, numbers, strict=True):
        style = None if number is None else f"#{layer.name}-{number}"
        folder.append(_placemark(layer, feature, style, document))
    return folder


def _style(name: str, style: Style) -> etree._Element:
    red, green, blue = (style.colour[i : i + 2] for i in (1, 3, 5))
    colour = f"{blue}{green}{red}".lower()
    return _element(
        "Style",
        _element("IconStyle", _element("color", _SOLID + colour)),
        _element("LineStyle", _element("color", _SOLID + colour), _element("width", "2")),
        _element(
            "PolyStyle",
            _element("color", _GLASS + colour),
            _element("fill", str(int(style.filled))),
        ),
        id=name,
    )


def _placemark(
    layer: MapLayer, feature: Feature, style: str | None, document: Document
) -> etree._Element:
    zone = document.period.start.tzinfo
    placemark = _element("Placemark", _element("name", str(feature.values[0])))
    if style is not None:
        placemark.append(_element("styleUrl", style))
    data = _element("ExtendedData")
    for column, value in zip(layer.columns, feature.values, strict=True):
        text = figure_text(column, value, document.language, zone)
        data.append(
            _element(
                "Data",
                _element("displayName", column.title),
                _element("value", text),
                name=column.key,
            )
        )
    placemark.append(data)
    placemark.append(_geometry(feature.geometry))
    return placemark


def _geometry(geometry: BaseGeometry) -> etree._Element:
    parts = [_part(part) for part in shapely.get_parts(geometry)]
    return parts[0] if len(parts) == 1 else _element("MultiGeometry", *parts)


def _part(part: BaseGeometry) -> etree._Element:
    if part.geom_type == "Point":
        return _element("Point", _coordinates(part))
    if part.geom_type == "LineString":
        return _element("LineString", _coordinates(part))
    return _element("Polygon", *_rings(part))


def _rings(area: BaseGeometry) -> Iterator[etree._Element]:
    outer, *holes = shapely.get_rings(shapely.orient_polygons(area))
    yield _element("outerBoundaryIs", _element("LinearRing", _coordinates(outer)))
    for hole in holes:
        yield _element("innerBoundaryIs", _element("LinearRing", _coordinates(hole)))


def _coordinates(line: BaseGeometry) -> etree._Element:
    points = (f"{longitude:.7f},{latitude:.7f}" for longitude, latitude, *_ in line.coords)
    return _element("coordinates", " ".join(points))


def _element(tag: str, *content: etree._Element | str, **attributes: str) -> etree._Element:
    """An element of KML with a text or children."""
    element = etree.Element(f"{{{_NAMESPACE}}}{tag}", attributes, _AS_DEFAULT)
    for part in content:
        if isinstance(part, str):
            element.text = part
        else:
            element.append(part)
    return element
