"""What is remembered of measurement files: which came, and the counters of recent periods.

With it a file counts once however often it comes, a corrected one takes the place of the first, and
the parts of a period that come in several files are put together, also over a restart.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cramjam

from collector.pm.cell_directory import Reporter
from collector.pm.extract import Extract, PeriodKey
from omc.core.database import Database

#: Its name in the settings' data folder.
LEDGER_FILE = "pm.db"
_VERSION = 1
#: A file that is offered again and again is noted once in so long.
_NOTED_EVERY_MS = 86_400_000
_TABLES = """
CREATE TABLE file (
    digest BLOB PRIMARY KEY,        -- BLAKE2b of the bytes as they came
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    time_ms INTEGER NOT NULL,       -- when it was read
    result TEXT NOT NULL,
    detail TEXT NOT NULL,           -- what was wrong with it
    counters INTEGER NOT NULL,
    repeats INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX file_by_time ON file (time_ms);
CREATE TABLE listed (               -- what a source offered when it was read
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    stamp TEXT NOT NULL,            -- size and time of change, as the source says
    time_ms INTEGER NOT NULL,       -- when it was last offered, to a day
    PRIMARY KEY (source, name)
) WITHOUT ROWID;
CREATE TABLE period (
    node TEXT NOT NULL,
    site TEXT NOT NULL,
    end_ms INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    area TEXT NOT NULL,
    time_ms INTEGER NOT NULL,       -- when the first file of it was read
    is_late INTEGER NOT NULL,
    is_suspect INTEGER NOT NULL,
    repeats INTEGER NOT NULL,       -- files that told nothing new
    counters BLOB,                  -- zstd of JSON; NULL when they are no longer needed
    PRIMARY KEY (node, site, end_ms, seconds)
) WITHOUT ROWID;
CREATE INDEX period_by_end ON period (end_ms);
CREATE TABLE told (                 -- which file told of which period
    digest BLOB NOT NULL,
    node TEXT NOT NULL,
    site TEXT NOT NULL,
    end_ms INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    PRIMARY KEY (digest, node, site, end_ms, seconds)
) WITHOUT ROWID;
"""
_PERIOD = """
SELECT node, site, area, end_ms, seconds, time_ms, is_late, is_suspect, repeats, counters
FROM period WHERE node = ? AND site = ? AND end_ms = ? AND seconds = ?
"""
_COUNT_REPEAT = """
UPDATE period SET repeats = repeats + 1
WHERE node = ? AND site = ? AND end_ms = ? AND seconds = ?
RETURNING node, site, area, end_ms, seconds, time_ms, is_late, is_suspect, repeats
"""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file that was read.

    Attributes:
        digest: Of its bytes.
        name: As its source calls it.
        source: Where it came from.
        time_ms: When it was read, Unix milliseconds.
        result: See `intake.Result`.
        detail: What was wrong with it; "" for nothing.
        counters: Counters that were taken from it.
        repeats: How often it came again.
    """

    digest: bytes
    name: str
    source: str
    time_ms: int
    result: str
    detail: str
    counters: int
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class PeriodRecord:
    """One period of one node that was reported.

    Attributes:
        key: Which.
        time_ms: When its first file was read, Unix milliseconds.
        is_late: That was after its deadline.
        is_suspect: The node marked something of it as suspect.
        repeats: Files about it that told nothing new.
    """

    key: PeriodKey
    time_ms: int
    is_late: bool
    is_suspect: bool
    repeats: int = 0


class Ledger:
    """One SQLite file. Calls block for as long as SQLite takes.

    Args:
        path: Made when it is missing; set aside when it is damaged.

    Attributes:
        turn: Is held by whoever writes beside others: one that takes long does so in a thread, and
            the next waits for it without keeping the event loop.

    Raises:
        sqlite3.OperationalError: it cannot be opened, or there is no room.
    """

    def __init__(self, path: Path) -> None:
        self.turn = asyncio.Lock()
        self._database = Database(path, _VERSION, _TABLES)

    @contextmanager
    def entry(self) -> Iterator[LedgerEntry]:
        """A few things that are remembered together when the block ends, or not at all."""
        with self._database.transaction() as connection:
            yield LedgerEntry(connection)

    def new_among(
        self, source: str, offered: Sequence[tuple[str, str]], now_ms: int
    ) -> list[tuple[str, str]]:
        """What of the names and stamps that a source offers was not read yet, in their order."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT name, stamp, time_ms FROM listed WHERE source = ?", (source,)
            ).fetchall()
            known = {name: stamp for name, stamp, _ in rows}
            seen = {name for name, stamp in offered if known.get(name) == stamp}
            connection.executemany(
                "UPDATE listed SET time_ms = ? WHERE source = ? AND name = ?",
                [
                    (now_ms, source, name)
                    for name, _, time_ms in rows
                    if name in seen and now_ms - time_ms >= _NOTED_EVERY_MS
                ],
            )
        return [(name, stamp) for name, stamp in offered if name not in seen]

    def add_listed(self, source: str, name: str, stamp: str, now_ms: int) -> None:
        """A file that a source offers was read: do not read it again."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO listed VALUES (?, ?, ?, ?)", (source, name, stamp, now_ms)
            )

    def period(self, key: PeriodKey) -> tuple[PeriodRecord, Extract] | None:
        """What is known of a period, and its counters as far as they are still kept."""
        with self._database.transaction() as connection:
            row = connection.execute(_PERIOD, _place(key)).fetchone()
        if row is None:
            return None
        return _period(row[:9]), _unpacked(row[9]) if row[9] is not None else Extract()

    def periods(self, since_ms: int, before_ms: int) -> list[PeriodRecord]:
        """Reported periods that ended within a time, in order of end and node."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT node, site, area, end_ms, seconds, time_ms, is_late, is_suspect, repeats"
                " FROM period WHERE end_ms >= ? AND end_ms < ? ORDER BY end_ms, node, site",
                (since_ms, before_ms),
            ).fetchall()
        return [_period(row) for row in rows]

    def files(self, limit: int) -> list[FileRecord]:
        """The files that were read last, newest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT digest, name, source, time_ms, result, detail, counters, repeats"
                " FROM file ORDER BY time_ms DESC, name LIMIT ?",
                (limit,),
            ).fetchall()
        return [FileRecord(*row) for row in rows]

    def forget(self, counters_before_ms: int, all_before_ms: int) -> None:
        """Drop the counters of periods that ended before one time, and all of before another."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE period SET counters = NULL WHERE end_ms < ? AND counters IS NOT NULL",
                (counters_before_ms,),
            )
            for table, column in (
                ("file", "time_ms"),
                ("listed", "time_ms"),
                ("told", "end_ms"),
                ("period", "end_ms"),
            ):
                connection.execute(
                    f"DELETE FROM {table} WHERE {column} < ?",  # noqa: S608 - our own names
                    (all_before_ms,),
                )


class LedgerEntry:
    """One transaction of the ledger."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def repeated(self, digest: bytes) -> list[PeriodKey] | None:
        """Count a file that came before; the periods it told of, None if it is new."""
        found = self._connection.execute(
            "UPDATE file SET repeats = repeats + 1 WHERE digest = ? RETURNING 1", (digest,)
        ).fetchall()
        if not found:
            return None
        rows = self._connection.execute(
            "SELECT period.node, period.site, period.area, period.end_ms, period.seconds"
            " FROM told JOIN period USING (node, site, end_ms, seconds) WHERE digest = ?",
            (digest,),
        ).fetchall()
        return [PeriodKey(Reporter(*row[:3]), row[3], row[4]) for row in rows]

    def add_file(self, record: FileRecord, keys: Iterable[PeriodKey]) -> None:
        """Remember a file and the periods that it told of."""
        self._connection.execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(record.digest, record.name, record.source, record.time_ms),
                *(record.result, record.detail, record.counters, record.repeats),
            ),
        )
        self._connection.executemany(
            "INSERT OR IGNORE INTO told VALUES (?, ?, ?, ?, ?)",
            [(record.digest, *_place(key)) for key in keys],
        )

    def put_period(self, record: PeriodRecord, extract: Extract) -> None:
        """Remember a period with its counters."""
        reporter, end_ms, seconds = record.key
        self._connection.execute(
            "INSERT OR REPLACE INTO period VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(reporter.node, reporter.site, end_ms, seconds, reporter.area),
                *(record.time_ms, record.is_late, record.is_suspect, record.repeats),
                _packed(extract),
            ),
        )

    def count_repeat(self, key: PeriodKey) -> PeriodRecord | None:
        """A file told nothing new of a period; the period, None if it is not known any more."""
        row = self._connection.execute(_COUNT_REPEAT, _place(key)).fetchone()
        return _period(row) if row is not None else None


def _place(key: PeriodKey) -> tuple[str, str, int, int]:
    return (key.reporter.node, key.reporter.site, key.end_ms, key.period)


def _period(row: Sequence[object]) -> PeriodRecord:
    node, site, area, end_ms, seconds, time_ms, is_late, is_suspect, repeats = row
    key = PeriodKey(Reporter(str(node), str(site), str(area)), _int(end_ms), _int(seconds))
    return PeriodRecord(key, _int(time_ms), bool(is_late), bool(is_suspect), _int(repeats))


def _int(value: object) -> int:
    assert isinstance(value, int)  # noqa: S101 - the column is declared so
    return value


def _packed(extract: Extract) -> bytes:
    parts = [extract.vendor, extract.cells, extract.suspect]
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return bytes(cramjam.zstd.compress(text.encode(), 1))


def _unpacked(packed: bytes) -> Extract:
    vendor, cells, suspect = json.loads(bytes(cramjam.zstd.decompress(packed)))
    return Extract(vendor, cells, suspect)
