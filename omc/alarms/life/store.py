"""Alarms on disk: what is raised, what happened, and the maintenance windows, in one SQLite file.

Changes are queued and written together in a thread, one transaction for all that have come since
the last. What is to follow from a change (a notification) waits for `settled`, so that a crash may
repeat it and cannot lose it.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import structlog

from omc.alarms.life.alarm import (
    Alarm,
    AlarmKey,
    Change,
    ChangeKind,
    Finding,
    Homes,
    Labels,
    Light,
    Note,
)
from omc.alarms.life.maintenance import MaintenanceWindow
from omc.alarms.location import Location, Section
from omc.alarms.severity import Severity
from omc.core.database import Database

log = structlog.get_logger(__name__)

#: Of the tables below; a file of another version is set aside.
_VERSION = 1
_TABLES = """
CREATE TABLE alarms (
    key TEXT PRIMARY KEY, active INTEGER NOT NULL, changed_ms INTEGER NOT NULL, data TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX alarms_changed ON alarms (active, changed_ms);
CREATE TABLE changes (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, time_ms INTEGER NOT NULL, kind TEXT NOT NULL,
    severity INTEGER NOT NULL, previous INTEGER NOT NULL, who TEXT NOT NULL, text TEXT NOT NULL,
    value REAL
);
CREATE INDEX changes_key ON changes (key, id);
CREATE INDEX changes_time ON changes (time_ms);
CREATE TABLE windows (name TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
"""
_HISTORY_OF_ALL = """
SELECT id, key, time_ms, kind, severity, previous, who, text, value FROM changes
WHERE time_ms >= :since ORDER BY id DESC LIMIT :limit
"""
_HISTORY_OF_ONE = """
SELECT id, key, time_ms, kind, severity, previous, who, text, value FROM changes
WHERE key = :key AND time_ms >= :since ORDER BY id DESC LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class PastChange:
    """One line of history.

    Attributes:
        number: Rises with every change.
        key: The alarm.
        time_ms: Unix milliseconds, UTC.
        kind: What happened.
        severity: After the change.
        previous: Before it.
        who: The person or program; "" for the network.
        text: What they said, or why.
        value: What was measured; None where nothing was.
    """

    number: int
    key: AlarmKey
    time_ms: int
    kind: ChangeKind
    severity: Severity
    previous: Severity
    who: str
    text: str
    value: float | None


class AlarmStore:
    """The file. Opening it blocks for a moment; a damaged one is set aside, and said so.

    Args:
        path: Made when it is missing, with its folder.
        most_waiting: Changes that wait for a disk that takes nothing; then the oldest are let go.
    """

    def __init__(self, path: Path, most_waiting: int = 100_000) -> None:
        self._most_waiting = most_waiting
        self._pending: list[Change] = []
        self._queued = 0
        self._written = 0
        self._is_failing = False
        self._wake = asyncio.Event()
        self._progress = asyncio.Condition()
        self._database = Database(path, _VERSION, _TABLES)

    # -- writing -----------------------------------------------------------------------------------

    def record(self, change: Change) -> None:
        """Queue a change: the listener to give to `AlarmEngine.listen`."""
        self._pending.append(change)
        self._queued += 1
        self._wake.set()

    async def run(self) -> None:
        """Write what is queued, until cancelled; then what is left is written too."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                await self.flush()
        finally:
            pending, self._pending = self._pending, []
            if pending:
                self._wrote(pending, self._written_now(pending))

    async def flush(self) -> None:
        """Write what is queued now; what cannot be written goes on waiting."""
        pending, self._pending = self._pending, []
        if pending:
            fault = await asyncio.to_thread(self._written_now, pending)
            self._wrote(pending, fault)
            async with self._progress:
                self._progress.notify_all()
            if fault is not None:
                # Tried again with the next change, or in a second: a full disk may get room.
                await asyncio.sleep(1.0)
                self._wake.set()

    async def settled(self) -> None:
        """Return when everything recorded so far is on disk."""
        wanted = self._queued
        async with self._progress:
            await self._progress.wait_for(lambda: self._written >= wanted)

    async def attempted(self) -> None:
        """As `settled`, or once the disk is known to take nothing for now."""
        wanted = self._queued
        async with self._progress:
            await self._progress.wait_for(lambda: self._written >= wanted or self._is_failing)

    def _written_now(self, changes: Sequence[Change]) -> sqlite3.Error | None:
        """Write; why it could not be, None if it could. Blocks."""
        try:
            self._write(changes)
        except sqlite3.Error as fault:
            return fault
        return None

    def _wrote(self, changes: list[Change], fault: sqlite3.Error | None) -> None:
        """Take note of what became of changes, and tell when the disk begins or ends to fail."""
        if fault is None:
            self._written += len(changes)
        else:
            self._pending = changes + self._pending
            too_many = max(0, len(self._pending) - self._most_waiting)
            del self._pending[:too_many]
            self._written += too_many
        if self._is_failing != (fault is not None):
            self._is_failing = fault is not None
            file = str(self._database.path)
            if fault is not None:
                log.error("alarm_store_failed", file=file, why=str(fault))
            else:
                log.info("alarm_store_recovered", file=file)

    def _write(self, changes: Sequence[Change]) -> None:
        latest = {change.alarm.key: change.alarm for change in changes}
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO alarms VALUES (?, ?, ?, ?)",
                [
                    (key, alarm.is_active, alarm.changed_ms, _dump(alarm))
                    for key, alarm in latest.items()
                ],
            )
            connection.executemany(
                "INSERT INTO changes (key, time_ms, kind, severity, previous, who, text, value) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        change.alarm.key,
                        change.time_ms,
                        change.kind,
                        change.alarm.severity,
                        change.previous,
                        change.who,
                        change.text,
                        change.alarm.value,
                    )
                    for change in changes
                ],
            )

    def put_window(self, window: MaintenanceWindow) -> None:
        """Keep a maintenance window. Blocks until it is on disk."""
        with self._database.transaction() as connection:
            row = (window.name, json.dumps(asdict(window), ensure_ascii=False))
            connection.execute("INSERT OR REPLACE INTO windows VALUES (?, ?)", row)

    def remove_window(self, name: str) -> None:
        """Forget a maintenance window. Blocks until it is on disk."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM windows WHERE name = ?", (name,))

    def forget_before(self, time_ms: int) -> None:
        """Drop history, and alarms that are over, from before that moment. Blocks."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM changes WHERE time_ms < ?", (time_ms,))
            connection.execute("DELETE FROM alarms WHERE active = 0 AND changed_ms < ?", (time_ms,))

    # -- reading -----------------------------------------------------------------------------------

    def alarms(self, cleared_since_ms: int) -> list[Alarm]:
        """Active alarms, and those that have changed since then; to restore an engine."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT data FROM alarms WHERE active = 1 OR changed_ms >= ? ORDER BY changed_ms",
                (cleared_since_ms,),
            ).fetchall()
        return [_load(row[0]) for row in rows]

    def windows(self) -> list[MaintenanceWindow]:
        """Every maintenance window."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT data FROM windows ORDER BY name").fetchall()
        return [_window(json.loads(row[0])) for row in rows]

    def first_change_ms(self) -> int | None:
        """When the oldest change that is kept happened; None where none is."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT MIN(time_ms) FROM changes").fetchone()
        found: int | None = row[0]
        return found

    def history(
        self, key: AlarmKey | None = None, *, since_ms: int = 0, limit: int = 1000
    ) -> list[PastChange]:
        """The latest changes, newest first: of one alarm or of all."""
        query = _HISTORY_OF_ALL if key is None else _HISTORY_OF_ONE
        with self._database.transaction() as connection:
            rows = connection.execute(
                query, {"key": key, "since": since_ms, "limit": limit}
            ).fetchall()
        return [_past(row) for row in rows]


