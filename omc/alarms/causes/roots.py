"""Root causes that were found: raised as alarms, and what each of them explains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from omc.alarms.causes.diagnosis import Cause, Diagnosis, Fault
from omc.alarms.causes.evidence import Evidence, Power
from omc.alarms.causes.otdr import FaultDistances
from omc.alarms.causes.situation import Situation
from omc.alarms.causes.symptoms import LINK, POWER, REACH
from omc.alarms.life.alarm import Alarm, AlarmKey, Finding, Labels, alarm_key
from omc.alarms.life.engine import AlarmEngine
from omc.alarms.location import Location
from omc.alarms.severity import Severity
from omc.core.clock import Clock
from omc.core.inventory import SpanName
from omc.core.topology import Place, Topology

#: Who says so, to the engine.
CONTRIBUTOR = "root cause"

#: A cut may be measured before the devices behind it are missed (milliseconds).
_MEASURED_BEFORE_MS = 300_000

_FAULT_OF_RULE = {
    "fibre_cut": Fault.CUT,
    "site_dark": Fault.DARK,
    "site_lost": Fault.DARK,
    "site_devices_silent": Fault.DEAD,
    "collector_cut_off": Fault.UPLINK,
}


@dataclass(slots=True)
class Root:
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


class Roots:
    """The root causes that last.

    Args:
        engine: Where they are raised.
        topology: The network.
        situation: What is known of it.
        distances: What devices measure of cuts.
        clock: The time.
    """

    def __init__(
        self,
        engine: AlarmEngine,
        topology: Topology,
        situation: Situation,
        distances: FaultDistances,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._distances = distances
        self._topology = topology
        self._situation = situation
        self._clock = clock
        self._roots: dict[AlarmKey, Root] = {}
        self._causes: tuple[frozenset[SpanName], frozenset[Place]] = frozenset(), frozenset()
        self._behind: frozenset[Place] = frozenset()

    def __iter__(self) -> Iterator[Root]:
        return iter(list(self._roots.values()))

    def restore(self) -> None:
        """Take up the roots that the engine has restored."""
        for alarm in self._engine.active():
            cause = cause_of(alarm)
            if cause is not None and alarm.finding is not None:
                places = frozenset(map(Place, alarm.finding.places))
                self._roots[alarm.key] = Root(alarm.key, cause, places, alarm.raised_ms)

    def forget(self, key: AlarmKey) -> bool:
        """Drop one whose alarm is over; False if there is none of that key."""
        return self._roots.pop(key, None) is not None

    # -- raising and ending ------------------------------------------------------------------------

    def raise_all(self, diagnosis: Diagnosis, evidence: Evidence) -> list[Root]:
        """Raise every fault of a diagnosis."""
        second = " + ".join(map(_shown, diagnosis.second or ()))
        return [self._raise(cause, diagnosis, evidence, second) for cause in diagnosis.causes]

    def _raise(self, cause: Cause, diagnosis: Diagnosis, evidence: Evidence, second: str) -> Root:
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
            sections=self._distances.sections(cause.span) if cause.span is not None else (),
        )
        root = Root(alarm_key(rule, labels), cause, places, self._clock.time_ms())
        self._roots[root.key] = root
        if cause.span is not None:
            finding = replace(finding, location=self._location(root, cause.span))
        self._engine.report(rule, labels, CONTRIBUTOR, _severity(cause, places), finding=finding)
        return root

    def locate(self, root: Root) -> None:
        """Take in what has been measured of a cut since it was raised."""
        alarm = self._engine.get(root.key)
        if root.cause.span is None or alarm is None or alarm.finding is None:
            return
        location = self._location(root, root.cause.span)
        if location is not None and location != alarm.finding.location:
            finding = replace(alarm.finding, location=location)
            self._engine.report(
                alarm.rule, alarm.labels, CONTRIBUTOR, alarm.severity, finding=finding
            )
            text = f"{location.metres:.0f} m from {location.origin}, {location.span}"
            self._engine.comment(root.key, "OTDR", text)

    def _location(self, root: Root, span: SpanName) -> Location | None:
        return self._distances.locate(span, root.since_ms - _MEASURED_BEFORE_MS)

    def count_in(self, root: Root, places: frozenset[Place]) -> None:
        """Let a root that is known have taken more places than it seemed to at first."""
        root.places |= places
        alarm = self._engine.get(root.key)
        if alarm is not None and alarm.finding is not None:
            finding = replace(alarm.finding, places=tuple(sorted(root.places)))
            severity = _severity(root.cause, root.places)
            self._engine.report(alarm.rule, alarm.labels, CONTRIBUTOR, severity, finding=finding)

    def end(self, root: Root) -> None:
        """Clear its alarm."""
        alarm = self._engine.get(root.key)
        if alarm is not None and alarm.is_active:
            self._engine.report(alarm.rule, alarm.labels, CONTRIBUTOR, Severity.CLEARED)
        self._roots.pop(root.key, None)

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

    # -- what they explain -------------------------------------------------------------------------

    def beyond(self, evidence: Evidence) -> Evidence:
        """Evidence without what is explained already."""
        explained = frozenset[Place]().union(*(root.places for root in self))
        return replace(evidence, silent=evidence.silent - explained)

    @property
    def cut(self) -> frozenset[SpanName]:
        """Spans that are cut."""
        return _cut_by(self)

    @property
    def lost(self) -> frozenset[Place]:
        """Places without power."""
        return _lost_by(self)

    def adopt(self, alarm: Alarm) -> bool:
        """Fold an alarm beneath the root that explains it; False if none does."""
        root = next((root for root in self if self._explains(root, alarm)), None)
        if root is None:
            root = self._joined_late(alarm)
        if root is None:
            return False
        self._engine.set_root(alarm.key, root.key)
        return True

    def adopt_all(self) -> None:
        """Fold what was raised before its root was found."""
        for alarm in self._engine.active():
            if alarm.root is None and cause_of(alarm) is None:
                self.adopt(alarm)

    def _explains(self, root: Root, alarm: Alarm) -> bool:
        if root.cause.fault is Fault.UPLINK:
            return alarm.rule in REACH or alarm.rule in LINK
        labels = dict(alarm.labels)
        if alarm.rule in LINK:
            span = self._situation.span_of(labels)
            return span is not None and self._takes_link(root, span)
        place = self._situation.place_of(labels)
        if alarm.rule in POWER:
            return root.cause.fault is Fault.DARK and place == root.cause.place
        return alarm.rule in REACH and place in root.places

    def _joined_late(self, alarm: Alarm) -> Root | None:
        """The root behind which a place falls silent that had answered just before; it joins it.

        A poll that was on its way when a cable was cut may still come to an end.
        """
        place = self._situation.place_of(dict(alarm.labels)) if alarm.rule in REACH else None
        if place is None or place not in self._cut_off():
            return None
        for root in self:
            if self._is_behind(place, root) and not self._has_answered_since(place, root):
                self.count_in(root, frozenset({place}))
                return root
        return None

    def _cut_off(self) -> frozenset[Place]:
        """What all roots together cut off."""
        causes = self.cut, self.lost
        if causes != self._causes:
            self._causes, self._behind = causes, self._topology.isolated(*causes)
        return self._behind

    def _is_behind(self, place: Place, root: Root) -> bool:
        """Whether a root cuts a place off: alone, or because others took the other way."""
        cut, lost = _cut_by([root]), _lost_by([root])
        if place in self._topology.isolated(cut, lost):
            return True
        return place not in self._topology.isolated(self.cut - cut, self.lost - lost)

    def _has_answered_since(self, place: Place, root: Root) -> bool:
        return self._situation.answers_since(place, root.since_ms + 1)

    def _takes_link(self, root: Root, span: SpanName) -> bool:
        return span == root.cause.span or any(p in root.places for p in self._topology.ends(span))


def _cut_by(roots: Iterable[Root]) -> frozenset[SpanName]:
    return frozenset(root.cause.span for root in roots if root.cause.span is not None)


def _lost_by(roots: Iterable[Root]) -> frozenset[Place]:
    return frozenset(
        root.cause.place
        for root in roots
        if root.cause.place is not None and root.cause.fault is Fault.DARK
    )


def cause_of(alarm: Alarm) -> Cause | None:
    """The fault that an alarm tells of; None if it is no root cause of ours."""
    fault = _FAULT_OF_RULE.get(alarm.rule)
    if fault is None:
        return None
    span, place = alarm.label("span"), alarm.label("site")
    return Cause(fault, SpanName(span) if span else None, Place(place) if place else None)


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


def _severity(cause: Cause, places: frozenset[Place]) -> Severity:
    """A lost second way is major; what cuts people off is critical."""
    if cause.fault is Fault.DEAD:
        return Severity.MAJOR
    return Severity.CRITICAL if places or cause.fault is Fault.UPLINK else Severity.MAJOR


def _shown(cause: Cause) -> str:
    return f"{cause.fault} {cause.span or cause.place or ''}".strip()
