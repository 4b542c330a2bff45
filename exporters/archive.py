"""Writing to the archive: Parquet files on this machine's disk.

What cannot be written now (a full disk, a folder that is not there) is tried again later, like any
other destination that is away. Samples that are too old for the archive are counted and let go.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from omc.core.clock import Clock
from omc.core.errors import SinkUnavailable
from omc.core.model import Batch, Event
from omc.history.event_writer import EventWriter
from omc.history.layout import kept_since
from omc.history.writer import ArchiveWriter

#: Events that wait for a disk that is full, at most.
MOST_EVENTS = 100_000
#: Seconds between two times that events are put on disk: in a storm of traps many go together.
_PAUSE = 0.1


class EventArchive:
    """A bus listener that has events on disk at once, and in the archive's files now and then.

    Args:
        writer: Of the archive's events.
        interval: Seconds between two times that files are written, and between two attempts while
            the disk takes nothing.

    Attributes:
        dropped: Events for which there was no room while the archive could not be written to.
    """

    def __init__(self, writer: EventWriter, interval: float) -> None:
        self.dropped = 0
        self._writer = writer
        self._interval = interval
        self._new: list[Event] = []
        self._come = asyncio.Event()

    def notice(self, event: Event) -> None:
        """The listener to give to `Bus.listen`."""
        if len(self._new) < MOST_EVENTS:
            self._new.append(event)
            self._come.set()
        else:
            self.dropped += 1

    async def run(self) -> None:
        """Write until cancelled, and once more then."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep(), name="events-to-disk")
                group.create_task(self._bring_in(), name="events-to-files")
        finally:
            _has_room(partial(self._writer.keep, self._new))
            _has_room(self._writer.bring_in)

    async def _keep(self) -> None:
        while True:
            await self._come.wait()
            self._come.clear()
            events = list(self._new)
            if await asyncio.to_thread(_has_room, partial(self._writer.keep, events)):
                del self._new[: len(events)]
                await asyncio.sleep(_PAUSE)
            else:
                self._come.set()
                await asyncio.sleep(self._interval)

    async def _bring_in(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            await asyncio.to_thread(_has_room, self._writer.bring_in)


def _has_room(write: Callable[[], None]) -> bool:
    """Write, and say if it could be: the sink, which meets a full disk far more often, tells it."""
    try:
        write()
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
