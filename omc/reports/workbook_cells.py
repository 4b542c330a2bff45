"""Cells of a workbook: the number format of a column, and a value as Excel stores it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from omc.reports.document import Column, ColumnKind, Language, Value

_DAY_SECONDS = 86_400
_DAYS: Mapping[Language, str] = {"vi": "dd/mm/yyyy", "en": "yyyy-mm-dd"}


def number_format(column: Column, language: Language) -> str:
    """The column's format in Excel's code, which every locale shows in its own way."""
    decimals = "." + "0" * column.decimals if column.decimals else ""
    day = _DAYS[language]
    return {
        ColumnKind.TEXT: "@",
        ColumnKind.NUMBER: f"#,##0{decimals}",
        ColumnKind.SHARE: f"0{decimals}%",
        ColumnKind.DURATION: "[h]:mm",
        ColumnKind.MOMENT: f"{day} hh:mm",
        ColumnKind.DAY: day,
    }[column.kind]


class Cells:
    """Writes values into cells, in formats made once.

    Args:
        workbook: Of the formats.
        language: Of the document.
        zone: In which moments are shown: Excel knows no time zones.
    """

    def __init__(self, workbook: Workbook, language: Language, zone: tzinfo | None) -> None:
        self._workbook = workbook
        self._language: Language = language
        self._zone = zone
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def look(self, **properties: Any) -> Format:
        """A format with these properties of xlsxwriter's."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format(properties)
        return self._formats[key]

    def of_column(self, column: Column, *, wrapped: bool = False) -> Format:
        """The format of a column's cells; texts keep clear of numbers to their left."""
        side = {} if column.is_right else {"align": "left", "indent": 1}
        number = number_format(column, self._language)
        return self.look(num_format=number, valign="top", text_wrap=wrapped, **side)

    def of_heading(self, column: Column) -> Format:
        """The format of a column's heading: above its values, clear of the filter's button."""
        side = (
            {"align": "right", "indent": 2} if column.is_right else {"align": "left", "indent": 1}
        )
        return self.look(bold=True, text_wrap=True, valign="top", bg_color="#DCE6F1", **side)

    def write(
        self,
        sheet: Worksheet,
        row: int,
        place: int,
        column: Column,
        value: Value,
        *,
        wrapped: bool = False,
    ) -> None:
        """Write one value; an unknown one leaves the cell empty."""
        look = self.of_column(column, wrapped=wrapped)
        if value is None:
            sheet.write_blank(row, place, None, look)
        elif isinstance(value, str):
            sheet.write_string(row, place, value, look)
        elif isinstance(value, datetime):
            local = value.astimezone(self._zone).replace(tzinfo=None)
            sheet.write_datetime(row, place, local, look)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, datetime.combine(value, time()), look)
        else:
            scale = _DAY_SECONDS if column.kind is ColumnKind.DURATION else 1
            sheet.write_number(row, place, value / scale, look)
