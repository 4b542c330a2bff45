"""What traps set off."""

from __future__ import annotations

from collections.abc import Iterable

from omc.alarms import AlarmEngine, AlarmMonitor, Maintenance
from omc.alarms.judging.told_by_traps import TrapHearing
from omc.alarms.sorted_batch import SortedBatch
from omc.core.clock import ManualClock
from omc.core.inventory import Inventory
from omc.core.model import Batch, Event, EventKind, SeriesTable
from tests.unit.alarms.watching import Watched, catalogue, shipped_rules

PON = (("node", "OLT1"), ("pon", "0/1/3"), ("site", "VYE001"))


class Heard:
    """Trap hearing with a prober that writes down whom it is to ask."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.table = SeriesTable()
        self.engine = AlarmEngine(self.clock, {}, Maintenance(Inventory()))
        self.monitor = AlarmMonitor(shipped_rules(), catalogue(), self.engine, self.clock)
        self.hearing = TrapHearing(self.engine, self.monitor, self, self.clock)
        self.asked: list[str] = []

    def hasten(self, nodes: Iterable[str], *, tables: bool = False) -> None:
        self.asked += nodes

    def trap(self, text: str, severity: str = "") -> None:
        event = Event(
            EventKind.TRAP, "trap:OLT1", self.clock.time_ms(), PON, text, severity=severity
        )
        self.hearing.notice(event)

    def poll(self, port_up: float) -> None:
        port = self.table.intern(catalogue().metric("pon_port_up"), dict(PON))
        batch = Batch("snmp:OLT1:fast", 60.0)
        batch.add(port, port_up, self.clock.time_ms())
        self.monitor.observe(SortedBatch(batch))

    def wait(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.advance(1.0)
            self.hearing.tick()


def test_an_alarm_is_raised_once_and_cleared() -> None:
    heard = Heard()
    for _ in range(3):
        heard.trap("pon_rogue_ont", "major")
    (alarm,) = heard.engine.active()
    assert alarm.key == 'pon_rogue_ont{node="OLT1",pon="0/1/3",site="VYE001"}'
    assert (alarm.severity.word, alarm.occurrences) == ("major", 1)
    heard.trap("pon_rogue_ont", "cleared")
    assert heard.engine.active() == []


def test_what_a_trap_and_a_poll_tell_of_one_port_is_one_alarm() -> None:
    heard = Heard()
    heard.trap("pon_port_down", "major")
    heard.wait(1)
    heard.poll(0.0)
    (alarm,) = heard.engine.active()
    assert alarm.key == 'pon_port_down{node="OLT1",pon="0/1/3",site="VYE001"}'
    assert alarm.occurrences == 1
    heard.wait(1)
    heard.trap("pon_port_down", "cleared")
    assert heard.engine.active() == []


def test_the_poll_decides_when_the_clear_of_a_trap_was_lost() -> None:
    heard = Heard()
    heard.trap("pon_port_down", "major")
    heard.wait(1)
    heard.poll(1.0)
    assert heard.engine.active() == []


def test_what_is_no_alarm_only_has_the_device_asked() -> None:
    heard = Heard()
    heard.trap("linkDown")
    assert heard.asked == ["OLT1"]
    assert heard.engine.active() == []


def test_a_storm_has_the_device_asked_now_and_then_and_once_after_its_end() -> None:
    heard = Heard()
    for _ in range(12):
        heard.trap("linkDown")
        heard.wait(1)
    assert len(heard.asked) == 3
    heard.wait(30)
    assert len(heard.asked) == 4


def test_other_events_are_not_heard() -> None:
    heard = Heard()
    heard.hearing.notice(Event(EventKind.SOURCE_DOWN, "snmp:OLT1", 0, PON, "unreachable"))
    assert heard.asked == []


def test_the_service_says_that_it_sheds_traps_and_not_that_it_hears_them() -> None:
    watched = Watched(shipped_rules())
    metric = catalogue().metric("omc_traps_total")
    known, shed = (watched.table.intern(metric, {"result": word}) for word in ("known", "shed"))
    for minute in range(3):
        watched.say({known: minute * 1000.0, shed: minute * 10.0})
        watched.wait(60)
    assert watched.severities == {'traps_shed{result="shed"}': "minor"}
