"""Taking events into the archive: on disk at once, in files now and then.

Events come one by one, and a file for each would be too many. So they wait in a small database,
from which they are brought into files together. A kill between the two leaves some in both: the
same event twice, which whoever reads or merges the files takes once.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from threading import Lock

import pyarrow as pa

from omc.core.clock import Clock
from omc.core.database import Database
from omc.core.model import Event
from omc.history.event_table import EventRow, event_row, event_table
from omc.history.layout import Resolution, day_name, day_of
from omc.history.manifest import FileEntry, Manifest
from omc.history.parquet_file import write_parquet

#: Where events wait, in the archive's folder.
WAITING = "events.sqlite"
_VERSION = 1
_TABLES = "CREATE TABLE waiting (number INTEGER PRIMARY KEY, event TEXT NOT NULL) STRICT;"
#: Events in one file, at most: a storm of traps is not to take memory.
_MOST_IN_A_FILE = 10_000
#: Level of zstd for files that are soon merged.
_LEVEL = 1


class EventWriter:
    """Writes events into one archive folder. Blocks; may be called from several threads.

    Args:
        folder: The archive's folder; made with the first event when it is missing.
        clock: Names files in the order they are written.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._database: Database | None = None
        self._opening = Lock()

    def keep(self, events: Sequence[Event]) -> None:
        """Have events on disk when this returns.

        Raises:
            OSError: none of them is.
            sqlite3.OperationalError: likewise.
        """
        if not events:
            return
        rows = [(json.dumps(event_row(event), ensure_ascii=False),) for event in events]
        with self._waiting().transaction() as database:
            database.executemany("INSERT INTO waiting (event) VALUES (?)", rows)

    def bring_in(self) -> None:
        """Write all that waits into files.

        Raises:
            OSError: not all could be written; the rest goes on waiting.
            sqlite3.OperationalError: likewise.
        """
        if self._database is None and not (self._folder / WAITING).exists():
            return
        query = "SELECT number, event FROM waiting ORDER BY number LIMIT ?"
        while True:
            with self._waiting().transaction() as database:
                found = database.execute(query, (_MOST_IN_A_FILE,)).fetchall()
            if not found:
                return
            self._write([json.loads(event) for _, event in found])
            with self._waiting().transaction() as database:
                database.execute("DELETE FROM waiting WHERE number <= ?", (found[-1][0],))

    def _waiting(self) -> Database:
        with self._opening:
            if self._database is None:
                self._database = Database(self._folder / WAITING, _VERSION, _TABLES)
            return self._database

    def _write(self, rows: Sequence[EventRow]) -> None:
        manifest, now = Manifest(self._folder), self._clock.time_ms()
        entries = []
        for day, some in groupby(sorted(rows, key=itemgetter("time")), _day):
            path = f"events/{day_name(day)}/{now:014d}-{secrets.token_hex(4)}.parquet"
            written = write_parquet(self._folder / path, [event_table(list(some))], _LEVEL)
            entry = FileEntry(path, "events", Resolution.RAW, (), day, day, written, now)
            entries.append(entry)
        manifest.replace(entries, (), now)
        pa.default_memory_pool().release_unused()


def _day(row: EventRow) -> int:
    return day_of(row["time"])
