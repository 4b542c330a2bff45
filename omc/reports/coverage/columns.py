"""Columns and rows that the tables of a coverage report have in common."""

from __future__ import annotations

from collections.abc import Iterator

from omc.core.metric import Text
from omc.core.model import AreaCode
from omc.reports.coverage.report import CoverageReport
from omc.reports.document import Column, ColumnKind, Language

CODE = Text(en="Code", vi="Mã")
AREA = Text(en="Area", vi="Địa bàn")
TECHNOLOGY = Text(en="Technology", vi="Công nghệ")
_ALL = Text(en="All areas", vi="Toàn bộ")


class Columns:
    """Makes columns in one language.

    Args:
        language: Of their titles.
    """

    def __init__(self, language: Language) -> None:
        self._language = language

    def share(self, key: str, title: Text, note: str = "", decimals: int = 1) -> Column:
        """0..1, shown as percent."""
        text = title.of(self._language)
        return Column(key, text, ColumnKind.SHARE, decimals=decimals, note=note)

    def number(self, key: str, title: Text, unit: str = "", decimals: int = 0) -> Column:
        """A number with its unit."""
        return Column(key, title.of(self._language), ColumnKind.NUMBER, unit, decimals)

    def text(self, key: str, title: Text) -> Column:
        """Text."""
        return Column(key, title.of(self._language))


def rows_of_areas(
    report: CoverageReport, language: Language
) -> Iterator[tuple[str, str, list[AreaCode]]]:
    """Code, name and areas of each row of a table by area; the last is everything."""
    units = report.geography.units
    for unit in units:
        yield unit.code, unit.area.name, [unit.code]
    if len(units) > 1:
        yield "", _ALL.of(language), [unit.code for unit in units]
