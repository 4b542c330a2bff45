"""The journal's file: blocks in, blocks out, acknowledgements, and its bounds. Everything blocks.

One thread uses it. Each method is one transaction; what it raises is one of the two errors of
`faults`, and then nothing of it has happened.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omc.bus.journal import schema
from omc.bus.journal.faults import JournalDamaged, JournalUnavailable, sqlite_faults
from omc.bus.journal.series_numbers import SeriesNumbers
from omc.bus.wire import Frame, WireFormatError, decode, encode
from omc.core.model import Batch, Series

#: Oldest blocks that make room at once.
_SLICE = 64
#: Rejected samples that are kept to be looked at.
_MOST_REJECTED = 10_000
#: The file gives room back to the disk once so many pages lie idle, so many at a time.
_IDLE_PAGES = 4096
_PAGES_GIVEN_BACK = 1024


@dataclass(frozen=True, slots=True)
class Block:
    """What is written at once.

    Attributes:
        seq: Place in the order of publishing.
        batches: The samples.
        samples: How many.
        owners: Consumers that have not acknowledged it.
    """

    seq: int
    batches: Sequence[Batch]
    samples: int
    owners: Sequence[str]


@dataclass(frozen=True, slots=True)
class Rejection:
    """Samples that a sink will never take.

    Attributes:
        consumer: Whose.
        time_ms: When it said so.
        reason: What it said.
        samples: How many.
        series: Key of the one sample; None when it did not say which.
        value: Of the one sample.
        sample_ms: Of the one sample.
    """

    consumer: str
    time_ms: int
    reason: str
    samples: int
    series: str | None = None
    value: float | None = None
    sample_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What one commit writes.

    Attributes:
        time_ms: Now.
        blocks: To add.
        acknowledged: Consumer and seq of what is delivered.
        rejections: To keep for people to look at.
        max_bytes: The oldest blocks are dropped until the file's content is smaller.
        oldest_ms: Blocks written before are dropped.
    """

    time_ms: int
    blocks: Sequence[Block] = ()
    acknowledged: Sequence[tuple[str, int]] = ()
    rejections: Sequence[Rejection] = ()
    max_bytes: int = 1 << 62
    oldest_ms: int = 0


@dataclass(frozen=True, slots=True)
class Committed:
    """How the file stands after a commit.

    Attributes:
        dropped: Consumer, seq and samples of what had to make room before it was delivered.
        size: Bytes of its content.
        oldest_ms: When the oldest block was written; None when there is none.
    """

    dropped: Sequence[tuple[str, int, int]]
    size: int
    oldest_ms: int | None


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """A block as read.

    Attributes:
        seq: Place in the order of publishing.
        samples: How many it holds.
        frame: Its samples; None if its bytes are damaged.
    """

    seq: int
    samples: int
    frame: Frame | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a reading found.

    Attributes:
        blocks: Oldest first; empty when there are none.
        numbers: The dictionary that their series numbers stand in.
        keys: Keys of those numbers whose series it does not know yet.
    """

    blocks: Sequence[StoredBlock]
    numbers: SeriesNumbers
    keys: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which blocks a consumer wants to read.

    Attributes:
        consumer: Who.
        max_samples: Whole blocks up to so many samples, but one at least.
        newest_first: Which end to begin at; blocks come oldest first all the same.
        away: Blocks that are elsewhere: passed over.
        before: Only blocks with a smaller seq; None is all.
    """

    consumer: str
    max_samples: int
    newest_first: bool = False
    away: Collection[int] = field(default_factory=frozenset)
    before: int | None = None


