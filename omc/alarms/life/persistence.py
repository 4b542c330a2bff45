"""How long a condition has to last before it counts, on the way up and on the way down."""

from __future__ import annotations

from omc.alarms.severity import Severity


class Persistence:
    """Holds back what does not last, for one alarm.

    On the way up each severity has to have lasted `hold` seconds, itself or a worse one; on the way
    down everything has to have been better for `clear_after` seconds.

    Args:
        hold: Seconds before a severity counts.
        clear_after: Seconds before a better one counts.
    """

    __slots__ = ("_better_since", "_clear_after", "_hold", "_since", "wish")

    def __init__(self, hold: float, clear_after: float) -> None:
        self._hold = hold
        self._clear_after = clear_after
        self._since: dict[Severity, float] = {}
        self._better_since: float | None = None
        self.wish = Severity.CLEARED

    def see(self, wish: Severity, present: Severity, now: float) -> None:
        """Take in what is true now, in monotonic seconds."""
        self.wish = wish
        for severity in Severity:
            if severity > wish:
                self._since.pop(severity, None)
            else:
                self._since.setdefault(severity, now)
        if wish >= present:
            self._better_since = None
        elif self._better_since is None:
            self._better_since = now

    def settle(self, present: Severity, now: float) -> Severity:
        """The severity that the alarm is to have from now on."""
        lasting = [s for s, since in self._since.items() if now - since >= self._hold]
        lasted = max(lasting, default=Severity.CLEARED)
        if lasted >= present:
            return lasted
        if self._better_since is not None and now - self._better_since >= self._clear_after:
            self._better_since = None
            return self.wish
        return present

    def deadline(self, present: Severity) -> float | None:
        """When `settle` has to be asked again if nothing else happens; None is never."""
        waiting = [since + self._hold for s, since in self._since.items() if s > present]
        if self.wish < present and self._better_since is not None:
            waiting.append(self._better_since + self._clear_after)
        return min(waiting, default=None)
