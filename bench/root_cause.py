"""How often the root of a fault is named right, and how soon: confusion tables over random faults.

    python -m bench.root_cause [--faults 200] [--seed 1] [--sites 572]

Breaks the synthetic province in memory, seeded: cuts, two cuts, sites whose battery ran out, dead
management, noise, a cut and a dark site at once, communes without mains; and faults of PONs
(`bench.root_cause_pons`). Each device is polled at its place in the minute,
loses its requests for six seconds before it counts as lost, and is asked out of turn when the
correlator wishes; everything from the samples on is the product's own code. Done twice: with a true
inventory, and with one of which a share of the spans is missing or leads to a wrong place, and as
large a share of the PONs has no feeder or a wrong one.
Figures are written to bench/results/root_cause.json.
"""

from __future__ import annotations

import argparse
import heapq
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from bench.root_cause_outcome import ZONE, Listener, Outcome, table
from bench.root_cause_pons import KINDS as PON_KINDS
from bench.root_cause_pons import follow_pon
from collector.schedule import stagger
from omc.alarms import Alarm, AlarmEngine, AlarmMonitor, Maintenance, RuleSet, Timing
from omc.alarms.causes.area_mains import AreaMains
from omc.alarms.causes.correlator import Correlator
from omc.alarms.causes.otdr import FaultDistances
from omc.alarms.causes.situation import Situation
from omc.alarms.life.alarm import AlarmKey
from omc.alarms.sorted_batch import SortedBatch
from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.inventory import Inventory, Node, NodeKind, Span, SpanName
from omc.core.model import Batch, SeriesTable
from omc.core.resources import config_folder
from omc.core.topology import Place, Topology
from omc.simulator.addresses import AddressPlan
from omc.simulator.inventory_files import write_inventory
from omc.simulator.province import Province

RESULTS = Path(__file__).parent / "results"
INTERVAL = 60.0
#: Three tries of two seconds.
LOST_AFTER = 6.0
#: Seconds that a fault is followed for.
FOLLOWED = 180
NOISE = 0.002
ROOTS = {
    *("fibre_cut", "site_dark", "site_lost", "site_devices_silent", "collector_cut_off"),
    "area_mains_failed",
}
#: Kinds of faults of the transport network and how often each is drawn.
KINDS = {
    "cut": 50,
    "two cuts": 20,
    "battery empty": 20,
    "management dead": 12,
    "cut and battery": 14,
    "commune without mains": 7,
    "noise only": 7,
}
ALL_KINDS = KINDS | PON_KINDS


@dataclass
class Fault:
    """What is broken."""

    kind: str
    cuts: set[str] = field(default_factory=set)
    dark: set[str] = field(default_factory=set)
    silenced: set[str] = field(default_factory=set)
    commune: str = ""
    without_mains: set[str] = field(default_factory=set)

    @property
    def truth(self) -> set[str]:
        """The alarms that would be right."""
        return (
            {f'fibre_cut{{span="{span}"}}' for span in self.cuts}
            | {f'site_dark{{site="{site}"}}' for site in self.dark}
            | {f'site_devices_silent{{site="{site}"}}' for site in self.silenced}
            | ({f'area_mains_failed{{area="{self.commune}"}}'} if self.commune else set())
        )


