"""Which fault explains what was lost: a cut span, a site without power, a dead router.

Every candidate predicts which places fall silent and which ports lose their link. Candidates are
compared by how likely the observations are if they are true, times how likely they are to begin
with, so that a wrong line in the inventory weakens the verdict and does not turn it around. All
probabilities are ours (engineering judgement); the bench `root_cause` measures what they are worth.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from omc.alarms.causes.evidence import Evidence, Power
from omc.core.inventory import SpanName
from omc.core.topology import Place, Topology

#: How likely an observation is, given what a candidate predicts (logarithms).
_SILENT_AS_PREDICTED = math.log(0.995)
_ANSWERS_THOUGH_LOST = math.log(0.01)
_ANSWERS_AS_PREDICTED = math.log(0.99)
_SILENT_FOR_ITSELF = math.log(0.01)
_PORT_AS_PREDICTED = math.log(0.97)
_PORT_AGAINST = math.log(0.02)

#: How likely a fault is to begin with, relative to others.
_CUT = math.log(0.01)
_DARK = {
    Power.NEARLY_EMPTY: math.log(0.5),
    Power.BATTERY: math.log(0.05),
    Power.UNKNOWN: math.log(0.002),
    Power.MAINS: math.log(0.0005),
}
_DEAD = math.log(0.004)

#: Candidates that two faults at once are made of: the best single ones, and cuts that ports tell
#: of, bad as they may be alone: neither of two cuts of a ring isolates anybody by itself.
_PAIRED, _PAIRED_CUTS = 12, 12


class Fault(StrEnum):
    """Kinds of root causes."""

    CUT = "cut"
    DARK = "dark"
    DEAD = "dead"
    UPLINK = "uplink"


@dataclass(frozen=True, slots=True)
class Cause:
    """One fault.

    Attributes:
        fault: What it is: a cut span; a place without power; a place whose devices are dead while
            its power and fibres are well; the collector's own way into the network.
        span: Which span; None for what is no cut.
        place: Which place; None for what is at none.
    """

    fault: Fault
    span: SpanName | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A verdict.

    Attributes:
        causes: One fault, or several that happened together.
        isolated: Places that are lost because of them.
        confidence: 0..1: how far it is ahead of all other candidates.
        second: The next best candidate; None if there was no other.
    """

    causes: tuple[Cause, ...]
    isolated: frozenset[Place]
    confidence: float
    second: tuple[Cause, ...] | None = None


def diagnose(topology: Topology, evidence: Evidence) -> Diagnosis | None:
    """The best explanation of what is not explained yet; None where there is nothing to explain.

    Places with no way to the core by spans that are known to be cut are explained already.
    """
    if _is_uplink(topology, evidence):
        return Diagnosis((Cause(Fault.UPLINK),), evidence.silent, 1.0)
    model = _Model(topology, evidence)
    if not model.unexplained and not model.open_ports:
        return None
    ranked = model.ranked()
    if not ranked:
        return None
    best = ranked[0]
    return Diagnosis(
        best.causes,
        best.isolated - model.explained,
        _confidence([candidate.score for candidate in ranked]),
        ranked[1].causes if len(ranked) > 1 else None,
    )


def _is_uplink(topology: Topology, evidence: Evidence) -> bool:
    """Nothing answers any more, the core included: it is us."""
    core_is_silent = bool(topology.core) and all(p in evidence.silent for p in topology.core)
    return core_is_silent and not evidence.answers


def _confidence(scores: Sequence[float]) -> float:
    return 1.0 / sum(math.exp(score - scores[0]) for score in scores)


@dataclass(frozen=True, slots=True)
class _Candidate:
    causes: tuple[Cause, ...]
    isolated: frozenset[Place]
    score: float


