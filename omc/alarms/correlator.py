"""From many alarms to the one that matters.

When a device falls silent or a port loses its link, the correlator has the neighbours asked at once
instead of waiting for their turn, and a few seconds later looks for the fault that explains what
they say (`omc.alarms.diagnosis`). The fault is raised as an alarm of its own; what it explains,
earlier or later, is folded beneath it.

It is told what happens and that time passes; it opens no socket and sleeps never.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from omc.alarms.alarm import Alarm, AlarmKey, Change, ChangeKind, Finding, Labels, alarm_key
from omc.alarms.diagnosis import Cause, Diagnosis, Fault, diagnose
from omc.alarms.engine import AlarmEngine
from omc.alarms.evidence import Evidence, Power
from omc.alarms.ports import Port
from omc.alarms.severity import Severity
from omc.alarms.situation import Situation
from omc.core.clock import Clock
from omc.core.inventory import SpanName
from omc.core.topology import Place, Topology

log = structlog.get_logger(__name__)

#: Rules that tell of a device out of reach, and of a port without link.
REACH = frozenset({"device_unreachable", "site_offline"})
LINK = frozenset({"interface_down", "optical_signal_lost"})
#: What comes along when the place behind it is lost.
_POWER_OF_A_DARK_SITE = frozenset(
    {
        "mains_failed",
        "battery_discharging",
        "battery_runtime_short",
        "battery_charge_low",
        "dc_bus_voltage_low",
        "low_voltage_disconnect_open",
    }
)
_CONTRIBUTOR = "root cause"

#: Places around the trouble that are asked.
_ASKED_PLACES = 40
#: Faults that are looked for one after the other in the same trouble.
_MOST_FAULTS = 8
#: A verdict less sure than this is looked at again, once.
_SURE = 0.6
#: Seconds after the end of a root in which what it explained may end too.
_AFTERMATH = 180.0


class Prober(Protocol):
    """Whoever polls."""

    def hasten(self, nodes: Iterable[str]) -> None:
        """Ask these devices now instead of at their turn; those that are unknown are ignored."""
        ...


class NoProber:
    """Where nobody polls: verdicts wait for what comes by itself."""

    def hasten(self, nodes: Iterable[str]) -> None:
        """Nothing to be done."""


@dataclass(slots=True)
class _Trouble:
    """Something was lost and the verdict is still out. Times as their names say."""

    since_ms: int
    deadline: float
    places: dict[Place, None] = field(default_factory=dict)
    nodes: set[str] = field(default_factory=set)
    is_second_look: bool = False


@dataclass(slots=True)
class _Root:
    """A fault that is raised.

    Attributes:
        key: Its alarm.
        cause: The fault.
        places: What it cuts off.
        since_ms: When it was found.
    """

    key: AlarmKey
    cause: Cause
    places: frozenset[Place]
    since_ms: int


class Correlator:
    """Finds roots and keeps them while they last.

    Args:
        engine: Where roots are raised; its changes are heard with `heed`.
        topology: The network.
        situation: What is known of it.
        prober: Asks devices out of turn.
        clock: The time.
        patience: Seconds between the first loss and the verdict, at most.
    """

    def __init__(
        self,
        engine: AlarmEngine,
        topology: Topology,
        situation: Situation,
        prober: Prober,
        clock: Clock,
        patience: float = 8.0,
    ) -> None:
        self._engine = engine
        self._topology = topology
        self._situation = situation
        self._prober = prober
        self._clock = clock
        self._patience = patience
        self._trouble: _Trouble | None = None
        self._roots: dict[AlarmKey, _Root] = {}
        self._ended: dict[AlarmKey, float] = {}

    def restore(self) -> None:
        """Take up the roots that the engine has restored."""
        for alarm in self._engine.active():
            cause = _cause_of(alarm)
            if cause is not None and alarm.finding is not None:
                places = frozenset(map(Place, alarm.finding.places))
                self._roots[alarm.key] = _Root(alarm.key, cause, places, alarm.raised_ms)

    def heed(self, change: Change) -> None:
        """Hear of an alarm: the listener to give to `AlarmEngine.listen`."""
        alarm = change.alarm
        if change.kind is ChangeKind.CLEARED and alarm.key in self._roots:
            del self._roots[alarm.key]  # by hand, or because we said so
            self._ended[alarm.key] = self._clock.monotonic()
        if change.kind not in {ChangeKind.RAISED, ChangeKind.REOPENED}:
            return
        if _cause_of(alarm) is not None or self._adopt(alarm):
            return
        if alarm.rule in REACH or alarm.rule in LINK:
            self._suspect(alarm)

    def tick(self) -> None:
        """Let time pass: reach verdicts, and end roots that are over. Call it every second."""
        now = self._clock.monotonic()
        trouble = self._trouble
        if trouble is not None:
            all_known = self._situation.have_spoken(trouble.nodes, trouble.since_ms)
            if all_known or now >= trouble.deadline:
                self._trouble = None
                self._judge(trouble)
        for root in list(self._roots.values()):
            self._follow(root)
        for key, ended in list(self._ended.items()):
            if now - ended >= _AFTERMATH:
                del self._ended[key]
                self._release(key)

    # -- finding -----------------------------------------------------------------------------------

    def _suspect(self, alarm: Alarm) -> None:
        places = self._places_of(alarm)
        if not places:
            return
        trouble = self._trouble
        if trouble is None:
            deadline = self._clock.monotonic() + self._patience
            trouble = self._trouble = _Trouble(self._clock.time_ms(), deadline)
        self._ask(trouble, places)

    def _places_of(self, alarm: Alarm) -> list[Place]:
        """Where to look: the place of the alarm, and both ends of a span."""
        labels = dict(alarm.labels)
        place = self._situation.place_of(labels)
        span = self._situation.port_map.span(
            Port(labels.get("node", ""), labels.get("interface", ""))
        )
        if alarm.rule in LINK:
            return list(self._topology.ends(span)) if span is not None else []
        if place is None or self._stands_alone(place):
            return []
        return [place]

    def _stands_alone(self, place: Place) -> bool:
        """One device that is connected to nothing we know of: its own alarm says it all."""
        return not self._topology.links(place) and len(self._situation.nodes_at(place)) <= 1

    def _ask(self, trouble: _Trouble, places: Iterable[Place]) -> None:
        """Have the devices of these places and of those around them polled now."""
        wanted = dict.fromkeys(places)
        for place in list(wanted):
            wanted.update(dict.fromkeys(self._topology.around(place, _ASKED_PLACES)))
            wanted.update(dict.fromkeys(self._topology.way_to_core(place)))
        new = [place for place in wanted if place not in trouble.places]
        trouble.places.update(dict.fromkeys(new))
        nodes = [n for place in new for n in self._situation.nodes_at(place)]
        trouble.nodes.update(nodes)
        self._prober.hasten(nodes)

    def _judge(self, trouble: _Trouble) -> None:
        """Find the faults, one after the other, until all is explained."""
        found: list[_Root] = []
        for _ in range(_MOST_FAULTS):
            evidence = self._evidence(trouble)
            diagnosis = diagnose(self._topology, evidence)
            if diagnosis is None:
                break
            if diagnosis.confidence < _SURE and not trouble.is_second_look:
                self._look_again(trouble)
                return
            if found and not _speaks_for_itself(diagnosis, evidence):
                self._count_in(max(found, key=lambda root: len(root.places)), diagnosis)
            else:
                found += self._raise(diagnosis, evidence)
        self._adopt_all()

    def _count_in(self, root: _Root, diagnosis: Diagnosis) -> None:
        """What fell silent in the same moment, with nothing to explain it, went with the root.

        More likely the inventory is wrong about how it is connected than that two faults that have
        nothing to do with each other happened at once.
        """
        root.places |= diagnosis.isolated
        alarm = self._engine.get(root.key)
        if alarm is not None and alarm.finding is not None:
            finding = replace(alarm.finding, places=tuple(sorted(root.places)))
            self._engine.report(
                alarm.rule, alarm.labels, _CONTRIBUTOR, alarm.severity, finding=finding
            )

    def _evidence(self, trouble: _Trouble) -> Evidence:
        causes = [root.cause for root in self._roots.values()]
        cut = frozenset(cause.span for cause in causes if cause.span is not None)
        lost = frozenset(
            cause.place for cause in causes if cause.place is not None and cause.fault is Fault.DARK
        )
        evidence = self._situation.evidence(trouble.places, trouble.since_ms, cut, lost)
        explained = frozenset[Place]().union(*(root.places for root in self._roots.values()))
        return replace(evidence, silent=evidence.silent - explained)

    def _look_again(self, trouble: _Trouble) -> None:
        again = _Trouble(self._clock.time_ms(), self._clock.monotonic() + self._patience)
        again.is_second_look = True
        again.places = dict(trouble.places)
        again.nodes = set(trouble.nodes)
        self._trouble = again
        self._prober.hasten(again.nodes)

    def _raise(self, diagnosis: Diagnosis, evidence: Evidence) -> list[_Root]:
        raised = []
        second = " + ".join(map(_shown, diagnosis.second or ()))
        for cause in diagnosis.causes:
            power = evidence.power.get(cause.place, Power.UNKNOWN) if cause.place else None
            rule, labels = _alarm_of(cause, power)
            # What answers is not lost, whatever the inventory says of how it is connected.
            places = self._lost_with(cause, diagnosis) - evidence.answers
            finding = Finding(
                str(cause.fault),
                round(diagnosis.confidence, 3),
                tuple(sorted(places)),
                len(places & evidence.silent),
                sum(1 for (_, s), up in evidence.ports.items() if s == cause.span and not up),
                "" if power is None else str(power),
                second,
            )
            key = alarm_key(rule, labels)
            self._roots[key] = root = _Root(key, cause, places, self._clock.time_ms())
            raised.append(root)
            self._engine.report(
                rule, labels, _CONTRIBUTOR, _severity(cause, places), finding=finding
            )
        return raised

    def _lost_with(self, cause: Cause, diagnosis: Diagnosis) -> frozenset[Place]:
        """What one of the diagnosis' faults takes with it."""
        if len(diagnosis.causes) == 1:
            return diagnosis.isolated
        if cause.span is not None:
            alone = self._topology.lost_with_span(cause.span)
        elif cause.fault is Fault.DARK and cause.place is not None:
            alone = self._topology.lost_with_place(cause.place)
        else:
            alone = frozenset({cause.place} if cause.place is not None else ())
        # Two cuts of one ring: neither isolates anything alone, both together do.
        shared = diagnosis.isolated - self._lost_alone(diagnosis.causes)
        return (alone | shared) & diagnosis.isolated

    def _lost_alone(self, causes: Sequence[Cause]) -> frozenset[Place]:
        lost: frozenset[Place] = frozenset()
        for cause in causes:
            if cause.span is not None:
                lost |= self._topology.lost_with_span(cause.span)
            elif cause.place is not None:
                lost |= self._topology.lost_with_place(cause.place)
        return lost

    # -- folding -----------------------------------------------------------------------------------

    def _adopt(self, alarm: Alarm) -> bool:
        """Fold an alarm beneath the root that explains it; False if none does."""
        root = next((r for r in self._roots.values() if self._explains(r, alarm)), None)
        if root is None:
            return False
        self._engine.set_root(alarm.key, root.key)
        return True

    def _adopt_all(self) -> None:
        for alarm in self._engine.active():
            if alarm.root is None and _cause_of(alarm) is None:
                self._adopt(alarm)

    def _explains(self, root: _Root, alarm: Alarm) -> bool:
        if root.cause.fault is Fault.UPLINK:
            return alarm.rule in REACH or alarm.rule in LINK
        labels = dict(alarm.labels)
        if alarm.rule in LINK:
            span = self._situation.port_map.span(
                Port(labels.get("node", ""), labels.get("interface", ""))
            )
            return span is not None and self._takes_link(root, span)
        place = self._situation.place_of(labels)
        if alarm.rule in _POWER_OF_A_DARK_SITE:
            return root.cause.fault is Fault.DARK and place == root.cause.place
        return alarm.rule in REACH and place in root.places

    def _takes_link(self, root: _Root, span: SpanName) -> bool:
        return span == root.cause.span or any(p in root.places for p in self._topology.ends(span))

    # -- ending ------------------------------------------------------------------------------------

    def _follow(self, root: _Root) -> None:
        """End a root when there is a sign of life, and have what it cut off asked at once."""
        cause, since = root.cause, root.since_ms + 1
        alive = any(self._situation.answers_since(place, since) for place in root.places)
        if cause.fault is Fault.CUT and cause.span is not None:
            alive = alive or self._situation.link_is_up_since(cause.span, since)
        elif cause.place is not None:
            alive = self._situation.answers_since(cause.place, since)
        if alive:
            nodes = [n for place in root.places for n in self._situation.nodes_at(place)]
            self._prober.hasten(nodes)
            alarm = self._engine.get(root.key)
            if alarm is not None and alarm.is_active:
                self._engine.report(alarm.rule, alarm.labels, _CONTRIBUTOR, Severity.CLEARED)
            self._roots.pop(root.key, None)

    def _release(self, key: AlarmKey) -> None:
        """What is still wrong a while after its root is over has another reason."""
        for alarm in self._engine.active():
            if alarm.root == key:
                self._engine.set_root(alarm.key, None)
                if alarm.rule in REACH or alarm.rule in LINK:
                    self._suspect(alarm)


