"""What each route has been told, on disk: what has been said is not said again after a restart."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

import structlog

from omc.alarms.life.alarm import AlarmKey
from omc.alarms.severity import Severity
from omc.core.database import Database

log = structlog.get_logger(__name__)

#: Result of an attempt that reached somebody.
DELIVERED = "delivered"
_VERSION = 1
_TABLES = """
CREATE TABLE told (
    route TEXT NOT NULL, key TEXT NOT NULL, raised_ms INTEGER NOT NULL, severity INTEGER NOT NULL,
    time_ms INTEGER NOT NULL, PRIMARY KEY (route, key)
) WITHOUT ROWID;
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, route TEXT NOT NULL, key TEXT NOT NULL,
    kind TEXT NOT NULL, result TEXT NOT NULL
);
"""
_REMEMBER = "INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?)"
_RECORD = "INSERT INTO deliveries (time_ms, route, key, kind, result) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Told:
    """What a route was last told of one alarm.

    Attributes:
        raised_ms: Which occurrence: when it was raised.
        severity: What it was then; `CLEARED` if its end was told.
        time_ms: When it was told, Unix milliseconds.
    """

    raised_ms: int
    severity: Severity
    time_ms: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to tell.

    Attributes:
        time_ms: Unix milliseconds, UTC.
        route: Name of the route.
        key: The alarm.
        kind: `raised`, `worse`, `over`, `test`.
        result: `delivered`, or what went wrong.
    """

    time_ms: int
    route: str
    key: str
    kind: str
    result: str


class Ledger:
    """The file. Small writes, one at a time: each follows a message that took far longer.

    Args:
        path: Made when it is missing, with its folder.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, _VERSION, _TABLES)
        self._is_failing = False
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT route, key, raised_ms, severity, time_ms FROM told"
            ).fetchall()
        self._told: dict[str, dict[AlarmKey, Told]] = {}
        for route, key, raised_ms, severity, time_ms in rows:
            told = Told(raised_ms, Severity(severity), time_ms)
            self._told.setdefault(route, {})[AlarmKey(key)] = told

    def of_route(self, route: str) -> Mapping[AlarmKey, Told]:
        """What a route was last told of each alarm: a view that follows what happens."""
        return self._told.setdefault(route, {})

    def remember(self, delivery: Delivery, told: Told) -> None:
        """A route was told. Blocks until it is on disk, or cannot be written (a full disk).

        Then it is known until the next restart, which may tell it again.
        """
        route, key = delivery.route, AlarmKey(delivery.key)
        self._told.setdefault(route, {})[key] = told
        row = (route, key, told.raised_ms, int(told.severity), told.time_ms)
        self._write((_REMEMBER, row), (_RECORD, astuple(delivery)))

    def record(self, delivery: Delivery) -> None:
        """Keep what came of an attempt. Blocks as `remember`."""
        self._write((_RECORD, astuple(delivery)))

    def _write(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        """What cannot be kept stops nobody from being told."""
        try:
            with self._database.transaction() as connection:
                for statement, row in statements:
                    connection.execute(statement, row)
        except sqlite3.Error as error:
            if not self._is_failing:
                log.error("ledger_failed", file=str(self._database.path), why=str(error))  # noqa: TRY400
            self._is_failing = True
        else:
            self._is_failing = False

    def deliveries(self, limit: int = 200, key: str | None = None) -> list[Delivery]:
        """The latest attempts, to tell of one alarm or of all, newest first. Blocks."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT time_ms, route, key, kind, result FROM deliveries"
                " WHERE ?1 IS NULL OR key = ?1 ORDER BY id DESC LIMIT ?2",
                (key, limit),
            ).fetchall()
        return [Delivery(*row) for row in rows]

    def forget_before(self, time_ms: int) -> None:
        """Drop attempts, and alarms whose end was told, from before that moment. Blocks."""
        self._write(
            ("DELETE FROM deliveries WHERE time_ms < ?", (time_ms,)),
            ("DELETE FROM told WHERE severity = 0 AND time_ms < ?", (time_ms,)),
        )
        # Copies: in another thread somebody may be told something meanwhile.
        for of_route in list(self._told.values()):
            old = [
                key
                for key, told in list(of_route.items())
                if told.severity is Severity.CLEARED and told.time_ms < time_ms
            ]
            for key in old:
                del of_route[key]
