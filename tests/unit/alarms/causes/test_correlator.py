"""One alarm for one fault, on a network small enough to draw (see `small_network`)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from omc.alarms import AlarmEngine, AlarmMonitor, Maintenance, Timing
from omc.alarms.causes.correlator import Correlator
from omc.alarms.causes.otdr import FaultDistances
from omc.alarms.causes.situation import Situation
from omc.alarms.life.alarm import ChangeKind
from omc.alarms.location import Location
from omc.alarms.sorted_batch import SortedBatch
from omc.core.clock import ManualClock
from omc.core.model import Batch, SeriesTable
from tests.unit.alarms.small_network import SITES, SPANS, small_inventory, small_topology
from tests.unit.alarms.watching import catalogue, shipped_rules


class SmallWorld:
    """The small network being polled: what is broken decides what its devices say."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.table = SeriesTable()
        inventory, self.topology = small_inventory(), small_topology()
        rules = shipped_rules()
        timings = {rule.name: Timing(rule.hold, rule.clear_after) for rule in rules}
        self.engine = AlarmEngine(self.clock, timings, Maintenance(inventory))
        self.monitor = AlarmMonitor(rules, catalogue(), self.engine, self.clock)
        self.situation = Situation(inventory, self.topology, self.clock)
        self.distances = FaultDistances(inventory, self.topology, self.situation)
        self.correlator = Correlator(
            self.engine, self.topology, self.situation, self.distances, self, self.clock
        )
        self.engine.listen(self.correlator.heed)
        self.cut: set[str] = set()
        self.dark: set[str] = set()
        self.silenced: set[str] = set()
        self.on_battery: dict[str, float] = {}
        self.hastened: list[str] = []
        self.everybody()

    def hasten(self, nodes: Iterable[str], *, tables: bool = False) -> None:
        self.hastened += nodes

    def is_silent(self, node: str) -> bool:
        lost = self.topology.isolated(self.cut, self.dark)  # type: ignore[arg-type]
        return node[0] in lost or node in self.silenced

    def poll(self, node: str) -> None:
        """What the collector would publish after a poll of that node."""
        site, kind = node.split("-")
        identity = {"site": site, "node": node}
        now = self.clock.time_ms()
        health = Batch(f"snmp:{node}:health", 60.0)
        silent = self.is_silent(node)
        self._add(health, "omc_poll_success", identity, 0.0 if silent else 1.0, now)
        data = Batch(f"snmp:{node}:fast", 60.0)
        if not silent and kind == "RTR":
            for span, ends in SPANS.items():
                if site in ends:
                    far = ends[ends[0] == site]
                    port = identity | {"interface": f"to {far}"}
                    up = span not in self.cut and far not in self.dark
                    self._add(data, "interface_info", port | {"alias": span}, 1.0, now)
                    self._add(data, "interface_admin_state", port, 1.0, now)
                    self._add(data, "interface_oper_state", port, 1.0 if up else 2.0, now)
        if not silent and kind == "REC":
            left = self.on_battery.get(site)
            self._add(data, "ac_input_available", identity, float(left is None), now)
            if left is not None:
                string = identity | {"string": "1"}
                self._add(data, "battery_runtime_remaining_seconds", string, left, now)
        for batch in (data, health):
            heard = SortedBatch(batch)
            self.situation.observe(heard)
            self.monitor.observe(heard)

    def _add(
        self, batch: Batch, metric: str, labels: dict[str, str], value: float, now: int
    ) -> None:
        batch.add(self.table.intern(catalogue().metric(metric), labels), value, now)

    def measure(self, metres: float) -> None:
        """What an OTDR at A says of SP-1."""
        batch = Batch("snmp:A-OTDR:fast", 60.0)
        labels = {"site": "A", "node": "A-OTDR", "span": "SP-1"}
        self._add(batch, "fibre_event_distance_metres", labels, metres, self.clock.time_ms())
        self.distances.observe(SortedBatch(batch))

    def location(self) -> Location | None:
        """Where the only cut is said to be."""
        (finding,) = [alarm.finding for alarm in self.engine.active() if alarm.finding]
        return finding.location

    def everybody(self) -> None:
        for site in SITES:
            for kind in ("RTR", "REC"):
                self.poll(f"{site}-{kind}")

    def second(self) -> None:
        """Let a second pass; whoever was to be asked at once is asked."""
        self.clock.advance(1.0)
        asked, self.hastened = dict.fromkeys(self.hastened), []
        for node in asked:
            self.poll(node)
        self.monitor.tick()
        self.engine.tick()
        self.correlator.tick()

    def seconds(self, count: int) -> None:
        for _ in range(count):
            self.second()

    @property
    def roots(self) -> dict[str, str]:
        """Severity of every active alarm that is no child, mains alarms left out."""
        return {
            alarm.key: alarm.severity.word
            for alarm in self.engine.active()
            if alarm.root is None and alarm.rule != "mains_failed"
        }

    @property
    def children(self) -> dict[str, str]:
        return {alarm.key: alarm.root for alarm in self.engine.active() if alarm.root is not None}


