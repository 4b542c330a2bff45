"""What Prometheus sees: the latest value of every series, for as long as it is fresh.

Values stand in columns (one slot a series), so that taking in a sample is a few
stores, and a million series are no million objects for the garbage collector.
Rendering goes slice by slice; between slices the event loop is free, and samples that arrive then
may or may not show in the same scrape, but never torn, twice or in another family.
"""

from __future__ import annotations

from array import array
from collections.abc import Generator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge

from exporters.exposition import Exposition, sample_lines
from omc.core.clock import Clock
from omc.core.metric import Metric
from omc.core.model import GOOD, Batch, Event, EventKind, Series

#: Samples rendered without a pause: a few milliseconds.
SLICE = 5_000

#: Deadlines before any time: of a slot without series, and of one without a value so far.
_GONE = float("-inf")
_NOT_YET = -1.0
#: The time of a value that never came.
_NEVER = -(2**63)


@dataclass(frozen=True, slots=True)
class _Layout:
    """The series a source sent last, and their slots."""

    series: list[Series]
    slots: list[int]


class _Family:
    """The series of one metric.

    Attributes:
        metric: Their catalogue entry.
        slots: Their slots, oldest first. New ones are appended; when some leave, the list is
            replaced, so that a rendering under way keeps a list that only grows.
    """

    __slots__ = ("metric", "slots")

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self.slots: list[int] = []


class PrometheusView:
    """A bus listener that remembers the latest value of every series.

    A value is shown until `expiry_intervals` of its batch's intervals have passed without a newer
    one: absent beats stale. Samples measured longer ago than that (history replayed after an
    outage) are not shown at all, and an older value never replaces a newer one.

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
        self._slots: dict[Series, int] = {}
        self._layouts: dict[str, _Layout] = {}
        self._series: list[Series | None] = []
        self._labels: list[str] = []
        self._values = array("d")
        self._times: list[int] = []
        self._deadlines: list[float] = []
        self._free: list[int] = []
        self._vacated: list[int] = []
        self._renderings = 0
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
        return len(self._slots)

    @property
    def capacity(self) -> int:
        """Slots there are, in use or free: the most series there ever were at one time."""
        return len(self._values)

    def observe(self, batch: Batch) -> None:
        """Take in a batch: the listener to give to `Bus.listen`."""
        lifetime = self._expiry_intervals * batch.interval
        now = self._clock.monotonic()
        deadline = now + lifetime
        horizon = self._clock.time_ms() - round(lifetime * 1000)
        values, times, deadlines = self._values, self._times, self._deadlines
        slots = self._slots_of(batch)
        stamp, is_recent = _NEVER, False
        for slot, value, time_ms in zip(slots, batch.values, batch.times, strict=True):
            if time_ms != stamp:  # else the samples of a page share one object
                stamp, is_recent = time_ms, time_ms >= horizon
            if is_recent and stamp >= times[slot]:
                values[slot] = value
                times[slot] = stamp
                deadlines[slot] = deadline
            elif not is_recent:
                self._stale.inc()
            elif deadlines[slot] < now:  # what is shown is history too: start anew
                values[slot] = value
                times[slot] = stamp
                deadlines[slot] = deadline
            else:
                self._out_of_order.inc()

    def notice(self, event: Event) -> None:
        """Hide what is no longer true: the other listener to give to `Bus.listen`.

        A series without a reading (no light, a disabled port) and everything that a silent source
        said last vanish at once, and not only when their interval has passed three times.
        """
        bad = event.kind is EventKind.QUALITY_CHANGED and event.text != GOOD
        if bad or event.kind is EventKind.SOURCE_STALE:
            for series in event.series:
                self._hide(series)

    def _hide(self, series: Series) -> None:
        slot = self._slots.get(series)
        if slot is not None:  # the next rendering frees it, unless a value comes first
            self._times[slot] = _NEVER
            self._deadlines[slot] = _NOT_YET

    def forget(self, series: Series) -> None:
        """Stop showing a series at once: to be given to `SeriesTable.on_forget`."""
        slot = self._slots.pop(series, None)
        if slot is not None:  # the next rendering frees it
            self._layouts.clear()
            self._series[slot] = None
            self._times[slot] = _NEVER
            self._deadlines[slot] = _NOT_YET

    def slices(self, exposition: Exposition) -> Generator[str]:
        """Everything that is fresh, as text, in pieces of at most `SLICE` samples.

        The caller may do anything between two pieces, and may stop early.
        """
        now = self._clock.monotonic()
        self._renderings += 1
        try:
            for family in list(self._families.values()):
                yield from self._family_slices(family, exposition, now)
        finally:
            self._renderings -= 1
            if self._renderings == 0:
                self._free += self._vacated
                self._vacated.clear()

    def _family_slices(self, family: _Family, exposition: Exposition, now: float) -> Generator[str]:
        slots, count = family.slots, len(family.slots)
        labels, values, deadlines = self._labels, self._values, self._deadlines
        head = exposition.head(family.metric)
        expired: list[int] = []
        for start in range(0, count, SLICE):
            part = slots[start : min(start + SLICE, count)]
            fresh = [slot for slot in part if deadlines[slot] >= now]
            if len(fresh) < len(part):
                expired += [slot for slot in part if deadlines[slot] < now]
            if fresh:
                yield head + sample_lines(
                    family.metric.name, [labels[s] for s in fresh], [values[s] for s in fresh]
                )
                head = ""
        self._expire(family, expired, now)

    def _slots_of(self, batch: Batch) -> list[int]:
        """The slots of a batch's series, new ones included.

        A source mostly sends the same series in the same order: then one comparison of two lists,
        by identity, takes the place of a look-up for each sample.
        """
        layout = self._layouts.get(batch.source)
        if layout is None or layout.series != batch.series:
            slots = [self._slot(series) for series in batch.series]
            layout = self._layouts[batch.source] = _Layout(list(batch.series), slots)
        return layout.slots

    def _slot(self, series: Series) -> int:
        slot = self._slots.get(series)
        return self._add(series) if slot is None else slot

    def _add(self, series: Series) -> int:
        family = self._families.get(series.metric.name)
        if family is None:
            family = self._families[series.metric.name] = _Family(series.metric)
        slot = self._free.pop() if self._free else self._new_slot()
        self._slots[series] = slot
        self._series[slot] = series
        self._labels[slot] = series.label_text
        self._times[slot] = _NEVER
        self._deadlines[slot] = _NOT_YET
        family.slots.append(slot)
        return slot

    def _new_slot(self) -> int:
        self._series.append(None)
        self._labels.append("")
        self._values.append(0.0)
        self._times.append(_NEVER)
        self._deadlines.append(_GONE)
        return len(self._values) - 1

    def _expire(self, family: _Family, candidates: list[int], now: float) -> None:
        """Let those go that are still without a new value, and not gone yet."""
        expired = [slot for slot in candidates if _GONE < self._deadlines[slot] < now]
        if expired:
            self._expired.inc(sum(self._times[slot] != _NEVER for slot in expired))
            self._vacate(family, expired)

    def _vacate(self, family: _Family, leaving: list[int]) -> None:
        self._layouts.clear()
        for slot in leaving:
            series = self._series[slot]
            if series is not None:
                del self._slots[series]
            self._series[slot] = None
            self._labels[slot] = ""
            self._deadlines[slot] = _GONE
        # A rendering under way may still look at these slots: not to be reused before it ends.
        (self._vacated if self._renderings else self._free).extend(leaving)
        family.slots = [slot for slot in family.slots if self._deadlines[slot] != _GONE]
        if not family.slots:
            del self._families[family.metric.name]
