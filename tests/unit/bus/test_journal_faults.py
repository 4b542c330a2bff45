"""Damaged files, full disks and crashes: told, counted, and never in the way of collecting."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest
from structlog.testing import capture_logs

from omc.bus.journal import JournalledBus
from omc.bus.journal.inspection import read_rejected
from omc.bus.journal.repair import set_aside_files
from tests.shortage import largest_file
from tests.unit.bus.journalled import batch, opened, read, read_all

_BLOCKS = 40
_LAYOUT_1 = Path(__file__).with_name("journal_layout_1.sql")


async def _fill(folder: Path, blocks: int = _BLOCKS) -> Path:
    """A journal with a backlog of one consumer, 100 samples a block."""
    async with opened(folder, commit_interval=0.001) as bus:
        bus.consumer("sink", 10)
        for n in range(blocks):
            bus.publish(batch(*range(n * 100, n * 100 + 100)))
            await bus.settled()
    return folder / "journal.sqlite"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of such a journal."""
    path = asyncio.run(_fill(tmp_path_factory.mktemp("filled")))
    return path.read_bytes()


async def _go_on(folder: Path) -> tuple[list[int], list[dict[str, object]]]:
    """Open whatever is there, and see that it works; what it held, and what was logged."""
    with capture_logs() as logs:
        async with opened(folder) as bus:
            consumer = bus.consumer("sink", 1000)
            await bus.settled()
            bus.publish(batch(999_999))
            await bus.settled()
            found: list[int] = []
            while consumer.state.waiting or 999_999 not in found:
                with suppress(TimeoutError):  # the last of it may turn out not to be there
                    found += await asyncio.wait_for(read(consumer), 1.0)
            state = consumer.state
            assert state.published == state.acknowledged + state.dropped
    found.remove(999_999)
    return found, [dict(entry) for entry in logs]


_WHOLE = range(_BLOCKS * 100)


@pytest.mark.parametrize("seed", range(12))
async def test_a_truncated_journal_is_set_aside_and_what_is_whole_goes_on(
    tmp_path: Path, filled: bytes, seed: int
) -> None:
    length = Random(seed).randrange(1, len(filled))
    (tmp_path / "journal.sqlite").write_bytes(filled[:length])
    found, logs = await _go_on(tmp_path)
    assert set(found) <= set(_WHOLE)
    assert len(found) == len(set(found))
    told = [entry for entry in logs if entry["event"] == "journal_set_aside"]
    assert len(told) == 1
    assert told[0]["saved_samples"] == len(found)
    (aside,) = set_aside_files(tmp_path / "journal.sqlite")
    assert told[0]["moved_to"] == str(aside)


@pytest.mark.parametrize("seed", range(25))
async def test_a_journal_with_damaged_bytes_never_stops_anything_and_never_lies(
    tmp_path: Path, filled: bytes, seed: int
) -> None:
    randomness = Random(seed)
    damaged = bytearray(filled)
    for _ in range(randomness.choice([1, 1, 3, 30])):
        damaged[randomness.randrange(len(damaged))] ^= randomness.randrange(1, 256)
    (tmp_path / "journal.sqlite").write_bytes(damaged)
    found, _ = await _go_on(tmp_path)
    assert set(found) <= set(_WHOLE)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"this was never a journal" * 100, "file is not a database"),
        (b"\0" * 8192, "file is not a database"),
    ],
)
async def test_what_is_no_journal_at_all_is_set_aside_with_its_content(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "journal.sqlite").write_bytes(content)
    found, logs = await _go_on(tmp_path)
    assert found == []
    assert (logs[0]["event"], logs[0]["reason"]) == ("journal_set_aside", reason)
    (aside,) = set_aside_files(tmp_path / "journal.sqlite")
    assert aside.read_bytes() == content


@pytest.mark.parametrize(
    ("pragma", "reason"),
    [
        ("user_version = 3", "written by another release: version 3 of its layout, not 2"),
        ("user_version = 0", "written by another release: version 0 of its layout, not 2"),
        ("application_id = 7", "this is no journal of omc"),
    ],
)
async def test_a_journal_of_another_release_is_set_aside_and_its_samples_are_not_lost(
    tmp_path: Path, pragma: str, reason: str
) -> None:
    path = await _fill(tmp_path, 3)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA {pragma}")
    found, logs = await _go_on(tmp_path)
    assert found == list(range(300))
    assert (logs[0]["event"], logs[0]["reason"]) == ("journal_set_aside", reason)


