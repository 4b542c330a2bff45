"""Time as a thing that is passed in, so that tests can hold it still."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Where the current time comes from."""

    def time_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z: stamps samples and events."""
        ...

    def monotonic(self) -> float:
        """Seconds that never step back: measures intervals and deadlines."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def time_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that moves only when told to: the official way to test what depends on time."""

    def __init__(self, time_ms: int = 1_767_225_600_000, monotonic: float = 1000.0) -> None:
        self._time_ms = time_ms
        self._monotonic = monotonic

    def time_ms(self) -> int:
        return self._time_ms

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Move both clocks on by `seconds`."""
        self._time_ms += round(seconds * 1000)
        self._monotonic += seconds
