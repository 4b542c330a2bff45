"""What a receiver that takes samples in order only has taken already.

Such a receiver refuses a whole request for one sample that is older than another of its series.
History that arrives late (store and forward over MQTT) is therefore kept back here.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from itertools import compress

from omc.core.model import Batch, Series


class SentTimes:
    """The time of the newest sample of every series that a receiver has taken."""

    def __init__(self) -> None:
        self._newest: dict[Series, int] = {}

    def __len__(self) -> int:
        return len(self._newest)

    def is_newer(self, series: Series, time_ms: int) -> bool:
        """Whether nothing of that time or later was sent."""
        newest = self._newest.get(series)
        return newest is None or time_ms > newest

    def without_late(self, batches: Sequence[Batch]) -> list[Batch]:
        """The batches without the samples that are too late; a repeated one may be repeated."""
        return [batch for batch in map(self._without_late, batches) if batch.series]

    def _without_late(self, batch: Batch) -> Batch:
        newest = self._newest.get
        keep = [
            time_ms >= newest(series, time_ms)
            for series, time_ms in zip(batch.series, batch.times, strict=True)
        ]
        if all(keep):
            return batch
        return replace(
            batch,
            series=list(compress(batch.series, keep)),
            values=array("d", compress(batch.values, keep)),
            times=array("q", compress(batch.times, keep)),
            origins=None,
        )

    def add(self, batches: Sequence[Batch]) -> None:
        """The receiver has taken these."""
        newest = self._newest
        for batch in batches:
            for series, time_ms in zip(batch.series, batch.times, strict=True):
                if time_ms >= newest.get(series, time_ms):
                    newest[series] = time_ms

    def forget(self, series: Series) -> None:
        """Drop what is remembered of a series: to be given to `SeriesTable.on_forget`."""
        self._newest.pop(series, None)
