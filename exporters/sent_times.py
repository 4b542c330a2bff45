"""What a receiver that takes samples in order only has taken already.

Such a receiver refuses a whole request for one sample that is older than another of its series.
History that arrives late (store and forward over MQTT) is therefore kept back here.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import repeat

from exporters.selection import selected
from omc.core.model import Batch, Series

#: Before any time.
_NEVER = -(2**63)


class SentTimes:
    """The time of the newest sample of every series that a receiver has taken.

    Columns by the number of the series: all have to be of one `SeriesTable`.
    """

    def __init__(self) -> None:
        self._newest = array("q")
        self._series: list[Series | None] = []

    def newest(self, series: Series) -> int | None:
        """The newest time that was sent of a series; None when none was."""
        number = series.number
        known = number < len(self._series) and self._series[number] is series
        return self._newest[number] if known else None

    def without_late(self, batches: Sequence[Batch]) -> list[Batch]:
        """The batches without the samples that are too late; a repeated one may be repeated."""
        self._make_room(batches)
        return [batch for batch in map(self._without_late, batches) if batch.series]

    def _without_late(self, batch: Batch) -> Batch:
        newest = self._newest
        keep = [
            time_ms >= newest[series.number]
            for series, time_ms in zip(batch.series, batch.times, strict=True)
        ]
        return selected(batch, keep)

    def add(self, batches: Sequence[Batch]) -> None:
        """The receiver has taken these."""
        self._make_room(batches)
        newest, known = self._newest, self._series
        for batch in batches:
            for series, time_ms in zip(batch.series, batch.times, strict=True):
                number = series.number
                if time_ms >= newest[number]:
                    newest[number] = time_ms
                    known[number] = series

    def forget(self, series: Series) -> None:
        """Drop what is remembered of a series: to be given to `SeriesTable.on_forget`."""
        if self.newest(series) is not None:
            self._newest[series.number] = _NEVER
            self._series[series.number] = None

    def _make_room(self, batches: Sequence[Batch]) -> None:
        last = max((one.number for batch in batches for one in batch.series), default=-1)
        missing = last + 1 - len(self._series)
        self._newest.extend(repeat(_NEVER, missing))
        self._series.extend(repeat(None, missing))
