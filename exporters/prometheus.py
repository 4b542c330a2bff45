"""What Prometheus sees: the latest value of every series, for as long as it is fresh.

Values stand in columns (one slot a series), and the series of a source stand side by side as far as
possible, so that taking in a batch is to copy a few slices, and a million series are no million
objects for the garbage collector.
Rendering goes slice by slice; between slices the event loop is free, and samples that arrive then
may or may not show in the same scrape, but never torn, twice or in another family.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry, Counter, Gauge

from exporters.exposition import Exposition, sample_lines
from omc.core.clock import Clock
from omc.core.metric import Metric
from omc.core.model import GOOD, Batch, Event, EventKind, Latest, Series

#: Samples rendered without a pause: a few milliseconds.
SLICE = 5_000

#: Deadlines before any time: of a slot without series, and of one without a value so far.
_GONE = float("-inf")
_NOT_YET = -1.0
#: The time of a value that never came.
_NEVER = -(2**63)
#: Stands for a slot where there is none.
_NOWHERE = -1


@dataclass(frozen=True, slots=True)
class _Layout:
    """The series a source sent last, and where their slots are.

    Attributes:
        series: One a sample.
        runs: Parts of the batch whose slots stand side by side: first sample, behind the last
            sample, first slot.
        is_plain: No series occurs twice.
    """

    series: list[Series]
    runs: list[tuple[int, int, int]]
    is_plain: bool

    @classmethod
    def of(cls, series: list[Series], slots: list[int]) -> _Layout:
        """Find the runs."""
        runs: list[tuple[int, int, int]] = []
        start = 0
        for place in range(1, len(slots) + 1):
            if place == len(slots) or slots[place] != slots[place - 1] + 1:
                runs.append((start, place, slots[start]))
                start = place
        return cls(list(series), runs, is_plain=len(set(slots)) == len(slots))


class _Family:
    """The series of one metric.

    Attributes:
        metric: Their catalogue entry.
        slots: Their slots, oldest first. New ones are appended; when some leave, the column is
            replaced, so that a rendering under way keeps one that only grows.
    """

    __slots__ = ("metric", "slots")

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self.slots = array("I")


class PrometheusView:
    """A bus listener that remembers the latest value of every series.

    A value is shown until `expiry_intervals` of its batch's intervals have passed without a newer
    one: absent beats stale. Samples measured longer ago than that (history replayed after an
    outage) are not shown at all, and an older value never replaces a newer one. All series have to
    be of one `SeriesTable`.

    Args:
        clock: Time of arrival, and the age of samples.
        registry: Where the view's own metrics are registered.
        expiry_intervals: How many missed intervals make a series vanish.
    """

    def __init__(
        self, clock: Clock, registry: CollectorRegistry, expiry_intervals: float = 3
    ) -> None:
        self._clock = clock
        self._expiry_intervals = expiry_intervals
        self._families: dict[str, _Family] = {}
        self._shown = 0
        self._slots = array("q")  # by number of the series; _NOWHERE for those not shown
        self._layouts: dict[str, _Layout] = {}
        self._series: list[Series | None] = []
        self._values = array("d")
        self._times = array("q")
        self._deadlines = array("d")
        self._free: list[int] = []
        self._vacated: list[int] = []
        self._renderings = 0
        self._on_vanish: list[Callable[[Series, int], None]] = []
        shown = Gauge("omc_series", "Series with a value that has not expired.", registry=registry)
        shown.set_function(self.__len__)
        self._expired = Counter(
            "omc_series_expired", "Series that expired for want of new values.", registry=registry
        )
        passed_over = Counter(
            "omc_samples_passed_over",
            "Samples older than the value shown (out_of_order) or too old to be shown (stale).",
            ["reason"],
            registry=registry,
        )
        self._out_of_order = passed_over.labels("out_of_order")
        self._stale = passed_over.labels("stale")

    def __len__(self) -> int:
        return self._shown

    @property
    def capacity(self) -> int:
        """Slots there are, in use or free: the most series there ever were at one time."""
        return len(self._values)

    def observe(self, batch: Batch) -> None:
        """Take in a batch: the listener to give to `Bus.listen`."""
        if not batch.times or batch.is_history:
            return
        lifetime = self._expiry_intervals * batch.interval
        now = self._clock.monotonic()
        horizon = self._clock.time_ms() - round(lifetime * 1000)
        layout, oldest = self._layout(batch), min(batch.times)
        for start, end, slot in layout.runs:
            shown = self._times[slot : slot + end - start]
            if layout.is_plain and oldest >= horizon and oldest >= max(shown):
                self._values[slot : slot + end - start] = batch.values[start:end]
                self._times[slot : slot + end - start] = batch.times[start:end]
                self._deadlines[slot : slot + end - start] = array("d", [now + lifetime]) * (
                    end - start
                )
            else:
                for place in range(start, end):
                    self._take(slot + place - start, batch, place, now, lifetime, horizon)

    def _take(
        self, slot: int, batch: Batch, place: int, now: float, lifetime: float, horizon: int
    ) -> None:
        """Take in one sample that may not be newer than what is shown."""
        time_ms = batch.times[place]
        is_recent = time_ms >= horizon
        # What is shown may be history, too: then the sample starts anew.
        if is_recent and (time_ms >= self._times[slot] or self._deadlines[slot] < now):
            self._values[slot] = batch.values[place]
            self._times[slot] = time_ms
            self._deadlines[slot] = now + lifetime
        else:
            (self._out_of_order if is_recent else self._stale).inc()

    def notice(self, event: Event) -> None:
        """Hide what is no longer true: the other listener to give to `Bus.listen`.

        A series without a reading (no light, a disabled port) and everything that a silent source
        said last vanish at once, and not only when their interval has passed three times.
        """
        bad = event.kind is EventKind.QUALITY_CHANGED and event.text != GOOD
        if bad or event.kind is EventKind.SOURCE_STALE:
            for series in event.series:
                self._hide(series, event.time_ms)

    def on_vanish(self, tell: Callable[[Series, int], None]) -> None:
        """Tell when a series that was shown has no value any more, and since when (Unix ms)."""
        self._on_vanish.append(tell)

    def _hide(self, series: Series, time_ms: int) -> None:
        slot = self._find(series)
        if slot != _NOWHERE:  # the next rendering frees it, unless a value comes first
            self._tell_vanished(slot, time_ms)
            self._times[slot] = _NEVER
            self._deadlines[slot] = _NOT_YET

    def forget(self, series: Series) -> None:
        """Stop showing a series at once: to be given to `SeriesTable.on_forget`."""
        slot = self._find(series)
        if slot != _NOWHERE:
            self._tell_vanished(slot, self._clock.time_ms())
            self._layouts.clear()
            self._leave(slot)

    def _leave(self, slot: int) -> None:
        """Nothing is shown in this slot any more; the next rendering frees it."""
        self._unmap(slot)
        self._times[slot] = _NEVER
        self._deadlines[slot] = _NOT_YET

    def _unmap(self, slot: int) -> None:
        series = self._series[slot]
        if series is not None:
            self._slots[series.number] = _NOWHERE
            self._series[slot] = None
            self._shown -= 1

    def _tell_vanished(self, slot: int, time_ms: int) -> None:
        series = self._series[slot]
        if series is not None and self._times[slot] != _NEVER:
            for tell in self._on_vanish:
                tell(series, time_ms)

    def latest(self, metric: str) -> Iterator[Latest]:
        """The fresh values of one metric, by its name."""
        family = self._families.get(metric)
        now = self._clock.monotonic()
        for slot in family.slots if family is not None else ():
            series = self._series[slot]
            if series is not None and self._deadlines[slot] >= now:
                yield Latest(series, self._values[slot], self._times[slot])

    def latest_of(self, series: Series) -> Latest | None:
        """The value of one series; None if it has none that is fresh."""
        slot = self._find(series)
        if slot == _NOWHERE or self._deadlines[slot] < self._clock.monotonic():
            return None
        return Latest(series, self._values[slot], self._times[slot])

    def slices(self, exposition: Exposition) -> Generator[str]:
        """Everything that is fresh, as text, in pieces of at most `SLICE` samples.

        The caller may do anything between two pieces, and may stop early.
        """
        now = self._clock.monotonic()
        with self._rendering():
            for family in list(self._families.values()):
                yield from self._family_slices(family, exposition, now)

    def sweep(self) -> Generator[None]:
        """Let go of what has expired, as a rendering does: for when nobody scrapes.

        The caller may do anything between two steps.
        """
        now = self._clock.monotonic()
        with self._rendering():
            for family in list(self._families.values()):
                expired: list[int] = []
                slots, count = family.slots, len(family.slots)
                for start in range(0, count, SLICE):
                    part = _places(slots[start : min(start + SLICE, count)])
                    expired += part[np.frombuffer(self._deadlines)[part] < now].tolist()
                    yield
                self._expire(family, expired, now)

    @contextmanager
    def _rendering(self) -> Iterator[None]:
        self._renderings += 1
        try:
            yield
        finally:
            self._renderings -= 1
            if self._renderings == 0:
                self._free += self._vacated
                self._vacated.clear()

    def _family_slices(self, family: _Family, exposition: Exposition, now: float) -> Generator[str]:
        slots, count = family.slots, len(family.slots)
        series, head = self._series, exposition.head(family.metric)
        expired: list[int] = []
        for start in range(0, count, SLICE):
            part = _places(slots[start : min(start + SLICE, count)])
            is_fresh = np.frombuffer(self._deadlines)[part] >= now
            fresh = part[is_fresh]
            expired += part[~is_fresh].tolist()
            if len(fresh):
                labels = [
                    s.label_text for slot in fresh.tolist() if (s := series[slot]) is not None
                ]
                values = np.frombuffer(self._values)[fresh]
                yield head + sample_lines(family.metric.name, labels, values)
                head = ""
        self._expire(family, expired, now)

    def _layout(self, batch: Batch) -> _Layout:
        """Where the series of a batch stand, new ones included.

        A source mostly sends the same series in the same order: then one comparison of two lists,
        by identity, takes the place of a look-up for each sample.
        """
        layout = self._layouts.get(batch.source)
        if layout is None or layout.series != batch.series:
            slots = [self._slot(series) for series in batch.series]
            layout = self._layouts[batch.source] = _Layout.of(batch.series, slots)
        return layout

    def _slot(self, series: Series) -> int:
        slot = self._find(series)
        return self._add(series) if slot == _NOWHERE else slot

    def _find(self, series: Series) -> int:
        """The slot in which a series is shown, or _NOWHERE."""
        slot = self._slots[series.number] if series.number < len(self._slots) else _NOWHERE
        return slot if slot != _NOWHERE and self._series[slot] is series else _NOWHERE

    def _add(self, series: Series) -> int:
        family = self._families.get(series.metric.name)
        if family is None:
            family = self._families[series.metric.name] = _Family(series.metric)
        slot = self._free.pop() if self._free else self._new_slot()
        self._map(series, slot)
        self._series[slot] = series
        self._shown += 1
        self._times[slot] = _NEVER
        self._deadlines[slot] = _NOT_YET
        family.slots.append(slot)
        return slot

    def _map(self, series: Series, slot: int) -> None:
        missing = series.number + 1 - len(self._slots)
        self._slots.extend(repeat(_NOWHERE, missing))
        before = self._slots[series.number]
        if before != _NOWHERE:  # of a series that is forgotten and had the same number
            self._leave(before)
        self._slots[series.number] = slot

    def _new_slot(self) -> int:
        self._series.append(None)
        self._values.append(0.0)
        self._times.append(_NEVER)
        self._deadlines.append(_GONE)
        return len(self._values) - 1

    def _expire(self, family: _Family, candidates: list[int], now: float) -> None:
        """Let those go that are still without a new value, and not gone yet."""
        expired = [slot for slot in candidates if _GONE < self._deadlines[slot] < now]
        if expired:
            self._expired.inc(sum(self._times[slot] != _NEVER for slot in expired))
            now_ms = self._clock.time_ms()
            for slot in expired:
                self._tell_vanished(slot, now_ms)
            self._vacate(family, expired)

    def _vacate(self, family: _Family, leaving: list[int]) -> None:
        self._layouts.clear()
        for slot in leaving:
            self._unmap(slot)
            self._deadlines[slot] = _GONE
        # A rendering under way may still look at these slots: not to be reused before it ends.
        (self._vacated if self._renderings else self._free).extend(leaving)
        staying = (slot for slot in family.slots if self._deadlines[slot] != _GONE)
        family.slots = array("I", staying)
        if not family.slots:
            del self._families[family.metric.name]


def _places(slots: array[int]) -> NDArray[np.uint32]:
    """Slots for numpy to index with; of a copy: a column cannot grow while numpy looks at it."""
    return np.frombuffer(slots, np.uint32)