def _dump(alarm: Alarm) -> str:
    return json.dumps(asdict(alarm), ensure_ascii=False)


def _load(text: str) -> Alarm:
    data = json.loads(text)
    acknowledged, finding = data.pop("acknowledged"), data.pop("finding")
    return Alarm(
        **data
        | {
            "labels": _pairs(data["labels"]),
            "severity": Severity(data["severity"]),
            "worst": Severity(data["worst"]),
            "contributors": tuple((who, Severity(s)) for who, s in data["contributors"]),
            "acknowledged": Note(**acknowledged) if acknowledged else None,
            "finding": _finding(finding) if finding else None,
        }
    )


def _finding(data: dict[str, Any]) -> Finding:
    homes, light, location = data.get("homes"), data.get("light"), data.get("location")
    parts = {
        "places": tuple(data["places"]),
        "homes": Homes(**homes | {n: tuple(homes[n]) for n in ("pons", "lost")}) if homes else None,
        "light": Light(**light) if light else None,
        "sections": tuple(Section(**section) for section in data.get("sections", ())),
        "location": Location(**location) if location else None,
        "sites": tuple(data.get("sites", ())),
    }
    return Finding(**data | parts)


def _pairs(pairs: list[list[str]]) -> Labels:
    return tuple((name, value) for name, value in pairs)


def _window(data: dict[str, Any]) -> MaintenanceWindow:
    lists = {name: tuple(data[name]) for name in ("sites", "nodes", "areas", "spans")}
    return MaintenanceWindow(**data | lists)


def _past(row: Sequence[Any]) -> PastChange:
    number, key, time_ms, kind, severity, previous, who, text, value = row
    return PastChange(
        number,
        AlarmKey(key),
        time_ms,
        ChangeKind(kind),
        Severity(severity),
        Severity(previous),
        who,
        text,
        value,
    )
