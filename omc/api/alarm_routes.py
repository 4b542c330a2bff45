"""Alarms over HTTP: look, acknowledge, comment, assign, clear."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from itertools import chain, islice
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query

from omc.alarms import Alarm, AlarmEngine, AlarmKey, Severity
from omc.alarms.desk import AlarmDesk
from omc.api.alarm_views import (
    AlarmView,
    Assignment,
    ChangeView,
    CountsView,
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
    part: Annotated[str | None, Query(description="Only with this text in their key.")] = None,
    limit: Annotated[int, Query(ge=1, le=100_000, description="Not more than so many.")] = 200,
) -> list[AlarmView]:
    """Alarms, the most severe first, and of those the ones that became so last.

    `/alarms/counts` says how many there are.
    """
    least = Severity.of_word(mildest)
    wanted = (
        alarm
        for alarm in _candidates(desk, part, root, roots_only=roots_only, cleared=cleared)
        if (alarm.severity >= least if alarm.is_active else cleared)
        and not (roots_only and alarm.root is not None)
        and (root is None or alarm.root == root)
    )
    return [_view(desk, alarm, language) for alarm in islice(wanted, limit)]


def _candidates(
    desk: AlarmDesk, part: str | None, root: str | None, *, roots_only: bool, cleared: bool
) -> Iterator[Alarm]:
    """The shortest list in order that all wanted alarms are in."""
    if part is not None:
        return desk.engine.matching(part)
    if root is not None:
        return desk.overview.children(AlarmKey(root))
    active = desk.overview.alarms(roots_only=roots_only)
    return chain(active, _over(desk)) if cleared else active


def _over(desk: AlarmDesk) -> Iterator[Alarm]:
    """Those that are over, the newest first."""
    over = [alarm for alarm in desk.engine.known() if not alarm.is_active]
    yield from sorted(over, key=lambda alarm: -alarm.raised_ms)


@routes.get("/alarms/counts")
async def count_alarms(desk: Desk, viewer: Viewer) -> CountsView:
    """How many alarms are active, and how many of them people are told of."""
    counts = {severity.word: number for severity, number in desk.overview.counts().items()}
    return CountsView(
        active=sum(counts.values()), concerning=desk.overview.concerning, severities=counts
    )


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


#: What people do to an alarm with a remark.
_REMARKS: Mapping[str, tuple[Callable[[AlarmEngine, AlarmKey, str, str], Alarm], str]] = {
    "acknowledge": (AlarmEngine.acknowledge, "Say that somebody takes care of it."),
    "unacknowledge": (AlarmEngine.unacknowledge, "Take that back."),
    "comment": (AlarmEngine.comment, "Add a remark to its history."),
    "clear": (
        AlarmEngine.clear,
        "Clear it by hand; it comes back if it is still so at the next reading.",
    ),
}


def _remarking(
    act: Callable[[AlarmEngine, AlarmKey, str, str], Alarm],
) -> Callable[..., Awaitable[AlarmView]]:
    async def remark_on(
        desk: Desk, operator: Operator, remark: Remark, language: Language = "vi"
    ) -> AlarmView:
        act(desk.engine, AlarmKey(remark.key), operator.name, remark.text)
        return _shown(desk, remark.key, language)

    return remark_on


for _name, (_act, _text) in _REMARKS.items():
    routes.add_api_route(
        f"/alarms/{_name}",
        _remarking(_act),
        methods=["POST"],
        name=_name,
        description=_text,
        response_model=AlarmView,
    )


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
    return _view(desk, alarm, language)


def _view(desk: AlarmDesk, alarm: Alarm, language: str) -> AlarmView:
    return alarm_view(desk, alarm, language, desk.overview.children_count(alarm.key))
