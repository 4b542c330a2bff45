"""What is usual for a series at an hour of the week, not moved by a bad week.

Values are sums of a granularity period or levels; they vary by shares, not by amounts, so spread is
measured in logarithms: 0.3 means that a third more or less is nothing special.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from statistics import median
from typing import NamedTuple

HOUR_MS = 3_600_000
WEEK_MS = 7 * 24 * HOUR_MS
#: Weeks that are looked back.
WEEKS = 4

#: Median absolute deviation to standard deviation, for a normal distribution.
_TO_SIGMA = 1.4826
#: Nothing is steadier than this.
_LEAST_SPREAD = 0.15
#: One week says little about how much weeks differ.
_SPREAD_OF_ONE_WEEK = 0.5
#: An hour with fewer values in all weeks says nothing.
_LEAST_VALUES = 2


class Usual(NamedTuple):
    """What is usual.

    Attributes:
        value: Median of the hour, in the metric's unit.
        spread: Standard deviation of the logarithm, robustly estimated.
    """

    value: float
    spread: float


class WeeklyValues:
    """The values of one series around an hour of the week.

    Args:
        hour_ms: Begin of the present hour, Unix milliseconds.
    """

    def __init__(self, hour_ms: int) -> None:
        self._hour_ms = hour_ms
        self._by_hour: dict[int, list[float]] = defaultdict(list)
        self._weeks: set[int] = set()

    def add(self, time_ms: int, value: float) -> None:
        """Take in a value of the past; `time_ms` is the end of its period.

        A period's sum is stamped with its end, so the hour's first one ends after it begins.
        """
        offset = time_ms - 1 - self._hour_ms
        week = -math.floor((offset + HOUR_MS) / WEEK_MS)  # the hour before belongs to the same week
        hour = math.floor((offset + week * WEEK_MS) / HOUR_MS)  # -1, 0 or 1
        self._by_hour[hour].append(value)
        if hour == 0:
            self._weeks.add(week)

    def usual(self, hour: int = 0) -> Usual | None:
        """What is usual for an hour; None where too little is known of it.

        Args:
            hour: 0 is the present one, -1 the one before.
        """
        values = self._by_hour.get(hour, [])
        if len(values) < _LEAST_VALUES:
            return None
        centre = median(values)
        if centre <= 0:
            return Usual(max(centre, 0.0), _LEAST_SPREAD)
        return Usual(centre, self._spread())

    def _spread(self) -> float:
        """How far values lie from the middle of their hour, all three hours together."""
        if len(self._weeks) < 2:
            return _SPREAD_OF_ONE_WEEK
        distances = []
        for values in self._by_hour.values():
            centre = median(values)
            if centre > 0:
                distances += [abs(math.log(v / centre)) if v > 0 else math.inf for v in values]
        return max(_LEAST_SPREAD, min(_TO_SIGMA * median(distances), 1.0))


def windows(hour_ms: int) -> Iterable[tuple[int, int]]:
    """The times that `WeeklyValues` wants of the past: begin (exclusive) and end (inclusive)."""
    for week in range(1, WEEKS + 1):
        begin = hour_ms - week * WEEK_MS
        yield begin - HOUR_MS, begin + 2 * HOUR_MS
