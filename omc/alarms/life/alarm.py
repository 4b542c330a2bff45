"""One alarm: its identity, its life, and what happens in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from omc.alarms.location import Location, Section
from omc.alarms.severity import Severity
from omc.core.model import label_text

#: Name of the rule and labels of the object: `mains_failed{site="VYE001"}`.
AlarmKey = NewType("AlarmKey", str)

Labels = tuple[tuple[str, str], ...]


def alarm_key(rule: str, labels: Labels) -> AlarmKey:
    """The identity of an alarm: what is wrong, and with which object."""
    return AlarmKey(rule + label_text(dict(labels)))


@dataclass(frozen=True, slots=True)
class Note:
    """What a person did or said.

    Attributes:
        who: User, or the name of the program.
        time_ms: Unix milliseconds, UTC.
        text: In their words; may be empty.
    """

    who: str
    time_ms: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Homes:
    """What a fault of a PON takes from the homes behind it.

    Attributes:
        pons: PONs, as `OLT port`, sorted.
        onts: ONTs that were in operation before.
        lost: Those that are lost, as `port:number`, sorted by PON and number.
        known: Of how many of them it is known whether they sent a dying gasp.
        gasps: How many did.
    """

    pons: tuple[str, ...]
    onts: int
    lost: tuple[str, ...] = ()
    known: int = 0
    gasps: int = 0


@dataclass(frozen=True, slots=True)
class Light:
    """A fall of received light that many receivers see together.

    Attributes:
        receivers: That were looked at.
        fallen: That receive less than they used to.
        decibels: Median of their falls.
    """

    receivers: int
    fallen: int
    decibels: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What a root cause is known by; only alarms that the service itself finds have one.

    Attributes:
        fault: `cut`, `dark`, `dead` or `uplink`; `mains` of a commune; of PONs `feeder`, `branch`
            or `homes`; `dimmed` for a span that lets less light pass.
        confidence: 0..1.
        places: Places that are lost because of it, sorted; none where there is another way round.
        silent: Places of them that were asked and did not answer.
        ports_down: Ports without link that speak for it.
        power: What the place last said of its power; "" for a cut.
        second: The next best explanation, in short; "" if there was none.
        homes: What it takes from homes; None for what is no fault of a PON.
        light: The fall of light that it is known by; None where there is none.
        sections: Spans that can hold a cut, from one end of the link to the other.
        location: Where the cut is, if a device has measured it.
        sites: Sites of the commune whose mains it is, sorted: whoever cares for one of them cares
            for it. None for any other fault.
    """

    fault: str
    confidence: float
    places: tuple[str, ...] = ()
    silent: int = 0
    ports_down: int = 0
    power: str = ""
    second: str = ""
    homes: Homes | None = None
    light: Light | None = None
    sections: tuple[Section, ...] = ()
    location: Location | None = None
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm at a moment. Every change makes a new one.

    Times are Unix milliseconds, UTC.

    Attributes:
        rule: Name of the rule: the specific problem (X.733 clause 8.1.2.2).
        labels: The object, sorted by label.
        severity: Now; `CLEARED` once it is over.
        worst: The worst severity since it was last raised.
        raised_ms: When it was last raised.
        changed_ms: When anything last changed.
        cleared_ms: When it was over; None while it is active.
        occurrences: How often it has been raised.
        contributors: What makes it so: series and the severity that each asks for, those that ask
            for none left out.
        value: The value that decided, in the metric's unit; None where there is none.
        acknowledged: By whom; None if nobody has since it was last raised.
        assigned: To whom; None for nobody.
        flapping: It comes and goes so often that people are not told of every time.
        suppressed: Name of the maintenance window it falls into; None outside of any.
        root: The alarm that explains this one; None if this one is a root.
        finding: What it is known by, where the service itself has found it.
    """

    rule: str
    labels: Labels
    severity: Severity
    worst: Severity
    raised_ms: int
    changed_ms: int
    cleared_ms: int | None = None
    occurrences: int = 1
    contributors: tuple[tuple[str, Severity], ...] = ()
    value: float | None = None
    acknowledged: Note | None = None
    assigned: str | None = None
    flapping: bool = False
    suppressed: str | None = None
    root: AlarmKey | None = None
    finding: Finding | None = None

    @property
    def key(self) -> AlarmKey:
        """Its identity."""
        return alarm_key(self.rule, self.labels)

    @property
    def is_active(self) -> bool:
        """Whether it is not over."""
        return self.severity > Severity.CLEARED

    def label(self, name: str) -> str:
        """A label of the object, "" if it has none of that name."""
        return next((value for label, value in self.labels if label == name), "")


class ChangeKind(StrEnum):
    """What happened to an alarm."""

    RAISED = "raised"
    REOPENED = "reopened"
    SEVERITY = "severity"
    CLEARED = "cleared"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    COMMENTED = "commented"
    ASSIGNED = "assigned"
    FLAPPING = "flapping"
    CALM = "calm"
    SUPPRESSED = "suppressed"
    UNSUPPRESSED = "unsuppressed"
    ROOTED = "rooted"
    UNROOTED = "unrooted"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of an alarm's history.

    Attributes:
        alarm: As it is after the change.
        kind: What happened.
        time_ms: When.
        who: The person or program that did it; "" for the network itself.
        text: What they said, or why it happened.
        previous: Severity before.
    """

    alarm: Alarm
    kind: ChangeKind
    time_ms: int
    who: str = ""
    text: str = ""
    previous: Severity = Severity.CLEARED
