"""The journalled bus: what survives, in which order it is read, and its accounts."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from structlog.testing import capture_logs

from omc.bus.base import Consumer
from omc.core.clock import ManualClock
from omc.core.model import Batch, Event, EventKind
from tests.sample_data import make_metric
from tests.unit.bus.journalled import SERIES, TABLE, batch, opened, read, read_all, values


def stored(folder: Path, table: str) -> int:
    query = f"SELECT count(*) FROM {table}"  # noqa: S608
    with closing(sqlite3.connect(folder / "journal.sqlite")) as connection:
        (count,) = connection.execute(query).fetchone()
    return int(count)


def balanced(consumer: Consumer) -> bool:
    state = consumer.state
    return state.published == state.acknowledged + state.dropped + state.waiting


async def test_what_is_published_is_read_in_order_by_every_consumer(tmp_path: Path) -> None:
    async with opened(tmp_path) as bus:
        first, second = bus.consumer("first", 1000), bus.consumer("second", 1000, any_order=True)
        for n in range(10):
            bus.publish(batch(n))
        await bus.settled()
        assert await read_all(first, 10) == list(range(10))
        assert await read_all(second, 10) == list(range(10))
        assert balanced(first)
        assert first.state.waiting == 0


async def test_live_readers_are_called_while_publishing(tmp_path: Path) -> None:
    async with opened(tmp_path) as bus:
        batches: list[Batch] = []
        events: list[Event] = []
        bus.listen(batches.append, events.append)
        published, event = batch(1), Event(EventKind.SOURCE_UP, "test", 0)
        bus.publish(published)
        bus.emit(event)
        assert batches == [published]
        assert events == [event]


async def test_what_is_settled_is_on_disk(tmp_path: Path) -> None:
    async with opened(tmp_path, commit_interval=60.0) as bus:
        bus.consumer("sink", 1000)
        bus.publish(batch(1))
        await bus.settled()
        assert stored(tmp_path, "block") == 1
        await bus.settled()


async def test_a_commit_comes_by_itself_within_the_interval(tmp_path: Path) -> None:
    async with opened(tmp_path, commit_interval=0.05) as bus:
        consumer = bus.consumer("sink", 1000)
        await asyncio.sleep(0.03)
        bus.publish(batch(1))
        assert await asyncio.wait_for(consumer.read(10, 0.0), 5.0) is not None
        assert stored(tmp_path, "block") == 1


@pytest.mark.parametrize("any_order", [True, False])
async def test_what_was_not_acknowledged_comes_again_after_a_restart(
    tmp_path: Path, any_order: bool
) -> None:
    async with opened(tmp_path) as bus:
        consumer = bus.consumer("sink", 1000, any_order=any_order)
        for n in range(5):
            bus.publish(batch(n))
            await bus.settled()
        assert await read(consumer, 2) == [0, 1]
        unacknowledged = await consumer.read(1, 0.0)
        assert values(unacknowledged) == [2]
    async with opened(tmp_path) as bus:
        consumer = bus.consumer("sink", 1000, any_order=any_order)
        reader = consumer.backfill or consumer
        assert await read_all(reader, 3) == [2, 3, 4]
        assert consumer.state.waiting == 0
        assert balanced(consumer)
    assert stored(tmp_path, "block") == 0
    assert stored(tmp_path, "pending") == 0


async def test_a_consumer_that_is_new_sees_nothing_from_before(tmp_path: Path) -> None:
    async with opened(tmp_path) as bus:
        bus.consumer("old", 1000)
        bus.publish(batch(1))
    async with opened(tmp_path) as bus:
        consumer = bus.consumer("new", 1000)
        bus.publish(batch(2))
        assert await read(consumer) == [2]


async def test_what_a_consumer_left_waits_for_it_while_it_is_not_opened(tmp_path: Path) -> None:
    async with opened(tmp_path) as bus:
        bus.consumer("holiday", 1000)
        bus.publish(batch(1))
    async with opened(tmp_path) as bus:
        bus.consumer("other", 1000)
        bus.publish(batch(2))
    async with opened(tmp_path) as bus:
        assert await read(bus.consumer("holiday", 1000)) == [1]


async def test_two_consumers_of_one_name_are_refused(tmp_path: Path) -> None:
    async with opened(tmp_path) as bus:
        bus.consumer("sink", 10)
        with pytest.raises(ValueError, match="'sink' is already open"):
            bus.consumer("sink", 10)


async def test_a_backlog_is_filled_in_newest_first_and_never_delays_the_present(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as bus:
        bus.consumer("sink", 1000, any_order=True)
        for n in range(6):
            bus.publish(batch(n))
            await bus.settled()
    async with opened(tmp_path) as bus:
        live = bus.consumer("sink", 1000, any_order=True)
        backfill = live.backfill
        assert backfill is not None
        bus.publish(batch(100))
        await bus.settled()
        assert await read(live) == [100]
        assert [await read(backfill, 2) for _ in range(3)] == [[4, 5], [2, 3], [0, 1]]
        assert live.state == backfill.state


async def test_an_attempt_that_failed_is_renewed_with_the_newest_samples(tmp_path: Path) -> None:
    async with opened(tmp_path) as bus:
        live = bus.consumer("sink", 1000, any_order=True)
        bus.publish(batch(0))
        old = await live.read(2, 0.0)
        assert old is not None
        assert live.renew(old) is old
        for n in range(1, 8):
            bus.publish(batch(n))
            await bus.settled()
        new = live.renew(old)
        assert values(new) == [6, 7]
        live.acknowledge(new)
        assert live.backfill is not None
        assert await read_all(live.backfill, 6) == [0, 1, 2, 3, 4, 5]
        assert live.state.waiting == 0
        assert balanced(live)


async def test_in_order_means_the_same_samples_are_tried_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as bus:
        consumer = bus.consumer("sink", 1000)
        bus.publish(batch(0))
        old = await consumer.read(2, 0.0)
        assert old is not None
        bus.publish(batch(1))
        await bus.settled()
        assert consumer.renew(old) is old
        assert consumer.backfill is None


async def test_order_is_kept_when_memory_is_full_and_the_disk_has_the_rest(tmp_path: Path) -> None:
    async with opened(tmp_path) as bus:
        consumer = bus.consumer("sink", 5)
        for n in range(30):
            bus.publish(batch(n))
            await bus.settled()
        found = await read_all(consumer, 10, 3)
        for n in range(30, 40):
            bus.publish(batch(n))
            await bus.settled()
        found += await read_all(consumer, 40 - len(found), 4)
        assert found == list(range(40))
        assert consumer.state.dropped == 0
        assert balanced(consumer)


async def test_only_what_is_outstanding_can_be_acknowledged(tmp_path: Path) -> None:
    async with opened(tmp_path) as bus:
        consumer = bus.consumer("sink", 10)
        bus.publish(batch(1))
        delivery = await consumer.read(10, 0.0)
        assert delivery is not None
        assert await consumer.read(10, 0.0) is delivery
        consumer.acknowledge(delivery)
        with pytest.raises(ValueError, match="is not outstanding"):
            consumer.acknowledge(delivery)


async def test_after_the_end_what_memory_holds_is_read_and_then_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, commit_interval=60.0) as bus:
        consumer = bus.consumer("sink", 10)
        bus.publish(batch(1))
        bus.close()
        assert await read(consumer) == [1]
        assert await consumer.read(10, 60.0) is None


async def test_keys_are_written_once_however_many_blocks_use_them(tmp_path: Path) -> None:
    async with opened(tmp_path) as bus:
        bus.consumer("sink", 1000)
        for n in range(5):
            bus.publish(batch(n))
            await bus.settled()
    assert stored(tmp_path, "series") == 1
    async with opened(tmp_path) as bus:
        bus.consumer("sink", 1000)
        bus.publish(batch(6))
    assert stored(tmp_path, "series") == 1


async def test_a_metric_that_is_no_more_is_counted_and_told(tmp_path: Path) -> None:
    gone = TABLE.intern(make_metric("gone"), {})
    mixed = batch(1)
    mixed.add(gone, 2.0, 2)
    async with opened(tmp_path) as bus:
        bus.consumer("sink", 1000)
        bus.publish(mixed)
        only = Batch("test", 60.0)
        only.add(gone, 3.0, 3)
        bus.publish(only)
    with capture_logs() as logs:
        async with opened(tmp_path) as bus:
            consumer = bus.consumer("sink", 1000)
            assert await read(consumer) == [1]
            assert consumer.state.dropped == 2
            assert balanced(consumer)
    assert [(entry["event"], entry["samples"]) for entry in logs] == [("journal_samples_lost", 2)]


async def test_the_oldest_make_room_when_the_file_is_as_large_as_allowed(tmp_path: Path) -> None:
    randomness = Random(1)
    async with opened(tmp_path, max_bytes=300_000) as bus:
        consumer = bus.consumer("sink", 10)
        with capture_logs() as logs:
            for _ in range(120):
                # Nothing that compresses.
                bus.publish(batch(*(randomness.getrandbits(53) for _ in range(500))))
                await bus.settled()
        bus.publish(batch(7))
        await bus.settled()
        state = consumer.state
        assert state.dropped > 0
        found = await read_all(consumer, state.waiting)
        assert found[-1] == 7
        assert consumer.state.published == 60_001
        assert consumer.state.waiting == 0
        assert balanced(consumer)
        assert bus.journal.fill.size <= 300_000
    assert [entry["event"] for entry in logs] == ["journal_drops_oldest"]


async def test_what_nobody_took_for_too_long_is_dropped_and_counted(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock, max_age=100.0) as bus:
        consumer = bus.consumer("sink", 3)
        for n in range(10):
            bus.publish(batch(n))
            await bus.settled()
        clock.advance(101.0)
        bus.publish(batch(10))
        await bus.settled()
        assert consumer.state.dropped == 7
        assert balanced(consumer)


async def test_rejected_samples_are_kept_to_be_looked_at(tmp_path: Path) -> None:
    async with opened(tmp_path) as bus:
        consumer = bus.consumer("sink", 10)
        consumer.set_aside([batch(7)], "HTTP 400: no", 1)
        consumer.set_aside([batch(*range(50))], "HTTP 400: some", 20)
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as connection:
        query = "SELECT reason, samples, series, value FROM rejected ORDER BY id"
        rows = connection.execute(query).fetchall()
        (total,) = connection.execute("SELECT rejected FROM consumer").fetchone()
    assert rows == [
        ("HTTP 400: no", 1, SERIES.key.encode(), 7.0),
        ("HTTP 400: some", 20, None, None),
    ]
    assert total == 21


async def test_two_lanes_at_work_side_by_side_deliver_everything_and_nothing_twice(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as bus:
        live = bus.consumer("sink", 100, any_order=True)
        assert live.backfill is not None
        found: list[int] = []

        async def work(consumer: Consumer, randomness: Random) -> None:
            while (delivery := await consumer.read(20, 0.001)) is not None:
                await asyncio.sleep(randomness.uniform(0, 0.02))
                if randomness.random() < 0.5:
                    delivery = consumer.renew(delivery)
                found.extend(values(delivery))
                consumer.acknowledge(delivery)

        async with asyncio.TaskGroup() as lanes:
            lanes.create_task(work(live, Random(1)))
            lanes.create_task(work(live.backfill, Random(2)))
            for n in range(300):
                bus.publish(batch(*range(n * 10, n * 10 + 10)))
                if n % 3 == 0:
                    await asyncio.sleep(0.002)
            await bus.settled()
            while live.state.waiting:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
            bus.close()
        assert sorted(found) == list(range(3000))
        assert live.state.dropped == 0
        assert balanced(live)
