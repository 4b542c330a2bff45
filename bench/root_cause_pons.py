"""Faults of PONs for the root-cause bench: one OLT, its ports polled, its ONTs swept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from bench.root_cause_outcome import Listener, Outcome
from omc.alarms import AlarmEngine, AlarmMonitor, Maintenance, RuleSet, Timing
from omc.alarms.causes.pon import PonCorrelator
from omc.alarms.judging.judges import NoPast
from omc.alarms.sorted_batch import SortedBatch
from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.inventory import Inventory, Node, NodeKind, Pon
from omc.core.model import Batch, SeriesTable

#: Kinds of faults and how often each is drawn.
KINDS = {
    "feeder cut": 15,
    "feeder of two PONs cut": 5,
    "feeder bent": 10,
    "splitter": 12,
    "drop": 10,
    "street without mains": 18,
}
ROOTS = frozenset({"pon_feeder_fault", "pon_branch_fault", "pon_homes_dark"})
#: Seconds between polls of the ports, sweeps of the ONTs' states and of their light; and from a
#: wish for the states to their being read.
_POLL, _SWEEP, _OPTICS, _HASTENED = 60, 300, 900, 3
#: Seconds that a loss, and a fall of light, is followed for.
_FOLLOWED, _FOLLOWED_LIGHT = 480, 1900
#: ONTs that are off before, that are switched off while the fault is followed, and gasps that are
#: not heard when many homes lose their mains.
_OFF, _SWITCHED_OFF, _UNHEARD = 0.02, 0.02, 0.3
_UP, _LOS, _GASP = (1.0, 0.0), (0.0, 1.0), (0.0, 7.0)


class AccessNetwork:
    """One OLT, and the product that watches it, on a clock of its own.

    Args:
        olt: The OLT.
        pons: Its PONs as they really are.
        belief: The inventory that the product has.
        catalogue: All metrics.
        rules: All rules.
        random: Draws what is random.
    """

    def __init__(
        self,
        olt: Node,
        pons: Iterable[Pon],
        belief: Inventory,
        catalogue: Catalogue,
        rules: RuleSet,
        random: Random,
    ) -> None:
        self.clock = ManualClock()
        self._olt = olt
        self._catalogue = catalogue
        self._random = random
        self._table = SeriesTable()
        timings = {rule.name: Timing(rule.hold, rule.clear_after) for rule in rules}
        self.engine = AlarmEngine(self.clock, timings, Maintenance(belief))
        self._monitor = AlarmMonitor(rules, catalogue, self.engine, self.clock)
        self.mains_away = False
        self._pons = PonCorrelator(
            self.engine, belief, self, self.clock, lambda site: self.mains_away, NoPast()
        )
        self.engine.listen(self._pons.heed)
        self.listener = Listener()
        self.onts = {
            (pon.port, number): _UP if random.random() >= _OFF else _GASP
            for pon in pons
            for number in range(random.randint(12, pon.splitter or 32))
        }
        self.light = {ont: random.uniform(-24.0, -17.0) for ont in self.onts}
        self._sweep_at: int | None = None
        self.first_loss: float | None = None

    def hasten(self, nodes: Iterable[str], *, tables: bool = False) -> None:
        """Ask out of turn."""
        self._sweep_at = _HASTENED

    def of(self, port: str) -> list[tuple[str, int]]:
        """ONTs of a PON that are in operation."""
        return [ont for ont, state in self.onts.items() if ont[0] == port and state == _UP]

    def follow(self, seconds: int) -> None:
        """Let time pass, polled at a random place of every interval."""
        poll, sweep, optics = (self._random.randrange(n) for n in (_POLL, _SWEEP, _OPTICS))
        for second in range(seconds):
            self.clock.advance(1.0)
            self._switch_off(seconds)
            if second % _POLL == poll:
                self.poll()
            if second % _SWEEP == sweep or self._sweep_at == 0:
                self.sweep()
            if second % _OPTICS == optics:
                self.read_light()
            self._sweep_at = None if not self._sweep_at else self._sweep_at - 1
            for part in (self._monitor, self.engine, self._pons):
                part.tick()
            self.listener.tick(self.engine, self.clock)

    def _switch_off(self, seconds: int) -> None:
        if self._random.random() < _SWITCHED_OFF * len(self.onts) / seconds:
            ont = self._random.choice(list(self.onts))
            if self.onts[ont] == _UP:
                self.onts[ont] = _GASP

    def poll(self) -> None:
        """Ports."""
        batch, add = self._batch("fast")
        for port in {port for port, _ in self.onts}:
            is_up = bool(self.of(port))
            add("pon_port_up", float(is_up), pon=port)
            if not is_up and self.first_loss is None:
                self.first_loss = self.clock.monotonic()
        self._publish(batch)

    def sweep(self) -> None:
        """States of the ONTs."""
        batch, add = self._batch("ont_state")
        for (port, number), (up, cause) in self.onts.items():
            add("pon_ont_up", up, pon=port, ont=str(number))
            add("pon_ont_last_down_cause", cause, pon=port, ont=str(number))
        self._publish(batch)

    def read_light(self) -> None:
        """Light of the ONTs."""
        batch, add = self._batch("ont_optics")
        for (port, number), state in self.onts.items():
            if state == _UP:
                dbm = self.light[port, number] + self._random.gauss(0, 0.1)
                add("pon_ont_rx_power_dbm", dbm, pon=port, ont=str(number))
        self._publish(batch)

    def _batch(self, group: str) -> tuple[Batch, Callable[..., None]]:
        batch = Batch(f"snmp:{self._olt.name}:{group}", 60.0)
        identity = {"site": self._olt.site or "", "node": self._olt.name}
        now = self.clock.time_ms()

        def add(metric: str, value: float, **labels: str) -> None:
            series = self._table.intern(self._catalogue.metric(metric), identity | labels)
            batch.add(series, value, now)

        return batch, add

    def _publish(self, batch: Batch) -> None:
        heard = SortedBatch(batch)
        self._pons.observe(heard)
        self._monitor.observe(heard)


def follow_pon(
    truth: Inventory,
    belief: Inventory,
    catalogue: Catalogue,
    rules: RuleSet,
    kind: str,
    random: Random,
) -> Outcome:
    """Break one PON of the province and see what is said."""
    olt = random.choice([n for n in truth.nodes.values() if n.kind is NodeKind.OLT])
    pons = truth.pons_of[olt.name]
    access = AccessNetwork(olt, pons, belief, catalogue, rules, random)
    for read in (access.poll, access.sweep, access.read_light):
        read()
    shared = [pon for pon in pons if sum(p.span == pon.span for p in pons) > 1]
    single = random.choice([pon for pon in pons if pon not in shared])
    hit = shared if kind == "feeder of two PONs cut" else [single]
    _break(access, kind, hit, random)
    access.follow(_FOLLOWED_LIGHT if kind == "feeder bent" else _FOLLOWED)
    return _outcome(access, kind, olt, hit, belief)


def _break(access: AccessNetwork, kind: str, hit: list[Pon], random: Random) -> None:
    for pon in hit:
        onts = access.of(pon.port)
        match kind:
            case "feeder cut" | "feeder of two PONs cut":
                access.onts |= dict.fromkeys(onts, _LOS)
            case "feeder bent":
                fall = random.uniform(1.5, 6.0)
                for ont in onts:
                    access.light[ont] -= fall
            case "splitter":
                lost = random.sample(onts, max(len(onts) // random.choice((2, 4)), 3))
                access.onts |= dict.fromkeys(lost, _LOS)
            case "drop":
                access.onts[random.choice(onts)] = _LOS
            case _:
                access.mains_away = random.random() < 0.5  # the OLT's site may hang elsewhere
                lost = random.sample(onts, round(len(onts) * random.uniform(0.4, 0.95)))
                for ont in lost:
                    access.onts[ont] = _GASP if random.random() >= _UNHEARD else _LOS


def _outcome(
    access: AccessNetwork, kind: str, olt: Node, hit: list[Pon], belief: Inventory
) -> Outcome:
    told, active = access.listener.told, access.engine.active()
    found = {a.key for a in active if a.rule in ROOTS} | {
        key for key in told if key.partition("{")[0] in ROOTS
    }
    truth = {_right(kind, olt, pon, belief) for pon in hit} - {""}
    missed = truth - found
    if kind == "drop" and not any(a.rule == "ont_signal_lost" for a in active):
        missed = missed | {"the drop"}
    children = [key for key in told if key not in found]
    seconds = [told[key] for key in truth if key in told]
    first = access.first_loss if kind.startswith("feeder") and kind != "feeder bent" else None
    return Outcome(
        kind,
        right=found == truth and not missed,
        false_roots=len(found - truth),
        missed=len(missed),
        child_notifications=len(children),
        seconds_to_notice=round(max(seconds) - first, 1) if seconds and first else None,
        wrong=sorted((found - truth) | {f"missed {key}" for key in missed}),
    )


def _right(kind: str, olt: Node, pon: Pon, belief: Inventory) -> str:
    """The alarm that would be right; "" for a drop, which is no root.

    Where the inventory has no feeder of a PON, naming the PON is right.
    """
    where = f'node="{olt.name}"'
    site = f'site="{olt.site}"'
    if kind.startswith("feeder"):
        known = belief.pons.get((olt.name, pon.port))
        if known is not None and known.span is None:
            return f'pon_feeder_fault{{{where},pon="{pon.port}",{site}}}'
        return f'pon_feeder_fault{{{where},{site},span="{pon.span}"}}'
    if kind == "splitter":
        return f'pon_branch_fault{{{where},pon="{pon.port}",{site}}}'
    return "" if kind == "drop" else f"pon_homes_dark{{{where},{site}}}"