async def test_a_journal_of_layout_1_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_LAYOUT_1.read_text(encoding="utf-8"))
    with capture_logs() as logs:
        async with opened(tmp_path) as bus:
            sink, other = bus.consumer("sink", 1000), bus.consumer("other", 1000)
            bus.publish(batch(99))  # of a series that it knows
            await bus.settled()
            assert (sink.state.waiting, other.state.waiting) == (32, 22)
            assert await read_all(sink, 32) == [*range(30), 53, 99]
            assert await read_all(other, 22) == [*range(10, 30), 53, 99]
        assert [one.consumer for one in read_rejected(path, None, 10)] == ["sink"]
    assert logs == []
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM series").fetchone() == (2,)


async def test_a_full_disk_leaves_a_journal_of_layout_1_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_LAYOUT_1.read_text(encoding="utf-8"))
    with capture_logs() as logs:
        async with opened(tmp_path) as bus:
            with largest_file(4096):
                sink = bus.consumer("sink", 1000)
                bus.publish(batch(99))
                await bus.settled()
                assert not bus.journal.is_up
            await _until_up(bus)
            assert sorted(await read_all(sink, 32)) == [*range(30), 53, 99]
    assert [entry["event"] for entry in logs] == ["journal_stopped", "journal_resumed"]


async def test_no_more_than_three_damaged_files_are_kept(tmp_path: Path) -> None:
    for _ in range(5):
        (tmp_path / "journal.sqlite").write_bytes(b"no" * 1000)
        await _go_on(tmp_path)
    assert len(set_aside_files(tmp_path / "journal.sqlite")) == 3


async def test_damage_that_comes_while_it_runs_costs_only_what_memory_has_not(
    tmp_path: Path,
) -> None:
    with capture_logs() as logs:
        async with opened(tmp_path) as bus:
            consumer = bus.consumer("sink", 1000)
            for n in range(5):
                bus.publish(batch(n))
                await bus.settled()
            _scribble(tmp_path / "journal.sqlite")
            for n in range(5, 10):
                bus.publish(batch(n))
                await bus.settled()
        async with opened(tmp_path) as bus:
            consumer = bus.consumer("sink", 1000)
            assert await read_all(consumer, 10) == list(range(10))
    assert [entry["event"] for entry in logs] == ["journal_set_aside"]


def _scribble(path: Path) -> None:
    """Another program writes nonsense where the tables are."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("DROP TABLE pending")


async def _until_up(bus: JournalledBus) -> None:
    for _ in range(200):
        if bus.journal.is_up:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the journal did not come back")


async def test_a_full_disk_stops_the_journal_but_nothing_else_and_it_comes_back_by_itself(
    tmp_path: Path,
) -> None:
    with capture_logs() as logs:
        async with opened(tmp_path) as bus:
            quick, slow = bus.consumer("quick", 100_000), bus.consumer("slow", 100_000)
            bus.publish(batch(0))
            await bus.settled()
            with largest_file(200_000):
                for n in range(1, 200):
                    bus.publish(batch(*range(n * 1000, n * 1000 + 1000)))
                    await bus.settled()
                    await read(quick, 5000)
                assert not bus.journal.is_up
                assert bus.journal.unsaved_samples
                assert quick.state.dropped == 0
                # What only memory holds is bounded.
                assert slow.state.waiting <= 200_000
            await _until_up(bus)
            assert bus.journal.unsaved_samples == 0
            waiting = slow.state.waiting
        async with opened(tmp_path) as bus:
            slow = bus.consumer("slow", 100_000)
            found = await read_all(slow, waiting, 5000)
            assert found == sorted(found)
            assert found[-1] == 199_999
    assert [entry["event"] for entry in logs] == ["journal_stopped", "journal_resumed"]


async def test_a_place_that_cannot_be_written_to_stops_the_journal_until_it_can(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"
    folder.write_text("a file where the folder should be", encoding="utf-8")
    with capture_logs() as logs:
        async with opened(folder) as bus:
            consumer = bus.consumer("sink", 1000)
            bus.publish(batch(1))
            await bus.settled()
            first = await consumer.read(10, 0.0)
            bus.publish(batch(2))
            await bus.settled()
            assert first is not None
            consumer.acknowledge(first)
            folder.unlink()
            await _until_up(bus)
        async with opened(folder) as bus:
            assert await read(bus.consumer("sink", 1000)) == [2]
    assert [entry["event"] for entry in logs] == ["journal_stopped", "journal_resumed"]


async def test_a_journal_that_another_process_uses_is_waited_for(tmp_path: Path) -> None:
    with capture_logs() as logs:
        async with opened(tmp_path) as first, opened(tmp_path) as second:
            consumer = second.consumer("sink", 1000)
            first.consumer("sink", 1000)
            first.publish(batch(1))
            await first.settled()
            second.publish(batch(2))
            await second.settled()
            assert await read(consumer) == [2]
            assert not second.journal.is_up or not first.journal.is_up
    assert logs[0]["reason"] == "another process uses it"
