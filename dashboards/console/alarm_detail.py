"""One alarm with all that is known of it, for the panel beside the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from dashboards.console.network_state import site_of
from dashboards.console.templates import render
from dashboards.console.viewer import Viewer
from omc.alarms import Alarm, ChangeKind, PastChange
from omc.alarms.notify.told import DELIVERED, Delivery
from omc.alarms.wording.impact import Impact
from omc.core.model import SiteCode

_MOST_SITES = 24
#: What the service does with an alarm by itself, which people need not read.
_INNER = frozenset({ChangeKind.ROOTED, ChangeKind.UNROOTED, ChangeKind.CALM})


def alarm_detail(
    viewer: Viewer, alarm: Alarm, past: Sequence[PastChange], told: Sequence[Delivery]
) -> str:
    """The panel.

    Args:
        viewer: Who reads it.
        alarm: As it is now.
        past: Its history, newest first.
        told: What came of telling people, newest first.
    """
    console, language = viewer.console, viewer.language
    desk = console.world.desk
    rule, impact = desk.world.rules[alarm.rule], desk.impact(alarm)
    children = Counter(child.rule for child in desk.overview.children(alarm.key))
    more = len(impact.sites) - _MOST_SITES
    return render(
        "alarm_detail.html",
        t=viewer.texts,
        severity=alarm.severity.word,
        severity_name=alarm.severity.text.of(language),
        title=rule.title.of(language),
        where=console.alarms.where(alarm, language),
        where_href=place_href(viewer, alarm),
        next=rule.action.of(language) if alarm.is_active else "",
        facts=_facts(viewer, alarm, impact),
        sites=[(code, _site_name(viewer, code)) for code in impact.sites[:_MOST_SITES]],
        more_sites=viewer.texts("alarms.more", count=more) if more > 0 else "",
        runbook=rule.runbook or "",
        children=[
            (count, desk.world.rules[name].title.of(language))
            for name, count in children.most_common()
        ],
        children_title=viewer.texts("alarms.explains_these", count=children.total()),
        told=[_attempt(viewer, delivery) for delivery in told],
        history=[_line(viewer, change) for change in past if change.kind not in _INNER],
    )


def place_href(viewer: Viewer, alarm: Alarm) -> str:
    """The page of what an alarm is about; "" if it has none."""
    for label, page in (("span", "/fibre?span="), ("area", "/area/")):
        if alarm.label(label):
            return page + quote(alarm.label(label))
    site = site_of(viewer.console.world.inventory, alarm)
    return f"/site/{quote(site)}" if site else ""


def _site_name(viewer: Viewer, code: str) -> str:
    return viewer.console.world.inventory.sites[SiteCode(code)].name


def _facts(viewer: Viewer, alarm: Alarm, impact: Impact) -> list[tuple[str, str]]:
    """What is known, with its name; what is not known is left out."""
    t, desk = viewer.texts, viewer.console.world.desk
    rule = desk.world.rules[alarm.rule]
    writer = viewer.console.alarms
    end = alarm.cleared_ms or viewer.console.world.clock.time_ms()
    lasted = t.duration((end - alarm.raised_ms) / 1000)
    cells = t.cell_counts(impact.cells.items())
    people = t("alarms.people", count=t.number(impact.people)) if impact.people is not None else ""
    acknowledged = ""
    if (note := alarm.acknowledged) is not None:
        acknowledged = f"{note.who}, {t.date(note.time_ms)}" + (
            f": {note.text}" if note.text else ""
        )
    facts = [
        (t("alarms.since"), f"{t.date(alarm.raised_ms)} ({lasted})"),
        (t("alarms.acknowledged"), acknowledged),
        (t("alarms.assigned"), alarm.assigned or ""),
        (t("alarms.affected_people"), people),
        (t("alarms.affected_cells"), cells),
        (t("alarms.affected_areas"), ", ".join(impact.areas)),
        (t("alarms.value"), writer.value(alarm, viewer.language)),
        (t("alarms.why"), writer.why(alarm, viewer.language)),
        (t("alarms.meaning"), rule.meaning.of(viewer.language)),
        (t("alarms.planned_work"), alarm.suppressed or ""),
        (t("alarms.times"), t.number(alarm.occurrences) if alarm.occurrences > 1 else ""),
    ]
    return [(name, text) for name, text in facts if text]


def _attempt(viewer: Viewer, delivery: Delivery) -> dict[str, str]:
    """One line of who was told."""
    t, is_delivered = viewer.texts, delivery.result == DELIVERED
    return {
        "severity": "cleared" if is_delivered else "major",
        "time": t.date(delivery.time_ms),
        "route": delivery.route,
        "what": t(f"told.{delivery.kind}"),
        "result": t("told.delivered") if is_delivered else delivery.result,
    }


def _line(viewer: Viewer, change: PastChange) -> dict[str, str]:
    t = viewer.texts
    is_given_up = change.kind is ChangeKind.ASSIGNED and not change.text
    return {
        "severity": change.severity.word,
        "time": t.date(change.time_ms),
        "what": t("change.given_up" if is_given_up else f"change.{change.kind}"),
        "who": change.who,
        "text": change.text,
    }
