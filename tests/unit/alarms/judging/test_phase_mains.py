"""Rectifiers that tell only the voltage of their phases, and whether they have mains."""

from __future__ import annotations

from omc.alarms.judging.phase_mains import PhaseMains
from omc.alarms.sorted_batch import SortedBatch
from omc.bus.local import LocalBus
from omc.core.model import Batch, SeriesTable
from tests.sample_data import NEW_YEAR_MS
from tests.unit.alarms.small_network import small_inventory
from tests.unit.alarms.watching import catalogue

LIVE, DEAD = 231.0, 0.0


class Heard:
    """What is concluded of what a device at site A says."""

    def __init__(self) -> None:
        self._table = SeriesTable()
        self._bus = LocalBus()
        self._mains = PhaseMains(small_inventory(), catalogue())
        self._mains.attach(self._bus, self._table)
        self._bus.listen(lambda batch: self._mains.observe(SortedBatch(batch)), None)
        self._batches: list[Batch] = []
        self._bus.listen(self._batches.append, None)
        self._minute = 0

    def of(self, node: str = "A-REC", *, available: float | None = None, **volts: float) -> str:
        """What is published of a minute in which that was said: present, absent, or nothing."""
        self._minute += 1
        now = NEW_YEAR_MS + 60_000 * self._minute
        batch = Batch(f"snmp:{node}:fast", 60.0)
        who = {"site": "A", "node": node}
        for phase, value in volts.items():
            metric = catalogue().metric("ac_input_voltage_volts")
            batch.add(self._table.intern(metric, who | {"phase": phase}), value, now)
        if available is not None:
            metric = catalogue().metric("ac_input_available")
            batch.add(self._table.intern(metric, who), available, now)
        self._bus.publish(batch)
        self._batches.clear()
        self._mains.tick()
        if not self._batches:
            return "nothing"
        (told,) = self._batches
        (series,) = told.series
        assert (series.metric.name, dict(series.labels)) == ("ac_input_available", who)
        assert (told.interval, list(told.times)) == (60.0, [now])
        return "present" if told.values[0] else "absent"


def test_mains_is_there_while_any_phase_is_alive() -> None:
    heard = Heard()
    assert heard.of(L1=LIVE, L2=LIVE, L3=LIVE) == "present"
    assert heard.of(L1=LIVE, L2=DEAD, L3=DEAD) == "present"
    assert heard.of(L1=40.0, L2=DEAD, L3=DEAD) == "absent"
    assert heard.of(L1=DEAD, L2=LIVE, L3=DEAD) == "present"


def test_phases_that_were_never_alive_may_not_be_measured_at_all() -> None:
    heard = Heard()
    assert heard.of(L1=DEAD, L2=DEAD, L3=DEAD) == "nothing"
    assert heard.of(L1=LIVE, L2=DEAD, L3=DEAD) == "present"
    assert heard.of(L1=DEAD, L2=DEAD, L3=DEAD) == "absent"


def test_phases_may_come_one_by_one_and_one_that_falls_silent_keeps_nothing_alive() -> None:
    heard = Heard()
    assert heard.of(L1=LIVE) == "present"
    assert heard.of(L2=DEAD) == "present"
    assert heard.of(L2=DEAD) == "present"
    assert heard.of(L2=DEAD) == "present"
    assert heard.of(L2=DEAD) == "absent"


def test_a_device_that_says_it_itself_is_believed() -> None:
    heard = Heard()
    assert heard.of(L1=LIVE, available=1.0) == "nothing"
    assert heard.of(L1=DEAD) == "nothing"


def test_only_rectifiers_stand_for_the_mains_of_their_site() -> None:
    assert Heard().of("A-RTR", L1=LIVE) == "nothing"


def test_what_was_said_once_is_published_once() -> None:
    heard = Heard()
    assert heard.of(L1=LIVE) == "present"
    assert heard.of() == "nothing"
