"""Looking into a journal from outside, while a service works with it or not; nothing is changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from omc.bus.journal import schema
from omc.bus.journal.faults import JournalDamaged, sqlite_faults
from omc.bus.journal.file import Rejection
from omc.bus.journal.repair import set_aside_files


@dataclass(frozen=True, slots=True)
class ConsumerStatus:
    """What the file says of one consumer.

    Attributes:
        name: Kind and name of the sink.
        waiting: Samples it has not acknowledged.
        oldest_ms: When the oldest of them was written; None when there is none.
        dropped: Samples that had to make room, since ever.
        rejected: Samples its sink refused for good, since ever.
    """

    name: str
    waiting: int
    oldest_ms: int | None
    dropped: int
    rejected: int


@dataclass(frozen=True, slots=True)
class JournalStatus:
    """What the file says of itself.

    Attributes:
        size: Bytes of its content.
        consumers: By name.
        set_aside: Damaged files beside it, oldest first.
    """

    size: int
    consumers: tuple[ConsumerStatus, ...]
    set_aside: tuple[Path, ...]


def read_status(path: Path) -> JournalStatus:
    """How a journal stands.

    Raises:
        JournalUnavailable: it cannot be read.
        JournalDamaged: it is none.
    """
    with _reading(path) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (idle,) = connection.execute("PRAGMA freelist_count").fetchone()
        (page,) = connection.execute("PRAGMA page_size").fetchone()
        rows = connection.execute(
            "SELECT name, coalesce(sum(samples), 0), min(seq), dropped, rejected FROM consumer "
            "LEFT JOIN pending ON pending.consumer = consumer.id GROUP BY id ORDER BY name"
        ).fetchall()
        consumers = []
        for name, waiting, seq, dropped, rejected in rows:
            row = connection.execute("SELECT time_ms FROM block WHERE seq = ?", (seq,)).fetchone()
            oldest_ms = None if row is None else row[0]
            consumers.append(ConsumerStatus(name, waiting, oldest_ms, dropped, rejected))
        aside = tuple(set_aside_files(path))
        return JournalStatus((pages - idle) * page, tuple(consumers), aside)


def read_rejected(path: Path, consumer: str | None, limit: int) -> list[Rejection]:
    """The samples that sinks refused last, newest first.

    Args:
        path: The journal.
        consumer: Only of this one; None is all.
        limit: How many at most.

    Raises:
        JournalUnavailable: it cannot be read.
        JournalDamaged: it is none.
    """
    with _reading(path) as connection:
        rows = connection.execute(
            "SELECT name, time_ms, reason, samples, series, value, sample_ms "
            "FROM rejected JOIN consumer ON consumer.id = rejected.consumer "
            "WHERE ?1 IS NULL OR name = ?1 ORDER BY rejected.id DESC LIMIT ?2",
            (consumer, limit),
        ).fetchall()
    return [
        Rejection(name, time_ms, reason, samples, _text(series), value, sample_ms)
        for name, time_ms, reason, samples, series, value, sample_ms in rows
    ]


def _text(key: bytes | None) -> str | None:
    return None if key is None else key.decode("utf-8", "replace")


def forget_consumer(path: Path, name: str) -> int:
    """Drop what waits for a consumer whose sink is no more; returns how many samples.

    Raises:
        KeyError: the journal knows no such consumer.
        JournalUnavailable: it cannot be written.
        JournalDamaged: it is none.
    """
    with _reading(path, mode="rw") as connection:
        connection.execute("BEGIN IMMEDIATE")
        row = connection.execute("SELECT id FROM consumer WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise KeyError(name)
        (samples,) = connection.execute(
            "SELECT coalesce(sum(samples), 0) FROM pending WHERE consumer = ?", row
        ).fetchone()
        connection.execute("DELETE FROM pending WHERE consumer = ?", row)
        connection.execute("DELETE FROM rejected WHERE consumer = ?", row)
        connection.execute("DELETE FROM consumer WHERE id = ?", row)
        connection.execute("DELETE FROM block WHERE seq NOT IN (SELECT seq FROM pending)")
        connection.execute("COMMIT")
        return int(samples)


@contextmanager
def _reading(path: Path, mode: str = "ro") -> Iterator[sqlite3.Connection]:
    with sqlite_faults():
        location = f"{path.absolute().as_uri()}?mode={mode}"
        with closing(sqlite3.connect(location, uri=True, isolation_level=None)) as connection:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            if application != schema.APPLICATION:
                raise JournalDamaged("this is no journal of omc")
            yield connection
