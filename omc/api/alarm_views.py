"""Alarms as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated

from pydantic import BaseModel, Field

from omc.alarms import Alarm, MaintenanceWindow, PastChange, Rule
from omc.alarms.desk import AlarmDesk


class NoteView(BaseModel):
    """What a person did or said. `time_ms`: Unix milliseconds, UTC."""

    who: str
    time_ms: int
    text: str


class ImpactView(BaseModel):
    """Whom a root cause cuts off; `people` is an estimate, null where no population is known."""

    sites: list[str]
    cells: Mapping[str, int]
    areas: list[str]
    people: int | None


class HomesView(BaseModel):
    """What a fault of a PON takes: `lost` ONTs as port:number of the `onts` in operation before.

    Of `known` of them it is known whether they sent a dying gasp; `gasps` did.
    """

    pons: list[str]
    onts: int
    lost: list[str]
    known: int
    gasps: int


class LightView(BaseModel):
    """A fall of light that `fallen` of `receivers` see together; `decibels` is their median."""

    receivers: int
    fallen: int
    decibels: float


class SectionView(BaseModel):
    """A span that can hold a cut; chainages are metres of cable from the link's start."""

    span: str
    start: str
    end: str
    from_metres: float
    to_metres: float


class LocationView(BaseModel):
    """Where a cut is: `metres` of fibre from `origin` (OTDR); degrees of WGS 84 where known."""

    span: str
    origin: str
    metres: float
    latitude: float | None
    longitude: float | None
    radius_metres: float | None


class FindingView(BaseModel):
    """What a root cause is known by; `confidence` is 0..1."""

    fault: str
    confidence: float
    places: list[str]
    silent: int
    ports_down: int
    power: str
    second: str
    homes: HomesView | None
    light: LightView | None
    sections: list[SectionView]
    location: LocationView | None
    sites: list[str]


class AlarmView(BaseModel):
    """One alarm. Times are Unix milliseconds, UTC; texts in the language that was asked for."""

    key: str
    rule: str
    title: str
    text: list[str]
    severity: str
    worst: str
    cause: str
    cause_number: int
    event_type: str
    labels: Mapping[str, str]
    raised_ms: int
    changed_ms: int
    cleared_ms: int | None
    occurrences: int
    value: float | None
    acknowledged: NoteView | None
    assigned: str | None
    flapping: bool
    suppressed: str | None
    root: str | None
    children: int
    impact: ImpactView
    finding: FindingView | None
    runbook: str | None


class CountsView(BaseModel):
    """How many alarms are active, and how many of them are no child and outside planned work."""

    active: int
    concerning: int
    severities: Mapping[str, int]


class ChangeView(BaseModel):
    """One line of an alarm's history, newest first."""

    number: int
    key: str
    time_ms: int
    kind: str
    severity: str
    previous: str
    who: str
    text: str
    value: float | None


class RuleView(BaseModel):
    """One kind of alarm."""

    name: str
    title: str
    meaning: str
    action: str
    topic: str
    event_type: str
    cause: str


class WindowView(BaseModel):
    """Planned work. Without places it is everywhere. Times are Unix milliseconds, UTC."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    begins_ms: int
    ends_ms: int
    reason: str = ""
    who: str = ""
    sites: list[str] = []
    nodes: list[str] = []
    areas: list[str] = []
    spans: list[str] = []


class Remark(BaseModel):
    """Which alarm, and what to say to it."""

    key: str
    text: Annotated[str, Field(max_length=2000)] = ""


class Assignment(BaseModel):
    """Which alarm, and to whom; null is nobody."""

    key: str
    to: Annotated[str, Field(min_length=1, max_length=100)] | None = None


def alarm_view(desk: AlarmDesk, alarm: Alarm, language: str, children: int) -> AlarmView:
    """An alarm for the API, with how many alarms it explains."""
    rule = desk.world.rules[alarm.rule]
    message = desk.message(alarm, language)
    impact = desk.impact(alarm)
    note, finding = alarm.acknowledged, alarm.finding
    return AlarmView(
        key=alarm.key,
        rule=alarm.rule,
        title=message.title,
        text=list(message.lines),
        severity=alarm.severity.word,
        worst=alarm.worst.word,
        cause=desk.world.rules.causes[rule.cause].text.of(language),
        cause_number=desk.world.rules.causes[rule.cause].number,
        event_type=rule.event_type,
        labels=dict(alarm.labels),
        raised_ms=alarm.raised_ms,
        changed_ms=alarm.changed_ms,
        cleared_ms=alarm.cleared_ms,
        occurrences=alarm.occurrences,
        value=alarm.value,
        acknowledged=NoteView(who=note.who, time_ms=note.time_ms, text=note.text) if note else None,
        assigned=alarm.assigned,
        flapping=alarm.flapping,
        suppressed=alarm.suppressed,
        root=alarm.root,
        children=children,
        impact=ImpactView(
            sites=list(impact.sites),
            cells=impact.cells,
            areas=list(impact.areas),
            people=impact.people,
        ),
        finding=FindingView.model_validate(asdict(finding)) if finding else None,
        runbook=rule.runbook,
    )


def change_view(past: PastChange) -> ChangeView:
    """A line of history for the API."""
    return ChangeView(
        number=past.number,
        key=past.key,
        time_ms=past.time_ms,
        kind=past.kind,
        severity=past.severity.word,
        previous=past.previous.word,
        who=past.who,
        text=past.text,
        value=past.value,
    )


def rule_view(desk: AlarmDesk, rule: Rule, language: str) -> RuleView:
    """A rule for the API."""
    return RuleView(
        name=rule.name,
        title=rule.title.of(language),
        meaning=rule.meaning.of(language),
        action=rule.action.of(language),
        topic=desk.world.rules.topics[rule.name].of(language),
        event_type=rule.event_type,
        cause=desk.world.rules.causes[rule.cause].text.of(language),
    )


def window_view(window: MaintenanceWindow) -> WindowView:
    """A maintenance window for the API."""
    return WindowView(
        name=window.name,
        begins_ms=window.begins_ms,
        ends_ms=window.ends_ms,
        reason=window.reason,
        who=window.who,
        sites=list(window.sites),
        nodes=list(window.nodes),
        areas=list(window.areas),
        spans=list(window.spans),
    )
