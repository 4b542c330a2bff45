"""Faults of PONs that were found: raised as alarms, and what each of them explains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from omc.alarms.causes.pon.state import PonName
from omc.alarms.causes.pon.verdict import PonFault, PonLoss, PonVerdict
from omc.alarms.causes.roots import CONTRIBUTOR
from omc.alarms.causes.symptoms import LINK
from omc.alarms.life.alarm import Alarm, AlarmKey, Finding, Homes, Labels, Light, alarm_key
from omc.alarms.life.engine import AlarmEngine
from omc.alarms.severity import Severity
from omc.core.inventory import Inventory
from omc.core.model import NodeName, sorted_labels

RULES = {
    PonFault.FEEDER: "pon_feeder_fault",
    PonFault.BRANCH: "pon_branch_fault",
    PonFault.HOMES: "pon_homes_dark",
}
_FAULTS = {rule: fault for fault, rule in RULES.items()}

#: Alarms of a whole port, and of one ONT.
PORT_ALARMS = frozenset({"pon_port_down"})
LOSS_ALARMS = frozenset({"ont_signal_lost", "ont_power_lost"})
LIGHT_ALARMS = frozenset({"ont_rx_power_low", "ont_rx_power_fell"})
#: All that a fault of a PON may explain, its port as an interface included.
CHILDREN = PORT_ALARMS | LOSS_ALARMS | LIGHT_ALARMS | LINK

#: What is said of the power of the OLT's site, by whether its mains is away.
_POWER = {True: "battery", False: "mains", None: ""}

#: A fall of light from which on it cannot wait for the next visit.
URGENT_DECIBELS = 3.0
#: A verdict that is less sure than this says what else it could be.
_SURE = 0.95


@dataclass(slots=True)
class Part:
    """What one PON has to do with a fault.

    Attributes:
        loss: What was lost; None where only light has fallen.
        lost: Numbers of the ONTs that were lost.
        light: The fall of light; None where none is known.
        since_ms: When the loss began, Unix milliseconds; 0 for before a restart.
    """

    loss: PonLoss | None = None
    lost: frozenset[str] = frozenset()
    light: Light | None = None
    since_ms: int = 0


@dataclass(slots=True)
class PonRoot:
    """A fault that is raised.

    Attributes:
        rule: Of its alarm.
        labels: Of its alarm.
        fault: What it is.
        parts: By PON; several where they share a feeder, or where their homes share the mains.
        confidence: Of the surest verdict.
        second: What it is otherwise; "" where it is sure.
    """

    rule: str
    labels: Labels
    fault: PonFault
    parts: dict[PonName, Part] = field(default_factory=dict)
    confidence: float = 0.0
    second: str = ""

    @property
    def key(self) -> AlarmKey:
        """Of its alarm."""
        return alarm_key(self.rule, self.labels)

    @property
    def severity(self) -> Severity:
        """Homes without mains are nobody's to mend here; weak light waits for the next visit."""
        if self.fault is PonFault.HOMES:
            return Severity.MINOR
        if any(part.loss is not None for part in self.parts.values()):
            return Severity.MAJOR
        urgent = self.fault is PonFault.FEEDER and any(
            part.light is not None and part.light.decibels >= URGENT_DECIBELS
            for part in self.parts.values()
        )
        return Severity.MAJOR if urgent else Severity.MINOR

    @property
    def finding(self) -> Finding:
        """What it is known by."""
        losses = [part.loss for part in self.parts.values() if part.loss is not None]
        lost = [(name.pon, n) for name, part in self.parts.items() for n in part.lost]
        homes = Homes(
            tuple(sorted((name.pon for name in self.parts), key=lambda pon: (len(pon), pon))),
            sum(loss.onts for loss in losses),
            tuple(f"{pon}:{number}" for pon, number in sorted(lost, key=_in_order)),
            sum(loss.known for loss in losses),
            sum(loss.gasps for loss in losses),
        )
        lights = [part.light for part in self.parts.values() if part.light is not None]
        return Finding(
            str(self.fault),
            round(self.confidence, 3),
            ports_down=sum(loss.port_down is True for loss in losses),
            power=_POWER[losses[0].mains_away if losses else None],
            second=self.second,
            homes=homes,
            light=max(lights, key=lambda light: light.decibels, default=None),
        )


