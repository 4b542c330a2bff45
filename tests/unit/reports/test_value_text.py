"""Values as people of each language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from omc.reports.document import Column, ColumnKind, Language, Value
from omc.reports.value_text import figure_text, heading_text
from tests.unit.reports.sample_document import ZONE

ROWS: list[tuple[ColumnKind, Value, int, str, str]] = [
    (ColumnKind.NUMBER, 1234.56, 1, "1.234,6 km", "1,234.6 km"),
    (ColumnKind.NUMBER, -0.01, 1, "0,0 km", "0.0 km"),
    (ColumnKind.SHARE, 0.99951, 2, "99,95 %", "99.95 %"),
    (ColumnKind.DURATION, 90 * 60.0, 0, "1 giờ 30 phút km", "1 h 30 min km"),
    (ColumnKind.DURATION, 1234.5 * 3600, 0, "1.234 giờ km", "1,234 h km"),
    (ColumnKind.DURATION, 59.7, 0, "1 phút km", "1 min km"),
    (ColumnKind.DURATION, 12.0, 0, "12 giây km", "12 s km"),
    (ColumnKind.MOMENT, datetime(2026, 12, 31, 20, tzinfo=UTC), 0, "01/01/2027 03:00 km", ""),
    (ColumnKind.DAY, date(2026, 2, 1), 0, "01/02/2026 km", "2026-02-01 km"),
    (ColumnKind.NUMBER, None, 0, "–", "–"),
]


@pytest.mark.parametrize(("kind", "value", "decimals", "vi", "en"), ROWS)
def test_a_value_is_written_as_the_language_does(
    kind: ColumnKind, value: Value, decimals: int, vi: str, en: str
) -> None:
    column = Column("x", "X", kind, "km", decimals)
    wanted: list[tuple[Language, str]] = [("vi", vi), ("en", en)]
    for language, text in wanted:
        if text:
            shown = figure_text(column, value, language, ZONE).replace("\u00a0", " ")
            assert shown == text


def test_a_heading_says_the_unit() -> None:
    assert heading_text(Column("a", "Area", ColumnKind.NUMBER, "km²")) == "Area (km²)"
    assert heading_text(Column("a", "Share", ColumnKind.SHARE)) == "Share (%)"
