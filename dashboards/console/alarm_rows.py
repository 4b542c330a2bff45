"""Alarms as lists show them: put into words once for each language, however many look."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dashboards.console.network_state import site_of
from dashboards.console.texts import LANGUAGES, Texts
from dashboards.console.world import ConsoleWorld
from omc.alarms import Alarm, AlarmKey
from omc.alarms.wording.impact import Impact
from omc.alarms.wording.message import MessageWriter
from omc.core.model import SiteCode

#: Alarms in words that are kept; more than are ever shown at once.
_MOST = 5_000


class AlarmWriter:
    """Puts alarms into rows.

    Args:
        world: What they are about.
        texts: By language.
    """

    def __init__(self, world: ConsoleWorld, texts: dict[str, Texts]) -> None:
        self._world = world
        self._texts = texts
        self._writers: dict[str, MessageWriter] = {
            language: MessageWriter(world.inventory, world.catalogue, world.timezone, language)
            for language in LANGUAGES
        }
        self._kept: dict[tuple[AlarmKey, str], tuple[Alarm, dict[str, Any]]] = {}

    def row(self, alarm: Alarm, language: str, children: int = 0) -> dict[str, Any]:
        """An alarm for a list; texts in that language, times in Unix milliseconds."""
        known = self._kept.get((alarm.key, language))
        if known is None or known[0] is not alarm:
            if len(self._kept) > _MOST:
                self._kept.clear()
            known = self._kept[alarm.key, language] = (alarm, self._written(alarm, language))
        return known[1] | {"children": children}

    def where(self, alarm: Alarm, language: str) -> str:
        """The object of an alarm as people call it, its site first: lines may be cut short."""
        where, code = self._writers[language].where(alarm), site_of(self._world.inventory, alarm)
        site = self._world.inventory.sites.get(SiteCode(code))
        if site is None:
            return where
        name = f"{site.name} ({code})"
        rest = where.removesuffix(name).removesuffix(", ")
        return f"{name} · {rest}" if rest else name

    def why(self, alarm: Alarm, language: str) -> str:
        """What a root cause is known by; "" for what is no root cause."""
        return self._writers[language].why(alarm.finding) if alarm.finding is not None else ""

    def value(self, alarm: Alarm, language: str) -> str:
        """The value that decided; "" where there is none."""
        return self._writers[language].value(alarm, self._world.desk.world.rules[alarm.rule])

    def _written(self, alarm: Alarm, language: str) -> dict[str, Any]:
        texts, rule = self._texts[language], self._world.desk.world.rules[alarm.rule]
        impact = self._world.desk.impact(alarm)
        note = alarm.acknowledged
        return {
            "key": alarm.key,
            "severity": alarm.severity.word,
            "title": rule.title.of(language),
            "where": self.where(alarm, language),
            "since": alarm.raised_ms,
            "cleared": alarm.cleared_ms,
            "impact": self._affected(impact, texts),
            "next": rule.action.of(language) if alarm.is_active else "",
            "ack": f"{note.who}" if note is not None else "",
            "ack_text": note.text if note is not None else "",
            "assigned": alarm.assigned or "",
            "flapping": alarm.flapping,
            "suppressed": alarm.suppressed or "",
            "times": alarm.occurrences,
            "href": alarm_href(alarm.key),
            "level": 0,
        }

    def _affected(self, impact: Impact, texts: Texts) -> str:
        if not impact.sites:
            return ""
        parts = [texts.counted("alarms.sites", len(impact.sites))]
        cells = sum(impact.cells.values())
        if cells:
            parts.append(texts.counted("alarms.cells", cells))
        if impact.people is not None:
            parts.append(texts.counted("alarms.people", impact.people))
        return " · ".join(parts)


def alarm_href(key: str) -> str:
    """Where an alarm is shown with all that is known of it."""
    return f"/alarms?key={quote(key)}"
