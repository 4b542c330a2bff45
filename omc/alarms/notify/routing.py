"""What a route is to be told now: pure decisions, made anew every second.

Nothing is queued. What should have been said is compared with what was said (`Ledger`), and the
difference is said; so a restart, a route that was away, and an alarm that came and went meanwhile
need no special case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Protocol

from omc.alarms.alarm import Alarm, AlarmKey
from omc.alarms.notify.told import Told
from omc.alarms.pon.roots import PORT_ALARMS
from omc.alarms.severity import Severity
from omc.alarms.symptoms import LINK, REACH

#: Seconds in which an alarm may turn out to be the child of a root before anybody is told: a poll
#: that is lost, its neighbours asked, and the verdict.
SETTLING = 12.0
#: The same for mains failures: the devices of a commune are asked within a minute.
SETTLING_MAINS = 75.0
_MAINS = frozenset({"mains_failed", "battery_discharging"})
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


def announcements(
    alarms: Mapping[AlarmKey, Alarm],
    told: Mapping[AlarmKey, Told],
    wishes: Wishes,
    now_ms: int,
    zone: tzinfo,
) -> Iterator[Announcement]:
    """What a route is to be told now, the most severe first.

    Args:
        alarms: Every alarm that is known, active or over.
        told: What the route was last told of each.
        wishes: What it wants.
        now_ms: Unix milliseconds.
        zone: Of its quiet hours.
    """
    for alarm in sorted(alarms.values(), key=lambda alarm: -alarm.severity):
        before = told.get(alarm.key)
        if alarm.is_active:
            kind = _news(alarm, before)
            if kind is not None and _is_wanted(alarm, wishes, now_ms, zone):
                yield Announcement(alarm, kind)
        elif wishes.tell_end and _end_is_news(alarm, before):
            yield Announcement(alarm, Telling.OVER)


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


def _is_wanted(alarm: Alarm, wishes: Wishes, now_ms: int, zone: tzinfo) -> bool:
    if alarm.root is not None or alarm.suppressed is not None:
        return False
    if alarm.severity.word not in wishes.severities or not _fits_site(alarm, wishes.sites):
        return False
    age = (now_ms - alarm.raised_ms) / 1000
    if age < _settling(alarm):
        return False
    is_taken_care_of = alarm.acknowledged is not None or age < wishes.unacknowledged_for
    if wishes.unacknowledged_for and is_taken_care_of:
        return False
    return not _can_wait(alarm, wishes.quiet, now_ms, zone)


def _settling(alarm: Alarm) -> float:
    if alarm.rule in _MAINS:
        return SETTLING_MAINS
    if alarm.rule in PORT_ALARMS:
        return SETTLING_PONS
    return SETTLING if alarm.rule in REACH or alarm.rule in LINK else 0.0


def _fits_site(alarm: Alarm, patterns: Iterable[str]) -> bool:
    patterns = tuple(patterns)
    places = {alarm.label("site"), *(alarm.finding.places if alarm.finding else ())}
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