_FAULT_OF_RULE = {
    "fibre_cut": Fault.CUT,
    "site_dark": Fault.DARK,
    "site_lost": Fault.DARK,
    "site_devices_silent": Fault.DEAD,
    "collector_cut_off": Fault.UPLINK,
}


def _speaks_for_itself(diagnosis: Diagnosis, evidence: Evidence) -> bool:
    """Whether anything but silence speaks for it: a port without link, a battery, other traffic."""
    for cause in diagnosis.causes:
        if cause.fault is not Fault.DARK or cause.place is None:
            return True
        if evidence.power.get(cause.place) in {Power.BATTERY, Power.NEARLY_EMPTY}:
            return True
    return not diagnosis.isolated


def _alarm_of(cause: Cause, power: Power | None) -> tuple[str, Labels]:
    """The rule and the object that tell of a fault."""
    if cause.fault is Fault.UPLINK:
        return "collector_cut_off", (("service", "omc"),)
    if cause.span is not None:
        return "fibre_cut", (("span", cause.span),)
    labels: Labels = (("site", str(cause.place)),)
    if cause.fault is Fault.DEAD:
        return "site_devices_silent", labels
    on_battery = power in {Power.BATTERY, Power.NEARLY_EMPTY}
    return ("site_dark" if on_battery else "site_lost"), labels


def _cause_of(alarm: Alarm) -> Cause | None:
    """The fault that an alarm tells of; None if it is no root cause of ours."""
    fault = _FAULT_OF_RULE.get(alarm.rule)
    if fault is None:
        return None
    span, place = alarm.label("span"), alarm.label("site")
    return Cause(fault, SpanName(span) if span else None, Place(place) if place else None)


def _severity(cause: Cause, places: frozenset[Place]) -> Severity:
    """A lost second way is major; what cuts people off is critical."""
    if cause.fault is Fault.DEAD:
        return Severity.MAJOR
    return Severity.CRITICAL if places or cause.fault is Fault.UPLINK else Severity.MAJOR


def _shown(cause: Cause) -> str:
    return f"{cause.fault} {cause.span or cause.place or ''}".strip()
