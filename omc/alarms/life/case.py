"""One identity of alarms: what is said of it now, and how long that has to last."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from omc.alarms.life.alarm import Alarm, Finding, Labels
from omc.alarms.life.flapping import FlappingScore
from omc.alarms.life.persistence import Persistence
from omc.alarms.severity import Severity


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient a rule is, in seconds.

    Attributes:
        hold: Before an alarm is raised or becomes worse.
        clear_after: Before it is cleared or becomes better.
    """

    hold: float = 0.0
    clear_after: float = 0.0


@dataclass(slots=True)
class Case:
    """What the engine remembers of one identity.

    Attributes:
        rule: Of the alarm.
        labels: Of the alarm.
        persistence: Decides what has lasted.
        flapping: Decides what is noise.
        alarm: As it was told last; None if it never was raised.
        wishes: Severity by who wants it.
        value: That makes it so.
        finding: That explains it.
        due: When it is looked at again, monotonic seconds; None for not.
    """

    rule: str
    labels: Labels
    persistence: Persistence
    flapping: FlappingScore
    alarm: Alarm | None = None
    wishes: dict[str, Severity] = field(default_factory=dict)
    value: float | None = None
    finding: Finding | None = None
    due: float | None = None

    def current(self) -> Alarm | None:
        """The alarm with what makes it so now; that alone is no change worth telling."""
        alarm = self.alarm
        if alarm is None or not alarm.is_active:
            return alarm
        contributors = tuple(self.wishes.items())
        known = (contributors, self.value, self.finding)
        if known != (alarm.contributors, alarm.value, alarm.finding):
            self.alarm = alarm = replace(
                alarm, contributors=contributors, value=self.value, finding=self.finding
            )
        return alarm
