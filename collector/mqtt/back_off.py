"""How long to wait before the next attempt to connect."""

from __future__ import annotations

from random import Random

_FIRST = 1.0
_LONGEST = 60.0

#: A session that lasted so many seconds was a good one: the next attempt may be soon.
_GOOD_SESSION = 10.0

_SHORT_SESSIONS = 3


class BackOff:
    """Doubles from one second to a minute, with jitter, so that clients do not come all at once.

    Attributes:
        is_flapping: The last three sessions were accepted and ended within seconds.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._failures = 0
        self._short_sessions = 0

    @property
    def is_flapping(self) -> bool:
        return self._short_sessions >= _SHORT_SESSIONS

    def note_session(self, seconds: float) -> None:
        """A connection that had been accepted has ended after so many seconds."""
        good = seconds >= _GOOD_SESSION
        self._short_sessions = 0 if good else self._short_sessions + 1
        self._failures = 0 if good else self._failures

    def next(self, *, hopeless: bool) -> float:
        """Seconds to wait; `hopeless` where somebody has to do something first."""
        delay = _LONGEST if hopeless else min(_LONGEST, _FIRST * 2.0**self._failures)
        self._failures = min(self._failures + 1, 10)
        return delay * self._random.uniform(0.5, 1.0)
