"""Maps as pictures: layers and a raster, with legend, scale bar, north arrow and source line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from math import floor, log10
from typing import Any

import numpy as np
import shapely
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.path import Path as DrawnPath
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from omc.core.metric import Text
from omc.reports.document import Categories, Language, Map, MapLayer, Raster
from omc.reports.map_style import Style, class_texts, styles_of
from omc.reports.palette import OUTLINE, ordered_colours
from omc.reports.picture import WIDTH, drawing, svg
from omc.reports.value_text import heading_text, value_text

#: Share of the picture's width that the map takes; the legend has the rest.
_MAP_SHARE = 0.72
#: Letters of the legend's titles that fit beside the map.
_LEGEND_LETTERS = 28
#: Inches below the map for scale bar and source, and the tallest map: two fit on a page.
_FOOT = 0.45
_TALLEST = 4.2
#: Of the extent, on each side.
_MARGIN = 0.03
_HALO = [patheffects.withStroke(linewidth=1.5, foreground="white")]

_NORTH = Text(en="N", vi="B")
_SOURCE = Text(en="Source", vi="Nguồn")


def map_svg(picture: Map, language: Language) -> bytes:
    """The map as SVG.

    Raises:
        ValueError: there is nothing on it.
    """
    crs = picture.raster.crs if picture.raster else _local_crs(picture.layers)
    to_map = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    drawn = [(layer, _projected(layer, to_map)) for layer in picture.layers]
    west, south, east, north = _extent(picture.raster, [shapes for _, shapes in drawn])
    width = WIDTH * _MAP_SHARE
    height = min(_TALLEST, width * (north - south) / (east - west))
    with drawing(height + _FOOT) as figure:
        foot = _FOOT / (height + _FOOT)
        axes = figure.add_axes((0.0, foot, _MAP_SHARE, 1 - foot))
        axes.set_xlim(west, east)
        axes.set_ylim(south, north)
        axes.set_aspect("equal")
        axes.set_axis_off()
        legend: list[tuple[str, list[object]]] = []
        if picture.raster is not None:
            legend.append(_draw_raster(axes, picture.raster, language))
        for layer, shapes in drawn:
            legend.append(_draw_layer(axes, layer, shapes, language))
        _draw_legend(figure, legend)
        _draw_frame(figure, axes, picture.source, language)
        return svg(figure)


def _local_crs(layers: Sequence[MapLayer]) -> str:
    """A projection true to distance around the middle of what is drawn."""
    boxes = [feature.geometry.bounds for layer in layers for feature in layer.features]
    if not boxes:
        raise ValueError("a map without anything on it")
    found = np.asarray(boxes)
    longitude = (found[:, 0].min() + found[:, 2].max()) / 2
    latitude = (found[:, 1].min() + found[:, 3].max()) / 2
    return f"+proj=aeqd +lat_0={latitude:.5f} +lon_0={longitude:.5f} +units=m +ellps=WGS84"


def _projected(layer: MapLayer, to_map: Transformer) -> list[BaseGeometry]:
    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_map.transform(points[:, 0], points[:, 1]))

    return [shapely.transform(feature.geometry, moved) for feature in layer.features]


def _extent(
    raster: Raster | None, shapes: Iterable[Sequence[BaseGeometry]]
) -> tuple[float, float, float, float]:
    boxes = [shape.bounds for layer in shapes for shape in layer]
    if raster is not None:
        boxes.append(raster.bounds)
    found = np.asarray(boxes)
    west, south = found[:, 0].min(), found[:, 1].min()
    east, north = found[:, 2].max(), found[:, 3].max()
    margin = max(_MARGIN * max(east - west, north - south), 100.0)
    return west - margin, south - margin, east + margin, north + margin


# -- layers ----------------------------------------------------------------------------------------


def _draw_layer(
    axes: Axes, layer: MapLayer, shapes: list[BaseGeometry], language: Language
) -> tuple[str, list[object]]:
    """Draw a layer; returns its part of the legend: title and handles."""
    styles, numbers = styles_of(layer, language)
    handles: list[object] = []
    kind = shapes[0].geom_type.removeprefix("Multi") if shapes else "Point"
    for index, style in enumerate(styles):
        chosen = [shape for shape, number in zip(shapes, numbers, strict=True) if number == index]
        if chosen or index < len(styles) - 1 or layer.colours is None:
            handles.append(_DRAW[kind](axes, chosen, style))
    if layer.label is not None:
        _draw_labels(axes, layer, shapes, language)
    return _legend_title(layer), handles


def _legend_title(layer: MapLayer) -> str:
    """What the classes are of; nothing where the one entry says it."""
    if layer.colours is None:
        return ""
    if isinstance(layer.colours, Categories):
        return layer.title
    return f"{layer.title}: {heading_text(layer.columns[layer.position(layer.colours.column)])}"


def _draw_areas(axes: Axes, shapes: Sequence[BaseGeometry], style: Style) -> object:
    face = style.colour if style.filled else "none"
    look: dict[str, Any] = {
        "facecolor": face,
        "edgecolor": OUTLINE,
        "linewidth": 0.4,
        "hatch": style.hatch,
    }
    axes.add_collection(PathCollection([_outline(shape) for shape in shapes], **look))
    return Patch(label=style.text, **look)


def _outline(shape: BaseGeometry) -> DrawnPath:
    """Rings of an area, holes too, as one path."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return DrawnPath.make_compound_path(*(DrawnPath(np.asarray(r.coords)[:, :2]) for r in rings))