class PonRoots:
    """The faults of PONs that last.

    Args:
        engine: Where they are raised.
        inventory: Which feeder a PON has.
    """

    def __init__(self, engine: AlarmEngine, inventory: Inventory) -> None:
        self._engine = engine
        self._inventory = inventory
        self._roots: dict[AlarmKey, PonRoot] = {}

    def __iter__(self) -> Iterator[PonRoot]:
        return iter(list(self._roots.values()))

    def restore(self) -> None:
        """Take up the faults that the engine has restored."""
        for alarm in self._engine.active():
            fault, finding = _FAULTS.get(alarm.rule), alarm.finding
            if fault is None or finding is None or finding.homes is None:
                continue
            root = PonRoot(alarm.rule, alarm.labels, fault, confidence=finding.confidence)
            root.parts = dict(_parts(alarm, finding, finding.homes))
            self._roots[alarm.key] = root

    def of(self, pon: PonName) -> PonRoot | None:
        """The fault that a PON has to do with; None if there is none."""
        return next((root for root in self if pon in root.parts), None)

    def forget(self, key: AlarmKey) -> PonRoot | None:
        """Drop one whose alarm is over; None if there is none of that key."""
        return self._roots.pop(key, None)

    # -- raising and ending ------------------------------------------------------------------------

    def lose(
        self,
        pon: PonName,
        verdict: PonVerdict,
        loss: PonLoss,
        lost: Iterable[str],
        since_ms: int,
    ) -> None:
        """ONTs of a PON are lost since then, for that reason."""
        self._leave_others(pon, verdict.fault)
        root = self._root(pon, verdict.fault)
        part = root.parts.setdefault(pon, Part())
        part.loss, part.lost, part.since_ms = loss, frozenset(lost), since_ms
        others = root.confidence if len(root.parts) > 1 else 0.0
        root.confidence = max(verdict.confidence, others)
        root.second = "" if root.confidence >= _SURE else str(verdict.second)
        self._report(root)

    def dim(self, pon: PonName, fault: PonFault, light: Light) -> None:
        """Light of a PON has fallen for many ONTs together."""
        root = self.of(pon)
        if root is None or (root.fault is PonFault.BRANCH and fault is PonFault.FEEDER):
            part = root.parts[pon] if root is not None else Part()
            self._leave_others(pon, fault)
            root = self._root(pon, fault)
            root.parts[pon] = part
        elif root.fault is not fault:
            return  # what is lost says more
        root.parts[pon].light = light
        root.confidence = max(root.confidence, light.fallen / light.receivers)
        self._report(root)

    def brighten(self, pon: PonName) -> None:
        """Light of a PON is what it used to be."""
        root = self.of(pon)
        if root is not None and root.parts[pon].light is not None:
            root.parts[pon].light = None
            self._settle(root, pon)

    def recover(self, pon: PonName) -> None:
        """The lost ONTs of a PON are back."""
        root = self.of(pon)
        if root is not None:
            root.parts[pon].loss, root.parts[pon].lost = None, frozenset()
            self._settle(root, pon)

    def _settle(self, root: PonRoot, pon: PonName) -> None:
        if root.parts[pon].loss is None and root.parts[pon].light is None:
            del root.parts[pon]
        if root.parts:
            self._report(root)
        else:
            self._roots.pop(root.key, None)
            self._engine.report(root.rule, root.labels, CONTRIBUTOR, Severity.CLEARED)

    def _leave_others(self, pon: PonName, fault: PonFault) -> None:
        """A PON has one fault: what was thought of it before is taken back."""
        for root in self:
            if pon in root.parts and root.fault is not fault:
                root.parts[pon] = Part()
                self._settle(root, pon)

    def _root(self, pon: PonName, fault: PonFault) -> PonRoot:
        labels = self._labels(pon, fault)
        key = alarm_key(RULES[fault], labels)
        return self._roots.setdefault(key, PonRoot(RULES[fault], labels, fault))

    def _labels(self, pon: PonName, fault: PonFault) -> Labels:
        known = self._inventory.pons.get((NodeName(pon.node), pon.pon))
        where = {"node": pon.node} | ({"site": pon.site} if pon.site else {})
        if fault is PonFault.FEEDER and known is not None and known.span is not None:
            return sorted_labels(where | {"span": known.span})
        return sorted_labels(where) if fault is PonFault.HOMES else pon.labels

    def _report(self, root: PonRoot) -> None:
        self._engine.report(
            root.rule, root.labels, CONTRIBUTOR, root.severity, finding=root.finding
        )
        self.adopt_all()

    # -- what they explain -------------------------------------------------------------------------

    def adopt(self, alarm: Alarm) -> bool:
        """Fold an alarm beneath the fault that explains it; False if none does.

        A port that is a PON and an interface (IF-MIB) is one port: until its fault is found, what
        is said of the interface is folded beneath what is said of the PON.
        """
        root = next((root.key for root in self if _explains(root, alarm)), None)
        if root is None and alarm.rule in LINK:
            ports = (port for rule in PORT_ALARMS for port in self._engine.active_of(rule))
            root = next((port.key for port in ports if _is_port(alarm, _pon(port))), None)
        if root is None:
            return False
        self._engine.set_root(alarm.key, root)
        return True

    def adopt_all(self) -> None:
        """Fold what was raised before what explains it."""
        for alarm in self._engine.active():
            is_free = alarm.root is None or alarm.root.partition("{")[0] in PORT_ALARMS
            if is_free and alarm.rule in CHILDREN:
                self.adopt(alarm)


