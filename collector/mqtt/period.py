"""Granularity periods as publishers tell them."""

from __future__ import annotations

from typing import Any

_LONGEST = 86_400


def period_seconds(value: Any) -> float | None:
    """Seconds of a granularity period, or None where there is no sensible one."""
    if type(value) in (int, float) and 0 < value <= _LONGEST:
        return float(value)
    return None
