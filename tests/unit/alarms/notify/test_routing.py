"""Who is told what, and when: decisions without any sending."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.alarms import Alarm, AlarmKey, Note, Severity
from omc.alarms.life.alarm import Finding
from omc.alarms.notify.routing import (
    SETTLING,
    Announcement,
    Later,
    Telling,
    after_telling,
    outlook,
)
from omc.alarms.notify.told import Told
from omc.core.settings.notify import QuietHours
from tests.sample_data import NEW_YEAR_MS

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")  # New Year in UTC is 07:00 there
SITE = (("site", "VYE001"),)


@dataclass(frozen=True)
class Wishes:
    severities: tuple[str, ...] = ("minor", "major", "critical")
    sites: tuple[str, ...] = ()
    unacknowledged_for: float = 0.0
    quiet: QuietHours | None = None
    tell_end: bool = True


def an_alarm(rule: str = "dc_bus_voltage_low", severity: Severity = Severity.MAJOR) -> Alarm:
    return Alarm(rule, SITE, severity, severity, NEW_YEAR_MS, NEW_YEAR_MS)


def told_of(
    alarm: Alarm,
    wishes: Wishes | None = None,
    before: Told | None = None,
    seconds: float = 0.0,
) -> list[Telling]:
    now = NEW_YEAR_MS + round(seconds * 1000)
    found = outlook(alarm, before, wishes or Wishes(), now, HANOI)
    return [found.kind] if isinstance(found, Announcement) else []


def before_it(severity: Severity, raised_ms: int = NEW_YEAR_MS) -> Told:
    return Told(raised_ms, severity, NEW_YEAR_MS)


def over(alarm: Alarm) -> Alarm:
    return replace(alarm, severity=Severity.CLEARED, cleared_ms=NEW_YEAR_MS + 60_000)


def test_an_alarm_is_told_once_and_its_end_too() -> None:
    alarm = an_alarm()
    assert told_of(alarm) == [Telling.RAISED]
    assert told_of(alarm, before=before_it(Severity.MAJOR)) == []
    assert told_of(over(alarm), before=before_it(Severity.MAJOR)) == [Telling.OVER]
    assert told_of(over(alarm), before=before_it(Severity.CLEARED)) == []
    assert told_of(over(alarm)) == []  # nobody knew of it


def test_getting_worse_is_told_and_getting_better_is_not() -> None:
    alarm = an_alarm(severity=Severity.CRITICAL)
    assert told_of(alarm, before=before_it(Severity.MAJOR)) == [Telling.WORSE]
    better = replace(alarm, severity=Severity.MINOR)
    assert told_of(better, before=before_it(Severity.CRITICAL)) == []


def test_what_comes_back_is_told_again_unless_it_is_flapping() -> None:
    again = replace(an_alarm(), raised_ms=NEW_YEAR_MS + 5000)
    assert told_of(again, before=before_it(Severity.CLEARED), seconds=5) == [Telling.RAISED]
    assert told_of(again, before=before_it(Severity.MAJOR), seconds=5) == [Telling.RAISED]
    flapping = replace(again, flapping=True)
    assert told_of(flapping, before=before_it(Severity.CLEARED), seconds=5) == []
    assert told_of(over(flapping), before=before_it(Severity.MAJOR)) == []


def test_children_and_planned_work_wake_nobody() -> None:
    assert told_of(replace(an_alarm(), root=AlarmKey("fibre_cut{}"))) == []
    assert told_of(replace(an_alarm(), suppressed="thay ắc quy")) == []


@pytest.mark.parametrize("rule", ["device_unreachable", "interface_down"])
def test_what_may_turn_out_to_be_a_child_waits_for_the_verdict(rule: str) -> None:
    assert told_of(an_alarm(rule), seconds=SETTLING - 1) == []
    assert told_of(an_alarm(rule), seconds=SETTLING) == [Telling.RAISED]


def test_what_outlasts_its_root_waits_for_the_verdict_on_what_is_left() -> None:
    hours = 3_600_000
    alarm = replace(an_alarm("device_unreachable"), changed_ms=NEW_YEAR_MS + hours)
    assert told_of(alarm, seconds=3600 + SETTLING - 1) == []
    assert told_of(alarm, seconds=3600 + SETTLING) == [Telling.RAISED]


def test_a_root_is_told_at_once() -> None:
    assert told_of(an_alarm("fibre_cut", Severity.CRITICAL)) == [Telling.RAISED]


def test_a_route_hears_only_of_its_severities_and_sites() -> None:
    assert told_of(an_alarm(), Wishes(severities=("critical",))) == []
    assert told_of(an_alarm(), Wishes(sites=("VPH*",))) == []
    assert told_of(an_alarm(), Wishes(sites=("VYE*",))) == [Telling.RAISED]
    cut = replace(an_alarm("fibre_cut"), finding=Finding("cut", 1.0, ("VPH001",)))
    assert told_of(cut, Wishes(sites=("VPH*",))) == [Telling.RAISED]
    mains = replace(an_alarm("area_mains_failed"), labels=(("area", "1"),))
    mains = replace(mains, finding=Finding("mains", 0.75, sites=("VPH001", "VPH002")))
    assert told_of(mains, Wishes(sites=("VPH*",))) == [Telling.RAISED]
    assert told_of(mains, Wishes(sites=("VYE*",))) == []


def test_the_next_one_is_woken_when_nobody_acknowledges() -> None:
    wishes = Wishes(unacknowledged_for=600)
    assert told_of(an_alarm(), wishes, seconds=599) == []
    assert told_of(an_alarm(), wishes, seconds=600) == [Telling.RAISED]
    acknowledged = replace(an_alarm(), acknowledged=Note("lan", NEW_YEAR_MS))
    assert told_of(acknowledged, wishes, seconds=600) == []


@pytest.mark.parametrize(
    ("begins", "ends", "severity", "waits"),
    [
        (6 * 60, 8 * 60, Severity.MINOR, True),
        (22 * 60, 8 * 60, Severity.MINOR, True),  # over midnight
        (22 * 60, 7 * 60, Severity.MINOR, False),  # just over
        (6 * 60, 8 * 60, Severity.CRITICAL, False),
    ],
)
def test_in_quiet_hours_some_severities_wait(
    begins: int, ends: int, severity: Severity, waits: bool
) -> None:
    quiet = QuietHours.model_construct(begins=begins, ends=ends, severities=("minor",))
    told = told_of(an_alarm(severity=severity), Wishes(quiet=quiet))
    assert (told == []) is waits


def test_what_is_only_a_matter_of_time_is_looked_at_in_time() -> None:
    lost = an_alarm("device_unreachable")
    later = outlook(lost, None, Wishes(), NEW_YEAR_MS, HANOI)
    assert later == Later(NEW_YEAR_MS + round(SETTLING * 1000))
    next_one = outlook(an_alarm(), None, Wishes(unacknowledged_for=600), NEW_YEAR_MS, HANOI)
    assert next_one == Later(NEW_YEAR_MS + 600_000)
    quiet = QuietHours.model_construct(begins=6 * 60, ends=8 * 60, severities=("major",))
    assert isinstance(outlook(an_alarm(), None, Wishes(quiet=quiet), NEW_YEAR_MS, HANOI), Later)
    child = replace(an_alarm(), root=AlarmKey("fibre_cut{}"))
    assert outlook(child, None, Wishes(), NEW_YEAR_MS, HANOI) is None


@given(
    st.lists(st.tuples(st.sampled_from(Severity), st.booleans(), st.integers(1, 100)), max_size=30),
    st.booleans(),
)
def test_after_telling_there_is_nothing_more_to_tell(
    steps: list[tuple[Severity, bool, int]], tell_end: bool
) -> None:
    wishes = Wishes(severities=("warning", "minor", "major", "critical"), tell_end=tell_end)
    told: Told | None = None
    time_ms = NEW_YEAR_MS
    for severity, flapping, pause in steps:
        time_ms += pause * 1000
        alarm = replace(an_alarm(severity=severity), raised_ms=time_ms, flapping=flapping)
        if severity is Severity.CLEARED:
            alarm = replace(alarm, cleared_ms=time_ms)
        found = outlook(alarm, told, wishes, time_ms, HANOI)
        if isinstance(found, Announcement):
            told = after_telling(found, time_ms)
        assert outlook(alarm, told, wishes, time_ms, HANOI) is None
