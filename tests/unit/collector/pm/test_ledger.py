"""What is remembered of the files that sources offer, and that nobody waits for it."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from collector.pm.ledger import LEDGER_FILE, Ledger
from tests.unit.collector.pm.test_intake import Office
from tests.unit.collector.pm.test_puller import Partly, puller

DAY_MS = 86_400_000
NOW_MS = 1_795_479_360_000


def _noted(folder: Path) -> int:
    with sqlite3.connect(folder / LEDGER_FILE) as connection:
        return int(connection.execute("SELECT time_ms FROM listed").fetchone()[0])


def test_a_file_that_is_offered_again_and_again_is_noted_once_a_day(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / LEDGER_FILE)
    ledger.add_listed("p", "A1.xml", "1", NOW_MS)
    for later in (60_000, DAY_MS - 1):
        assert ledger.new_among("p", [("A1.xml", "1")], NOW_MS + later) == []
        assert _noted(tmp_path) == NOW_MS
    assert ledger.new_among("p", [("A1.xml", "1")], NOW_MS + DAY_MS) == []
    assert _noted(tmp_path) == NOW_MS + DAY_MS
    assert ledger.new_among("p", [("A1.xml", "2")], NOW_MS + 9 * DAY_MS) == [("A1.xml", "2")]
    assert _noted(tmp_path) == NOW_MS + DAY_MS


async def test_looking_for_what_is_new_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    office = Office(tmp_path)
    names = [f"A{number:06}.xml" for number in range(100_000)]
    with sqlite3.connect(tmp_path / LEDGER_FILE) as connection:
        rows = [("p", name, "1", 0) for name in names]
        connection.executemany("INSERT INTO listed VALUES (?, ?, ?, ?)", rows)
    reader, _ = puller(office, Partly(tmp_path, names, set()))
    look = asyncio.create_task(reader.look(), name="look")
    turns = 0
    while not look.done():
        await asyncio.sleep(0)
        turns += 1
    await look
    assert turns > 10  # of the event loop, meanwhile
