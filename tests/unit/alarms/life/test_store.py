"""Alarms on disk."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from omc.alarms import AlarmStore, ChangeKind, MaintenanceWindow, Severity, alarm_key
from omc.alarms.life.alarm import Finding, Homes, Light
from omc.alarms.location import Location, Section
from tests.unit.alarms.watching import Watched, shipped_rules

KEY = alarm_key("mains_failed", (("site", "VYE001"),))


async def _fill(path: Path) -> Watched:
    watched = Watched(shipped_rules())
    store = AlarmStore(path)
    watched.engine.listen(store.record)
    watched.say({watched.series("ac_input_available"): 0.0})
    watched.engine.acknowledge(KEY, "lan", "đã gọi điện lực")
    await store.flush()
    return watched


async def test_an_engine_restored_from_the_file_is_as_it_was(tmp_path: Path) -> None:
    watched = await _fill(tmp_path / "data" / "alarms.db")
    restored = AlarmStore(tmp_path / "data" / "alarms.db").alarms(cleared_since_ms=0)
    assert restored == watched.engine.active()
    assert restored[0].acknowledged is not None
    assert restored[0].acknowledged.text == "đã gọi điện lực"


async def test_what_a_root_is_known_by_is_restored_whole(tmp_path: Path) -> None:
    watched = Watched(shipped_rules())
    store = AlarmStore(tmp_path / "alarms.db")
    watched.engine.listen(store.record)
    finding = Finding(
        "cut",
        0.9,
        ("E", "F"),
        2,
        1,
        second="dark E",
        homes=Homes(("0/1/0",), 32, ("0/1/0:3",), 1, 0),
        light=Light(4, 3, 2.5),
        sections=(Section("SP-1", "A", "E", 0.0, 2000.0),),
        location=Location("SP-1", "A", 700.0, 21.3, 105.6, 40.0),
        sites=("E",),
    )
    watched.engine.report(
        "fibre_cut", (("span", "SP-1"),), "test", Severity.CRITICAL, finding=finding
    )
    await store.flush()
    (restored,) = AlarmStore(tmp_path / "alarms.db").alarms(cleared_since_ms=0)
    assert restored.finding == finding


async def test_history_is_kept_newest_first(tmp_path: Path) -> None:
    await _fill(tmp_path / "alarms.db")
    history = AlarmStore(tmp_path / "alarms.db").history(KEY)
    assert [past.kind for past in history] == [ChangeKind.ACKNOWLEDGED, ChangeKind.RAISED]
    assert history[0].who == "lan"
    assert AlarmStore(tmp_path / "alarms.db").history(limit=1) == history[:1]


async def test_settled_returns_when_a_change_is_on_disk(tmp_path: Path) -> None:
    watched = Watched(shipped_rules())
    store = AlarmStore(tmp_path / "alarms.db")
    watched.engine.listen(store.record)
    async with asyncio.TaskGroup() as group:
        writer = group.create_task(store.run(), name="store")
        watched.say({watched.series("ac_input_available"): 0.0})
        async with asyncio.timeout(5):
            await store.settled()
        assert len(AlarmStore(tmp_path / "alarms.db").history()) == 1
        watched.engine.comment(KEY, "lan", "ngay trước khi dừng")
        writer.cancel()
    assert len(store.history()) == 2


async def test_a_disk_that_takes_nothing_is_told_once_and_keeps_nobody_waiting_for_ever(
    tmp_path: Path,
) -> None:
    watched = Watched(shipped_rules())
    store = AlarmStore(tmp_path / "data" / "alarms.db")
    watched.engine.listen(store.record)
    shutil.rmtree(tmp_path / "data")
    with capture_logs() as logs:
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(store.run(), name="store")
            watched.say({watched.series("ac_input_available"): 0.0})
            async with asyncio.timeout(20):
                await store.attempted()
                (tmp_path / "data").mkdir()
                AlarmStore(tmp_path / "data" / "alarms.db")
                await store.settled()
            assert len(store.history()) == 1
            shutil.rmtree(tmp_path / "data")
            watched.engine.comment(KEY, "lan", "cannot be kept")
            writer.cancel()
    events = [line["event"] for line in logs]
    assert events == ["alarm_store_failed", "alarm_store_recovered", "alarm_store_failed"]


async def test_only_so_many_changes_wait_for_a_disk_that_takes_nothing(tmp_path: Path) -> None:
    watched = Watched(shipped_rules())
    store = AlarmStore(tmp_path / "data" / "alarms.db", most_waiting=3)
    watched.engine.listen(store.record)
    watched.say({watched.series("ac_input_available"): 0.0})
    for number in range(5):
        watched.engine.comment(KEY, "lan", str(number))
    shutil.rmtree(tmp_path / "data")
    await store.flush()
    (tmp_path / "data").mkdir()
    AlarmStore(tmp_path / "data" / "alarms.db")
    await store.flush()
    async with asyncio.timeout(5):
        await store.settled()
    assert [past.text for past in store.history()] == ["4", "3", "2"]


@pytest.mark.parametrize("place", [0, 40, 5000])
async def test_a_damaged_file_is_set_aside_and_the_service_starts(
    tmp_path: Path, place: int
) -> None:
    path = tmp_path / "alarms.db"
    await _fill(path)
    content = bytearray(path.read_bytes())
    content[place : place + 3000] = b"\xff" * 3000
    path.write_bytes(content)
    with capture_logs() as logs:
        store = AlarmStore(path)
        assert store.alarms(0) == []
    assert [line["event"] for line in logs] == ["database_set_aside"]
    assert (tmp_path / "alarms.db.damaged-1").read_bytes() == bytes(content)


async def test_windows_are_kept_and_old_history_goes(tmp_path: Path) -> None:
    watched = await _fill(tmp_path / "alarms.db")
    store = AlarmStore(tmp_path / "alarms.db")
    window = MaintenanceWindow("w", 1, 2, "lan", "thay ắc quy", sites=("VYE001",))
    store.put_window(window)
    assert AlarmStore(tmp_path / "alarms.db").windows() == [window]
    store.remove_window("w")
    assert store.windows() == []
    store.forget_before(watched.clock.time_ms() + 1)
    assert store.history() == []
    assert len(store.alarms(0)) == 1  # what is active stays