class JournalFile:
    """An open journal.

    Args:
        path: Where it is; made when it is missing.

    Attributes:
        last_seq: The highest number in use when it was opened; 0 when there was none.

    Raises:
        JournalUnavailable: it cannot be opened now.
        JournalDamaged: what is there is no journal, damaged, or of another version.
    """

    def __init__(self, path: Path) -> None:
        with sqlite_faults():
            self._connection = schema.connect(path)
            try:
                schema.prepare(self._connection)
                if not self._one("SELECT EXISTS (SELECT 1 FROM block)"):
                    # Nothing refers to them, and many may be of nodes that left long ago.
                    self._connection.execute("DELETE FROM series")
                self._series = SeriesNumbers(self._connection)
                rows = self._connection.execute("SELECT name, id FROM consumer").fetchall()
                self._consumers: dict[str, int] = dict(rows)
                self.last_seq = max(
                    self._one("SELECT coalesce(max(seq), 0) FROM block"),
                    self._one("SELECT coalesce(max(seq), 0) FROM pending"),
                )
            except BaseException:
                self._connection.close()
                raise

    def commit(self, changes: Changes) -> Committed:
        """Write everything or nothing."""
        with self._transaction():
            for block in changes.blocks:
                self._add(block, changes.time_ms)
            self._series.save()
            self._acknowledge(changes.acknowledged)
            self._keep_rejected(changes.rejections)
            dropped = list(self._make_room(changes))
        self._series.saved()
        with sqlite_faults():
            self._give_room_back()
            return Committed(dropped, self._size(), self._oldest_ms())

    def read(self, wanted: Wanted) -> Found:
        """Blocks that a consumer has not acknowledged, oldest first."""
        with sqlite_faults():
            blocks = []
            numbers: set[int] = set()
            for seq, samples in sorted(self._choose(wanted)):
                row = self._row("SELECT frame FROM block WHERE seq = ?", (seq,))
                blocks.append(StoredBlock(seq, samples, _decoded(row)))
            for block in blocks:
                if block.frame is not None:
                    numbers.update(block.frame.numbers)
            return Found(blocks, self._series, self._series.keys_of_unknown(numbers))

    def backlog(self, consumer: str, away: Collection[int] = frozenset()) -> int:
        """Samples that a consumer has not acknowledged, besides those that are elsewhere."""
        with sqlite_faults():
            number = self._consumers.get(consumer)
            rows = self._connection.execute(
                "SELECT seq, samples FROM pending WHERE consumer = ?", (number,)
            )
            return sum(samples for seq, samples in rows if seq not in away)

    def check(self, seconds: float) -> None:
        """Let SQLite look through the whole file, for so many seconds at most.

        Raises:
            JournalDamaged: what it found.
        """
        end = time.monotonic() + seconds
        self._connection.set_progress_handler(lambda: time.monotonic() > end, 10_000)
        try:
            with sqlite_faults():
                row = self._row("PRAGMA quick_check(1)", ())
        except JournalUnavailable as error:
            if not _is_interrupted(error):
                raise
            row = None
        finally:
            self._connection.set_progress_handler(None, 0)
        if row is not None and row[0] != "ok":
            raise JournalDamaged(str(row[0]))

    def forget(self, series: Series) -> None:
        """A series that will not come again. May be called from any thread."""
        self._series.forget(series)

    def close(self) -> None:
        """Close it; everything committed is in the file itself then."""
        self._connection.close()

    def _add(self, block: Block, time_ms: int) -> None:
        frame = encode(block.batches, self._series)
        self._connection.execute(
            "INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?, ?)",
            (block.seq, time_ms, block.samples, len(block.batches), frame),
        )
        rows = [(self._id(name), block.seq, block.samples) for name in block.owners]
        self._connection.executemany("INSERT OR REPLACE INTO pending VALUES (?, ?, ?)", rows)

    def _id(self, name: str) -> int:
        number = self._consumers.get(name)
        if number is None:
            self._connection.execute("INSERT OR IGNORE INTO consumer (name) VALUES (?)", (name,))
            number = self._one("SELECT id FROM consumer WHERE name = ?", (name,))
            self._consumers[name] = number
        return number

    def _acknowledge(self, acknowledged: Sequence[tuple[str, int]]) -> None:
        rows = [(self._id(name), seq) for name, seq in acknowledged]
        self._connection.executemany("DELETE FROM pending WHERE consumer = ? AND seq = ?", rows)
        seqs = [(seq, seq) for seq in {seq for _, seq in acknowledged}]
        self._connection.executemany(
            "DELETE FROM block WHERE seq = ? AND NOT EXISTS "
            "(SELECT 1 FROM pending WHERE pending.seq = ?)",
            seqs,
        )

    def _keep_rejected(self, rejections: Sequence[Rejection]) -> None:
        if not rejections:
            return
        self._connection.executemany(
            "INSERT INTO rejected VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(self._id(r.consumer), r.time_ms, r.reason, r.samples),
                    *(_utf8(r.series), r.value, r.sample_ms),
                )
                for r in rejections[-_MOST_REJECTED:]
            ],
        )
        self._connection.executemany(
            "UPDATE consumer SET rejected = rejected + ? WHERE id = ?",
            [(r.samples, self._id(r.consumer)) for r in rejections],
        )
        self._connection.execute(
            "DELETE FROM rejected WHERE id <= (SELECT max(id) FROM rejected) - ?", (_MOST_REJECTED,)
        )

    def _make_room(self, changes: Changes) -> Iterator[tuple[str, int, int]]:
        """Drop the oldest blocks as far as the bounds want it, but none of the new ones."""
        end = changes.blocks[0].seq if changes.blocks else 1 << 62
        while (last := self._end_of_slice(end, changes.oldest_ms)) is not None:
            yield from self._drop_up_to(last)
        while self._size() > changes.max_bytes:
            last = self._end_of_slice(end, 1 << 62)
            if last is None:
                return
            yield from self._drop_up_to(last)

    def _end_of_slice(self, end: int, before_ms: int) -> int | None:
        """The last of the oldest few blocks that was written before; None when none was."""
        row = self._row(
            "SELECT max(seq) FROM (SELECT seq, time_ms FROM block WHERE seq < ? "
            "ORDER BY seq LIMIT ?) WHERE time_ms < ?",
            (end, _SLICE, before_ms),
        )
        return None if row is None else row[0]

    def _drop_up_to(self, last: int) -> Iterator[tuple[str, int, int]]:
        names = {number: name for name, number in self._consumers.items()}
        rows = self._connection.execute(
            "SELECT consumer, seq, samples FROM pending WHERE seq <= ?", (last,)
        ).fetchall()
        lost: Counter[int] = Counter()
        for number, seq, samples in rows:
            lost[number] += samples
            yield names[number], seq, samples
        self._connection.executemany(
            "UPDATE consumer SET dropped = dropped + ? WHERE id = ?",
            [(samples, number) for number, samples in lost.items()],
        )
        self._connection.execute("DELETE FROM pending WHERE seq <= ?", (last,))
        self._connection.execute("DELETE FROM block WHERE seq <= ?", (last,))

    def _choose(self, wanted: Wanted) -> Iterator[tuple[int, int]]:
        order = "DESC" if wanted.newest_first else "ASC"
        before = (1 << 62) if wanted.before is None else wanted.before
        rows = self._connection.execute(
            "SELECT seq, samples FROM pending WHERE consumer = ? AND seq < ? "  # noqa: S608
            f"ORDER BY seq {order}",
            (self._consumers.get(wanted.consumer), before),
        )
        total = 0
        for seq, samples in rows:
            if seq in wanted.away:
                continue
            if total and total + samples > wanted.max_samples:
                return
            total += samples
            yield seq, samples

    def _oldest_ms(self) -> int | None:
        row = self._row("SELECT time_ms FROM block ORDER BY seq LIMIT 1", ())
        return None if row is None else int(row[0])

    def _size(self) -> int:
        pages = self._one("PRAGMA page_count") - self._one("PRAGMA freelist_count")
        return pages * self._one("PRAGMA page_size")

    def _give_room_back(self) -> None:
        if self._one("PRAGMA freelist_count") > _IDLE_PAGES:
            self._connection.execute(f"PRAGMA incremental_vacuum({_PAGES_GIVEN_BACK})").fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        consumers = dict(self._consumers)
        with sqlite_faults():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._consumers = consumers
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def _row(self, query: str, values: Sequence[object]) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(query, values).fetchone()
        return row

    def _one(self, query: str, values: Sequence[object] = ()) -> int:
        (value,) = self._connection.execute(query, values).fetchone()
        return int(value)


def _decoded(row: tuple[Any, ...] | None) -> Frame | None:
    if row is None or not isinstance(row[0], bytes):
        return None
    try:
        return decode(row[0])
    except WireFormatError:
        return None


def _utf8(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8", "surrogatepass")


def _is_interrupted(error: JournalUnavailable) -> bool:
    cause = error.__cause__
    return isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT
