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
from omc.core.model import Batch, Event
from omc.history.layout import kept_since
from omc.history.writer import ArchiveWriter

#: Events that wait for a disk that is full, at most.
MOST_EVENTS = 100_000


class EventArchive:
    """A bus listener that writes events to the archive every few seconds, in a thread.

    Those of the last interval are lost with the process: alarms, which nothing may cost, have a
    store of their own.

    Args:
        writer: Of the archive.
        interval: Seconds between two writes.

    Attributes:
        dropped: Events for which there was no room while the archive could not be written to.
    """

    def __init__(self, writer: ArchiveWriter, interval: float) -> None:
        self.dropped = 0
        self._writer = writer
        self._interval = interval
        self._waiting: list[Event] = []

    def notice(self, event: Event) -> None:
        """The listener to give to `Bus.listen`."""
        if len(self._waiting) < MOST_EVENTS:
            self._waiting.append(event)
        else:
            self.dropped += 1

    async def run(self) -> None:
        """Write until cancelled, and once more then."""
        try:
            while True:
                await asyncio.sleep(self._interval)
                await self._flush()
        finally:
            self._write(self._waiting)

    async def _flush(self) -> None:
        events, self._waiting = self._waiting, []
        if not await asyncio.to_thread(self._write, events):
            self._waiting[:0] = events

    def _write(self, events: Sequence[Event]) -> bool:
        """Whether they are safe: a full disk is told by the sink, which meets it far more often."""
        try:
            self._writer.write_events(events)
        except (OSError, sqlite3.OperationalError):
            return False
        return True


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
