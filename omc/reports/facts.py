"""What every report says of itself first: period, geography, when it was made."""

from __future__ import annotations

from datetime import timedelta

from omc.core.metric import Text
from omc.reports.document import Document, Language, Period
from omc.reports.value_text import day_text

_PERIOD = Text(en="Period", vi="Kỳ báo cáo")
_GEOGRAPHY = Text(en="Geography", vi="Địa bàn")
_SCOPE = Text(en="Scope", vi="Phạm vi")
_MADE = Text(en="Made", vi="Lập lúc")
_TO = Text(en="to", vi="đến")


def facts(document: Document) -> list[tuple[str, str]]:
    """Labels and texts for the head of a report."""
    language = document.language
    zone = document.period.start.tzinfo
    made = document.made.astimezone(zone)
    scope = [(_SCOPE.of(language), document.scope)] if document.scope else []
    return [
        (_PERIOD.of(language), f"{period_text(document.period, language)} ({zone})"),
        (_GEOGRAPHY.of(language), document.geography),
        *scope,
        (_MADE.of(language), f"{day_text(made, language)} {made:%H:%M}"),
    ]


def period_text(period: Period, language: Language) -> str:
    """First and last day; with times where it does not consist of whole days."""
    start, end = period.start, period.end
    if start.time() == end.time() == start.min.time():
        last = end - timedelta(days=1)
        if last.date() == start.date():
            return day_text(start, language)
        return f"{day_text(start, language)} {_TO.of(language)} {day_text(last, language)}"
    texts = [f"{day_text(moment, language)} {moment:%H:%M}" for moment in (start, end)]
    return f" {_TO.of(language)} ".join(texts)
