"""Values that rules look at besides those that trigger them: the latest, and how counters grew."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

from omc.alarms.sorted_batch import Sample
from omc.core.metric import Metric
from omc.core.model import Series, label_text

#: Points that a window is remembered by, besides the last one: there are many counters.
_POINTS = 4


class Growth:
    """How much a counter has grown over a sliding window, to a quarter of the window.

    A counter that falls began anew: what it counted since then is at least its present value, so
    that much is added and nothing is taken away.

    Args:
        window: Seconds.
    """

    __slots__ = ("_last", "_points", "_window_ms")

    def __init__(self, window: float) -> None:
        self._window_ms = round(window * 1000)
        #: Pairs of time and total, the oldest first; the last pair is the newest value's.
        self._points = array("d")
        self._last = 0.0

    def add(self, value: float, time_ms: int) -> None:
        """Take in a value; one that is not newer than the last is passed over."""
        points, total = self._points, 0.0
        if points:
            if time_ms <= points[-2]:
                return
            total = points[-1] + (value - self._last if value >= self._last else value)
        self._last = value
        step = self._window_ms / _POINTS
        if len(points) >= 4 and points[-2] - points[-4] < step:
            points[-2], points[-1] = time_ms, total  # too near to the one before to be kept
        else:
            points.extend((time_ms, total))
        # Two points at least: a counter that is read seldom is measured over its own interval.
        while len(points) > 4 and points[2] <= time_ms - self._window_ms:
            del points[:2]

    def measured(self) -> tuple[float, float]:
        """Counts, and the seconds in which they came; 0 while there is nothing to measure."""
        points = self._points
        if not points:
            return (0.0, 0.0)
        return (points[-1] - points[1], (points[-2] - points[0]) / 1000)


class Readings:
    """The latest values of some metrics, found by metric and labels.

    Args:
        metrics: Names of those that are kept.
        windows: Counters whose growth is kept, and the window (seconds).
    """

    def __init__(self, metrics: Iterable[str], windows: Iterable[tuple[str, float]] = ()) -> None:
        self._latest: dict[str, dict[str, float]] = {name: {} for name in metrics}
        self._growth: dict[str, dict[float, dict[str, Growth]]] = {}
        for name, window in windows:
            self._growth.setdefault(name, {})[window] = {}

    @property
    def metrics(self) -> frozenset[str]:
        """Names of all metrics that are taken in."""
        return frozenset(self._latest) | frozenset(self._growth)

    def take(self, metric: str, samples: Sequence[Sample]) -> None:
        """Remember values of one of the metrics."""
        latest = self._latest.get(metric)
        if latest is not None:
            latest.update((series.label_text, value) for series, value, _ in samples)
        for window, grown in self._growth.get(metric, {}).items():
            for series, value, time_ms in samples:
                growth = grown.get(series.label_text)
                if growth is None:
                    growth = grown[series.label_text] = Growth(window)
                growth.add(value, time_ms)

    def latest(self, metric: str) -> Mapping[str, float]:
        """The latest values of a metric by rendered labels: a view of what is taken in."""
        return self._latest[metric]

    def grown(self, metric: str, window: float) -> Mapping[str, Growth]:
        """Growth of a counter by rendered labels, likewise."""
        return self._growth[metric][window]

    def forget(self, series: Series) -> None:
        """Drop a series that will not come again."""
        name, text = series.metric.name, series.label_text
        self._latest.get(name, {}).pop(text, None)
        for grown in self._growth.get(name, {}).values():
            grown.pop(text, None)


class Companion:
    """A second metric of the same object: how its labels follow from those of the first.

    Args:
        metric: The second.
        first: The one whose series is at hand.
    """

    __slots__ = ("metric", "text")

    def __init__(self, metric: Metric, first: Metric) -> None:
        self.metric = metric
        has_all = set(first.all_labels) <= set(metric.all_labels)
        #: Of a series of the first metric: rendered labels of the second's.
        self.text: Callable[[Series], str] = attrgetter("label_text") if has_all else self._some

    def _some(self, series: Series) -> str:
        named = self.metric.all_labels
        return label_text({name: text for name, text in series.labels.items() if name in named})
