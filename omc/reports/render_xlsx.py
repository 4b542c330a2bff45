"""A workbook: an overview with the headline figures, then one sheet a table, charts beside it.

Cells hold numbers, not texts: shares as percent, durations as `[h]:mm`, moments as local times.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from omc.core.metric import Text
from omc.reports.document import (
    Chart,
    Column,
    ColumnKind,
    Document,
    Figures,
    Section,
    Table,
    Value,
)
from omc.reports.facts import facts
from omc.reports.pictures import Pictures
from omc.reports.value_text import figure_text, heading_text
from omc.reports.workbook_cells import Cells
from omc.reports.workbook_chart import add_chart

_OVERVIEW = Text(en="Overview", vi="Tổng quan")
_SHEETS = Text(en="Sheets", vi="Các trang tính")
_NOTHING = Text(en="Nothing to list.", vi="Không có dòng nào.")
_BASIS = Text(en="Basis", vi="Căn cứ")

#: Row of a sheet in which its table's headings are; the title is above.
_HEADINGS = 2
_NARROWEST, _WIDEST = 9, 56  # longer texts are wrapped
#: A heading takes about so many lines at most.
_HEADING_LINES = 3
#: Rows whose texts decide how wide a column is.
_MEASURED = 200
_FORBIDDEN = str.maketrans("[]:*?/\\'", "()-    ’")
_LONGEST_SHEET_NAME = 31
_ROW_PIXELS = 20
_A4 = 9


def render(document: Document, pictures: Pictures) -> dict[str, bytes]:
    """One workbook."""
    output = io.BytesIO()
    with Workbook(output, {"in_memory": True}) as workbook:
        _Book(workbook, document).write()
    return {f"{document.stem}.xlsx": output.getvalue()}


class _Book:
    """Writes one document into one workbook."""

    def __init__(self, workbook: Workbook, document: Document) -> None:
        self._workbook = workbook
        self._document = document
        self._language = document.language
        self._zone = document.period.start.tzinfo
        self._cells = Cells(workbook, self._language, self._zone)

    def write(self) -> None:
        document = self._document
        made = document.made.astimezone(self._zone).replace(tzinfo=None)
        self._workbook.set_properties({"title": document.title, "created": made})
        overview = self._workbook.add_worksheet(_OVERVIEW.of(self._language))
        sheets = {table.name: self._sheet(table) for table in document.tables()}
        self._write_overview(overview, sheets.values())
        for table in document.tables():
            self._write_table(sheets[table.name], table)
        self._write_charts(sheets)

    def _sheet(self, table: Table) -> Worksheet:
        """A sheet named as the table, or by the table's name where that is taken."""
        name = table.title.translate(_FORBIDDEN).strip()
        if len(name) > _LONGEST_SHEET_NAME:
            name = name[:_LONGEST_SHEET_NAME].rpartition(" ")[0]
        taken = {sheet.get_name().lower() for sheet in self._workbook.worksheets()}
        return self._workbook.add_worksheet(table.name if name.lower() in taken else name)

    # -- overview ----------------------------------------------------------------------------------

    def _write_overview(self, sheet: Worksheet, others: Iterable[Worksheet]) -> None:
        document = self._document
        for place, width in enumerate((46, 24, 90)):
            sheet.set_column(place, place, width)
        sheet.write_string(0, 0, document.title, self._cells.look(bold=True, font_size=14))
        row = 2
        for label, text in facts(document):
            sheet.write_string(row, 0, label, self._cells.look(bold=True))
            sheet.write_string(row, 1, text)
            row += 1
        row = self._write_lines(sheet, row + 1, _BASIS.of(self._language), document.basis)
        for section in document.sections:
            if section.paragraphs or any(isinstance(b, Figures) for b in section.blocks):
                row = self._write_section(sheet, row + 1, section)
        row = self._write_lines(sheet, row + 1, _SHEETS.of(self._language), ())
        for row, other in enumerate(others, start=row):  # noqa: B020 - goes on where it stands
            name = other.get_name()
            sheet.write_url(row, 0, f"internal:'{name}'!A1", string=name)
        _set_page(sheet)

    def _write_lines(self, sheet: Worksheet, row: int, title: str, lines: Iterable[str]) -> int:
        """A heading and lines below it, wrapped over all columns; returns the next row."""
        sheet.write_string(row, 0, title, self._cells.look(bold=True, font_size=11))
        for row, line in enumerate(lines, start=row + 1):  # noqa: B020 - goes on where it stands
            look = self._cells.look(text_wrap=True, valign="top")
            sheet.merge_range(row, 0, row, 2, line, look)
            sheet.set_row_pixels(row, _ROW_PIXELS * (1 + len(line) // 170))
        return row + 1

    def _write_section(self, sheet: Worksheet, row: int, section: Section) -> int:
        row = self._write_lines(sheet, row, section.title, section.paragraphs)
        for block in section.blocks:
            if isinstance(block, Figures):
                for figure in block.figures:
                    title = _heading(figure.column)
                    sheet.write_string(row, 0, title, self._cells.look(valign="top"))
                    self._cells.write(sheet, row, 1, figure.column, figure.value)
                    look = self._cells.look(
                        text_wrap=True, valign="top", italic=True, align="left", indent=1
                    )
                    sheet.write_string(row, 2, figure.basis, look)
                    row += 1
        return row

    # -- tables ------------------------------------------------------------------------------------

    def _write_table(self, sheet: Worksheet, table: Table) -> None:
        sheet.write_string(0, 0, table.title, self._cells.look(bold=True, font_size=14))
        lines = 1
        widths = [self._width(table, place) for place in range(len(table.columns))]
        for place, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
            lines = max(lines, _lines(_heading(column), width))
            sheet.set_column(place, place, width)
            if column.note:
                sheet.write_comment(_HEADINGS, place, column.note, {"x_scale": 2.5})
        sheet.set_row_pixels(_HEADINGS, _ROW_PIXELS * lines)
        for row, values in enumerate(table.rows, start=_HEADINGS + 1):
            tall = 1
            for place, (column, value) in enumerate(zip(table.columns, values, strict=True)):
                wrapped = widths[place] == _WIDEST
                if wrapped and isinstance(value, str):
                    tall = max(tall, _lines(value, _WIDEST))
                self._cells.write(sheet, row, place, column, value, wrapped=wrapped)
            if tall > 1:  # not every program makes rows fit by itself
                sheet.set_row_pixels(row, _ROW_PIXELS * tall)
        last = _HEADINGS + max(len(table.rows), 1)
        sheet.add_table(
            *(_HEADINGS, 0, last, len(table.columns) - 1),
            {
                "name": f"t_{table.name}",
                "style": "Table Style Light 1",
                "columns": [
                    {"header": _heading(c), "header_format": self._cells.of_heading(c)}
                    for c in table.columns
                ],
            },
        )
        notes = [*table.notes, *(f"{c.title}: {c.note}" for c in table.columns if c.note)]
        if not table.rows:
            notes.insert(0, _NOTHING.of(self._language))
        for row, note in enumerate(notes, start=last + 2):
            sheet.write_string(row, 0, note, self._cells.look(italic=True))
        sheet.freeze_panes(_HEADINGS + 1, 1)
        _set_page(sheet)
        sheet.repeat_rows(_HEADINGS)

    def _width(self, table: Table, place: int) -> int:
        """Letters that a column is wide."""
        column = table.columns[place]
        values = (row[place] for row in table.rows[:_MEASURED])
        longest = max((len(self._text(column, value)) for value in values), default=0)
        heading = _heading(column)
        longest_word = max(map(len, heading.split()))
        wanted = max(longest_word, len(heading) // _HEADING_LINES, longest - 2) + 3
        return min(max(_NARROWEST, wanted), _WIDEST)

    def _text(self, column: Column, value: Value) -> str:
        """About what a cell shows."""
        if column.kind is ColumnKind.DURATION and isinstance(value, int | float):
            return f"{value // 3600:.0f}:00"
        return figure_text(column, value, self._language, self._zone)

    def _write_charts(self, sheets: Mapping[str, Worksheet]) -> None:
        """Charts to the right of their tables, one below the other."""
        rows: dict[str, int] = {}
        for chart in self._document.blocks():
            if isinstance(chart, Chart) and self._document.table(chart.table).rows:
                table = self._document.table(chart.table)
                row = rows.get(table.name, _HEADINGS)
                cell = (row, len(table.columns) + 1)
                height = add_chart(
                    *(self._workbook, sheets[table.name], chart, table, _HEADINGS, cell),
                    self._language,
                )
                rows[table.name] = row + height // _ROW_PIXELS + 2


def _heading(column: Column) -> str:
    """Title and unit; the cells of a share say themselves that it is percent."""
    return column.title if column.kind is ColumnKind.SHARE else heading_text(column)


def _lines(text: str, width: int) -> int:
    """Lines that a text takes in a column, with room for the button of a filter beside it."""
    lines, used = 1, 0
    for word in text.split():
        if used and used + 1 + len(word) > width - 3:
            lines, used = lines + 1, 0
        used += len(word) + bool(used)
    return lines


def _set_page(sheet: Worksheet) -> None:
    """Landscape A4, as wide as one page, with page numbers."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")
