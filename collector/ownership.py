"""Which reading gives a series when several could, and what is wrong with a series right now."""

from __future__ import annotations

from collector.decode import Decoder
from collector.reading import Reading, superseded, undecided
from omc.core.model import GOOD, Event, EventKind, Quality, Series, SeriesTable, sorted_labels


class Ownership:
    """Series of one device, each owned by the reading that gives it.

    Of two readings with the same series the one whose rule stands first wins as long as it has
    values, per row: 64-bit counters before 32-bit ones, a vendor's object before a standard one.

    Args:
        table: Where series are interned.
        source: Source of the events.
    """

    def __init__(self, table: SeriesTable, source: str) -> None:
        self.events: list[Event] = []
        self._table = table
        self._source = source
        self._owners: dict[Series, Reading] = {}
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
        owner = self._owners.get(series)
        if owner is not reading:
            if owner is not None and owner.is_good:
                if owner.use.rule.priority <= reading.use.rule.priority:
                    self._supersede(reading)
                    return False
                self._supersede(owner)
            self._owners[series] = reading
        reading.decode = decode
        if self._bad.pop(series, None) is not None:
            if series not in self._untold:
                self._tell(series, GOOD, time_ms)
            self._untold.discard(series)
        return True

    def reject(self, reading: Reading, quality: Quality, time_ms: int) -> list[Reading]:
        """A reading has no value; the readings that may take its place.

        What never had a value and is not supported changes nothing, so no event tells of it.
        """
        series = reading.series
        freed = self._step_back(reading) if reading.is_good else []
        is_new = series not in self._owners
        if self._owners.setdefault(series, reading) is reading:
            before = self._bad.get(series)
            self._bad[series] = quality
            if is_new and quality is Quality.NOT_SUPPORTED:
                self._untold.add(series)
            elif quality is not before:
                self._untold.discard(series)
                self._tell(series, quality, time_ms)
        return freed

    def drop(self, reading: Reading) -> list[Reading]:
        """A reading is no more; the readings that may take its place."""
        series = reading.series
        if reading.is_superseded:
            others = self._superseded[series]
            others.remove(reading)
            if not others:
                del self._superseded[series]
            return []
        if self._owners.get(series) is not reading:
            return []
        freed = self._step_back(reading)
        del self._owners[series]
        return freed

    def forget(self, series: Series) -> None:
        """A series will not come again, unless a reading owns it."""
        if series not in self._owners:
            self._bad.pop(series, None)
            self._untold.discard(series)
            self._table.forget(series)

    def _supersede(self, reading: Reading) -> None:
        reading.decode = superseded
        self._superseded.setdefault(reading.series, []).append(reading)

    def _step_back(self, reading: Reading) -> list[Reading]:
        reading.decode = undecided
        if self._owners.get(reading.series) is not reading:
            return []
        freed = self._superseded.pop(reading.series, [])
        for other in freed:
            other.decode = undecided
        return freed

    def _tell(self, series: Series, text: str, time_ms: int) -> None:
        labels = sorted_labels({**series.labels, "metric": series.metric.name})
        event = Event(
            EventKind.QUALITY_CHANGED, self._source, time_ms, labels, str(text), (series,)
        )
        self.events.append(event)
