"""Values that rules look at besides those that trigger them: the latest, and how counters grew."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from omc.core.metric import Metric
from omc.core.model import Series, label_text


class Reading(NamedTuple):
    """One value and when it was measured, Unix milliseconds."""

    value: float
    time_ms: int


class Growth:
    """How much a counter has grown over a sliding window.

    A counter that falls began anew: what it counted since then is at least its present value, so
    that much is added and nothing is taken away.

    Args:
        window: Seconds.
    """

    __slots__ = ("_points", "_total", "_window_ms")

    def __init__(self, window: float) -> None:
        self._window_ms = round(window * 1000)
        self._points: deque[tuple[int, float, float]] = deque()
        self._total = 0.0

    def add(self, value: float, time_ms: int) -> None:
        """Take in a value; one that is not newer than the last is passed over."""
        points = self._points
        if points:
            last_time, last_value, _ = points[-1]
            if time_ms <= last_time:
                return
            self._total += value - last_value if value >= last_value else value
        points.append((time_ms, value, self._total))
        # Two points at least: a counter that is read seldom is measured over its own interval.
        while len(points) > 2 and points[1][0] <= time_ms - self._window_ms:
            points.popleft()

    @property
    def seconds(self) -> float:
        """What the growth was measured over; 0 while there is nothing to measure."""
        return (self._points[-1][0] - self._points[0][0]) / 1000 if self._points else 0.0

    @property
    def amount(self) -> float:
        """Counts within that time."""
        return self._points[-1][2] - self._points[0][2] if self._points else 0.0


class Readings:
    """The latest values of some metrics, found by metric and labels.

    Args:
        metrics: Names of those that are kept.
        windows: Counters whose growth is kept, and the longest window (seconds) asked for.
    """

    def __init__(self, metrics: Iterable[str], windows: Iterable[tuple[str, float]] = ()) -> None:
        self._latest: dict[str, dict[str, Reading]] = {name: {} for name in metrics}
        self._growth: dict[tuple[str, float], dict[str, Growth]] = {w: {} for w in windows}
        self._windows_of: dict[str, list[float]] = {}
        for name, window in self._growth:
            self._windows_of.setdefault(name, []).append(window)

    @property
    def metrics(self) -> set[str]:
        """Names of all metrics that are taken in."""
        return self._latest.keys() | self._windows_of.keys()

    def take(self, series: Series, value: float, time_ms: int) -> None:
        """Remember a value of one of the metrics."""
        name, text = series.metric.name, series.label_text
        latest = self._latest.get(name)
        if latest is not None:
            latest[text] = Reading(value, time_ms)
        for window in self._windows_of.get(name, ()):
            grown = self._growth[name, window]
            growth = grown.get(text)
            if growth is None:
                growth = grown[text] = Growth(window)
            growth.add(value, time_ms)

    def get(self, metric: str, text: str) -> Reading | None:
        """The latest reading of a metric with these rendered labels, or None."""
        return self._latest.get(metric, {}).get(text)

    def growth(self, metric: str, text: str, window: float) -> Growth | None:
        """How a counter grew, or None if it was never seen."""
        return self._growth.get((metric, window), {}).get(text)

    def forget(self, series: Series) -> None:
        """Drop a series that will not come again."""
        name, text = series.metric.name, series.label_text
        self._latest.get(name, {}).pop(text, None)
        for window in self._windows_of.get(name, ()):
            self._growth[name, window].pop(text, None)


def companion_text(labels: dict[str, str], metric: Metric) -> str:
    """Labels of the series of another metric that belongs to the same object, rendered."""
    return label_text({name: text for name, text in labels.items() if name in metric.all_labels})