class _Model:
    """The observations, and what candidates say to them."""

    def __init__(self, topology: Topology, evidence: Evidence) -> None:
        self._topology = topology
        self._evidence = evidence
        self.explained = topology.isolated(evidence.cut, evidence.lost)
        self.unexplained = evidence.silent - self.explained
        self.open_ports = {
            span
            for (place, span), is_up in evidence.ports.items()
            if not is_up and span not in evidence.cut and not self._far_is_explained(place, span)
        }
        self._asked = (evidence.silent | evidence.answers) - self.explained

    def _far_is_explained(self, place: Place, span: SpanName) -> bool:
        """A port also loses its link when the place at its far end has no power."""
        one, other = self._topology.ends(span)
        return (other if place == one else one) in self._evidence.lost

    def ranked(self) -> list[_Candidate]:
        """All candidates, the best first."""
        singles = sorted(
            (self._candidate((cause,)) for cause in self._causes()),
            key=lambda candidate: -candidate.score,
        )
        cuts = [single for single in singles[_PAIRED:] if single.causes[0].span in self.open_ports]
        pairs = [
            self._candidate(one.causes + other.causes)
            for one, other in combinations(singles[:_PAIRED] + cuts[:_PAIRED_CUTS], 2)
        ]
        return sorted(singles + pairs, key=lambda candidate: -candidate.score)

    def _causes(self) -> Iterator[Cause]:
        """Faults near what is lost."""
        near = sorted(self.unexplained)
        spans = {link.span for place in near for link in self._topology.links(place)}
        spans |= self.open_ports
        for span in sorted(spans - self._evidence.cut):
            yield Cause(Fault.CUT, span=span)
        for place in near:
            yield Cause(Fault.DARK, place=place)
            if self._lets_pass(place):
                yield Cause(Fault.DEAD, place=place)

    def _lets_pass(self, place: Place) -> bool:
        """Whether there is a sign that traffic passes, so that only its management may be dead.

        A port towards it is up, or what hangs on it answers.
        """
        towards = {(link.far, link.span) for link in self._topology.links(place)}
        if any(self._evidence.ports.get(port) for port in towards):
            return True
        behind = self._topology.lost_with_place(place) - {place}
        return not behind.isdisjoint(self._evidence.answers)

    def _candidate(self, causes: tuple[Cause, ...]) -> _Candidate:
        cut = {cause.span for cause in causes if cause.span is not None}
        gone = {cause.place for cause in causes if cause.place is not None}
        dark = {c.place for c in causes if c.fault is Fault.DARK and c.place is not None}
        isolated = self._isolated(cut, dark) | gone
        score = sum(map(self._prior, causes))
        score += self._places_score(isolated) + self._ports_score(cut, dark)
        return _Candidate(causes, isolated, score)

    def _isolated(self, cut: set[SpanName], dark: set[Place]) -> frozenset[Place]:
        evidence, topology = self._evidence, self._topology
        if not evidence.cut and not evidence.lost and len(cut) + len(dark) == 1:
            if cut:
                return topology.lost_with_span(next(iter(cut)))
            return topology.lost_with_place(next(iter(dark)))
        return topology.isolated(evidence.cut | cut, evidence.lost | dark)

    def _prior(self, cause: Cause) -> float:
        if cause.fault is Fault.CUT:
            return _CUT
        if cause.fault is Fault.DEAD or cause.place is None:
            return _DEAD
        return _DARK[self._evidence.power.get(cause.place, Power.UNKNOWN)]

    def _places_score(self, isolated: frozenset[Place]) -> float:
        """What is seen of the places asked, against what is predicted.

        One wrong span in the inventory lets all that hangs on it answer though it is predicted to
        be lost: so much is charged for each connected group, not for every place in it.
        """
        silent, answers = self._evidence.silent, self._asked - self._evidence.silent
        wrong = answers & isolated
        groups = sum(1 for _ in self._topology.groups(wrong))
        as_predicted = len(silent & self._asked & isolated)
        return (
            as_predicted * _SILENT_AS_PREDICTED
            + (len(answers) - groups) * _ANSWERS_AS_PREDICTED
            + groups * _ANSWERS_THOUGH_LOST
            + (len(silent & self._asked) - as_predicted) * _SILENT_FOR_ITSELF
        )

    def _ports_score(self, cut: Iterable[SpanName], dark: set[Place]) -> float:
        score = 0.0
        for (place, span), is_up in self._evidence.ports.items():
            one, other = self._topology.ends(span)
            far = other if place == one else one
            is_down_for_known = span in self._evidence.cut or far in self._evidence.lost
            predicted_down = span in cut or far in dark or is_down_for_known
            score += _PORT_AS_PREDICTED if predicted_down is not is_up else _PORT_AGAINST
        return score
