"""When the mains of a commune is away: its seeded story, and what the operator of the demo adds."""

from __future__ import annotations

import math
from bisect import insort

from omc.simulator.rhythm import DAY, local_day, start_of_local_day
from omc.simulator.seeds import stream

Interval = tuple[float, float]

#: Failures a commune and day: about three a month, more in the months of thunderstorms.
_DAILY_CHANCE = 0.10
_STORM_CHANCE = 0.17
_MEDIAN_SECONDS = 22 * 60
_SPREAD = 1.05
_LIMITS = (45.0, 9 * 3600.0)


class MainsStory:
    """Mains failures of every commune, past and future.

    The seeded part depends on (seed, commune, day) alone, so any moment can be asked for without
    living through those before it.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._seeded: dict[tuple[str, int], tuple[Interval, ...]] = {}
        self._injected: dict[str, list[Interval]] = {}
        self.revision = 0

    def outages(self, area: str, start: float, end: float) -> list[Interval]:
        """Failures that touch [start, end), ascending, overlaps merged, not clipped."""
        found = [i for i in self._injected.get(area, ()) if i[1] > start and i[0] < end]
        for day in range(local_day(start - _LIMITS[1]), local_day(end) + 1):
            found.extend(i for i in self._day(area, day) if i[1] > start and i[0] < end)
        return merged(found)

    def lost_since(self, area: str, time: float) -> float | None:
        """When the mains that is away at `time` went; None if it is there."""
        for start, end in self.outages(area, time, time + 1):
            if start <= time < end:
                return start
        return None

    def inject(self, area: str, start: float, end: float) -> None:
        """Add a failure."""
        insort(self._injected.setdefault(area, []), (start, end))
        self.revision += 1

    def heal(self, time: float) -> None:
        """End what was injected: nothing of it happens from `time` on; the past stays."""
        for area, intervals in self._injected.items():
            kept = [(start, min(end, time)) for start, end in intervals if start < time]
            self._injected[area] = kept
        self.revision += 1

    def injected_at(self, time: float) -> list[str]:
        """Communes whose mains was taken away on purpose and is away now."""
        return sorted(
            area
            for area, intervals in self._injected.items()
            if any(start <= time < end for start, end in intervals)
        )

    def _day(self, area: str, day: int) -> tuple[Interval, ...]:
        key = (area, day)
        if key not in self._seeded:
            self._seeded[key] = self._tell(area, day)
        return self._seeded[key]

    def _tell(self, area: str, day: int) -> tuple[Interval, ...]:
        chance = stream(self._seed, "mains", area, day)
        stormy = 120 <= day % 365.25 < 275
        if chance.random() >= (_STORM_CHANCE if stormy else _DAILY_CHANCE):
            return ()
        hour = chance.triangular(0.0, 24.0, 15.5)
        start = start_of_local_day(day) + min(hour * 3600, DAY - 1)
        length = chance.lognormvariate(math.log(_MEDIAN_SECONDS), _SPREAD)
        return ((start, start + min(max(length, _LIMITS[0]), _LIMITS[1])),)


def merged(intervals: list[Interval]) -> list[Interval]:
    """Ascending intervals, those that overlap or touch joined."""
    result: list[Interval] = []
    for start, end in sorted(intervals):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result
