"""The bus of one process with a journal: live calls at once, push consumers after a commit.

What is published is cut into blocks, every 100 ms at the latest, written and synced to the disk in
a thread of its own, and only then offered to the consumers. So whatever a consumer has seen, and
whatever was published before `settled` returned, survives a crash of the process and, if the disk
keeps its word, of the machine. What a crash may lose is what was published since the last commit.

When the disk is not willing (full, read-only, broken), publishing and delivering go on from memory,
and what is still undelivered is written once the disk is willing again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from omc.bus.base import BatchListener, EventListener
from omc.bus.journal.journal import Journal, SeriesOfKey
from omc.bus.journal.policy import JournalPolicy
from omc.bus.journal.readers import LiveReader, OrderedReader
from omc.bus.journal.stock import Entry, Stock
from omc.bus.live import LiveReaders
from omc.core.clock import Clock
from omc.core.model import Batch, Event, Series

#: Samples of one block, unless a single batch has more.
_BLOCK_SAMPLES = 5_000
#: Seconds between two commits, however many wait for one: it bounds how often the disk is synced.
_SHORTEST_PAUSE = 0.02
#: Seconds until acknowledgements are written, and the bounds looked after, although nothing comes.
_LONGEST_PAUSE = 1.0


class JournalledBus:
    """Fan-out within one process, with a journal for those that push.

    Args:
        policy: Where the journal is, and its bounds.
        clock: The time.
        series_of_key: The series behind a key that was stored; None for a metric that is no more.
    """

    def __init__(self, policy: JournalPolicy, clock: Clock, series_of_key: SeriesOfKey) -> None:
        self.journal = Journal(policy, clock, series_of_key)
        self._interval = policy.commit_interval
        self._live = LiveReaders()
        self._stocks: list[Stock] = []
        self._readers: dict[str, LiveReader | OrderedReader] = {}
        self._published: list[Batch] = []
        self._published_samples = 0
        self._current: asyncio.Future[None] | None = None
        self._next: asyncio.Future[None] | None = None
        self._work = asyncio.Event()
        self._hurry = asyncio.Event()
        self._closing = False
        self._ending = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the journal for the length of the block; call `close` before it ends."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._write(), name="journal")
            try:
                yield
            finally:
                self.close()
                self._ending = True
                self._hurry.set()

    def publish(self, batch: Batch) -> None:
        self._live.publish(batch)
        if not self._stocks or not len(batch):
            return
        self._published.append(batch)
        self._published_samples += len(batch)
        for stock in self._stocks:
            stock.published(len(batch))
        self._work.set()
        if self._published_samples >= _BLOCK_SAMPLES:
            self._hurry.set()
            self._bound_published()

    def emit(self, event: Event) -> None:
        self._live.emit(event)

    async def settled(self) -> None:
        if self._published:
            self._next = self._next or asyncio.get_running_loop().create_future()
            self._work.set()
            self._hurry.set()
            await asyncio.shield(self._next)
        elif self._current is not None:
            await asyncio.shield(self._current)

    def listen(
        self, on_batch: BatchListener | None = None, on_event: EventListener | None = None
    ) -> None:
        self._live.listen(on_batch, on_event)

    def consumer(
        self, name: str, capacity: int, *, any_order: bool = False
    ) -> LiveReader | OrderedReader:
        if name in self._readers:
            raise ValueError(f"consumer {name!r} is already open")
        stock = Stock(name, capacity)
        reader = (LiveReader if any_order else OrderedReader)(stock, self.journal)
        stock.published(self._published_samples)
        self._stocks.append(stock)
        self._readers[name] = reader
        self.journal.register(stock)
        self._work.set()
        self._hurry.set()
        return reader

    def close(self) -> None:
        self._closing = True
        self._work.set()
        self._hurry.set()

    def forget(self, series: Series) -> None:
        """To be given to `SeriesTable.on_forget`."""
        self.journal.forget(series)

    async def _write(self) -> None:
        while not self._ending:
            await self._wait()
            await self._cycle()
            await asyncio.sleep(_SHORTEST_PAUSE)
        await self._cycle()
        await self.journal.close()

    async def _wait(self) -> None:
        """Until something is published, and then a little for more to come."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_PAUSE):
                await self._work.wait()
                async with asyncio.timeout(self._interval):
                    await self._hurry.wait()
        self._work.clear()
        self._hurry.clear()

    async def _cycle(self) -> None:
        """Write what was published, then offer it."""
        current = self._next or asyncio.get_running_loop().create_future()
        self._current, self._next = current, None
        is_last = self._closing
        try:
            entries = self._cut()
            await self.journal.save(entries)
            self._offer(entries)
        except BaseException:
            current.cancel()
            raise
        self._current = None
        current.set_result(None)
        if is_last:
            for stock in self._stocks:
                stock.close()

    def _cut(self) -> list[Entry]:
        """What was published, as entries of a handy size."""
        published, self._published = self._published, []
        self._published_samples = 0
        entries: list[Entry] = []
        batches: list[Batch] = []
        samples = 0
        for batch in published:
            if batches and samples + len(batch) > _BLOCK_SAMPLES:
                entries.append(self.journal.entry(batches, samples))
                batches, samples = [], 0
            batches.append(batch)
            samples += len(batch)
        if batches:
            entries.append(self.journal.entry(batches, samples))
        return entries

    def _offer(self, entries: list[Entry]) -> None:
        for stock, reader in zip(self._stocks, self._readers.values(), strict=True):
            for entry in entries:
                if stock.name in entry.owners:
                    stock.offer(entry)
            reader.trim()
            stock.bound()

    def _bound_published(self) -> None:
        """A disk that hangs must not fill the memory."""
        room = max(stock.capacity for stock in self._stocks)
        while self._published_samples > room and len(self._published) > 1:
            samples = len(self._published.pop(0))
            self._published_samples -= samples
            for stock in self._stocks:
                stock.lost(samples)
