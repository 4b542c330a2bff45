"""Periods and times as measurement files write them (ISO 8601, as XML Schema restricts it)."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

_DURATION = re.compile(
    r"P(?:(?P<days>\d{1,3})D)?(?:T(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,5})M)?"
    r"(?:(?P<seconds>\d{1,6})(?:\.0*)?S)?)?"
)
_DAY = 86_400


def period_seconds(text: str) -> int:
    """A granularity period such as PT900S or PT15M.

    Raises:
        ValueError: it is none, or longer than a day.
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text[:40]!r} is no granularity period such as PT900S")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    total = days * _DAY + hours * 3600 + minutes * 60 + seconds
    if not 0 < total <= _DAY:
        raise ValueError(f"a granularity period of {total} s: expected up to a day")
    return total


def unix_ms(text: str, zone: tzinfo) -> int:
    """A time such as 2026-11-24T07:15:00+07:00, in Unix milliseconds.

    Args:
        text: As the file writes it.
        zone: Of times that do not name their offset; the standard wants them to.

    Raises:
        ValueError: it is no time.
    """
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no time such as 2026-11-24T07:15:00+07:00") from None
    if time.tzinfo is None:
        time = time.replace(tzinfo=zone)
    return round(time.timestamp() * 1000)
