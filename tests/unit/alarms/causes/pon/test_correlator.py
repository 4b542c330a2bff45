"""One alarm for one fault of a PON, on the simulator's own OLT."""

from __future__ import annotations

from collections.abc import Iterable

from omc.alarms import AlarmEngine, AlarmMonitor, Maintenance, Timing
from omc.alarms.causes.pon import PonCorrelator
from omc.alarms.judging.judges import NoPast
from omc.alarms.sorted_batch import SortedBatch
from omc.core.clock import ManualClock
from omc.core.inventory import Inventory, Node, NodeKind, Pon, Site, Span, SpanName
from omc.core.model import Batch, NodeName, SeriesTable, SiteCode
from tests.unit.alarms.watching import catalogue, shipped_rules

ONTS = 24
UP, LOS, GASP = (1.0, 0.0), (0.0, 1.0), (0.0, 7.0)
PONS = ("0/1/0", "0/1/1", "0/1/2")
FEEDER = 'pon_feeder_fault{node="OLT1",site="A",span="FD-1"}'


def inventory() -> Inventory:
    """An OLT with three PONs; the first two share a feeder."""
    feeders = {"0/1/0": "FD-1", "0/1/1": "FD-1", "0/1/2": "FD-2"}
    return Inventory(
        sites=[Site(SiteCode("A"), "Trạm A", 21.3, 105.6)],
        nodes=[Node(NodeName("OLT1"), NodeKind.OLT, SiteCode("A"), "127.0.0.1", credentials="c")],
        spans=[Span(SpanName(name), "OLT1", "A", 2.0) for name in ("FD-1", "FD-2")],
        pons=[Pon(NodeName("OLT1"), pon, 32, SpanName(feeders[pon])) for pon in PONS],
    )


