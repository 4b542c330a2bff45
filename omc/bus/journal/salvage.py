"""What can still be read of a damaged journal, copied into a new one.

A row that SQLite cannot reach from one end of its table may be reached from the other, so each
table is read from both. What was read is believed only as far as it makes sense: a block must have
its right checksum, a series too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from omc.bus.journal import schema
from omc.bus.journal.faults import sqlite_faults
from omc.bus.journal.series_numbers import series_checksum
from omc.bus.wire import WireFormatError, decode

Row = tuple[Any, ...]

#: No journal counts as far: a number beyond is damage.
_MOST = 1 << 53
_BLOCKS_AT_ONCE = 100


def salvage(damaged: Path, path: Path) -> tuple[int, int]:
    """Copy what is whole into a new and empty journal, which nobody has open; blocks.

    Returns:
        Batches and samples that go on.

    Raises:
        JournalUnavailable: the new file cannot be written.
    """
    with sqlite_faults(), closing(schema.connect(path)) as target:
        try:
            source = sqlite3.connect(damaged, isolation_level=None)
        except sqlite3.Error:
            return 0, 0
        with closing(source):
            # Without this SQLite does not read a file that is shorter than it should be.
            source.execute("PRAGMA writable_schema = ON")
            _copy_series(source, target)
            _copy(source, target, "consumer", "id, name, dropped, rejected", "id", _is_consumer)
            _copy(source, target, "pending", "consumer, seq, samples", "consumer, seq", _is_pending)
            _copy_blocks(source, target)
        return _tidy(target)


def _copy_series(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Of the columns that all layouts have: the hash is made anew."""
    columns = "number, key, checksum"
    rows = [row for row in _readable(source, "series", columns, "number") if _is_series(row)]
    _insert(target, "series", [(*row, schema.series_hash(row[1])) for row in rows])


def _copy(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    table: str,
    columns: str,
    key: str,
    is_right: Callable[[Row], bool],
) -> None:
    rows = [row for row in _readable(source, table, columns, key) if is_right(row)]
    _insert(target, table, rows)


def _copy_blocks(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Block by block, as they may be many."""
    columns = "seq, time_ms, samples, batches, frame"
    series = {number for (number,) in target.execute("SELECT number FROM series")}
    rows = (row for row in _readable(source, "block", columns, "seq") if _is_block(row, series))
    while some := list(islice(rows, _BLOCKS_AT_ONCE)):
        _insert(target, "block", some)


def _insert(target: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    """Rows that the table has not got yet."""
    if not rows:
        return
    marks = ", ".join("?" * len(rows[0]))
    target.execute("BEGIN")
    target.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)  # noqa: S608
    target.execute("COMMIT")


def _readable(source: sqlite3.Connection, table: str, columns: str, key: str) -> Iterator[Row]:
    """Rows from the start up to the first fault, then those from the end down to the last."""
    names = key.split(", ")
    for order in ("ASC", "DESC"):
        ordered = ", ".join(f"{name} {order}" for name in names)
        try:
            query = f"SELECT {columns} FROM {table} ORDER BY {ordered}"  # noqa: S608
            yield from source.execute(query)
        except (sqlite3.Error, UnicodeDecodeError):
            continue
        return


def _tidy(target: sqlite3.Connection) -> tuple[int, int]:
    """Leave only blocks that somebody waits for, and waits for blocks that are there."""
    target.execute("BEGIN")
    target.execute("DELETE FROM pending WHERE consumer NOT IN (SELECT id FROM consumer)")
    target.execute("DELETE FROM pending WHERE seq NOT IN (SELECT seq FROM block)")
    # Better twice than never: where it cannot be told who had it, nobody had it.
    target.execute(
        "INSERT OR IGNORE INTO pending SELECT consumer.id, seq, samples FROM block, consumer "
        "WHERE seq NOT IN (SELECT seq FROM pending)"
    )
    target.execute("DELETE FROM block WHERE seq NOT IN (SELECT seq FROM pending)")
    batches, samples = target.execute(
        "SELECT coalesce(sum(batches), 0), coalesce(sum(samples), 0) FROM block"
    ).fetchone()
    target.execute("COMMIT")
    return int(batches), int(samples)


def _is_series(row: Row) -> bool:
    number, key, checksum = row
    if not _is_number(number) or not isinstance(key, bytes) or not _is_number(checksum):
        return False
    return series_checksum(number, key) == int(checksum)


def _is_consumer(row: Row) -> bool:
    identity, name, dropped, rejected = row
    return isinstance(name, str) and all(map(_is_number, (identity, dropped, rejected)))


def _is_pending(row: Row) -> bool:
    return all(map(_is_number, row))


def _is_block(row: Row, series: set[int]) -> bool:
    """Whole, and all of its series are known: a lost number may be given away again."""
    *numbers, data = row
    if not all(map(_is_number, numbers)) or not isinstance(data, bytes):
        return False
    try:
        frame = decode(data)
    except WireFormatError:
        return False
    return len(frame.values) == numbers[2] and series.issuperset(frame.numbers)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and 0 <= value < _MOST
