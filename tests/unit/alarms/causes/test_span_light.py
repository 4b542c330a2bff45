"""Spans that let less light pass than they used to."""

from __future__ import annotations

from omc.alarms import AlarmEngine, Maintenance, Severity
from omc.alarms.causes.situation import Situation
from omc.alarms.causes.span_light import SpanLight
from omc.alarms.judging.judges import NoPast
from omc.alarms.sorted_batch import SortedBatch
from omc.core.clock import ManualClock
from omc.core.model import Batch, SeriesTable
from tests.unit.alarms.small_network import SPANS, small_inventory, small_topology
from tests.unit.alarms.watching import catalogue

KEY = 'fibre_degraded{span="SP-1"}'


class Lit:
    """The ports of the small network and what they receive."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.table = SeriesTable()
        inventory = small_inventory()
        self.engine = AlarmEngine(self.clock, {}, Maintenance(inventory))
        self.situation = Situation(inventory, small_topology(), self.clock)
        self.light = SpanLight(self.engine, self.situation, NoPast(), self.clock)
        self.engine.listen(self.light.heed)
        for span, ends in SPANS.items():
            for here in ends:
                self._say(self.situation.observe, "interface_info", here, span, 1.0, alias=span)

    def _say(
        self, observe: object, metric: str, site: str, span: str, value: float, **labels: str
    ) -> None:
        port = {"site": site, "node": f"{site}-RTR", "interface": f"to {span}"}
        batch = Batch(f"snmp:{site}-RTR:fast", 60.0)
        series = self.table.intern(catalogue().metric(metric), port | labels)
        batch.add(series, value, self.clock.time_ms())
        assert callable(observe)
        observe(SortedBatch(batch))

    def receive(self, site: str, span: str, dbm: float) -> None:
        self._say(self.light.observe, "optical_rx_power_dbm", site, span, dbm)

    @property
    def alarms(self) -> dict[str, str]:
        return {alarm.key: alarm.severity.word for alarm in self.engine.active()}


def test_a_span_that_dims_at_both_ends_is_one_alarm_that_ends_with_it() -> None:
    lit = Lit()
    for site in "AE":
        lit.receive(site, "SP-1", -8.0)
    lit.receive("A", "SP-1", -10.5)
    assert lit.alarms == {}  # at one end: a transceiver or a connector
    lit.receive("E", "SP-1", -10.1)
    assert lit.alarms == {KEY: "minor"}
    for site in "AE":
        lit.receive(site, "SP-1", -12.0)
    assert lit.alarms == {KEY: "major"}
    for site in "AE":
        lit.receive(site, "SP-1", -8.1)
    assert lit.alarms == {}


def test_what_its_ports_say_is_folded_beneath_it() -> None:
    lit = Lit()
    for site in "AE":
        lit.receive(site, "SP-1", -8.0)
    port = (("interface", "to SP-1"), ("node", "A-RTR"), ("site", "A"))
    lit.engine.report("optical_rx_power_fell", port, "t", Severity.MINOR)
    for site in "AE":
        lit.receive(site, "SP-1", -12.0)
    (child,) = [alarm for alarm in lit.engine.active() if alarm.root is not None]
    assert child.root == KEY


def test_a_slow_wandering_is_what_is_usual() -> None:
    lit = Lit()
    for step in range(400):
        for site in "AE":
            lit.receive(site, "SP-1", -8.0 - step * 0.01)
    assert lit.alarms == {}


def test_who_clears_it_by_hand_makes_the_present_light_the_usual_one() -> None:
    lit = Lit()
    for dbm in (-8.0, -11.0):
        for site in "AE":
            lit.receive(site, "SP-1", dbm)
    (alarm,) = lit.engine.active()
    lit.engine.clear(alarm.key, "minh", "mối hàn mới")
    for site in "AE":
        lit.receive(site, "SP-1", -11.1)
    assert lit.alarms == {}


def test_the_alarm_of_before_a_restart_ends_when_the_light_is_back() -> None:
    before = Lit()
    for dbm in (-8.0, -11.0):
        for site in "AE":
            before.receive(site, "SP-1", dbm)
    after = Lit()
    after.engine.restore(before.engine.active())
    after.light.restore()
    for site in "AE":
        after.receive(site, "SP-1", -11.0)
    assert set(after.alarms) == {KEY}
    for site in "AE":
        after.receive(site, "SP-1", -8.1)
    assert after.alarms == {}
