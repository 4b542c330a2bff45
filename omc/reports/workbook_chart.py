"""Charts of a workbook: drawn by whoever opens it, from the cells of the table beside them."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from omc.reports.document import Chart, ChartKind, ColumnKind, Language, Table
from omc.reports.palette import CATEGORIES
from omc.reports.value_text import heading_text
from omc.reports.workbook_cells import number_format

#: Pixels.
_WIDTH, _HEIGHT, _BAR = 640, 320, 18


def add_chart(
    workbook: Workbook,
    sheet: Worksheet,
    chart: Chart,
    table: Table,
    headings: int,
    cell: tuple[int, int],
    language: Language,
) -> int:
    """Put a chart on the sheet of its table.

    Args:
        workbook: The sheet's.
        sheet: Where the table is.
        chart: Which.
        table: Its data.
        headings: Row with the headings.
        cell: Row and column of the chart's upper left corner.
        language: Of the document.

    Returns:
        Its height in pixels.
    """
    kind: dict[str, str] = {"type": chart.kind.value}
    if chart.stacked:
        kind["subtype"] = "stacked"
    drawn: Any = workbook.add_chart(kind)
    first, last = headings + 1, headings + min(chart.most, len(table.rows))
    columns = [table.columns[table.position(key)] for key in chart.ys]
    for number, (key, column) in enumerate(zip(chart.ys, columns, strict=True)):
        colour = CATEGORIES[number % len(CATEGORIES)]
        name_column = table.position(chart.x)
        value_column = table.position(key)
        drawn.add_series(
            {
                "name": column.title,
                "categories": [sheet.get_name(), first, name_column, last, name_column],
                "values": [sheet.get_name(), first, value_column, last, value_column],
                "fill": {"color": colour},
                "line": {"color": colour},
            }
        )
    drawn.set_title({"name": chart.title, "name_font": {"size": 11}})
    values = {
        "name": heading_text(columns[0]) if len(columns) == 1 else columns[0].unit,
        "num_format": number_format(columns[0], language),
        "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}},
        "min": None if chart.kind is ChartKind.LINE else 0,
        "max": 1 if columns[0].kind is ColumnKind.SHARE else None,
    }
    names = table.columns[table.position(chart.x)]
    if chart.kind is ChartKind.BAR:  # lying down, xlsxwriter's x is the axis of the values
        drawn.set_x_axis(values)
        drawn.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}})
    else:
        is_time = names.kind in {ColumnKind.DAY, ColumnKind.MOMENT}
        drawn.set_x_axis({"date_axis": is_time, "num_format": number_format(names, language)})
        drawn.set_y_axis(values)
    drawn.set_legend({"none": True} if len(columns) == 1 else {"position": "bottom"})
    height = _HEIGHT
    if chart.kind is ChartKind.BAR:
        height = max(_HEIGHT, 120 + _BAR * (last - first + 1))
    drawn.set_size({"width": _WIDTH, "height": height})
    sheet.insert_chart(*cell, drawn)
    return height
