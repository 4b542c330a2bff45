"""The journal as bus and readers see it: written when the disk is willing, and never in the way.

Nothing here raises for a fault of the disk. What cannot be written is remembered, within bounds,
and written later; a damaged file is replaced and what memory still holds of it is written again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

import structlog

from omc.bus.journal.faults import JournalDamaged, JournalUnavailable
from omc.bus.journal.file import Block, Changes, Committed, Rejection, StoredBlock, Wanted
from omc.bus.journal.fill import FillLevel
from omc.bus.journal.keeper import Keeper
from omc.bus.journal.policy import JournalPolicy
from omc.bus.journal.stock import Entry, Stock
from omc.core.clock import Clock
from omc.core.model import Batch, Series

log = structlog.get_logger(__name__)

#: Seconds until an unwilling disk is tried again.
_TRY_AGAIN = 2.0
#: Seconds: samples this young are on their way, and no backlog.
_YOUNG = 60.0
#: Seconds in which something did not happen, after which it is told again.
_PEACE = 300.0
#: Rejected samples of one refusal that are kept one by one, and of all until the next commit.
_MOST_KEPT = 1_000
_MOST_REJECTIONS = 10_000

SeriesOfKey = Callable[[str], Series | None]


class Journal:
    """One file, the consumers that wait for what is in it, and what is still to be written.

    Args:
        policy: Where it is, and its bounds.
        clock: The time.
        series_of_key: The series behind a key of the file; None for a metric that is no more.

    Attributes:
        is_up: The last commit succeeded.
        fill: How full it is.
        oldest_ms: When the oldest block was written; None when there is none.
        commits: Transactions so far.
    """

    def __init__(self, policy: JournalPolicy, clock: Clock, series_of_key: SeriesOfKey) -> None:
        self.is_up = False
        self.fill = FillLevel(policy.max_bytes)
        self.oldest_ms: int | None = None
        self.commits = 0
        self._policy = policy
        self._clock = clock
        self._series_of_key = series_of_key
        self._keeper = Keeper(policy.path, clock)
        self._stocks: dict[str, Stock] = {}
        self._counted: set[str] = set()
        self._unsaved: list[Entry] = []
        self._acknowledged: list[tuple[str, int]] = []
        self._rejections: list[Rejection] = []
        self._last_seq = 0
        self._is_told = False
        self._happened_at: dict[str, float] = {}
        self._changing = asyncio.Lock()
        self._try_again_at = float("-inf")

    @property
    def unsaved_samples(self) -> int:
        """Samples that only memory holds."""
        return sum(entry.samples for entry in self._unsaved)

    @property
    def set_aside(self) -> int:
        """Files that were damaged and set aside."""
        return self._keeper.set_aside

    @property
    def seconds_until_drop(self) -> float:
        """Seconds until it is full at the present growth, or its oldest too old; infinite if not.

        An empty journal, or one that is worked off faster than it ages, never gets there; what is
        younger than a minute is taken for such.
        """
        by_size = self.fill.seconds_until_full(self._clock.monotonic())
        if self.oldest_ms is None:
            return by_size
        age = (self._clock.time_ms() - self.oldest_ms) / 1000
        by_age = self._policy.max_age - age if age > _YOUNG else float("inf")
        return max(0.0, min(by_size, by_age))

    def backlogs(self) -> dict[str, int]:
        """Samples on disk only, by consumer."""
        return {name: stock.disk_samples for name, stock in self._stocks.items()}

    def register(self, stock: Stock) -> None:
        """A consumer; what the file holds for it is found with the next `save`."""
        self._stocks[stock.name] = stock

    def entry(self, batches: Sequence[Batch], samples: int) -> Entry:
        """A new entry, after all others."""
        self._last_seq += 1
        for stock in self._stocks.values():
            # Before it is written: its row may be seen before it is offered.
            stock.away.add(self._last_seq)
        return Entry(self._last_seq, batches, samples, set(self._stocks))

    def forget(self, series: Series) -> None:
        """A series that will not come again."""
        self._keeper.forget(series)

    async def save(self, entries: Sequence[Entry] = ()) -> None:
        """Write these, and whatever else is to be written, if the disk is willing."""
        self._unsaved += entries
        async with self._changing:
            if self._clock.monotonic() >= self._try_again_at:
                try:
                    await self._save()
                except (JournalUnavailable, JournalDamaged) as fault:
                    self._unwilling(fault)
        self._bound_unsaved()

    async def close(self) -> None:
        """Write what is left and close the file."""
        await self.save()
        await self._keeper.close()

    async def fetch(
        self, stock: Stock, max_samples: int, *, newest_first: bool, before: int | None
    ) -> list[Entry] | None:
        """As `readers.Shelf` says."""
        wanted = Wanted(stock.name, max_samples, newest_first, frozenset(stock.away), before)
        replaced, version = self.set_aside, stock.version
        try:
            found = await self._keeper.read(wanted)
        except JournalUnavailable:
            await asyncio.sleep(_TRY_AGAIN)
            return []
        except JournalDamaged as fault:
            await self._found_damaged(fault, replaced)
            return None
        for number, key in found.keys.items():
            series = self._series_of_key(key)
            if series is not None:
                found.numbers.learn(number, series)
        if not found.blocks and before is None and stock.version == version:
            stock.recounted(0)
        entries = [_entry(block, stock.name, found.numbers.series) for block in found.blocks]
        stock.took_from_disk(entries)
        for block, entry in zip(found.blocks, entries, strict=True):
            self._miss(stock, entry, block.samples - entry.samples, block.frame is None)
        readable = [entry for entry in entries if entry.samples]
        return readable or (None if entries else [])

    def acknowledge(self, stock: Stock, entries: Iterable[Entry]) -> None:
        """The consumer does not need these any more."""
        self._acknowledged += [(stock.name, entry.seq) for entry in entries]

    def keep_rejected(
        self, stock: Stock, batches: Sequence[Batch], reason: str, samples: int
    ) -> None:
        """Keep refused samples for people to look at."""
        now = self._clock.time_ms()
        one_by_one = samples == sum(map(len, batches))
        kept = 0
        for batch in batches if one_by_one else ():
            for series, value, time_ms in zip(batch.series, batch.values, batch.times, strict=True):
                if kept == _MOST_KEPT:
                    break
                kept += 1
                self._rejections.append(
                    Rejection(stock.name, now, reason, 1, series.key, value, time_ms)
                )
        if samples > kept:
            self._rejections.append(Rejection(stock.name, now, reason, samples - kept))
        del self._rejections[:-_MOST_REJECTIONS]

    async def _save(self) -> None:
        if not self._keeper.is_open:
            self._opened(await self._keeper.open())
        try:
            await self._count()
            await self._commit()
        except JournalDamaged as fault:
            await self._replace(str(fault))
            await self._commit()

    def _opened(self, last_seq: int) -> None:
        """Go on counting after what the file holds."""
        first = self._unsaved[0].seq if self._unsaved else self._last_seq + 1
        shift = last_seq + 1 - first
        if shift > 0:
            self._last_seq += shift
            for entry in self._unsaved:
                entry.seq += shift
        # Nothing that was acknowledged until now stands in this file under its number.
        self._acknowledged.clear()
        for stock in self._stocks.values():
            stock.renumbered()
            stock.away.update(e.seq for e in self._unsaved if stock.name in e.owners)

    async def _count(self) -> None:
        """What the file holds for consumers that are new here."""
        for name, stock in self._stocks.items():
            if name not in self._counted:
                stock.found_on_disk(await self._keeper.backlog(name, frozenset(stock.away)))
                self._counted.add(name)

    async def _commit(self) -> None:
        entries = list(self._unsaved)
        acknowledged, self._acknowledged = self._acknowledged, []
        rejections, self._rejections = self._rejections, []
        now_ms = self._clock.time_ms()
        changes = Changes(
            now_ms,
            [Block(e.seq, e.batches, e.samples, tuple(e.owners)) for e in entries if e.owners],
            acknowledged,
            rejections,
            self._policy.max_bytes,
            now_ms - round(self._policy.max_age * 1000),
        )
        try:
            committed = await self._keeper.commit(changes)
        except BaseException:
            self._acknowledged = acknowledged + self._acknowledged
            self._rejections = rejections + self._rejections
            raise
        for entry in entries:
            entry.saved = True
        del self._unsaved[: len(entries)]
        for name, seq in acknowledged:
            self._stocks[name].away.discard(seq)
        self._committed(committed)

    def _committed(self, committed: Committed) -> None:
        self.commits += 1
        self.is_up = True
        self.oldest_ms = committed.oldest_ms
        self.fill.note(self._clock.monotonic(), committed.size)
        if self._is_told:
            self._is_told = False
            log.info("journal_resumed", path=str(self._policy.path))
        for name, seq, samples in committed.dropped:
            stock = self._stocks.get(name)
            if stock is not None:
                stock.made_room(seq, samples)
        if committed.dropped and self._is_news("drops_oldest"):
            log.error("journal_drops_oldest", path=str(self._policy.path), size=committed.size)

    def _is_news(self, what: str) -> bool:
        """Whether something happens for the first time after a while of peace."""
        now = self._clock.monotonic()
        before = self._happened_at.get(what, float("-inf"))
        self._happened_at[what] = now
        return now - before > _PEACE

    def _unwilling(self, fault: JournalUnavailable | JournalDamaged) -> None:
        self.is_up = False
        self._try_again_at = self._clock.monotonic() + _TRY_AGAIN
        if not self._is_told:
            self._is_told = True
            log.error("journal_stopped", path=str(self._policy.path), reason=str(fault))

    async def _found_damaged(self, fault: JournalDamaged, replaced: int) -> None:
        """A reader met damage, unless somebody else has met it and mended it since."""
        async with self._changing:
            if self.set_aside == replaced:
                try:
                    await self._replace(str(fault))
                except (JournalUnavailable, JournalDamaged) as again:
                    self._unwilling(again)

    async def _replace(self, reason: str) -> None:
        """Begin a new file with what can be saved, from the damaged one and from memory."""
        await self._keeper.replace(reason)
        for stock in self._stocks.values():
            stock.recounted(await self._keeper.backlog(stock.name, frozenset(stock.away)))
        held = {entry.seq: entry for stock in self._stocks.values() for entry in stock.held()}
        held.update((entry.seq, entry) for entry in self._unsaved)
        for entry in held.values():
            entry.saved = False
        self._unsaved = [held[seq] for seq in sorted(held)]

    def _bound_unsaved(self) -> None:
        """Of what the disk does not take, remember no more than a consumer may hold in memory."""
        room = max((stock.capacity for stock in self._stocks.values()), default=0)
        self._unsaved = [entry for entry in self._unsaved if entry.owners]
        excess = self.unsaved_samples - room
        while excess > 0 and len(self._unsaved) > 1:
            excess -= self._unsaved.pop(0).samples

    def _miss(self, stock: Stock, entry: Entry, lost: int, is_damaged: bool) -> None:
        """Count samples of a stored block that cannot be delivered, and forget an empty block."""
        if not lost:
            return
        stock.unreadable(lost)
        why = "damaged" if is_damaged else "unknown_metric"
        if self._is_news(why):
            log.error("journal_samples_lost", consumer=stock.name, samples=lost, reason=why)
        if not entry.samples:
            stock.acknowledged([entry])
            self.acknowledge(stock, [entry])


def _entry(block: StoredBlock, consumer: str, series_of: Callable[[int], Series | None]) -> Entry:
    """A block as it was published, without samples that cannot be read."""
    if block.frame is None:
        return Entry(block.seq, (), 0, {consumer}, saved=True)
    batches, lost = block.frame.batches(series_of)
    return Entry(block.seq, batches, block.samples - lost, {consumer}, saved=True)
