"""What a route is to be told of an alarm now: pure decisions.

Nothing is queued. What should have been said is compared with what was said (`Ledger`), and the
difference is said; so a restart, a route that was away, and an alarm that came and went meanwhile
need no special case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Protocol

from omc.alarms.causes.pon.roots import PORT_ALARMS
from omc.alarms.causes.symptoms import LINK, ON_BATTERY, REACH
from omc.alarms.life.alarm import Alarm
from omc.alarms.notify.told import Told
from omc.alarms.severity import Severity

#: Seconds in which an alarm may turn out to be the child of a root before anybody is told: a poll
#: that is lost, its neighbours asked, and the verdict.
SETTLING = 12.0
#: The same for mains failures: the devices of a commune are asked within a minute.
SETTLING_MAINS = 75.0
#: Milliseconds between two looks whether quiet hours are over.
_QUIET_LOOK_MS = 10_000
_MAINS = ON_BATTERY | {"mains_failed"}
#: The same for PON ports: the OLT is asked for the state of every ONT.
SETTLING_PONS = 75.0


class Telling(StrEnum):
    """What is told."""

    RAISED = "raised"
    WORSE = "worse"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something a route is to be told.

    Attributes:
        alarm: As it is now.
        kind: What is told.
    """

    alarm: Alarm
    kind: Telling

    @property
    def identity(self) -> str:
        """The same for the same news, however often it is tried to tell it."""
        alarm = self.alarm
        return f"{alarm.key}/{alarm.raised_ms}/{self.kind}/{int(alarm.severity)}"


class Quiet(Protocol):
    """Hours in which some severities wait."""

    @property
    def begins(self) -> int: ...
    @property
    def ends(self) -> int: ...
    @property
    def severities(self) -> Iterable[str]: ...


class Wishes(Protocol):
    """What a route wants, as the settings say it."""

    @property
    def severities(self) -> Iterable[str]: ...
    @property
    def sites(self) -> Iterable[str]: ...
    @property
    def unacknowledged_for(self) -> float: ...
    @property
    def quiet(self) -> Quiet | None: ...
    @property
    def tell_end(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing is to be told now, and maybe at that moment, Unix milliseconds."""

    time_ms: int


def outlook(
    alarm: Alarm, before: Told | None, wishes: Wishes, now_ms: int, zone: tzinfo
) -> Announcement | Later | None:
    """What a route is to be told of an alarm now; None: nothing until the alarm changes.

    Args:
        alarm: As it is, active or over.
        before: What the route was last told of it; None for nothing.
        wishes: What the route wants.
        now_ms: Unix milliseconds.
        zone: Of its quiet hours.
    """
    if not alarm.is_active:
        is_news = wishes.tell_end and _end_is_news(alarm, before)
        return Announcement(alarm, Telling.OVER) if is_news else None
    kind = _news(alarm, before)
    if kind is None or not _is_for(alarm, wishes):
        return None
    # From its last change on: what outlasts its root may be a child of the next one.
    settled_ms = alarm.changed_ms + round(1000 * _settling(alarm))
    ripe_ms = max(settled_ms, alarm.raised_ms + round(1000 * wishes.unacknowledged_for))
    if now_ms < ripe_ms:
        return Later(ripe_ms)
    if _can_wait(alarm, wishes.quiet, now_ms, zone):
        return Later(now_ms + _QUIET_LOOK_MS)
    return Announcement(alarm, kind)


def _news(alarm: Alarm, before: Told | None) -> Telling | None:
    """What is new in an active alarm for somebody who was told that before."""
    if before is None:
        return Telling.RAISED
    if alarm.flapping:
        return None  # it comes and goes: they know
    if before.raised_ms != alarm.raised_ms or before.severity is Severity.CLEARED:
        return Telling.RAISED
    return Telling.WORSE if alarm.severity > before.severity else None


def _end_is_news(alarm: Alarm, before: Told | None) -> bool:
    """Whether somebody was told that it is wrong, and not that it is over for good."""
    return before is not None and before.severity > Severity.CLEARED and not alarm.flapping


def _is_for(alarm: Alarm, wishes: Wishes) -> bool:
    """Whether the route wants to hear of it as it is, now or later."""
    if alarm.root is not None or alarm.suppressed is not None:
        return False
    if wishes.unacknowledged_for and alarm.acknowledged is not None:
        return False
    return alarm.severity.word in wishes.severities and _fits_site(alarm, wishes.sites)


def _settling(alarm: Alarm) -> float:
    if alarm.rule in _MAINS:
        return SETTLING_MAINS
    if alarm.rule in PORT_ALARMS:
        return SETTLING_PONS
    return SETTLING if alarm.rule in REACH or alarm.rule in LINK else 0.0


def _fits_site(alarm: Alarm, patterns: Iterable[str]) -> bool:
    patterns = tuple(patterns)
    places = {alarm.label("site")}
    if alarm.finding is not None:
        places.update(alarm.finding.places, alarm.finding.sites)
    return not patterns or any(fnmatchcase(p, pattern) for p in places for pattern in patterns)


def _can_wait(alarm: Alarm, quiet: Quiet | None, now_ms: int, zone: tzinfo) -> bool:
    if quiet is None or alarm.severity.word not in quiet.severities:
        return False
    local = datetime.fromtimestamp(now_ms / 1000, zone)
    minute = local.hour * 60 + local.minute
    if quiet.begins <= quiet.ends:
        return quiet.begins <= minute < quiet.ends
    return minute >= quiet.begins or minute < quiet.ends


def after_telling(announcement: Announcement, time_ms: int) -> Told:
    """What the route knows once it has been told."""
    alarm = announcement.alarm
    over = announcement.kind is Telling.OVER
    return Told(alarm.raised_ms, Severity.CLEARED if over else alarm.severity, time_ms)
