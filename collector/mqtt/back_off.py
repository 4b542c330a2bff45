"""How long to wait before the next attempt to connect."""

from __future__ import annotations

from random import Random

_FIRST = 1.0
_LONGEST = 60.0

#: A session that lasted so many seconds was a good one: the next attempt may be soon.
_GOOD_SESSION = 10.0


class BackOff:
    """Doubles from one second to a minute, with jitter, so that clients do not come all at once."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._failures = 0

    def after(self, session: float, *, hopeless: bool) -> float:
        """Seconds to wait.

        Args:
            session: Seconds that the session lasted which just ended; 0 if none was opened.
            hopeless: Somebody has to do something first: come back rarely.
        """
        if session >= _GOOD_SESSION:
            self._failures = 0
        delay = min(_LONGEST, _FIRST * 2.0**self._failures)
        self._failures = min(self._failures + 1, 10)
        return (_LONGEST if hopeless else delay) * self._random.uniform(0.5, 1.0)
