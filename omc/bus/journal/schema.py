"""How the journal's file is laid out.

A block is what was published in one commit interval, as one frame of `omc.bus.wire` whose series
numbers stand in `series`. A row of `pending` says that a consumer has not acknowledged a block; a
block without any is deleted with the last acknowledgement. So the cursor of a consumer is the set
of its rows, in whatever order it works them off.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Mapping
from pathlib import Path

from omc.bus.journal.faults import JournalDamaged

#: `PRAGMA user_version`: to be raised with any change to the tables, with a migration.
VERSION = 2
#: `PRAGMA application_id`: "OMCJ".
APPLICATION = 0x4F4D434A

_SERIES = """
CREATE TABLE series (
    number INTEGER PRIMARY KEY,
    key BLOB NOT NULL,              -- name{label="text"} in UTF-8, each once
    checksum INTEGER NOT NULL,      -- of both: a damaged key would be another series
    hash INTEGER NOT NULL           -- of the key, by which it is found; `series_hash`
);
CREATE INDEX series_by_hash ON series (hash);
"""

_TABLES = f"""{_SERIES}
CREATE TABLE block (
    seq INTEGER PRIMARY KEY,        -- in the order of publishing
    time_ms INTEGER NOT NULL,       -- Unix milliseconds, when it was written here
    samples INTEGER NOT NULL,
    batches INTEGER NOT NULL,
    frame BLOB NOT NULL
);
CREATE TABLE consumer (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    dropped INTEGER NOT NULL DEFAULT 0,   -- samples that had to make room, since ever
    rejected INTEGER NOT NULL DEFAULT 0   -- samples that the sink refused for good, since ever
);
CREATE TABLE pending (
    consumer INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    PRIMARY KEY (consumer, seq)
) WITHOUT ROWID;
CREATE INDEX pending_by_seq ON pending (seq);
CREATE TABLE rejected (
    id INTEGER PRIMARY KEY,
    consumer INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,       -- when it was refused
    reason TEXT NOT NULL,
    samples INTEGER NOT NULL,       -- 1, or more where the sink did not say which
    series BLOB,                    -- of a single sample: its key, value and time
    value REAL,
    sample_ms INTEGER
);
"""

#: An index over the keys themselves was as large as the dictionary.
_FIND_SERIES_BY_HASH = f"""
ALTER TABLE series RENAME TO series_1;
{_SERIES}
INSERT INTO series SELECT number, key, checksum, series_hash(key) FROM series_1;
DROP TABLE series_1;
"""  # noqa: S608 - our own

#: How a file of each older layout becomes one of the next.
_MIGRATIONS: Mapping[int, str] = {1: _FIND_SERIES_BY_HASH}


def series_hash(key: bytes) -> int:
    """CRC-32 of a series' key."""
    return zlib.crc32(key)


def connect(path: Path) -> sqlite3.Connection:
    """Open a file for reading and writing, made when it is missing; blocks.

    Every commit is on the disk when it returns (synchronous=FULL), as far as the disk keeps its
    word. Autocommit: transactions are begun by name.
    """
    connection = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_size_limit = 16777216")
    except BaseException:
        connection.close()
        raise
    return connection


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables of a new file, or bring those of an older release up to date; blocks.

    Raises:
        JournalDamaged: it is something else.
    """
    application = _pragma(connection, "application_id")
    version = _pragma(connection, "user_version")
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application == 0 and version == 0 and tables == 0:
        _change(connection, f"{_TABLES} PRAGMA application_id = {APPLICATION};", VERSION)
        return
    if application != APPLICATION:
        raise JournalDamaged("this is no journal of omc")
    if version > VERSION or version < min(_MIGRATIONS):
        raise JournalDamaged(
            f"written by another release: version {version} of its layout, not {VERSION}"
        )
    connection.create_function("series_hash", 1, series_hash, deterministic=True)
    for older in range(version, VERSION):
        _change(connection, _MIGRATIONS[older], older + 1)


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)


def _change(connection: sqlite3.Connection, statements: str, version: int) -> None:
    """Run statements as one transaction, after which the file is of this version."""
    try:
        connection.executescript(f"BEGIN; {statements} PRAGMA user_version = {version}; COMMIT;")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
