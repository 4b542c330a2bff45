"""The messages of one edge node in the order in which it sent them (Sparkplug 3.0.0, 5.15).

Brokers of several machines may pass each other's messages. So one that comes too early waits for
those before it, up to the reorder timeout; then what waits is let go, and the births are asked for.
One that was taken, or given up, is not taken again.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from omc.core.sparkplug import SEQUENCE_NUMBERS

MessageT = TypeVar("MessageT")


class Sequence(Generic[MessageT]):
    """The sequence numbers of one edge node's session.

    Attributes:
        last: Number of the last message in order; None before the birth.
        waits_since: Monotonic time since when a message is missing; None: none is.
    """

    __slots__ = ("_early", "_late", "last", "waits_since")

    def __init__(self, last: int | None = None) -> None:
        self.last = last
        self.waits_since: float | None = None
        self._early: dict[int, MessageT] = {}
        self._late = 0

    def begin(self, number: int) -> None:
        """A session begins with an NBIRTH of this number."""
        self.last = number
        self.waits_since = None
        self._early = {}
        self._late = 0

    def is_late(self, number: int) -> bool:
        """Whether a message was taken or given up before, as far as half the numbers can tell."""
        if self.last is None:
            return False
        behind = (self.last - number) % SEQUENCE_NUMBERS
        return behind <= SEQUENCE_NUMBERS // 2 or number in self._early

    def count_late(self) -> int:
        """One more is late; how many there were since the last message that was not."""
        self._late += 1
        return self._late

    def is_next(self, number: int) -> bool:
        """Whether a message follows the last one."""
        return self.last is not None and number == (self.last + 1) % SEQUENCE_NUMBERS

    def take(self, number: int, message: MessageT, now: float) -> list[MessageT]:
        """The messages that are in order now that this one, which is not late, has come."""
        self._late = 0
        self._early[number] = message
        ready = self._in_order()
        if not self._early:
            self.waits_since = None
        elif ready or self.waits_since is None:
            self.waits_since = now
        return ready

    def give_up(self) -> list[MessageT]:
        """Wait no longer for what is missing: the messages behind it, in order."""
        last = self.last or 0
        ready = []
        for number in sorted(self._early, key=lambda one: (one - last - 1) % SEQUENCE_NUMBERS):
            ready.append(self._early.pop(number))
            self.last = number
        self.waits_since = None
        return ready

    def _in_order(self) -> list[MessageT]:
        ready = []
        while self._early and self.last is not None:
            following = (self.last + 1) % SEQUENCE_NUMBERS
            if following not in self._early:
                break
            ready.append(self._early.pop(following))
            self.last = following
        return ready
