"""Alarms over HTTP: look, acknowledge, comment, assign, clear."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query

from omc.alarms import AlarmKey, Severity
from omc.alarms.desk import AlarmDesk
from omc.api.alarm_views import (
    AlarmView,
    Assignment,
    ChangeView,
    Remark,
    RuleView,
    alarm_view,
    change_view,
    rule_view,
)
from omc.api.dependencies import Desk, Language, Operator, Viewer

routes = APIRouter(tags=["alarms"])

SeverityWord = Literal["indeterminate", "warning", "minor", "major", "critical"]


@routes.get("/alarms")
async def list_alarms(
    desk: Desk,
    viewer: Viewer,
    language: Language = "vi",
    mildest: Annotated[SeverityWord, Query(description="Only this bad or worse.")] = (
        "indeterminate"
    ),
    roots_only: Annotated[bool, Query(description="Without what a root explains.")] = False,
    cleared: Annotated[bool, Query(description="Also those that are over.")] = False,
    root: Annotated[str | None, Query(description="Only what this root explains.")] = None,
) -> list[AlarmView]:
    """Alarms, the most severe first, then the newest."""
    least = Severity.of_word(mildest)
    alarms = desk.engine.known() if cleared else desk.engine.active()
    children = Counter(alarm.root for alarm in alarms if alarm.root is not None)
    wanted = [
        alarm
        for alarm in alarms
        if (alarm.severity >= least or not alarm.is_active)
        and not (roots_only and alarm.root is not None)
        and (root is None or alarm.root == root)
    ]
    wanted.sort(key=lambda alarm: (-alarm.severity, -alarm.raised_ms))
    return [alarm_view(desk, alarm, language, children[alarm.key]) for alarm in wanted]


@routes.get("/alarms/one")
async def show_alarm(desk: Desk, viewer: Viewer, key: str, language: Language = "vi") -> AlarmView:
    """One alarm, active or over."""
    return _shown(desk, key, language)


@routes.get("/alarms/history")
async def history(
    desk: Desk,
    viewer: Viewer,
    key: str | None = None,
    since_ms: int = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
) -> list[ChangeView]:
    """What happened, newest first: to one alarm, or to all."""
    await desk.store.settled()
    wanted = AlarmKey(key) if key is not None else None
    past = await asyncio.to_thread(desk.store.history, wanted, since_ms=since_ms, limit=limit)
    return [change_view(change) for change in past]


@routes.post("/alarms/acknowledge")
async def acknowledge(
    desk: Desk, operator: Operator, remark: Remark, language: Language = "vi"
) -> AlarmView:
    """Say that somebody takes care of it."""
    desk.engine.acknowledge(AlarmKey(remark.key), operator.name, remark.text)
    return _shown(desk, remark.key, language)


@routes.post("/alarms/unacknowledge")
async def unacknowledge(
    desk: Desk, operator: Operator, remark: Remark, language: Language = "vi"
) -> AlarmView:
    """Take that back."""
    desk.engine.unacknowledge(AlarmKey(remark.key), operator.name, remark.text)
    return _shown(desk, remark.key, language)


@routes.post("/alarms/comment")
async def comment(
    desk: Desk, operator: Operator, remark: Remark, language: Language = "vi"
) -> AlarmView:
    """Add a remark to its history."""
    desk.engine.comment(AlarmKey(remark.key), operator.name, remark.text)
    return _shown(desk, remark.key, language)


@routes.post("/alarms/clear")
async def clear(
    desk: Desk, operator: Operator, remark: Remark, language: Language = "vi"
) -> AlarmView:
    """Clear it by hand; it comes back if it is still so at the next reading."""
    desk.engine.clear(AlarmKey(remark.key), operator.name, remark.text)
    return _shown(desk, remark.key, language)


@routes.post("/alarms/assign")
async def assign(
    desk: Desk, operator: Operator, assignment: Assignment, language: Language = "vi"
) -> AlarmView:
    """Give it to somebody, or (null) to nobody."""
    desk.engine.assign(AlarmKey(assignment.key), operator.name, assignment.to)
    return _shown(desk, assignment.key, language)


@routes.get("/rules")
async def list_rules(desk: Desk, viewer: Viewer, language: Language = "vi") -> list[RuleView]:
    """Every kind of alarm."""
    return [rule_view(desk, rule, language) for rule in desk.world.rules]


def _shown(desk: AlarmDesk, key: str, language: str) -> AlarmView:
    alarm = desk.engine.get(AlarmKey(key))
    if alarm is None:
        raise HTTPException(404, f"there is no alarm {key}")
    return alarm_view(desk, alarm, language, len(desk.children(alarm.key)))