def _draw_lines(axes: Axes, shapes: Sequence[BaseGeometry], style: Style) -> object:
    lines = [np.asarray(part.coords)[:, :2] for s in shapes for part in shapely.get_parts(s)]
    axes.add_collection(LineCollection(lines, colors=style.colour, linewidths=0.8))
    return Line2D([], [], color=style.colour, linewidth=1.2, label=style.text)


def _draw_points(axes: Axes, shapes: Sequence[BaseGeometry], style: Style) -> object:
    look: dict[str, Any] = {"marker": style.marker, "edgecolors": "black", "linewidths": 0.25}
    size = 14 if len(shapes) < 400 else 8
    places = np.asarray([shape.coords[0][:2] for shape in shapes]).reshape(-1, 2)
    axes.scatter(places[:, 0], places[:, 1], s=size, c=style.colour, zorder=3, **look)
    return Line2D(
        [],
        [],
        linestyle="",
        marker=style.marker,
        markersize=4.5,
        markerfacecolor=style.colour,
        markeredgecolor="black",
        markeredgewidth=0.3,
        label=style.text,
    )


_DRAW = {"Polygon": _draw_areas, "LineString": _draw_lines, "Point": _draw_points}


def _draw_labels(
    axes: Axes, layer: MapLayer, shapes: Sequence[BaseGeometry], language: Language
) -> None:
    assert layer.label is not None  # noqa: S101 - asked only for layers with labels
    place = layer.position(layer.label)
    column = layer.columns[place]
    for feature, shape in zip(layer.features, shapes, strict=True):
        value = feature.values[place]
        if value is None:
            continue
        spot = shape.representative_point()
        aside = (3, 2) if shape.geom_type == "Point" else (0, 0)
        axes.annotate(
            value_text(column, value, language, None),
            (spot.x, spot.y),
            xytext=aside,
            textcoords="offset points",
            fontsize=5.5,
            ha="left" if aside[0] else "center",
            path_effects=_HALO,
            zorder=4,
        )


def _draw_raster(axes: Axes, raster: Raster, language: Language) -> tuple[str, list[object]]:
    west, south, east, north = raster.bounds
    texts = class_texts(raster.column, raster.classes, language)
    colours = ordered_colours(len(texts), reverse=raster.reverse)
    edges = [-np.inf, *raster.classes, np.inf]
    axes.imshow(
        np.ma.masked_invalid(raster.values),
        cmap=ListedColormap(colours),
        norm=BoundaryNorm(edges, len(colours)),
        extent=(west, east, south, north),
        interpolation="nearest",
        aspect="equal",
    )
    handles: list[object] = [
        Patch(facecolor=colour, edgecolor=OUTLINE, linewidth=0.3, label=text)
        for text, colour in zip(texts, colours, strict=True)
    ]
    if raster.nothing:
        handles.append(
            Patch(facecolor="white", edgecolor=OUTLINE, linewidth=0.3, label=raster.nothing)
        )
    return heading_text(raster.column), handles


# -- around the map --------------------------------------------------------------------------------


def _draw_legend(figure: Figure, entries: Sequence[tuple[str, list[object]]]) -> None:
    """All layers' entries below each other, each with its title."""
    handles: list[Patch | Line2D] = []
    titles = []
    for title, parts in entries:
        if title:
            titles.append(len(handles))
            wrapped = textwrap.fill(title, _LEGEND_LETTERS)
            handles.append(Patch(facecolor="none", edgecolor="none", label=wrapped))
        handles.extend(part for part in parts if isinstance(part, Patch | Line2D))
    legend = figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(_MAP_SHARE + 0.01, 1.0),
        frameon=False,
        fontsize=7,
        handlelength=1.4,
    )
    for index in titles:
        legend.get_texts()[index].set_fontweight("bold")
        legend.get_texts()[index].set_x(-22)


def _draw_frame(figure: Figure, axes: Axes, source: str, language: Language) -> None:
    """Scale bar, north arrow, source line."""
    west, east = axes.get_xlim()
    length = nice_length((east - west) / 4)
    foot = axes.get_position().y0
    left, share = 0.02, _MAP_SHARE * length / (east - west)
    for part, colour in ((0, "black"), (1, "white")):
        figure.add_artist(
            Rectangle(
                (left + part * share / 2, foot * 0.72),
                share / 2,
                foot * 0.12,
                facecolor=colour,
                edgecolor="black",
                linewidth=0.5,
            )
        )
    unit = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    text = unit.replace(".", ",") if language == "vi" else unit
    figure.text(left + share + 0.01, foot * 0.78, text, fontsize=7, va="center")
    figure.text(left, foot * 0.28, f"{_SOURCE.of(language)}: {source}", fontsize=6, va="center")
    axes.annotate(
        _NORTH.of(language),
        xy=(0.965, 0.99),
        xytext=(0.965, 0.91),
        xycoords="axes fraction",
        ha="center",
        va="center",
        fontsize=8,
        fontweight="bold",
        arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 1.2},
    )


def nice_length(most: float) -> float:
    """The longest of 1, 2 or 5 times a power of ten that is not longer, metres."""
    power = 10.0 ** floor(log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most)
