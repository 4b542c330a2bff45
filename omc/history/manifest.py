"""Which files of the archive count: a small SQLite database beside them.

A file counts from the transaction that adds it to the one that replaces it, so whoever reads sees a
sample in exactly one place, whatever is being rewritten or was interrupted. What was replaced stays
on disk for a while, for those who had begun to read it. A manifest that is lost, or broken when it
is opened or written, is made anew from the names of the files.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import pyarrow.parquet as pq
import structlog

from omc.core.errors import OmcError
from omc.history.layout import Resolution, day_of, month_of
from omc.history.parquet_file import Written

log = structlog.get_logger(__name__)

NAME = "manifest.sqlite"
_BUSY_SECONDS = 30.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    resolution TEXT NOT NULL,
    metrics TEXT NOT NULL,
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    written_ms INTEGER NOT NULL,
    replaced_ms INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS files_by_kind ON files (kind, resolution, first_day);
"""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file.

    Attributes:
        path: Below the archive's folder.
        kind: `pending`, `day`, `month`, `series` or `events`.
        resolution: Of its rows; raw for pending ones, series and events.
        metrics: Whose rows it has; of series and events none is named.
        first_day: First day it holds; see `layout.day_of`.
        last_day: Last day it holds.
        written: What stands in it.
        written_ms: When it was written.
    """

    path: str
    kind: str
    resolution: Resolution
    metrics: tuple[str, ...]
    first_day: int
    last_day: int
    written: Written
    written_ms: int


class NoArchive(OmcError):
    """There is no archive in that folder; the text says so to people."""


class Manifest:
    """The manifest in one archive folder. Made when it is missing; may be used by any process.

    Args:
        folder: The archive's folder; made when it is missing.

    Raises:
        OSError: the folder cannot be made.
        sqlite3.OperationalError: the database cannot be opened.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / NAME
        is_new = not self._path.exists()
        try:
            self._create()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            self._set_aside(error)
            is_new = True
        if is_new and any(folder.rglob("*.parquet")):
            self._rebuild()

    @classmethod
    def existing(cls, folder: Path) -> Self:
        """The manifest of an archive that is there.

        Raises:
            NoArchive: nothing has been archived in this folder.
        """
        if not any((folder / name).exists() for name in (NAME, "pending", "raw", "events")):
            raise NoArchive(f"there is no archive in {folder}")
        return cls(folder)

    def _create(self) -> None:
        with self._connect() as database:
            found = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'files'")
            if found.fetchone() is None:  # else nothing is written: readers need not be allowed to
                database.executescript(_SCHEMA)

    def _set_aside(self, error: sqlite3.DatabaseError) -> None:
        aside = self._path.with_name(f"{NAME}.broken")
        self._path.replace(aside)
        # Left beside a new one, what was to be undone in the old one would be undone there.
        self._path.with_name(f"{NAME}-journal").unlink(missing_ok=True)
        log.error("archive_manifest_broken", reason=str(error), set_aside=str(aside))
        self._create()

    def _rebuild(self) -> None:
        entries = list(_entries_on_disk(self.folder))
        self._replace(entries, (), now_ms=0)
        log.warning("archive_manifest_rebuilt", files=len(entries))

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as database, database:
            yield database

    def replace(self, added: Collection[FileEntry], removed: Collection[str], now_ms: int) -> None:
        """Let files count and others no longer, at one moment.

        Raises:
            sqlite3.OperationalError: the disk is full, or the database is locked for long.
        """
        try:
            self._replace(added, removed, now_ms)
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:  # it is sound: locked, full, a mistake
                raise
            self._set_aside(error)
            self._rebuild()
            self._replace(added, removed, now_ms)

    def _replace(self, added: Collection[FileEntry], removed: Iterable[str], now_ms: int) -> None:
        rows = [
            (
                *(entry.path, entry.kind, entry.resolution.value, json.dumps(entry.metrics)),
                *(entry.first_day, entry.last_day, entry.written.rows, entry.written.bytes),
                *(entry.written_ms, None),
            )
            for entry in added
        ]
        gone = [(now_ms, path) for path in removed]
        with self._connect() as database:
            # One that was made anew has found the files already that are added now.
            marks = ",".join("?" * 10)
            database.executemany(f"INSERT OR REPLACE INTO files VALUES ({marks})", rows)
            database.executemany("UPDATE files SET replaced_ms = ? WHERE path = ?", gone)

    def files(
        self,
        kinds: Collection[str] = ("pending", "day", "month"),
        resolution: Resolution | None = None,
        metric: str | None = None,
        days: tuple[int, int] | None = None,
    ) -> list[FileEntry]:
        """Files that count, oldest written first.

        Args:
            kinds: Of files.
            resolution: None is all.
            metric: Only files that have rows of it; None is all.
            days: Only files that hold one of these days, first and last; None is all.
        """
        conditions = [f"kind IN ({','.join('?' * len(kinds))})", "replaced_ms IS NULL"]
        values: list[object] = [*kinds]
        if resolution is not None:
            conditions.append("resolution = ?")
            values.append(resolution.value)
        if days is not None:
            conditions.append("first_day <= ? AND last_day >= ?")
            values += [days[1], days[0]]
        if metric is not None:
            conditions.append("instr(metrics, ?) > 0")
            values.append(json.dumps(metric))
        order = " AND ".join(conditions) + " ORDER BY written_ms, path"
        with self._connect() as database:
            found = database.execute(f"SELECT * FROM files WHERE {order}", values)
            return [_entry(row) for row in found]

    def replaced_before(self, time_ms: int) -> list[str]:
        """Paths of files that stopped counting before a time."""
        with self._connect() as database:
            found = database.execute("SELECT path FROM files WHERE replaced_ms < ?", (time_ms,))
            return [path for (path,) in found]

    def known_paths(self) -> set[str]:
        """Paths of all files, those that were replaced too."""
        with self._connect() as database:
            return {path for (path,) in database.execute("SELECT path FROM files")}

    def forget(self, paths: Iterable[str]) -> None:
        """Drop files that are no longer on disk."""
        with self._connect() as database:
            database.executemany("DELETE FROM files WHERE path = ?", [(path,) for path in paths])

    def sizes(self) -> dict[str, int]:
        """Bytes of the files that count: by resolution; pending ones, series and events apart."""
        query = """
            SELECT
                CASE WHEN kind IN ('pending', 'series', 'events') THEN kind ELSE resolution END,
                sum(bytes)
            FROM files WHERE replaced_ms IS NULL GROUP BY 1"""
        with self._connect() as database:
            return dict(database.execute(query).fetchall())


