"""What a route is to be told, without a look at every alarm."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from omc.alarms import AlarmEngine, Maintenance, Severity
from omc.alarms.notify.routing import Announcement, after_telling
from omc.alarms.notify.told import Delivery, Ledger
from omc.alarms.notify.watch import RouteWatch
from omc.core.clock import ManualClock
from omc.core.inventory import Inventory
from tests.unit.alarms.notify.test_routing import Wishes


class Watching:
    """An engine, and one route that is told whatever there is to tell."""

    def __init__(self, folder: Path, wishes: Wishes) -> None:
        self.clock = ManualClock()
        self.engine = AlarmEngine(self.clock, {}, Maintenance(Inventory()))
        self.ledger = Ledger(folder / "told.db")
        zone = ZoneInfo("Asia/Ho_Chi_Minh")
        self.watch = RouteWatch(
            self.engine, self.ledger, "noc", wishes, zone, self.clock, Random(1)
        )

    def report(self, name: str, severity: Severity, rule: str = "rule") -> None:
        self.engine.report(rule, (("site", name),), "x", severity)

    def tell(self, announcement: Announcement) -> str:
        now = self.clock.time_ms()
        kind, key = str(announcement.kind), announcement.alarm.key
        told = after_telling(announcement, now)
        self.ledger.remember(Delivery(now, "noc", key, kind, "delivered"), told)
        return f"{announcement.alarm.label('site')} {kind}"

    def tell_all(self) -> list[str]:
        told = []
        while (following := self.watch.next()) is not None:
            told.append(self.tell(following))
        return told


def test_the_worst_is_told_first_and_everything_once(tmp_path: Path) -> None:
    watching = Watching(tmp_path, Wishes())
    for name, severity in (("a", Severity.MINOR), ("b", Severity.CRITICAL), ("c", Severity.MINOR)):
        watching.report(name, severity)
    assert watching.tell_all() == ["b raised", "a raised", "c raised"]
    assert watching.tell_all() == []
    watching.report("a", Severity.CLEARED)
    assert watching.tell_all() == ["a over"]


def test_what_is_over_before_its_turn_is_not_told(tmp_path: Path) -> None:
    watching = Watching(tmp_path, Wishes())
    watching.report("a", Severity.CRITICAL)
    watching.report("b", Severity.MINOR)
    first = watching.watch.next()
    assert first is not None
    watching.report("b", Severity.CLEARED)
    assert watching.tell(first) == "a raised"
    assert watching.tell_all() == []


def test_what_was_refused_is_tried_again_ever_more_rarely_and_holds_up_nothing(
    tmp_path: Path,
) -> None:
    watching = Watching(tmp_path, Wishes())
    watching.report("a", Severity.CRITICAL)
    watching.report("b", Severity.MINOR)
    tries: list[int] = []
    for second in range(600):
        while (following := watching.watch.next()) is not None:
            if following.alarm.label("site") == "a":
                assert watching.watch.refused(following) is (not tries)
                tries.append(second)
            else:
                assert watching.tell(following) == "b raised"
                assert second == 0
        watching.clock.advance(1)
    pauses = [after - before for before, after in pairwise(tries)]
    assert pauses[0] <= 1
    assert 60 <= max(pauses) <= 121
    assert len(tries) < 16
    assert watching.watch.is_refused


def test_what_was_refused_is_tried_at_once_when_it_gets_worse(tmp_path: Path) -> None:
    watching = Watching(tmp_path, Wishes())
    watching.report("a", Severity.MINOR)
    refused = watching.watch.next()
    assert refused is not None
    watching.watch.refused(refused)
    watching.engine.comment(refused.alarm.key, "lan", "on my way")
    assert watching.watch.next() is None, "the same news waits for its time"
    watching.report("a", Severity.CRITICAL)
    worse = watching.watch.next()
    assert worse is not None
    watching.tell(worse)
    watching.watch.accepted(worse)
    assert not watching.watch.is_refused
    watching.clock.advance(600)
    assert watching.tell_all() == []


def test_what_was_refused_and_is_over_is_told_to_nobody(tmp_path: Path) -> None:
    watching = Watching(tmp_path, Wishes())
    watching.report("a", Severity.MINOR)
    refused = watching.watch.next()
    assert refused is not None
    watching.watch.refused(refused)
    watching.report("a", Severity.CLEARED)
    assert watching.tell_all() == []
    assert not watching.watch.is_refused


def test_escalation_comes_when_nobody_has_acknowledged_in_time(tmp_path: Path) -> None:
    watching = Watching(tmp_path, Wishes(unacknowledged_for=900.0))
    watching.report("a", Severity.MAJOR)
    watching.report("b", Severity.MAJOR)
    assert watching.tell_all() == []
    watching.clock.advance(800)
    (alarm, _) = watching.engine.active()
    watching.engine.acknowledge(alarm.key, "lan")
    watching.clock.advance(99)
    assert watching.tell_all() == []
    watching.clock.advance(1)
    assert watching.tell_all() == ["b raised"]


async def test_a_change_wakes_at_once_and_silence_after_a_while(tmp_path: Path) -> None:
    watching = Watching(tmp_path, Wishes())
    assert watching.watch.next() is None
    await watching.watch.changed(0.01)
    waiting = asyncio.create_task(watching.watch.changed(60.0), name="waiting")
    await asyncio.sleep(0)
    watching.report("a", Severity.MAJOR)
    async with asyncio.timeout(5):
        await waiting
    assert watching.tell_all() == ["a raised"]
