"""Charts as pictures, for pages; workbooks draw their own from the cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from omc.core.metric import Text
from omc.reports.document import Chart, ChartKind, Column, ColumnKind, Document, Table, Value
from omc.reports.palette import CATEGORIES
from omc.reports.picture import drawing, svg
from omc.reports.value_text import heading_text, value_text

#: Inches.
_HEIGHT = 2.6
_BAR_HEIGHT = 0.19
_AROUND_BARS = 0.75

_HOUR_SECONDS = 3600
_HOURS = Text(en="hours", vi="giờ")

#: More names below an axis than this are written upright.
_MOST_LEVEL_LABELS = 8

_HATCHES = ("", "////", "....", "\\\\\\\\", "xx", "--", "oo")


def chart_svg(chart: Chart, document: Document) -> bytes:
    """The chart as SVG.

    Raises:
        KeyError: it names a table or column that is not there.
    """
    table = document.table(chart.table)
    rows = table.rows[: chart.most]
    columns = [table.columns[table.position(key)] for key in chart.ys]
    series = [_numbers(rows, table, key) for key in chart.ys]
    labels = _labels(chart, rows, table, document)
    height = _HEIGHT
    if chart.kind is ChartKind.BAR:
        height = _AROUND_BARS + _BAR_HEIGHT * max(len(rows), 2)
    with drawing(height) as figure:
        axes = figure.add_subplot()
        _DRAW[chart.kind](axes, labels, series, columns, stacked=chart.stacked)
        _finish(axes, chart, columns, document)
        figure.tight_layout()
        return svg(figure)


def _labels(
    chart: Chart, rows: Sequence[Sequence[Value]], table: Table, document: Document
) -> list[Value]:
    """What stands at the axis: moments for a line, texts for bars."""
    place = table.position(chart.x)
    if chart.kind is ChartKind.LINE:
        return [row[place] for row in rows]
    zone = document.period.start.tzinfo
    column = table.columns[place]
    return [value_text(column, row[place], document.language, zone) for row in rows]


def _numbers(rows: Sequence[Sequence[Value]], table: Table, key: str) -> list[float]:
    """A column as numbers, durations in hours; NaN, which is not drawn, for what is not known."""
    place = table.position(key)
    scale = _HOUR_SECONDS if table.columns[place].kind is ColumnKind.DURATION else 1
    values = (row[place] for row in rows)
    return [v / scale if isinstance(v, int | float) else float("nan") for v in values]


def _bars(
    axes: Axes,
    labels: list[Value],
    series: list[list[float]],
    columns: Sequence[Column],
    *,
    stacked: bool,
) -> None:
    _stack(axes, labels, series, columns, stacked=stacked, horizontal=True)
    axes.invert_yaxis()  # the first row on top


def _columns(
    axes: Axes,
    labels: list[Value],
    series: list[list[float]],
    columns: Sequence[Column],
    *,
    stacked: bool,
) -> None:
    _stack(axes, labels, series, columns, stacked=stacked, horizontal=False)


def _stack(
    axes: Axes,
    labels: list[Value],
    series: list[list[float]],
    columns: Sequence[Column],
    *,
    stacked: bool,
    horizontal: bool,
) -> None:
    places = np.arange(len(labels), dtype=float)
    base = np.zeros(len(labels))
    thick = 0.8 if stacked else 0.8 / len(series)
    for index, (values, column) in enumerate(zip(series, columns, strict=True)):
        shift = 0.0 if stacked else (index - (len(series) - 1) / 2) * thick
        draw = axes.barh if horizontal else axes.bar
        style: dict[str, Any] = {
            "color": CATEGORIES[index % len(CATEGORIES)],
            "hatch": _HATCHES[index % len(_HATCHES)],
            "edgecolor": "white",
            "linewidth": 0.3,
            "label": column.title,
            "left" if horizontal else "bottom": base.copy(),
        }
        draw(places + shift, values, thick, **style)
        if stacked:
            base += np.nan_to_num(np.asarray(values))
    (axes.set_yticks if horizontal else axes.set_xticks)(places, [str(label) for label in labels])
    (axes.set_xlim if horizontal else axes.set_ylim)(0, max(1e-9, *_tops(series, stacked=stacked)))
    if not horizontal and len(labels) > _MOST_LEVEL_LABELS:
        axes.tick_params(axis="x", rotation=90)


def _tops(series: list[list[float]], *, stacked: bool) -> list[float]:
    """How far bars reach, with some air."""
    heights = np.nan_to_num(np.asarray(series))
    tops = heights.sum(axis=0) if stacked else heights.max(axis=0)
    return [0.0, float(tops.max(initial=0.0)) * 1.05]


def _lines(
    axes: Axes,
    labels: list[Value],
    series: list[list[float]],
    columns: Sequence[Column],
    *,
    stacked: bool,
) -> None:
    moments = [m.replace(tzinfo=None) if isinstance(m, datetime) else m for m in labels]
    styles = ("-", "--", ":", "-.")
    for index, (values, column) in enumerate(zip(series, columns, strict=True)):
        axes.plot(
            moments,  # type: ignore[arg-type]
            values,
            styles[index % len(styles)],
            color=CATEGORIES[index % len(CATEGORIES)],
            label=column.title,
            linewidth=1.2,
        )
    axes.tick_params(axis="x", rotation=0)


_DRAW = {ChartKind.BAR: _bars, ChartKind.COLUMN: _columns, ChartKind.LINE: _lines}


def _finish(axes: Axes, chart: Chart, columns: Sequence[Column], document: Document) -> None:
    """Axis of values in the document's way of writing, a grid, and a legend where one is needed."""
    column = columns[0]
    if column.kind is ColumnKind.DURATION:
        column = replace(column, kind=ColumnKind.NUMBER, unit=_HOURS.of(document.language))
    several = len(columns) > 1
    title = heading_text(column)
    if several:
        title = title.removeprefix(column.title).strip(" ()")

    def written(value: float, _: object = None) -> str:
        decimals = max(column.decimals, int(value != round(value)))
        return value_text(replace(column, decimals=decimals), value, document.language, None)

    horizontal = chart.kind is ChartKind.BAR
    axis = axes.xaxis if horizontal else axes.yaxis
    axis.set_major_formatter(FuncFormatter(written))
    axis.grid(visible=True, color="#DDDDDD", linewidth=0.5)
    axes.set_axisbelow(True)
    (axes.set_xlabel if horizontal else axes.set_ylabel)(title)
    if several:
        axes.legend(
            frameon=False, ncols=min(4, len(columns)), loc="lower right", bbox_to_anchor=(1.0, 1.0)
        )