def _entry(row: tuple[object, ...]) -> FileEntry:
    path, kind, resolution, metrics, first, last, rows, size, at, _ = row
    return FileEntry(
        str(path),
        str(kind),
        Resolution(str(resolution)),
        tuple(json.loads(str(metrics))),
        int(str(first)),
        int(str(last)),
        Written(int(str(rows)), int(str(size))),
        int(str(at)),
    )


_PARTITION = re.compile(
    r"(?P<resolution>raw|5m|1h)/metric=(?P<metric>[a-z0-9_]+)/"
    r"(?P<period>\d{4}-\d\d(?:-\d\d)?)\.(?P<version>\d+)\.parquet"
)
_OF_DAY = re.compile(r"(?P<kind>pending|events)/(?P<period>\d{4}-\d\d-\d\d)/[^/]+\.parquet")


def _entries_on_disk(folder: Path) -> Iterator[FileEntry]:
    """What the names tell: of a period the newest version, and everything that is pending.

    A pending file that had been taken over comes back, and one of events that was merged; what
    they hold is there twice then, which queries and compaction expect anyway.
    """
    newest: dict[tuple[str, str, str], tuple[int, FileEntry]] = {}
    months: set[tuple[str, str, int]] = set()
    for path in sorted(folder.rglob("*.parquet")):
        name = path.relative_to(folder).as_posix()
        entry = _read_entry(path, name)
        if entry is None:
            continue
        match = _PARTITION.fullmatch(name)
        if match is None:
            yield entry
            continue
        key = (match["resolution"], match["metric"], match["period"])
        if key not in newest or newest[key][0] < int(match["version"]):
            newest[key] = (int(match["version"]), entry)
        if entry.kind == "month":
            months.add((match["resolution"], match["metric"], entry.first_day))
    for (resolution, metric, _), (_, entry) in newest.items():
        month = (resolution, metric, month_of(entry.first_day)[0])
        if entry.kind == "month" or month not in months:
            yield entry


def _read_entry(path: Path, name: str) -> FileEntry | None:
    """What one file is, or None for one that is none of ours or broken."""
    partition, of_day = _PARTITION.fullmatch(name), _OF_DAY.fullmatch(name)
    is_pending = of_day is not None and of_day["kind"] == "pending"
    try:
        content = pq.ParquetFile(path)
        rows = content.metadata.num_rows
        metrics = set(content.read(["metric"])["metric"].to_pylist()) if is_pending else set()
    except (OSError, ValueError, KeyError) as error:
        log.warning("archive_file_unreadable", path=name, reason=str(error))
        return None
    written = Written(rows, path.stat().st_size)
    made = round(path.stat().st_mtime * 1000)
    blank = FileEntry(name, "series", Resolution.RAW, (), 0, 0, written, made)
    if partition is not None:
        first, last, kind = _days(partition["period"])
        resolution = Resolution(partition["resolution"])
        return replace(
            blank,
            kind=kind,
            resolution=resolution,
            metrics=(partition["metric"],),
            first_day=first,
            last_day=last,
        )
    if of_day is not None:
        first, last, _ = _days(of_day["period"])
        named, kind = tuple(sorted(metrics)), of_day["kind"]
        return replace(blank, kind=kind, metrics=named, first_day=first, last_day=last)
    return blank if name.startswith("series/") else None


def _days(period: str) -> tuple[int, int, str]:
    """First and last day of `2026-11-24` or `2026-11`, and which of the two it is."""
    from datetime import UTC, datetime

    is_day = len(period) > len("2026-11")
    start = datetime.strptime(period, "%Y-%m-%d" if is_day else "%Y-%m").replace(tzinfo=UTC)
    day = day_of(round(start.timestamp() * 1000))
    return (day, day, "day") if is_day else (*month_of(day), "month")
