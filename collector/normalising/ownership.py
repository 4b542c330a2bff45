"""Which reading gives a series when several could, and what is wrong with a series right now."""

from __future__ import annotations

from collections.abc import Callable

from collector.decoding.decode import Decoder
from collector.normalising.reading import Reading, superseded, undecided
from omc.core.model import GOOD, Event, EventKind, Quality, Series, SeriesTable, sorted_labels


class Ownership:
    """Series of one device, each owned by the reading that gives it.

    Of two readings with the same series the one whose rule stands first wins as long as it has
    values, per row: 64-bit counters before 32-bit ones, a vendor's object before a standard one.

    Args:
        table: Where series are interned.
        source: Source of the events.
        on_loss: Told of every reading that gave its series and does not any more: another one
            supersedes it, or it has no value.
    """

    def __init__(self, table: SeriesTable, source: str, on_loss: Callable[[Reading], None]) -> None:
        self.events: list[Event] = []
        self._table = table
        self._source = source
        self._on_loss = on_loss
        self._superseded: dict[Series, list[Reading]] = {}
        self._bad: dict[Series, Quality] = {}
        self._untold: set[Series] = set()

    def accept(self, reading: Reading, decode: Decoder | None, time_ms: int) -> bool:
        """A reading has a value; False if the series is another one's.

        Args:
            reading: Not superseded.
            decode: How its next values are decoded.
            time_ms: Stamps the event if the series had no value before.
        """
        series = reading.series
        owner = series.owner
        if owner is not reading:
            if isinstance(owner, Reading) and owner.is_good:
                if owner.use.rule.priority <= reading.use.rule.priority:
                    self._supersede(reading)
                    return False
                self._supersede(owner)
                self._on_loss(owner)
            series.owner = reading
        reading.decode = decode
        if self._bad.pop(series, None) is not None:
            if series not in self._untold:
                self._tell(series, GOOD, time_ms)
            self._untold.discard(series)
        return True

    def reject(self, reading: Reading, quality: Quality, time_ms: int) -> None:
        """A reading has no value; others may take its place.

        What never had a value and is not supported changes nothing, so no event tells of it.
        """
        series = reading.series
        if reading.is_good:
            self._step_back(reading)
        is_new = series.owner is None
        if is_new:
            series.owner = reading
        if series.owner is reading:
            before = self._bad.get(series)
            self._bad[series] = quality
            if is_new and quality is Quality.NOT_SUPPORTED:
                self._untold.add(series)
            elif quality is not before:
                self._untold.discard(series)
                self._tell(series, quality, time_ms)

    def drop(self, reading: Reading) -> None:
        """A reading is no more; others may take its place."""
        series = reading.series
        if reading.is_superseded:
            others = self._superseded[series]
            others.remove(reading)
            if not others:
                del self._superseded[series]
        elif series.owner is reading:
            self._step_back(reading)
            series.owner = None

    def forget(self, series: Series) -> None:
        """A series will not come again, unless a reading owns it."""
        if series.owner is None:
            self._bad.pop(series, None)
            self._untold.discard(series)
            self._table.forget(series)

    def _supersede(self, reading: Reading) -> None:
        reading.decode = superseded
        self._superseded.setdefault(reading.series, []).append(reading)

    def _step_back(self, reading: Reading) -> None:
        reading.decode = undecided
        if reading.series.owner is reading:
            for other in self._superseded.pop(reading.series, ()):
                other.decode = undecided
            self._on_loss(reading)

    def _tell(self, series: Series, text: str, time_ms: int) -> None:
        labels = sorted_labels({**series.labels, "metric": series.metric.name})
        event = Event(
            EventKind.QUALITY_CHANGED, self._source, time_ms, labels, str(text), (series,)
        )
        self.events.append(event)
