"""Doing what an operator asks for with an alarm, if they may."""

from __future__ import annotations

from dashboards.console.components.alarm_actions import Deed
from dashboards.console.network_state import site_of
from dashboards.console.viewer import Viewer
from omc.alarms import Alarm, MaintenanceWindow, UnknownAlarm
from omc.core.settings import Role

#: How long a place can be silenced for.
HOURS = (1, 2, 4, 8, 24)
_HOUR_MS = 3_600_000


async def carry_out(viewer: Viewer, alarm: Alarm, deed: Deed) -> str:
    """Do it in the name of the viewer.

    Returns:
        Key of the text that says what came of it.
    """
    if not viewer.may(Role.OPERATOR):
        return "act.not_yours"
    engine, who = viewer.console.world.desk.engine, viewer.session.caller.name
    try:
        if deed.what == "acknowledge":
            engine.acknowledge(alarm.key, who, deed.note)
        elif deed.what == "give_back":
            engine.unacknowledge(alarm.key, who, deed.note)
        elif deed.what == "comment":
            engine.comment(alarm.key, who, deed.note)
        elif deed.what == "assign" and (not deed.to or deed.to in assignees(viewer)):
            engine.assign(alarm.key, who, deed.to or None)
        elif deed.what == "clear":
            engine.clear(alarm.key, who, deed.note)
            return "act.cleared"
        elif deed.what == "silence" and deed.hours in HOURS:
            await viewer.console.world.desk.open_window(_window(viewer, alarm, deed))
            return "act.silenced"
    except UnknownAlarm:
        return "act.gone"
    return "act.done"


def assignees(viewer: Viewer) -> list[str]:
    """Whom an alarm can be assigned to: oneself, and all who may act."""
    own = viewer.session.caller.name
    others = viewer.console.world.doorman.people(Role.OPERATOR)
    return [own, *(name for name in others if name != own)]


def _window(viewer: Viewer, alarm: Alarm, deed: Deed) -> MaintenanceWindow:
    """Planned work where the alarm is: at its cable, its area, or its site."""
    now = viewer.console.world.clock.time_ms()
    span, area = alarm.label("span"), alarm.label("area")
    site = "" if span or area else site_of(viewer.console.world.inventory, alarm)
    node = "" if span or area or site else alarm.label("node")
    place = span or area or site or node or alarm.rule
    return MaintenanceWindow(
        name=f"{place} {viewer.texts.date(now)}",
        begins_ms=now,
        ends_ms=now + deed.hours * _HOUR_MS,
        who=viewer.session.caller.name,
        reason=deed.note,
        sites=(site,) if site else (),
        nodes=(node,) if node else (),
        areas=(area,) if area else (),
        spans=(span,) if span else (),
    )


def can_be_silenced(viewer: Viewer, alarm: Alarm) -> bool:
    """Whether an alarm has a place: one without would silence everything."""
    named = any(alarm.label(label) for label in ("span", "area", "node"))
    return named or bool(site_of(viewer.console.world.inventory, alarm))
