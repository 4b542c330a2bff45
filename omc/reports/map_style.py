"""How the objects of a layer are coloured, for pictures and for KML alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from omc.core.metric import Text
from omc.reports.document import Categories, Classes, Column, Language, MapLayer, Value
from omc.reports.palette import CATEGORIES, MARKERS, NO_DATA, PLAIN, ordered_colours
from omc.reports.value_text import value_text

_NO_DATA = Text(en="no data", vi="không có dữ liệu")
_BELOW = Text(en="below", vi="dưới")
_FROM = Text(en="from", vi="từ")


@dataclass(frozen=True, slots=True)
class Style:
    """How the objects of one entry of the legend are drawn.

    Attributes:
        text: Of the entry.
        colour: `#rrggbb`.
        marker: Matplotlib's name of a shape, for points.
        hatch: Matplotlib's pattern, for areas.
        filled: Whether areas are.
    """

    text: str
    colour: str
    marker: str = "o"
    hatch: str = ""
    filled: bool = True


def styles_of(layer: MapLayer, language: Language) -> tuple[list[Style], list[int | None]]:
    """Entries of the legend, and the one that each feature belongs to; None: it is not drawn."""
    if layer.colours is None:
        return [Style(layer.title, PLAIN, filled=False)], [0] * len(layer.features)
    place = layer.position(layer.colours.column)
    values = [feature.values[place] for feature in layer.features]
    if isinstance(layer.colours, Categories):
        return _categories(layer.colours, values)
    return _classes(layer.colours, layer.columns[place], values, language)


def _categories(
    colours: Categories, values: Sequence[Value]
) -> tuple[list[Style], list[int | None]]:
    names = colours.values
    styles = [
        Style(name, colour, marker)
        for name, colour, marker in zip(names, CATEGORIES, MARKERS, strict=False)
    ]
    return styles, [names.index(v) if v in names else None for v in map(str, values)]


def _classes(
    classes: Classes, column: Column, values: Sequence[Value], language: Language
) -> tuple[list[Style], list[int | None]]:
    texts = class_texts(column, classes.bounds, language)
    colours = ordered_colours(len(texts), reverse=classes.reverse)
    styles = [Style(text, colour) for text, colour in zip(texts, colours, strict=True)]
    styles.append(Style(_NO_DATA.of(language), NO_DATA, hatch="////"))
    return styles, [
        class_of(value, classes.bounds) if isinstance(value, int | float) else len(texts)
        for value in values
    ]


def class_texts(column: Column, bounds: Sequence[float], language: Language) -> list[str]:
    """What the legend says of each class, lowest first."""
    limits = [value_text(column, bound, language, None) for bound in bounds]
    between = [f"{low} – {high}" for low, high in pairwise(limits)]
    return [f"{_BELOW.of(language)} {limits[0]}", *between, f"{_FROM.of(language)} {limits[-1]}"]


def class_of(value: float, bounds: Sequence[float]) -> int:
    """Number of the class that a value belongs to."""
    return int(np.searchsorted(bounds, value, side="right"))