def test_a_cut_with_three_sites_behind_it_is_one_alarm_that_names_the_span() -> None:
    world = SmallWorld()
    world.cut = {"SP-1"}
    world.poll("F-RTR")  # the first that happens to be polled
    world.seconds(3)
    assert world.roots == {'fibre_cut{span="SP-1"}': "critical"}
    (finding,) = [alarm.finding for alarm in world.engine.active() if alarm.finding]
    assert finding.places == ("E", "F", "G")
    assert finding.confidence > 0.9
    world.everybody()
    world.seconds(3)
    assert set(world.roots) == {'fibre_cut{span="SP-1"}'}
    assert len(world.children) == 7  # six silent devices and one port


def test_who_had_answered_just_before_a_cut_joins_it_when_falling_silent() -> None:
    world = SmallWorld()
    behind = ("E-RTR", "E-REC", "F-RTR", "F-REC", "G-RTR", "G-REC")
    world.cut = {"SP-1"}
    world.poll("A-RTR")
    world.cut = set()
    for node in behind:
        world.poll(node)  # answers that were on their way already
    world.cut = {"SP-1"}
    world.hastened = [node for node in world.hastened if node not in behind]
    world.seconds(9)
    assert world.roots == {'fibre_cut{span="SP-1"}': "major"}
    world.poll("F-RTR")
    world.seconds(1)
    assert world.roots == {'fibre_cut{span="SP-1"}': "critical"}
    world.everybody()
    world.seconds(3)
    assert world.roots == {'fibre_cut{span="SP-1"}': "critical"}
    (finding,) = [alarm.finding for alarm in world.engine.active() if alarm.finding]
    assert finding.places == ("E", "F", "G")
    assert len(world.children) == 7
    world.cut = set()
    world.everybody()
    world.seconds(3)
    assert world.roots == {}


def test_a_cut_ring_costs_redundancy_and_isolates_nobody() -> None:
    world = SmallWorld()
    world.cut = {"RG-2"}
    world.poll("A-RTR")
    world.seconds(3)
    assert world.roots == {'fibre_cut{span="RG-2"}': "major"}
    assert len(world.children) == 2


def test_the_second_cut_of_a_ring_is_a_root_of_its_own_that_isolates() -> None:
    world = SmallWorld()
    world.cut = {"RG-2"}
    world.poll("A-RTR")
    world.seconds(3)
    world.cut |= {"RG-3"}
    world.poll("D-RTR")
    world.seconds(3)
    assert world.roots == {
        'fibre_cut{span="RG-2"}': "major",
        'fibre_cut{span="RG-3"}': "critical",
    }


def test_a_site_whose_battery_ran_out_is_told_from_a_cut() -> None:
    world = SmallWorld()
    world.on_battery = {"E": 600.0}
    world.everybody()
    world.dark = {"E"}
    world.poll("G-REC")
    world.seconds(3)
    assert world.roots == {'site_dark{site="E"}': "critical"}
    assert 'mains_failed{site="E"}' in world.children


def test_a_silent_device_beside_one_that_answers_stands_for_itself() -> None:
    world = SmallWorld()
    world.silenced = {"B-REC"}
    world.poll("B-REC")
    world.seconds(12)
    assert set(world.roots) == {'device_unreachable{node="B-REC",site="B"}'}


