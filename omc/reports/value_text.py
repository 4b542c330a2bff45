"""Values of a report as a page shows them, in the document's language.

Vietnamese writes 1.234,5 where English writes 1,234.5. Programs read CSV and GIS files, which hold
plain numbers instead.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from omc.core.metric import Text
from omc.reports.document import Column, ColumnKind, Language, Value

#: What is shown where a value is not known.
UNKNOWN = "–"

_SWAP = str.maketrans(",.", ".,")
_HOURS = Text(en="h", vi="giờ")
_MINUTES = Text(en="min", vi="phút")
_SECONDS = Text(en="s", vi="giây")
_LONG_SECONDS = 100 * 3600


def heading_text(column: Column) -> str:
    """Title of a column with its unit."""
    if column.kind is ColumnKind.SHARE:
        return f"{column.title} (%)"
    return f"{column.title} ({column.unit})" if column.unit else column.title


def value_text(column: Column, value: Value, language: Language, zone: tzinfo | None) -> str:
    """One value without its unit, which stands in the heading.

    Args:
        column: Says how.
        value: What.
        language: Of the document.
        zone: In which moments are shown.
    """
    if value is None:
        return UNKNOWN
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime(_PATTERNS[language][1])
    if isinstance(value, date):
        return value.strftime(_PATTERNS[language][0])
    if isinstance(value, str):
        return value
    if column.kind is ColumnKind.SHARE:
        return number_text(value * 100, column.decimals, language)
    if column.kind is ColumnKind.DURATION:
        return duration_text(value, language)
    return number_text(value, column.decimals, language)


def figure_text(column: Column, value: Value, language: Language, zone: tzinfo | None) -> str:
    """One value with its unit, as a headline shows it."""
    text = value_text(column, value, language, zone)
    unit = "%" if column.kind is ColumnKind.SHARE else column.unit
    return text if value is None or not unit else f"{text}\u00a0{unit}"


def number_text(value: float, decimals: int, language: Language) -> str:
    """A number with thousands apart."""
    text = f"{value:,.{decimals}f}"
    if float(f"{value:.{decimals}f}") == 0:
        text = text.removeprefix("-")
    return text.translate(_SWAP) if language == "vi" else text


def duration_text(seconds: float, language: Language) -> str:
    """Seconds as hours and minutes; below a minute as seconds, from 100 hours on as hours."""
    whole = round(seconds)
    if whole >= _LONG_SECONDS:
        return f"{number_text(whole / 3600, 0, language)}\u00a0{_HOURS.of(language)}"
    if whole < 60:
        return f"{whole}\u00a0{_SECONDS.of(language)}"
    hours, minutes = divmod(round(whole / 60), 60)
    short = f"{minutes}\u00a0{_MINUTES.of(language)}"
    if not hours:
        return short
    return f"{number_text(hours, 0, language)}\u00a0{_HOURS.of(language)}\u00a0{short}"


def day_text(day: date, language: Language) -> str:
    """A day: 24/11/2026 in Vietnamese, 2026-11-24 in English."""
    return day.strftime(_PATTERNS[language][0])


_PATTERNS: dict[Language, tuple[str, str]] = {
    "vi": ("%d/%m/%Y", "%d/%m/%Y %H:%M"),
    "en": ("%Y-%m-%d", "%Y-%m-%d %H:%M"),
}