class Access:
    """An OLT being polled: `states` of its ONTs decide what it says."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.table = SeriesTable()
        rules = shipped_rules()
        timings = {rule.name: Timing(rule.hold, rule.clear_after) for rule in rules}
        self.engine = AlarmEngine(self.clock, timings, Maintenance(inventory()))
        self.monitor = AlarmMonitor(rules, catalogue(), self.engine, self.clock)
        self.mains: bool | None = False
        self.pons = PonCorrelator(
            self.engine, inventory(), self, self.clock, lambda site: self.mains, NoPast()
        )
        self.engine.listen(self.pons.heed)
        self.states = {(pon, n): UP for pon in PONS for n in range(ONTS)}
        self.light = dict.fromkeys(self.states, -20.0)
        self.hastened: list[str] = []
        self.poll()
        self.sweep()

    def hasten(self, nodes: Iterable[str], *, tables: bool = False) -> None:
        assert tables
        self.hastened += nodes

    def lose(self, pon: str, numbers: Iterable[int], state: tuple[float, float]) -> None:
        self.states |= dict.fromkeys(((pon, number) for number in numbers), state)

    def _batch(self, source: str) -> Batch:
        return Batch(f"snmp:OLT1:{source}", 60.0)

    def _add(self, batch: Batch, metric: str, value: float, **labels: str) -> None:
        series = self.table.intern(
            catalogue().metric(metric), {"site": "A", "node": "OLT1"} | labels
        )
        batch.add(series, value, self.clock.time_ms())

    def _publish(self, batch: Batch) -> None:
        heard = SortedBatch(batch)
        self.pons.observe(heard)
        self.monitor.observe(heard)

    def poll(self) -> None:
        """Ports, as at every poll."""
        batch = self._batch("fast")
        for pon in PONS:
            up = any(self.states[pon, n] == UP for n in range(ONTS))
            self._add(batch, "pon_port_up", float(up), pon=pon)
            self._add(batch, "interface_admin_state", 1.0, interface=f"GPON {pon}")
            self._add(batch, "interface_oper_state", 1.0 if up else 2.0, interface=f"GPON {pon}")
        self._publish(batch)

    def sweep(self) -> None:
        """ONTs, as in a sweep."""
        batch = self._batch("ont_state")
        for (pon, number), (up, cause) in self.states.items():
            self._add(batch, "pon_ont_up", up, pon=pon, ont=str(number))
            self._add(batch, "pon_ont_last_down_cause", cause, pon=pon, ont=str(number))
        self._publish(batch)

    def read_light(self) -> None:
        batch = self._batch("ont_optics")
        for (pon, number), state in self.states.items():
            if state == UP:
                power = self.light[pon, number]
                self._add(batch, "pon_ont_rx_power_dbm", power, pon=pon, ont=str(number))
        self._publish(batch)

    def seconds(self, count: int) -> None:
        for _ in range(count):
            self.clock.advance(1.0)
            if self.hastened:
                self.hastened.clear()
                self.poll()
                self.sweep()
            self.monitor.tick()
            self.engine.tick()
            self.pons.tick()

    @property
    def roots(self) -> dict[str, str]:
        return {a.key: a.severity.word for a in self.engine.active() if a.root is None}

    @property
    def children(self) -> set[str]:
        return {alarm.rule for alarm in self.engine.active() if alarm.root is not None}


def test_a_cut_feeder_is_one_alarm_that_names_olt_pon_and_span() -> None:
    access = Access()
    access.lose("0/1/0", range(ONTS), LOS)
    access.seconds(1)
    access.poll()
    access.seconds(70)
    assert access.roots == {FEEDER: "major"}
    assert access.children == {"pon_port_down", "interface_down", "ont_signal_lost"}
    (finding,) = [a.finding for a in access.engine.active() if a.finding]
    assert finding.homes is not None
    assert finding.homes.pons == ("0/1/0",)
    assert (finding.homes.onts, len(finding.homes.lost), finding.homes.gasps) == (ONTS, ONTS, 0)
    assert finding.confidence > 0.95


def test_a_pon_port_and_its_interface_are_one_alarm_before_there_is_a_verdict() -> None:
    access = Access()
    access.lose("0/1/0", range(ONTS), LOS)
    access.hastened.clear()
    access.poll()
    access.hastened.clear()  # the OLT has not answered yet
    access.engine.tick()
    assert access.roots == {'pon_port_down{node="OLT1",pon="0/1/0",site="A"}': "major"}
    assert access.children == {"interface_down"}


def test_pons_that_share_a_feeder_are_one_alarm() -> None:
    access = Access()
    for pon in PONS[:2]:
        access.lose(pon, range(ONTS), LOS)
    access.seconds(1)
    access.poll()
    access.seconds(70)
    assert access.roots == {FEEDER: "major"}
    (finding,) = [a.finding for a in access.engine.active() if a.finding]
    assert finding.homes is not None
    assert finding.homes.pons == ("0/1/0", "0/1/1")


def test_homes_that_gasp_have_no_mains_and_page_nobody() -> None:
    access = Access()
    for pon in PONS:
        access.lose(pon, range(ONTS), GASP)
    access.lose("0/1/1", range(5), LOS)  # gasps that nobody heard
    access.seconds(1)
    access.poll()
    access.seconds(70)
    assert access.roots == {'pon_homes_dark{node="OLT1",site="A"}': "minor"}


def test_a_branch_is_told_from_the_feeder_and_from_a_drop() -> None:
    access = Access()
    access.lose("0/1/0", range(8), LOS)
    access.lose("0/1/2", [3], LOS)
    access.seconds(1)
    access.sweep()
    access.seconds(70)
    assert access.roots == {
        'pon_branch_fault{node="OLT1",pon="0/1/0",site="A"}': "major",
        'ont_signal_lost{node="OLT1",ont="3",pon="0/1/2",site="A"}': "warning",
    }


def test_a_street_without_mains_is_no_fault_of_the_network() -> None:
    access = Access()
    access.lose("0/1/0", range(8), GASP)
    access.seconds(1)
    access.sweep()
    access.seconds(70)
    assert access.roots == {'pon_homes_dark{node="OLT1",site="A"}': "minor"}


def test_two_homes_that_switch_off_are_no_alarm() -> None:
    access = Access()
    access.lose("0/1/0", range(2), GASP)
    access.seconds(1)
    access.sweep()
    access.seconds(70)
    assert access.roots == {}


def test_when_the_feeder_is_mended_its_alarm_ends_with_its_children() -> None:
    access = Access()
    access.lose("0/1/0", range(ONTS), LOS)
    access.seconds(1)
    access.poll()
    access.seconds(70)
    access.lose("0/1/0", range(ONTS), UP)
    access.poll()
    access.seconds(70)
    assert access.roots == {}
    assert access.children == set()


def test_gasps_that_become_known_late_turn_the_verdict() -> None:
    access = Access()
    access.lose("0/1/0", range(ONTS), (0.0, 0.0))  # down, for an unknown reason
    access.seconds(1)
    access.poll()
    access.seconds(70)
    assert set(access.roots) == {FEEDER}
    access.lose("0/1/0", range(ONTS), GASP)
    access.sweep()
    access.seconds(70)
    assert access.roots == {'pon_homes_dark{node="OLT1",site="A"}': "minor"}


def test_light_that_falls_for_all_is_the_feeder_and_for_one_its_own() -> None:
    access = Access()
    access.read_light()
    for number in range(ONTS):
        access.light["0/1/0", number] -= 3.4
    access.light["0/1/2", 7] -= 4.5
    access.seconds(900)
    access.read_light()
    access.seconds(700)
    assert access.roots == {FEEDER: "major"}
    access.light["0/1/2", 7] -= 3.0  # now too weak by itself: a ticket
    access.read_light()
    access.seconds(700)
    assert access.roots == {
        FEEDER: "major",
        'ont_rx_power_low{node="OLT1",ont="7",pon="0/1/2",site="A"}': "minor",
    }
    (finding,) = [a.finding for a in access.engine.active() if a.finding]
    assert finding.light is not None
    assert (finding.light.fallen, finding.light.decibels) == (ONTS, 3.4)
    access.light = dict.fromkeys(access.light, -20.0)
    access.read_light()
    access.seconds(5)
    assert FEEDER not in access.roots


def test_light_that_falls_for_some_together_is_a_branch_and_can_wait() -> None:
    access = Access()
    access.read_light()
    for number in range(6):
        access.light["0/1/0", number] -= 4.0
    access.seconds(900)
    access.read_light()
    access.seconds(5)
    assert access.roots == {'pon_branch_fault{node="OLT1",pon="0/1/0",site="A"}': "minor"}


def test_faults_of_pons_are_taken_up_after_a_restart() -> None:
    before = Access()
    before.lose("0/1/0", range(ONTS), LOS)
    before.seconds(1)
    before.poll()
    before.seconds(70)
    after = Access()
    after.engine.restore(before.engine.active())
    after.pons.restore()
    after.lose("0/1/0", range(ONTS), LOS)
    after.poll()
    after.sweep()
    after.seconds(70)
    assert after.roots == {FEEDER: "major"}
    after.lose("0/1/0", range(ONTS), UP)
    after.poll()
    after.sweep()
    after.seconds(70)
    assert after.roots == {}


def test_homes_that_switch_off_one_by_one_have_the_olt_asked_for_nothing() -> None:
    access = Access()
    for number in range(6):
        access.lose("0/1/0", [number], GASP)
        access.seconds(1)
        access.sweep()
        assert access.hastened == []
        access.seconds(300)
    assert access.roots == {}