def test_when_nothing_answers_no_site_is_declared_down() -> None:
    world = SmallWorld()
    world.dark = {"C"}
    world.poll("B-RTR")
    world.seconds(3)
    assert world.roots == {'collector_cut_off{service="omc"}': "critical"}


def test_a_mended_cut_ends_with_its_children() -> None:
    world = SmallWorld()
    world.cut = {"SP-1"}
    world.everybody()
    world.seconds(3)
    world.cut = set()
    world.poll("A-RTR")  # its port is up again: those behind it are asked at once
    world.seconds(3)
    assert world.roots == {}
    assert world.children == {}


def test_what_is_still_wrong_when_its_root_is_over_is_looked_at_again() -> None:
    world = SmallWorld()
    world.cut = {"SP-1", "SP-3"}
    world.everybody()
    world.seconds(12)
    world.cut = {"SP-3"}
    world.poll("A-RTR")
    world.seconds(200)
    assert set(world.roots) == {'fibre_cut{span="SP-3"}'}


def test_a_cut_that_is_back_before_all_was_over_has_its_children_back_for_good() -> None:
    world = SmallWorld()
    world.cut = {"SP-1"}
    world.everybody()
    world.seconds(3)
    world.cut = set()
    world.poll("A-RTR")
    world.correlator.tick()  # its port is up: the cut is over
    assert world.roots == {}
    world.cut = {"SP-1"}  # before those behind it, who are asked at once, have answered
    world.poll("A-RTR")
    world.seconds(3)
    assert world.roots == {'fibre_cut{span="SP-1"}': "critical"}
    changes: list[ChangeKind] = []
    world.engine.listen(lambda change: changes.append(change.kind))
    world.seconds(240)
    assert len(world.children) == 7
    assert ChangeKind.UNROOTED not in changes


def test_when_a_cut_is_over_its_ends_and_those_behind_it_are_asked_at_once() -> None:
    world = SmallWorld()
    world.cut = {"SP-1"}
    world.everybody()
    world.seconds(3)
    world.cut = set()
    world.poll("F-RTR")
    world.correlator.tick()
    assert {"A-RTR", "E-RTR", "F-RTR", "G-RTR"} <= set(world.hastened)


@pytest.mark.parametrize("span", SPANS)
def test_every_span_is_found_whoever_is_polled_first(span: str) -> None:
    for site in SITES:
        world = SmallWorld()
        world.cut = {span}
        world.poll(f"{site}-RTR")
        world.everybody()
        world.seconds(10)
        assert set(world.roots) == {f'fibre_cut{{span="{span}"}}'}


def test_roots_are_taken_up_after_a_restart() -> None:
    before = SmallWorld()
    before.cut = {"SP-1"}
    before.everybody()
    before.seconds(3)
    after = SmallWorld()
    after.engine.restore(before.engine.active())
    after.correlator.restore()
    after.cut = {"SP-1"}
    after.everybody()
    after.seconds(10)
    assert set(after.roots) == {'fibre_cut{span="SP-1"}'}
    after.cut = set()
    after.everybody()
    after.seconds(3)
    assert after.roots == {}


def test_a_distance_that_is_measured_later_joins_the_alarm_of_the_cut() -> None:
    world = SmallWorld()
    world.cut = {"SP-1"}
    world.poll("F-RTR")
    world.seconds(3)
    assert world.location() is None
    world.measure(1500.0)
    world.seconds(1)
    assert world.location() == Location("SP-1", "A", 1500.0)
    assert set(world.roots) == {'fibre_cut{span="SP-1"}'}


def test_a_joint_that_was_mended_and_fails_again_is_a_new_cut() -> None:
    world = SmallWorld()
    world.measure(700.0)
    world.seconds(3700)
    world.cut = {"SP-1"}
    world.poll("F-RTR")
    world.measure(702.0)
    world.seconds(3)
    assert world.location() == Location("SP-1", "A", 702.0)


def test_a_bad_splice_that_was_there_before_is_not_taken_for_the_cut() -> None:
    world = SmallWorld()
    world.measure(1500.0)
    world.seconds(400)
    world.cut = {"SP-1"}
    world.poll("F-RTR")
    world.measure(1503.0)
    world.seconds(3)
    assert world.location() is None
    world.measure(700.0)
    world.seconds(1)
    assert world.location() == Location("SP-1", "A", 700.0)