class Network:
    """The true network, and what the engine believes of it."""

    def __init__(self, sites: int, seed: int) -> None:
        province = Province.generate(seed, sites)
        with tempfile.TemporaryDirectory() as name:
            write_inventory(province, AddressPlan(16161, own_addresses=True), Path(name))
            self.truth = _with_shared_feeders(Inventory.load(Path(name)))
        self.core = province.sites[province.core].code
        self.topology = Topology(self.truth, [self.core])
        self.spans = sorted(self.topology.spans)
        self.nodes = [
            node
            for node in self.truth.nodes.values()
            if node.kind in {NodeKind.ROUTER, NodeKind.RECTIFIER}
        ]

    def lost(self, cuts: Iterable[str], dark: Iterable[str]) -> frozenset[str]:
        """Sites that a fault really cuts off, the dark ones included."""
        isolated = self.topology.isolated(set(map(SpanName, cuts)), set(map(Place, dark)))
        return frozenset(map(str, isolated))

    def ends(self, span: str) -> tuple[str, str]:
        """The sites that a span really joins."""
        return self.topology.ends(SpanName(span))

    def belief(self, wrong: float, random: Random) -> Inventory:
        """The inventory with a share of its spans missing, or leading to a wrong place."""
        spans = []
        sites = sorted(self.truth.sites)
        for span in self.truth.spans.values():
            if span.name in self.topology.spans and random.random() < wrong:
                if random.random() < 0.5:
                    continue
                spans.append(Span(span.name, span.start, random.choice(sites), span.length_km))
            else:
                spans.append(span)
        feeders = sorted(pon.span for pon in self.truth.pons.values() if pon.span is not None)
        pons = [
            replace(pon, span=random.choice((None, random.choice(feeders))))
            if random.random() < wrong
            else pon
            for pon in self.truth.pons.values()
        ]
        return Inventory(
            areas=[area for periods in self.truth.areas.values() for area in periods],
            sites=self.truth.sites.values(),
            cells=self.truth.cells.values(),
            nodes=self.nodes,
            spans=spans,
            pons=pons,
        )


def _with_shared_feeders(inventory: Inventory) -> Inventory:
    """The first two PONs of every OLT hang on one feeder cable, as they often do."""
    pons = []
    for own in inventory.pons_of.values():
        first, *others = own
        pons += [first, *(replace(pon, span=first.span) for pon in others[:1]), *others[1:]]
    return Inventory(
        areas=[area for periods in inventory.areas.values() for area in periods],
        sites=inventory.sites.values(),
        cells=inventory.cells.values(),
        nodes=inventory.nodes.values(),
        spans=inventory.spans.values(),
        pons=pons,
    )


