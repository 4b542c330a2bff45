"""The day's and the week's rhythm, as functions of time that can be integrated exactly.

Counters must be the integral of the rate they imply, at any moment and after any restart, so a
`WeekShape` is piecewise linear over the hours of a week and its integral is known in closed form.
Times are Unix seconds, UTC; the rhythm is local: Vietnam has kept UTC+7 without summer time since
1975, so local time is a constant offset.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate

from omc.simulator.seeds import unit

LOCAL_OFFSET = 7 * 3600
HOUR = 3600.0
DAY = 86400.0
WEEK = 7 * DAY
#: 1970-01-01 was a Thursday; weeks here start on Monday.
_WEEK_OFFSET = LOCAL_OFFSET + 3 * DAY
_PHASES = 64

#: Share of the busy hour, by local hour: people at home and on the move, busiest at 20 o'clock.
TRAFFIC_HOURS = (
    0.34, 0.22, 0.15, 0.12, 0.12, 0.17, 0.31, 0.46, 0.57, 0.61, 0.64, 0.70,
    0.74, 0.66, 0.62, 0.64, 0.67, 0.73, 0.83, 0.95, 1.00, 0.97, 0.80, 0.54,
)  # fmt: skip
_TRAFFIC_DAYS = (0.96, 0.95, 0.96, 0.97, 1.00, 1.03, 1.05)

#: Warmth of the day, 0 at its coolest (05:00) and 1 at its warmest (14:30).
_WARMTH_HOURS = (
    0.22, 0.17, 0.12, 0.07, 0.02, 0.00, 0.04, 0.15, 0.31, 0.49, 0.66, 0.80,
    0.90, 0.97, 1.00, 0.99, 0.93, 0.82, 0.68, 0.56, 0.47, 0.40, 0.33, 0.27,
)  # fmt: skip


class WeekShape:
    """A positive function of local time that repeats every week: linear between full hours."""

    def __init__(self, hours: Sequence[float], days: Sequence[float]) -> None:
        self._knots = [hour * day for day in days for hour in hours]
        self._knots.append(self._knots[0])
        areas = [HOUR * (a + b) / 2 for a, b in zip(self._knots, self._knots[1:], strict=False)]
        self._sums = [0.0, *accumulate(areas)]

    @property
    def mean(self) -> float:
        """Average over a week."""
        return self._sums[-1] / WEEK

    def at(self, time: float) -> float:
        """The value at a time."""
        hour, rest = divmod((time + _WEEK_OFFSET) % WEEK, HOUR)
        low, high = self._knots[int(hour)], self._knots[int(hour) + 1]
        return low + (high - low) * rest / HOUR

    def integral(self, time: float) -> float:
        """The integral from the week of the Unix epoch up to `time`, in value-seconds."""
        weeks, within = divmod(time + _WEEK_OFFSET, WEEK)
        hour, rest = divmod(within, HOUR)
        low, high = self._knots[int(hour)], self._knots[int(hour) + 1]
        part = low * rest + (high - low) * rest * rest / (2 * HOUR)
        return weeks * self._sums[-1] + self._sums[int(hour)] + part


TRAFFIC = WeekShape(TRAFFIC_HOURS, _TRAFFIC_DAYS)
_WARMTH = WeekShape(_WARMTH_HOURS, (1.0,) * 7)


def air_temperature(time: float) -> float:
    """Outdoor air in degrees Celsius on the Red River plain: season, weather spells, hour."""
    season = math.cos(2 * math.pi * (time / DAY - 196) / 365.25)
    spell = math.sin(time / (3.1 * DAY)) + math.sin(time / (5.3 * DAY) + 1.0)
    return 21.0 + 6.5 * season + 1.4 * spell + 7.0 * _WARMTH.at(time)


def air_humidity(time: float) -> float:
    """Relative humidity outdoors, 0..1: falls as the day warms."""
    return 0.90 - 0.25 * _WARMTH.at(time) + 0.03 * math.sin(time / (2.3 * DAY))


class Wobble:
    """Short-term unrest around the rhythm: 64 phases of two slow waves, and their integrals.

    The rate it adds to a shape stays within +-`depth` of the busy hour's value; with a depth
    below the shape's night minimum a counter made of both never falls.
    """

    depth = 0.08

    _PERIODS = (1260.0, 4620.0)

    def rates(self, time: float) -> list[float]:
        """The added rate, one for each phase."""
        first, second = (2 * math.pi * time / period for period in self._PERIODS)
        half = self.depth / 2
        return [
            half * (math.sin(first + angle) + math.sin(second + 3 * angle)) for angle in _ANGLES
        ]

    def integrals(self, time: float) -> list[float]:
        """The integral of `rates`, never negative, in value-seconds."""
        first, second = (2 * math.pi * time / period for period in self._PERIODS)
        scales = [self.depth / 2 * period / (2 * math.pi) for period in self._PERIODS]
        return [
            scales[0] * (1 - math.cos(first + angle))
            + scales[1] * (1 - math.cos(second + 3 * angle))
            for angle in _ANGLES
        ]

    def integral(self, time: float, phase: int) -> float:
        """The integral of one phase: exactly `integrals(time)[phase]`."""
        angle = _ANGLES[phase]
        return sum(
            self.depth
            / 2
            * period
            / (2 * math.pi)
            * (1 - math.cos(2 * math.pi * time / period + turn))
            for period, turn in zip(self._PERIODS, (angle, 3 * angle), strict=True)
        )


_ANGLES = tuple(2 * math.pi * phase / _PHASES for phase in range(_PHASES))
WOBBLE = Wobble()


@lru_cache(maxsize=65_536)
def traffic_volume(time: float, phase: int) -> float:
    """Integral of the traffic share with its unrest, in busy-hour seconds.

    Remembered, because the same times come again and again: a device's start, a period's ends.
    """
    return TRAFFIC.integral(time) + WOBBLE.integral(time, phase)


def phase_of(identity: int) -> int:
    """Which of the wobble's phases an object follows."""
    return int(unit(identity, 77) * _PHASES)


def local_day(time: float) -> int:
    """Days since 1970-01-01 on the local calendar."""
    return int((time + LOCAL_OFFSET) // DAY)


def start_of_local_day(day: int) -> float:
    """When a local day begins, in Unix seconds."""
    return day * DAY - LOCAL_OFFSET


def utc_text(time: float) -> str:
    """RFC 3339 with milliseconds and Z."""
    text = datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
