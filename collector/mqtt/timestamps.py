"""When a reading was taken, from whatever the device calls a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from collector.mqtt.rejection import Reason, Rejected

#: How far a device's clock may be ahead of ours, in milliseconds.
FURTHEST_FUTURE_MS = 3_600_000

# An epoch below 1e11 counts seconds (until the year 5138), below 1e14 milliseconds, and so on:
# each range begins in 1973, long before anything here was built.
_UNITS = ((1e11, 1000.0), (1e14, 1.0), (1e17, 1e-3), (1e20, 1e-6))
_EPOCH_TEXT = re.compile(r"[0-9]{9,19}(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """How one source writes its times.

    Attributes:
        zone: Of local times that do not say it; None refuses them.
        pattern: `strptime` pattern; None reads epochs and ISO 8601.
        oldest_ms: Largest age that is believed.
    """

    zone: tzinfo | None
    pattern: str | None
    oldest_ms: int

    @classmethod
    def of(cls, zone: str | None, pattern: str | None, oldest: float) -> TimeFormat:
        """From what a mapping says; `oldest` in seconds."""
        return cls(ZoneInfo(zone) if zone else None, pattern, round(oldest * 1000))

    def read(self, value: object, now_ms: int) -> int:
        """Unix milliseconds, UTC, of a time as it stands in a payload.

        Raises:
            Rejected: unreadable, ambiguous, more than an hour ahead of `now_ms` or too old.
        """
        return self.checked(self._unchecked(value), now_ms)

    def checked(self, time_ms: int, now_ms: int) -> int:
        """The time, Unix milliseconds, if it can be believed.

        Raises:
            Rejected: more than an hour ahead of `now_ms` or too old.
        """
        if time_ms > now_ms + FURTHEST_FUTURE_MS:
            raise Rejected(Reason.TIME_FUTURE)
        if time_ms < now_ms - self.oldest_ms:
            raise Rejected(Reason.TIME_TOO_OLD)
        return time_ms

    def _unchecked(self, value: object) -> int:
        if self.pattern is not None and isinstance(value, str | int):
            return self._calendar(str(value), self.pattern)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return epoch_ms(value)
        if not isinstance(value, str):
            raise Rejected(Reason.TIME_UNREADABLE)
        text = value.strip()
        if _EPOCH_TEXT.fullmatch(text):
            return epoch_ms(float(text) if "." in text else int(text))
        return self._calendar(text, None)

    def _calendar(self, text: str, pattern: str | None) -> int:
        try:
            if pattern is None:
                time = datetime.fromisoformat(text)
            else:
                # A pattern without %z gives a local time: its zone is added below.
                time = datetime.strptime(text, pattern)  # noqa: DTZ007
            if time.tzinfo is None:
                if self.zone is None:
                    raise Rejected(Reason.TIME_WITHOUT_ZONE)
                time = time.replace(tzinfo=self.zone)
            return round((time - _EPOCH).total_seconds() * 1000)
        except (ValueError, OverflowError):
            raise Rejected(Reason.TIME_UNREADABLE) from None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def epoch_ms(number: float) -> int:
    """Milliseconds of an epoch in s, ms, µs or ns: which one it is, its magnitude tells.

    Raises:
        Rejected: not finite, negative, or larger than nanoseconds ever are.
    """
    if not number >= 0:
        raise Rejected(Reason.TIME_UNREADABLE)
    for limit, factor in _UNITS:
        if number < limit:
            return round(number * factor)
    raise Rejected(Reason.TIME_UNREADABLE)
