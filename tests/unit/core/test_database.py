"""SQLite files that are damaged: set aside whenever that is noticed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from omc.core.database import Database

TABLES = "CREATE TABLE seen (number INTEGER PRIMARY KEY) STRICT;"


def add(database: Database, number: int) -> None:
    with database.transaction() as connection:
        connection.execute("INSERT INTO seen VALUES (?)", (number,))


def seen(database: Database) -> list[int]:
    with database.transaction() as connection:
        return [number for (number,) in connection.execute("SELECT number FROM seen")]


def damage(path: Path, sound: int) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:sound] + b"x" * (len(content) - sound))


@pytest.mark.parametrize("sound", [0, 4096], ids=["all of it", "all but its first page"])
def test_one_that_is_damaged_at_work_is_begun_anew_and_may_be_tried_again(
    tmp_path: Path, sound: int
) -> None:
    database = Database(tmp_path / "a.db", 1, TABLES)
    add(database, 1)
    damage(database.path, sound)
    with pytest.raises(sqlite3.OperationalError, match="damaged"):
        add(database, 2)
    add(database, 2)
    assert seen(database) == [2]
    assert (tmp_path / "a.db.damaged-1").exists()


def test_one_that_is_damaged_when_it_is_opened_is_begun_anew(tmp_path: Path) -> None:
    add(Database(tmp_path / "a.db", 1, TABLES), 1)
    damage(tmp_path / "a.db", 0)
    assert seen(Database(tmp_path / "a.db", 1, TABLES)) == []


def test_a_mistake_of_the_caller_sets_nothing_aside(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db", 1, TABLES)
    add(database, 1)
    with pytest.raises(sqlite3.IntegrityError):
        add(database, 1)
    assert seen(database) == [1]
    assert not (tmp_path / "a.db.damaged-1").exists()
