"""How many messages a source may send: a flood of one is shed, and no other notices."""

from __future__ import annotations

from collections import OrderedDict


class SourceAllowance:
    """A token bucket a source.

    Args:
        rate: Messages a second that a source may send for ever.
        burst: How many it may send at once.
        most_sources: Sources that are told apart; the one that has been silent for longest is
            forgotten first, and begins anew.
    """

    def __init__(self, rate: float, burst: float, most_sources: int = 10_000) -> None:
        self._rate = rate
        self._burst = burst
        self._most_sources = most_sources
        self._buckets: OrderedDict[str, tuple[float, float, int]] = OrderedDict()

    def takes(self, source: str, now: float, amount: int = 1) -> bool:
        """Whether more of this source is heard; what is not costs it nothing.

        Args:
            source: Who sends.
            now: Monotonic seconds.
            amount: Messages that come together: all are heard, or none. More than it may ever send
                at once are heard when it has sent nothing for long enough, and are waited for.
        """
        left, since, shed = self._buckets.get(source, (self._burst, now, 0))
        left = min(self._burst, left + (now - since) * self._rate)
        if left >= self._burst:
            shed = 0
        is_taken = left >= min(amount, self._burst)
        self._buckets[source] = (left - amount, now, shed) if is_taken else (left, now, shed + 1)
        self._buckets.move_to_end(source)
        if len(self._buckets) > self._most_sources:
            self._buckets.popitem(last=False)
        return is_taken

    def give_back(self, source: str, amount: int = 1) -> None:
        """What was taken shall not count, as if it had never come."""
        if source in self._buckets:
            left, since, shed = self._buckets[source]
            self._buckets[source] = (min(self._burst, left + amount), since, shed)

    def shed(self, source: str) -> int:
        """How many of its present flood were not heard."""
        return self._buckets[source][2] if source in self._buckets else 0

    @property
    def sources(self) -> int:
        """How many are told apart now."""
        return len(self._buckets)
