"""SQLite files that something is kept in: made when missing, set aside when damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

#: Locked, unreadable, no room: the file itself may be fine.
_NOT_THE_FILES_FAULT = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
}
#: Found while it is worked with; what else may be wrong with a file shows when it is opened.
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Database:
    """One file. Every call blocks for as long as SQLite takes.

    Opening it checks it; one that is damaged, or of another version, is set aside under another
    name, said so, and begun anew. So is one whose damage is met later.

    Args:
        path: Made when it is missing, with its folder.
        version: Of the tables.
        tables: SQL that makes them.

    Raises:
        sqlite3.OperationalError: it is locked, cannot be read, or there is no room.
    """

    def __init__(self, path: Path, version: int, tables: str) -> None:
        self.path = path
        self._version = version
        self._tables = tables
        path.parent.mkdir(parents=True, exist_ok=True)
        self._prepare()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; on disk when the block ends.

        Raises:
            sqlite3.OperationalError: nothing was done, and may be tried again: it is locked, there
                is no room, or it was damaged and has begun anew.
        """
        try:
            with self._transaction() as connection:
                yield connection
        except sqlite3.DatabaseError as error:
            if _code(error) not in _DAMAGE:
                raise
            self._prepare()
            raise sqlite3.OperationalError(f"{self.path} was damaged: {error}") from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=10.0)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            with connection:
                yield connection
        finally:
            connection.close()

    def _prepare(self) -> None:
        try:
            with self._transaction() as connection:
                self._check_or_create(connection)
        except sqlite3.DatabaseError as error:
            if _code(error) in _NOT_THE_FILES_FAULT:
                raise
            self._set_aside(error)
            self._prepare()

    def _check_or_create(self, connection: sqlite3.Connection) -> None:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(self._tables)
            connection.execute(f"PRAGMA user_version = {self._version}")
            return
        if version != self._version:
            raise sqlite3.DatabaseError(f"its version is {version}, ours is {self._version}")
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)

    def _set_aside(self, error: sqlite3.DatabaseError) -> None:
        number = 1
        while (aside := self.path.with_name(f"{self.path.name}.damaged-{number}")).exists():
            number += 1
        self.path.rename(aside)
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        log.error("database_set_aside", file=str(self.path), kept_as=str(aside), why=str(error))


def _code(error: sqlite3.DatabaseError) -> int:
    """SQLite's primary code of an error; 0 for one that did not come from SQLite."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
