"""How long something was up, said so that missing data never makes it look better.

Time of a period is divided into five parts, which add up to the period (or to now, where the period
has not ended):

    up          it was seen to work
    unplanned   it was seen not to work
    planned     likewise, inside of an announced maintenance window, or locked by the operator
    saving      switched off to save energy
    unknown     nothing was heard: neither good nor bad

The availability that is reported counts unknown time as if nothing had worked: what is proved.
`at_most` counts it as if everything had. Between the two lies the truth, and where they straddle a
target, nobody can say whether it was met.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Whether a target was met."""

    MET = "met"
    MISSED = "missed"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Availability:
    """Seconds of one object in a period, or of many objects added up.

    Ratios of several objects are ratios of sums: add the objects up first.
    """

    up: float = 0.0
    unplanned: float = 0.0
    planned: float = 0.0
    saving: float = 0.0
    unknown: float = 0.0

    def __add__(self, other: Availability) -> Availability:
        return Availability(
            self.up + other.up,
            self.unplanned + other.unplanned,
            self.planned + other.planned,
            self.saving + other.saving,
            self.unknown + other.unknown,
        )

    @property
    def total(self) -> float:
        """Seconds of the period, times objects."""
        return self.up + self.unplanned + self.planned + self.saving + self.unknown

    @property
    def proved(self) -> float | None:
        """Availability, 0..1, without planned work and energy saving; unknown time was not up.

        None where there was no other time.
        """
        return _share(self.up, self.up + self.unplanned + self.unknown)

    @property
    def at_most(self) -> float | None:
        """The same, if all unknown time had been up."""
        return _share(self.up + self.unknown, self.up + self.unplanned + self.unknown)

    @property
    def with_planned(self) -> float | None:
        """As users saw it: planned work counts as not up; unknown time likewise."""
        return _share(self.up, self.total - self.saving)

    @property
    def completeness(self) -> float | None:
        """Share of the time of which anything is known."""
        return _share(self.total - self.unknown, self.total)

    def meets(self, target: float) -> Verdict:
        """Whether the availability was at least that, 0..1."""
        if self.proved is None or self.at_most is None:
            return Verdict.NOT_KNOWN
        if self.proved >= target:
            return Verdict.MET
        return Verdict.MISSED if self.at_most < target else Verdict.NOT_KNOWN


def added(parts: Iterable[Availability]) -> Availability:
    """Many objects as one."""
    return sum(parts, Availability())


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