class Watch:
    """The product, from samples to notifications, on a clock of its own."""

    def __init__(
        self, network: Network, belief: Inventory, catalogue: Catalogue, rules: RuleSet
    ) -> None:
        self.clock = ManualClock()
        self._network = network
        self._catalogue = catalogue
        self._table = SeriesTable()
        timings = {rule.name: Timing(rule.hold, rule.clear_after) for rule in rules}
        self.engine = AlarmEngine(self.clock, timings, Maintenance(belief))
        topology = Topology(belief, [network.core])
        self._monitor = AlarmMonitor(rules, catalogue, self.engine, self.clock)
        self._situation = Situation(belief, topology, self.clock)
        distances = FaultDistances(belief, topology, self._situation)
        self._correlator = Correlator(
            self.engine, topology, self._situation, distances, self, self.clock
        )
        self.engine.listen(self._correlator.heed)
        self._area_mains = AreaMains(
            self.engine, belief, self.clock, ZONE, self._situation.mains_away
        )
        self.engine.listen(self._area_mains.heed)
        self._nodes = {str(node.name): node for node in network.nodes}
        self._due: list[tuple[float, str, bool]] = []
        self._lost: list[tuple[float, str]] = []
        self.listener = Listener()
        self.first_loss: float | None = None

    def hasten(self, nodes: Iterable[str], *, tables: bool = False) -> None:
        """Ask out of turn."""
        for name in nodes:
            if name in self._nodes:
                heapq.heappush(self._due, (self.clock.monotonic(), name, False))

    def begin(self, on_battery: set[str]) -> None:
        """Everybody is well, and has been polled."""
        for node in self._nodes.values():
            self._say(node, Fault("well"), on_battery)
            first = self.clock.monotonic() + stagger(node.name) * INTERVAL
            heapq.heappush(self._due, (first, node.name, True))

    def run(self, fault: Fault, on_battery: set[str], random: Random) -> None:
        """Follow a fault."""
        isolated = self._network.lost(fault.cuts, fault.dark)
        for _ in range(FOLLOWED):
            self.clock.advance(1.0)
            now = self.clock.monotonic()
            while self._due and self._due[0][0] <= now:
                due, name, regular = heapq.heappop(self._due)
                node = self._nodes[name]
                if regular:
                    heapq.heappush(self._due, (due + INTERVAL, name, True))
                lost = str(node.site) in isolated | fault.silenced
                if lost or (regular and random.random() < NOISE):
                    heapq.heappush(self._lost, (now + LOST_AFTER, name))
                else:
                    self._say(node, fault, on_battery)
            while self._lost and self._lost[0][0] <= now:
                name = heapq.heappop(self._lost)[1]
                self._health(self._nodes[name], 0.0)
                really = str(self._nodes[name].site) in isolated | fault.silenced
                if self.first_loss is None and really:
                    self.first_loss = now
            self._monitor.tick()
            self.engine.tick()
            self._correlator.tick()
            self.listener.tick(self.engine, self.clock)

    def _say(self, node: Node, fault: Fault, on_battery: set[str]) -> None:
        site = node.site or ""
        now = self.clock.time_ms()
        identity = {"site": site, "node": node.name}
        batch = Batch(f"snmp:{node.name}:fast", INTERVAL)
        add = self._adder(batch, now)
        if node.kind is NodeKind.ROUTER:
            for link in self._network.topology.links(Place(site)):
                port = identity | {"interface": f"to {link.far}"}
                up = link.span not in fault.cuts and link.far not in fault.dark
                add("interface_info", port | {"alias": link.span}, 1.0)
                add("interface_admin_state", port, 1.0)
                add("interface_oper_state", port, 1.0 if up else 2.0)
                if up and link.far != site:
                    neighbour = port | {"remote_name": f"{link.far}-RTR1"}
                    add("lldp_neighbour_info", neighbour, 1.0)
        else:
            add("ac_input_available", identity, 0.0 if site in on_battery else 1.0)
            if site in on_battery:
                left = 300.0 if site in fault.dark or fault.kind == "well" else 9000.0
                add("battery_runtime_remaining_seconds", identity | {"string": "1"}, left)
        for part in (self._situation, self._monitor):
            part.observe(SortedBatch(batch))
        self._health(node, 1.0)

    def _health(self, node: Node, success: float) -> None:
        batch = Batch(f"snmp:{node.name}:health", INTERVAL)
        identity = {"site": node.site or "", "node": node.name}
        self._adder(batch, self.clock.time_ms())("omc_poll_success", identity, success)
        for part in (self._situation, self._monitor):
            part.observe(SortedBatch(batch))

    def _adder(self, batch: Batch, now: int) -> Callable[[str, dict[str, str], float], None]:
        def add(metric: str, labels: dict[str, str], value: float) -> None:
            batch.add(self._table.intern(self._catalogue.metric(metric), labels), value, now)

        return add


def draw(network: Network, kind: str, random: Random) -> Fault:
    """A fault that shows: what is broken behind what is broken is left out of the truth."""
    others = [site for site in sorted(network.topology.places) if site != network.core]
    fault = Fault(kind)
    while True:
        fault.cuts, fault.dark, fault.silenced = set(), set(), set()
        if kind in {"cut", "cut and battery"}:
            fault.cuts = {random.choice(network.spans)}
        if kind == "two cuts":
            fault.cuts = set(random.sample(network.spans, 2))
        if kind in {"battery empty", "cut and battery"}:
            fault.dark = {random.choice(others)}
        if kind == "management dead":
            fault.silenced = {random.choice(others)}
        if kind == "commune without mains":
            fault.commune, sites = random.choice(_communes(network))
            fault.without_mains = set(sites)
        if all(_shows(network, fault, thing) for thing in (*fault.cuts, *fault.dark)):
            return fault


def _communes(network: Network) -> list[tuple[str, list[str]]]:
    """Communes of several sites, and their sites."""
    sites: dict[str, list[str]] = {}
    for site in network.truth.sites.values():
        sites.setdefault(str(site.area), []).append(str(site.code))
    return sorted((area, own) for area, own in sites.items() if len(own) > 2)


def _shows(network: Network, fault: Fault, thing: str) -> bool:
    """Whether anybody could know: an end of the span, or a neighbour of the site, is not lost."""
    lost = network.lost(fault.cuts - {thing}, fault.dark - {thing})
    if thing in fault.cuts:
        return not any(place in lost for place in network.ends(thing))
    return thing not in lost


