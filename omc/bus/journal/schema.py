"""How the journal's file is laid out.

A block is what was published in one commit interval, as one frame of `omc.bus.wire` whose series
numbers stand in `series`. A row of `pending` says that a consumer has not acknowledged a block; a
block without any is deleted with the last acknowledgement. So the cursor of a consumer is the set
of its rows, in whatever order it works them off.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from omc.bus.journal.faults import JournalDamaged

#: `PRAGMA user_version`: to be raised with any change to the tables, with a migration.
VERSION = 1
#: `PRAGMA application_id`: "OMCJ".
APPLICATION = 0x4F4D434A

_TABLES = """
CREATE TABLE series (
    number INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,       -- name{label="text"} in UTF-8
    checksum INTEGER NOT NULL       -- of both: a damaged key would be another series
);
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
    """Make the tables of a new file, or see that those of an old one are what is expected.

    Raises:
        JournalDamaged: it is something else.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application == 0 and version == 0 and tables == 0:
        connection.executescript(
            f"BEGIN;{_TABLES}"
            f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"
        )
    elif application != APPLICATION:
        raise JournalDamaged("this is no journal of omc")
    elif version != VERSION:
        raise JournalDamaged(
            f"written by another release: version {version} of its layout, not {VERSION}"
        )