def _explains(root: PonRoot, alarm: Alarm) -> bool:
    if alarm.rule in LINK:
        if root.fault is PonFault.BRANCH:
            return False
        return any(_is_port(alarm, name) for name, part in root.parts.items() if part.loss)
    part = root.parts.get(_pon(alarm))
    if part is None:
        return False
    if alarm.rule in PORT_ALARMS:
        return root.fault is not PonFault.BRANCH
    if alarm.rule in LOSS_ALARMS:
        return alarm.label("ont") in part.lost
    return alarm.rule in LIGHT_ALARMS and part.light is not None


def _pon(alarm: Alarm) -> PonName:
    return PonName(alarm.label("site"), alarm.label("node"), alarm.label("pon"))


def _is_port(alarm: Alarm, pon: PonName) -> bool:
    """Whether an interface is that PON: `GPON 0/1/5` and `gpon-olt_0/1/5` are 0/1/5."""
    interface = alarm.label("interface")
    if alarm.label("node") != pon.node or not interface.endswith(pon.pon):
        return False
    before = interface[: -len(pon.pon)][-1:]
    return not (before.isdigit() or before == "/")


def _parts(alarm: Alarm, finding: Finding, homes: Homes) -> Iterator[tuple[PonName, Part]]:
    """What a restored alarm says of each PON; counts are of all of them together."""
    lost: dict[str, set[str]] = {}
    for text in homes.lost:
        pon, _, number = text.rpartition(":")
        lost.setdefault(pon, set()).add(number)
    for pon in homes.pons:
        name = PonName(alarm.label("site"), alarm.label("node"), pon)
        numbers = frozenset(lost.get(pon, ()))
        share = len(numbers) / len(homes.lost) if homes.lost else 1 / len(homes.pons)
        is_loss = bool(numbers) or finding.light is None
        loss = PonLoss(
            round(homes.onts * share),
            len(numbers),
            round(homes.known * share),
            round(homes.gasps * share),
            finding.ports_down > 0,
        )
        yield name, Part(loss if is_loss else None, numbers, finding.light)


def _in_order(ont: tuple[str, str]) -> tuple[str, int, str]:
    pon, number = ont
    return pon, len(number), number
