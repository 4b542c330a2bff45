"""The messages of one edge node in the order in which it sent them (Sparkplug 3.0.0, 5.15).

Brokers of several machines may pass each other's messages. So one that comes too early waits for
those before it, up to the reorder timeout; then what waits is let go, and the births are asked for.
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

    __slots__ = ("_early", "last", "waits_since")

    def __init__(self, last: int | None = None) -> None:
        self.last = last
        self.waits_since: float | None = None
        self._early: dict[int, MessageT] = {}

    def begin(self, number: int) -> None:
        """A session begins with an NBIRTH of this number."""
        self.last = number
        self.waits_since = None
        self._early = {}

    def is_next(self, number: int) -> bool:
        """Whether a message follows the last one."""
        return self.last is not None and number == (self.last + 1) % SEQUENCE_NUMBERS

    def take(self, number: int, message: MessageT, now: float) -> list[MessageT]:
        """The messages that are in order now that this one has come."""
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
