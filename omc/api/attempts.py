"""Wrong passwords: after a few, one has to wait, longer every time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from omc.api.access import Caller
from omc.core.clock import Clock

_FREE = 4
_LONGEST = 60.0
#: Failures that make one wait that long; what is beyond is no number any more after some days.
_PATIENT = 10
_FORGET_AFTER = 900.0
_MOST = 10_000


class MustWait(Exception):
    """Too many wrong passwords so far.

    Attributes:
        seconds: Until the next may be tried.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds:.0f} s")
        self.seconds = seconds


class Attempts:
    """Counts failures of a name from an address, and checks one password at a time.

    One at a time, because a check takes 64 MiB and a core on purpose, and because those that come
    at once would otherwise all be let try before the first has failed.

    Args:
        clock: The time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._turn = asyncio.Lock()
        self._failed: dict[tuple[str, str], tuple[int, float]] = {}

    async def check(
        self, who: tuple[str, str], prove: Callable[[], Caller | None]
    ) -> Caller | None:
        """Check a password in a thread.

        Args:
            who: Name and address.
            prove: Who the password proves somebody to be; None for nobody.

        Raises:
            MustWait: it is not their turn yet; nothing was checked.
        """
        async with self._turn:
            wait = self.wait(who)
            if wait:
                raise MustWait(wait)
            caller = await asyncio.to_thread(prove)
            if caller is None:
                self.failed(who)
            else:
                self.succeeded(who)
            return caller

    def wait(self, who: tuple[str, str]) -> float:
        """Seconds until somebody may try again; 0 for now."""
        count, last = self._failed.get(who, (0, 0.0))
        if count < _FREE:
            return 0.0
        pause = min(_LONGEST, 2.0 ** (min(count, _PATIENT) - _FREE + 1))
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