def follow(
    network: Network,
    belief: Inventory,
    catalogue: Catalogue,
    rules: RuleSet,
    fault: Fault,
    random: Random,
) -> Outcome:
    """Break the network and see what is said."""
    watch = Watch(network, belief, catalogue, rules)
    on_battery = set(fault.dark) | set(random.sample(sorted(network.truth.sites), 5))
    watch.begin(on_battery)
    watch.run(fault, on_battery | fault.without_mains, random)
    told = watch.listener.told
    roots = {key for key in told if key.partition("{")[0] in ROOTS}
    truth = {_also_right(key, roots) for key in fault.truth}
    children = [
        key
        for key in told
        if key not in roots and _is_lost_with(fault, network, watch.engine.get(AlarmKey(key)))
    ]
    alarms = [alarm for key in told if (alarm := watch.engine.get(AlarmKey(key))) is not None]
    missed = [key for key in truth - roots if not _is_told(network, key, alarms)]
    times = [told[key] for key in truth if key in told]
    first = watch.first_loss if len(truth) == 1 else None
    return Outcome(
        fault.kind,
        right=roots == truth,
        false_roots=len(roots - truth),
        missed=len(missed),
        child_notifications=len(children),
        seconds_to_notice=round(max(times) - first, 1) if times and first is not None else None,
        wrong=sorted((roots - truth) | {f"not {key}" for key in truth - roots}),
    )


def _also_right(key: str, roots: set[str]) -> str:
    """A site that is lost is right under either name of the alarm."""
    other = key.replace("site_dark", "site_lost")
    return other if key not in roots and other in roots else key


def _is_told(network: Network, key: str, alarms: Iterable[Alarm]) -> bool:
    """Whether anybody was told of what a fault took, under whatever name."""
    name = key.split('"')[1]
    if key.startswith("fibre_cut"):
        lost = set(network.topology.lost_with_span(SpanName(name)))
        lost = lost or set(map(Place, network.ends(name)))
    else:
        lost = {Place(name)}
    told = {place for alarm in alarms if alarm.finding for place in alarm.finding.places}
    told |= {alarm.label("site") for alarm in alarms}
    for span in (alarm.label("span") for alarm in alarms):
        told |= set(network.ends(span)) if span in network.topology.spans else set()
    return all(place in told for place in lost)


def _is_lost_with(fault: Fault, network: Network, alarm: Alarm | None) -> bool:
    lost = network.lost(fault.cuts, fault.dark) | fault.without_mains
    return alarm is not None and alarm.label("site") in lost


def main() -> None:
    """Break, follow, print and write down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sites", type=int, default=572)
    parser.add_argument(
        "--wrong", type=float, default=0.05, help="share of spans in the second run"
    )
    parser.add_argument("--output", type=Path, default=RESULTS / "root_cause.json")
    wish = parser.parse_args()
    catalogue = Catalogue.load(config_folder() / "metrics")
    rules = RuleSet.load([config_folder() / "alarms"], catalogue)
    network = Network(wish.sites, 7)
    kinds = [kind for kind, weight in ALL_KINDS.items() for _ in range(weight)]
    figures: dict[str, object] = {"sites": wish.sites, "seed": wish.seed}
    for name, share in (("true_inventory", 0.0), ("damaged_inventory", wish.wrong)):
        random = Random(wish.seed)
        belief = network.belief(share, random)
        outcomes = []
        began = time.monotonic()
        for number in range(wish.faults):
            kind = kinds[number * len(kinds) // wish.faults]
            if kind in PON_KINDS:
                outcome = follow_pon(network.truth, belief, catalogue, rules, kind, random)
            else:
                fault = draw(network, kind, random)
                outcome = follow(network, belief, catalogue, rules, fault, random)
            outcomes.append(outcome)
            done = f"{name}: {number + 1} of {wish.faults}, {time.monotonic() - began:.0f} s"
            sys.stderr.write(f"\r{done}")
        sys.stderr.write("\n")
        title = f"{name} ({share:.0%} of spans and feeders wrong or missing)"
        figures[name] = table(title, ALL_KINDS, outcomes)
    wish.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
