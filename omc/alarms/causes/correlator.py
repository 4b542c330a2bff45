"""From many alarms to the one that matters.

When a device falls silent or a port loses its link, the correlator has the neighbours asked at once
instead of waiting for their turn, and a few seconds later looks for the fault that explains what
they say (`omc.alarms.causes.diagnosis`). The fault is raised as an alarm of its own; what it
explains, earlier or later, is folded beneath it.

It is told what happens and that time passes; it opens no socket and sleeps never.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from omc.alarms.causes.aftermath import Aftermath
from omc.alarms.causes.diagnosis import Diagnosis, Fault, diagnose
from omc.alarms.causes.evidence import Evidence, Power
from omc.alarms.causes.otdr import FaultDistances
from omc.alarms.causes.roots import Root, Roots, cause_of
from omc.alarms.causes.situation import Situation
from omc.alarms.causes.symptoms import LINK, REACH
from omc.alarms.life.alarm import Alarm, Change, ChangeKind
from omc.alarms.life.engine import AlarmEngine
from omc.alarms.prober import Prober
from omc.core.clock import Clock
from omc.core.topology import Place, Topology

#: Places around the trouble that are asked.
_ASKED_PLACES = 40
#: Faults that are looked for one after the other in the same trouble.
_MOST_FAULTS = 8
#: A verdict less sure than this is looked at again, once.
_SURE = 0.6
#: Seconds after the end of a root in which what it explained may end too.
_AFTERMATH = 180.0


@dataclass(slots=True)
class _Trouble:
    """Something was lost and the verdict is still out. Times as their names say."""

    since_ms: int
    deadline: float
    places: dict[Place, None] = field(default_factory=dict)
    nodes: set[str] = field(default_factory=set)
    is_second_look: bool = False


class Correlator:
    """Finds roots and keeps them while they last.

    Args:
        engine: Where roots are raised; its changes are heard with `heed`.
        topology: The network.
        situation: What is known of it.
        distances: What devices measure of cuts.
        prober: Asks devices out of turn.
        clock: The time.
        patience: Seconds between the first loss and the verdict, at most.
    """

    def __init__(
        self,
        engine: AlarmEngine,
        topology: Topology,
        situation: Situation,
        distances: FaultDistances,
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
        self._roots = Roots(engine, topology, situation, distances, clock)
        self._aftermath = Aftermath(engine, clock, _AFTERMATH)

    def restore(self) -> None:
        """Take up the roots that the engine has restored."""
        self._roots.restore()

    def heed(self, change: Change) -> None:
        """Hear of an alarm: the listener to give to `AlarmEngine.listen`."""
        alarm = change.alarm
        if change.kind is ChangeKind.CLEARED and self._roots.forget(alarm.key):
            self._aftermath.begin(alarm.key)  # by hand, or because we said so
        if change.kind not in {ChangeKind.RAISED, ChangeKind.REOPENED}:
            return
        if cause_of(alarm) is not None or self._roots.adopt(alarm):
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
        for root in self._roots:
            self._roots.locate(root)
            self._follow(root)
        for alarm in self._aftermath.tick():
            if alarm.rule in REACH or alarm.rule in LINK:
                self._suspect(alarm)

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
        if alarm.rule in LINK:
            span = self._situation.span_of(labels)
            return list(self._topology.ends(span)) if span is not None else []
        place = self._situation.place_of(labels)
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
        found: list[Root] = []
        for _ in range(_MOST_FAULTS):
            evidence = self._evidence(trouble)
            diagnosis = diagnose(self._topology, evidence)
            if diagnosis is None:
                break
            if diagnosis.confidence < _SURE and not trouble.is_second_look:
                self._look_again(trouble)
                return
            if found and not _speaks_for_itself(diagnosis, evidence):
                # More likely the inventory is wrong about how it is connected than that two faults
                # that have nothing to do with each other happened at once.
                largest = max(found, key=lambda root: len(root.places))
                self._roots.count_in(largest, diagnosis.isolated)
            else:
                found += self._roots.raise_all(diagnosis, evidence)
        self._roots.adopt_all()

    def _evidence(self, trouble: _Trouble) -> Evidence:
        roots = self._roots
        return roots.beyond(
            self._situation.evidence(trouble.places, trouble.since_ms, roots.cut, roots.lost)
        )

    def _look_again(self, trouble: _Trouble) -> None:
        again = _Trouble(self._clock.time_ms(), self._clock.monotonic() + self._patience)
        again.is_second_look = True
        again.places = dict(trouble.places)
        again.nodes = set(trouble.nodes)
        self._trouble = again
        self._prober.hasten(again.nodes)

    # -- ending ------------------------------------------------------------------------------------

    def _follow(self, root: Root) -> None:
        """End a root when there is a sign of life, and have what it cut off asked at once."""
        if self._shows_life(root):
            places = dict.fromkeys((*root.places, *self._ends(root)))
            self._prober.hasten([n for place in places for n in self._situation.nodes_at(place)])
            self._roots.end(root)

    def _ends(self, root: Root) -> Iterable[Place]:
        """The ends of a cut span; none for what is no cut, or of a span that is no more."""
        span = root.cause.span
        return self._topology.ends(span) if span in self._topology.spans and span else ()

    def _shows_life(self, root: Root) -> bool:
        """Whether what a root took is back, as far as it was last heard since then."""
        cause, since = root.cause, root.since_ms + 1
        if cause.span is None and cause.place is not None:
            return self._situation.answers_since(cause.place, since)
        if cause.span is not None and self._situation.link_is_up_since(cause.span, since):
            return True
        return any(self._situation.answers_since(place, since) for place in root.places)


def _speaks_for_itself(diagnosis: Diagnosis, evidence: Evidence) -> bool:
    """Whether anything but silence speaks for it: a port without link, a battery, other traffic."""
    for cause in diagnosis.causes:
        if cause.fault is not Fault.DARK or cause.place is None:
            return True
        if evidence.power.get(cause.place) in {Power.BATTERY, Power.NEARLY_EMPTY}:
            return True
    return not diagnosis.isolated
