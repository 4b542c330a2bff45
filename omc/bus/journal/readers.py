"""The readers of a journalled consumer: one in order, or a live one and one that fills in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from omc.bus.base import ConsumerState, Delivery
from omc.bus.journal.stock import Entry, Stock
from omc.core.model import Batch


class Shelf(Protocol):
    """What readers need of the journal."""

    async def fetch(
        self, stock: Stock, max_samples: int, *, newest_first: bool, before: int | None
    ) -> list[Entry] | None:
        """Read entries of a consumer from the disk, oldest first, and count them as taken.

        Empty when there are none, or the disk does not answer; None when there was damage, and
        asking again may find more.
        """
        ...

    def acknowledge(self, stock: Stock, entries: Sequence[Entry]) -> None:
        """The consumer does not need these any more."""
        ...

    def keep_rejected(
        self, stock: Stock, batches: Sequence[Batch], reason: str, samples: int
    ) -> None:
        """Keep refused samples for people to look at."""
        ...


class _Reader:
    """One reader of a stock; what it has taken is outstanding until it is acknowledged."""

    def __init__(self, stock: Stock, shelf: Shelf) -> None:
        self._stock = stock
        self._shelf = shelf
        self._entries: list[Entry] = []
        self._outstanding: Delivery | None = None
        self._tokens = 0

    @property
    def name(self) -> str:
        return self._stock.name

    @property
    def state(self) -> ConsumerState:
        return self._stock.state

    def acknowledge(self, delivery: Delivery) -> None:
        if self._outstanding is None or self._outstanding.token != delivery.token:
            raise ValueError(f"consumer {self.name}: delivery {delivery.token} is not outstanding")
        entries, self._entries, self._outstanding = self._entries, [], None
        self._stock.acknowledged(entries)
        self._shelf.acknowledge(self._stock, entries)

    def renew(self, delivery: Delivery) -> Delivery:
        return delivery

    def set_aside(self, batches: Sequence[Batch], reason: str, samples: int) -> None:
        self._shelf.keep_rejected(self._stock, batches, reason, samples)

    def _hand_out(self, entries: list[Entry]) -> Delivery:
        self._tokens += 1
        batches = [batch for entry in entries for batch in entry.batches]
        samples = sum(entry.samples for entry in entries)
        self._entries = entries
        self._outstanding = Delivery(self._tokens, batches, samples)
        return self._outstanding

    async def _until(self, condition: Callable[[], bool]) -> None:
        changed = self._stock.changed
        while not condition():
            changed.clear()
            await changed.wait()

    async def _fill(self, max_samples: int, max_wait: float) -> None:
        """Wait until memory holds enough for one delivery, but not for long."""
        stock = self._stock
        try:
            async with asyncio.timeout(max_wait):
                await self._until(lambda: stock.closed or stock.memory_samples >= max_samples)
        except TimeoutError:
            return


class OrderedReader(_Reader):
    """Reads strictly in the order of publishing, from memory and from disk."""

    @property
    def backfill(self) -> None:
        """There is one order only."""
        return None

    def trim(self) -> None:
        """Keep memory within its bounds."""
        self._stock.let_newest_go()

    async def read(self, max_samples: int, max_wait: float) -> Delivery | None:
        if self._outstanding is not None:
            return self._outstanding
        stock = self._stock
        while True:
            await self._until(lambda: bool(stock.memory or stock.disk_samples or stock.closed))
            if stock.disk_samples and not stock.closed:
                before = stock.memory[0].seq if stock.memory else None
                entries = await self._shelf.fetch(
                    stock, max_samples, newest_first=False, before=before
                )
                if entries:
                    return self._hand_out(entries)
                if entries is None:
                    continue
            if stock.memory:
                await self._fill(max_samples, max_wait)
                return self._hand_out(stock.take(max_samples))
            if stock.closed:
                return None


class LiveReader(_Reader):
    """Reads what was published last; what it cannot keep up with is left to `backfill`."""

    def __init__(self, stock: Stock, shelf: Shelf) -> None:
        super().__init__(stock, shelf)
        self._backfill = BackfillReader(stock, shelf)
        self._max_samples = 1

    @property
    def backfill(self) -> BackfillReader:
        """What reads the rest, newest first."""
        return self._backfill

    async def read(self, max_samples: int, max_wait: float) -> Delivery | None:
        if self._outstanding is not None:
            return self._outstanding
        stock = self._stock
        self._max_samples = max_samples
        stock.expect(max_samples)
        await self._until(lambda: bool(stock.memory or stock.closed))
        if not stock.memory:
            return None
        await self._fill(max_samples, max_wait)
        return self._hand_out(stock.take(max_samples))

    def trim(self) -> None:
        """Keep memory within its bounds."""
        if self._stock.is_overfull:
            self._stock.keep_newest(self._max_samples)

    def renew(self, delivery: Delivery) -> Delivery:
        stock = self._stock
        is_outstanding = self._outstanding is not None and self._outstanding.token == delivery.token
        if not is_outstanding or not stock.memory or not all(e.saved for e in self._entries):
            return delivery
        stock.leave(self._entries)
        stock.keep_newest(self._max_samples)
        return self._hand_out(stock.take(self._max_samples))


class BackfillReader(_Reader):
    """Reads what the live reader has left on the disk, newest first."""

    @property
    def backfill(self) -> None:
        """It is one itself."""
        return None

    async def read(self, max_samples: int, max_wait: float) -> Delivery | None:
        if self._outstanding is not None:
            return self._outstanding
        stock = self._stock
        while True:
            await self._until(lambda: bool(stock.disk_samples or stock.closed))
            if stock.closed:
                return None
            entries = await self._shelf.fetch(stock, max_samples, newest_first=True, before=None)
            if entries:
                return self._hand_out(entries)
