"""Writing to the archive: Parquet files on this machine's disk.

What cannot be written now (a full disk, a folder that is not there) is tried again later, like any
other destination that is away. Samples that are too old for the archive are counted and let go.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence

from omc.core.clock import Clock
from omc.core.errors import SinkUnavailable
from omc.core.model import Batch
from omc.history.layout import kept_since
from omc.history.writer import ArchiveWriter


class ArchiveSink:
    """Writes into one archive, in a thread.

    Args:
        writer: Of the archive.
        clock: Tells which samples are too old.
        raw_days: Days that samples are kept; older ones could no longer be told from repetitions.
    """

    def __init__(self, writer: ArchiveWriter, clock: Clock, raw_days: int) -> None:
        self.too_old = 0
        self._writer = writer
        self._clock = clock
        self._raw_days = raw_days

    async def send(self, batches: Sequence[Batch]) -> None:
        oldest_ms = kept_since(self._clock.time_ms(), self._raw_days)
        kept = list(recent(batches, oldest_ms))
        try:
            await asyncio.to_thread(self._writer.write, kept)
        except (OSError, sqlite3.OperationalError) as error:
            raise SinkUnavailable(f"cannot write to {self._writer.folder}: {error}") from None
        self.too_old += sum(map(len, batches)) - sum(map(len, kept))


def recent(batches: Iterable[Batch], oldest_ms: int) -> Iterable[Batch]:
    """The batches without samples that are older."""
    for batch in batches:
        if min(batch.times, default=oldest_ms) >= oldest_ms:
            yield batch
            continue
        left = Batch(batch.source, batch.interval, period=batch.period, suspect=batch.suspect)
        for series, value, time_ms in zip(batch.series, batch.values, batch.times, strict=True):
            if time_ms >= oldest_ms:
                left.add(series, value, time_ms)
        yield left
