"""Light that gets less month by month: asked of the archive once for all viewers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dashboards.console.past import Lines, Past, Question
from omc.core.clock import Clock

_DAY_MS = 86_400_000
_DAYS = 30
#: Points that a trend takes; fewer are weather.
_FEWEST = 5
#: Decibels a month that light gets less by without anything being wrong. Engineering judgement.
_SWAY = 0.2
#: Seconds for which an answer is good: it changes once a day.
_GOOD_FOR = 3600.0
_MOST = 40
#: Metrics that are followed, and the labels that tell their lines apart. Of a PON it is the mean of
#: its ONTs: the light of one home may change with its patch cord.
_FOLLOWED: Mapping[str, tuple[str, str]] = {
    "optical_rx_power_dbm": ("node", "interface"),
    "pon_ont_rx_power_dbm": ("node", "pon"),
}


class Point(NamedTuple):
    """The mean of one day; Unix milliseconds and dBm."""

    time_ms: int
    dbm: float


@dataclass(frozen=True, slots=True)
class Trend:
    """How the light of a port or PON has changed.

    Attributes:
        metric: What was received: by a transceiver, or by the ONTs of a PON.
        node: The device.
        port: Its port.
        points: Day by day.
        per_month: Change in dB in 30 days, by least squares; below zero it gets less.
    """

    metric: str
    node: str
    port: str
    points: tuple[Point, ...]
    per_month: float


class TrendWatch:
    """Asks when somebody looks and the last answer is old.

    Args:
        past: Where the past is.
        clock: The time.
    """

    def __init__(self, past: Past, clock: Clock) -> None:
        self._past = past
        self._clock = clock
        self._asked: float | None = None
        self._trends: tuple[Trend, ...] = ()
        self._turn = asyncio.Lock()

    async def falling(self) -> tuple[Trend, ...]:
        """What falls fastest, first.

        Raises:
            PastUnknown: there is no answer.
        """
        async with self._turn:
            now = self._clock.monotonic()
            if self._asked is None or now - self._asked > _GOOD_FOR:
                self._trends = await self._ask()
                self._asked = now
        return self._trends

    async def _ask(self) -> tuple[Trend, ...]:
        end = self._clock.time_ms() // _DAY_MS * _DAY_MS + _DAY_MS
        found: list[Trend] = []
        for metric, by in _FOLLOWED.items():
            question = Question(metric, end - _DAYS * _DAY_MS, end, _DAY_MS, by)
            lines = await self._past.ask(question)
            found += await asyncio.to_thread(trends, metric, lines)
        return tuple(sorted(found, key=lambda trend: trend.per_month)[:_MOST])


def trends(metric: str, lines: Lines) -> list[Trend]:
    """Of the lines of a metric those that fall, with their slope. Takes long for many."""
    found: list[Trend] = []
    for (node, port), values in lines.items():
        if len(values) >= _FEWEST:
            slope = per_month(values)
            if slope < -_SWAY:
                found.append(Trend(metric, node, port, tuple(Point(*v) for v in values), slope))
    return found


def per_month(points: Sequence[tuple[int, float]]) -> float:
    """The slope of the line of least squares through at least two points, in 30 days."""
    days = [time_ms / _DAY_MS for time_ms, _ in points]
    middle = sum(days) / len(days)
    mean = sum(value for _, value in points) / len(points)
    spread = sum((day - middle) ** 2 for day in days)
    together = sum(
        (d - middle) * (value - mean) for d, (_, value) in zip(days, points, strict=True)
    )
    return 30 * together / spread
