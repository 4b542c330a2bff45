"""Wrong passwords: after a few, one has to wait, longer every time."""

from __future__ import annotations

from omc.core.clock import Clock

_FREE = 4
_LONGEST = 60.0
_FORGET_AFTER = 900.0
_MOST = 10_000


class Attempts:
    """Counts failures of a name from an address.

    Args:
        clock: The time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failed: dict[tuple[str, str], tuple[int, float]] = {}

    def wait(self, who: tuple[str, str]) -> float:
        """Seconds until somebody may try again; 0 for now."""
        count, last = self._failed.get(who, (0, 0.0))
        if count < _FREE:
            return 0.0
        pause = min(_LONGEST, 2.0 ** (count - _FREE + 1))
        return max(0.0, last + pause - self._clock.monotonic())

    def failed(self, who: tuple[str, str]) -> None:
        """Somebody gave a wrong password."""
        now = self._clock.monotonic()
        count, last = self._failed.pop(who, (0, now))
        self._failed[who] = (1 if now - last > _FORGET_AFTER else count + 1, now)
        if len(self._failed) > _MOST:
            del self._failed[next(iter(self._failed))]

    def succeeded(self, who: tuple[str, str]) -> None:
        """They are who they say."""
        self._failed.pop(who, None)
