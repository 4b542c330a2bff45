"""The births that hold, on disk: after a restart of ours the data that follows can be read.

Kept as they came: to know them again is to read them again. What is noted here is written by
`flush`, so a crash may lose the last moments; births are then asked for.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from collector.mqtt.sparkplug.topic import MessageType, SparkplugTopic
from omc.core.database import Database

log = structlog.get_logger(__name__)

_VERSION = 1
_TABLES = """
CREATE TABLE birth (
    subscription TEXT NOT NULL,
    group_id TEXT NOT NULL,
    edge TEXT NOT NULL,
    device TEXT NOT NULL,           -- '' for the edge node itself
    kind TEXT NOT NULL,             -- NBIRTH, NDEATH or DBIRTH
    payload BLOB NOT NULL,
    sequence INTEGER,               -- of the node's last message in order
    PRIMARY KEY (subscription, group_id, edge, device)
) WITHOUT ROWID;
"""

_Key = tuple[str, str, str]
_Sequences = dict[tuple[str, str], int | None]


def open_births(path: Path) -> Database:
    """The file that births are kept in, made when it is missing.

    Raises:
        OSError: its folder cannot be made.
        sqlite3.OperationalError: it cannot be opened.
    """
    return Database(path, _VERSION, _TABLES)


@dataclass(frozen=True, slots=True)
class Kept:
    """One message that holds.

    Attributes:
        topic: Its topic.
        payload: As it came.
        sequence: Of its node's last message; None where it is not known, and of devices.
    """

    topic: SparkplugTopic
    payload: bytes
    sequence: int | None


_Changes = dict[_Key, Kept | None]


class BirthMemory:
    """The births of one subscription.

    Args:
        database: None keeps nothing.
        subscription: Tells subscriptions apart.
    """

    def __init__(self, database: Database | None, subscription: str) -> None:
        self._database = database
        self._subscription = subscription
        self._changed: _Changes = {}
        self._sequences: _Sequences = {}
        self._failed = False

    def keep(self, kept: Kept) -> None:
        """This message holds from now on, in place of any other of the same node or device."""
        self._changed[_key(kept.topic)] = kept

    def forget(self, group: str, edge: str, device: str = "") -> None:
        """Nothing holds of this node or device."""
        self._changed[group, edge, device] = None

    def note_sequence(self, group: str, edge: str, sequence: int | None) -> None:
        """The node's last message in order had this number."""
        self._sequences[group, edge] = sequence

    def load(self) -> Iterator[Kept]:
        """What was kept, edge nodes before their devices; nothing if it cannot be read."""
        if self._database is None:
            return
        try:
            with self._database.transaction() as connection:
                rows = connection.execute(
                    "SELECT kind, group_id, edge, device, payload, sequence FROM birth "
                    "WHERE subscription = ? ORDER BY device",
                    (self._subscription,),
                ).fetchall()
        except sqlite3.Error as error:
            log.warning("births_not_read", file=str(self._database.path), why=str(error))
            return
        for kind, group, edge, device, payload, sequence in rows:
            topic = SparkplugTopic(MessageType(kind), group, edge, device)
            yield Kept(topic, payload, sequence)

    async def flush(self) -> None:
        """Write what was noted, without blocking."""
        changed, sequences = self._taken()
        if changed or sequences:
            await asyncio.to_thread(self._write, changed, sequences)

    def close(self) -> None:
        """Write what was noted. Blocks."""
        self._write(*self._taken())

    def _taken(self) -> tuple[_Changes, _Sequences]:
        taken = self._changed, self._sequences
        self._changed, self._sequences = {}, {}
        return taken

    def _write(self, changed: _Changes, sequences: _Sequences) -> None:
        """What cannot be written is lost, and the births will have to be asked for."""
        if self._database is None:
            return
        try:
            with self._database.transaction() as connection:
                self._replace(connection, changed)
                connection.executemany(
                    "UPDATE birth SET sequence = ? "
                    "WHERE subscription = ? AND group_id = ? AND edge = ? AND device = ''",
                    [(last, self._subscription, *node) for node, last in sequences.items()],
                )
        except sqlite3.Error as error:
            if not self._failed:
                log.warning("births_not_kept", file=str(self._database.path), why=str(error))
            self._failed = True
        else:
            self._failed = False

    def _replace(self, connection: sqlite3.Connection, changed: _Changes) -> None:
        gone = [(self._subscription, *key) for key, kept in changed.items() if kept is None]
        connection.executemany(
            "DELETE FROM birth WHERE subscription = ? AND group_id = ? AND edge = ? AND device = ?",
            gone,
        )
        connection.executemany(
            "INSERT OR REPLACE INTO birth VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (self._subscription, *key, kept.topic.kind.value, kept.payload, kept.sequence)
                for key, kept in changed.items()
                if kept is not None
            ],
        )


def _key(topic: SparkplugTopic) -> _Key:
    return topic.group, topic.edge, topic.device
