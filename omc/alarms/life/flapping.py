"""Telling an alarm that comes and goes from one that came back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FlappingPolicy:
    """When an alarm is noisy. Each time it is raised its score grows by one; the score decays.

    Attributes:
        half_life: Seconds in which a score halves.
        begins: Score at which it is called flapping.
        ends: Score below which it is calm again.
    """

    half_life: float = 900.0
    begins: float = 3.0
    ends: float = 1.0


class FlappingScore:
    """How noisy one alarm is. Times are monotonic seconds."""

    __slots__ = ("_policy", "_score", "_time", "is_flapping")

    def __init__(self, policy: FlappingPolicy) -> None:
        self._policy = policy
        self._score = 0.0
        self._time = 0.0
        self.is_flapping = False

    def raised(self, now: float) -> bool:
        """Count one more time; True when this makes it flapping."""
        self._score = self.at(now) + 1.0
        self._time = now
        begins = not self.is_flapping and self._score >= self._policy.begins
        self.is_flapping = self.is_flapping or begins
        return begins

    def at(self, now: float) -> float:
        """The score at a moment."""
        return float(self._score * 0.5 ** ((now - self._time) / self._policy.half_life))

    def calms(self, now: float) -> bool:
        """Let it be calm if it has been quiet for long enough; True when this ends the flapping."""
        if self.is_flapping and self.at(now) < self._policy.ends:
            self.is_flapping = False
            return True
        return False
