"""The bus of one process: live calls, bounded queues, exact accounts."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from structlog.testing import capture_logs

from omc.bus.base import Delivery
from omc.bus.local import LocalBus, LocalConsumer
from omc.core.model import Batch, Event, EventKind, SeriesTable
from tests.sample_data import make_series, numbered_batch

_SERIES = make_series(SeriesTable(), "m")


def _batch(*values: int) -> Batch:
    return numbered_batch(_SERIES, values)


def _values(delivery: Delivery | None) -> list[int]:
    assert delivery is not None
    return [int(value) for batch in delivery.batches for value in batch.values]


async def test_live_readers_are_called_while_publishing() -> None:
    bus = LocalBus()
    batches: list[Batch] = []
    events: list[Event] = []
    bus.listen(batches.append, events.append)
    batch, event = _batch(1), Event(EventKind.SOURCE_UP, "test", 0)
    bus.publish(batch)
    bus.emit(event)
    assert batches == [batch]
    assert events == [event]


async def test_a_live_reader_that_fails_costs_nobody_else() -> None:
    bus = LocalBus()
    seen: list[Batch] = []

    def fail(batch: Batch) -> None:
        raise ZeroDivisionError

    bus.listen(fail)
    bus.listen(seen.append)
    consumer = bus.consumer("sink", 10)
    with capture_logs() as logs:
        bus.publish(_batch(1))
    assert len(seen) == 1
    assert consumer.state.waiting == 1
    assert logs[0]["event"] == "listener_failed"


async def test_every_consumer_reads_everything_at_its_own_pace() -> None:
    bus = LocalBus()
    quick, slow = bus.consumer("quick", 10), bus.consumer("slow", 10)
    bus.publish(_batch(1, 2))
    delivery = await quick.read(10, 0.001)
    assert delivery is not None
    quick.acknowledge(delivery)
    bus.publish(_batch(3))
    assert _values(await quick.read(10, 0.001)) == [3]
    assert _values(await slow.read(10, 0.001)) == [1, 2, 3]


async def test_a_consumer_sees_nothing_from_before_it_was_opened() -> None:
    bus = LocalBus()
    bus.publish(_batch(1))
    assert bus.consumer("late", 10).state.published == 0


async def test_two_consumers_of_one_name_are_refused() -> None:
    bus = LocalBus()
    bus.consumer("sink", 10)
    with pytest.raises(ValueError, match="'sink' is already open"):
        bus.consumer("sink", 10)


async def test_reading_waits_for_the_first_sample_without_limit() -> None:
    bus = LocalBus()
    consumer = bus.consumer("sink", 10)
    reading = asyncio.create_task(consumer.read(10, 0.001))
    await asyncio.sleep(0.02)
    assert not reading.done()
    bus.publish(_batch(1))
    assert _values(await reading) == [1]


async def test_reading_returns_as_soon_as_enough_samples_are_there() -> None:
    bus = LocalBus()
    consumer = bus.consumer("sink", 10)
    reading = asyncio.create_task(consumer.read(3, 60.0))
    for value in (1, 2, 3):
        await asyncio.sleep(0)
        bus.publish(_batch(value))
    assert _values(await asyncio.wait_for(reading, 1.0)) == [1, 2, 3]


async def test_reading_collects_for_a_while_and_then_returns_what_there_is() -> None:
    bus = LocalBus()
    consumer = bus.consumer("sink", 10)
    bus.publish(_batch(1))
    reading = asyncio.create_task(consumer.read(10, 0.05))
    await asyncio.sleep(0.01)
    bus.publish(_batch(2))
    assert _values(await reading) == [1, 2]


async def test_a_batch_that_is_larger_than_asked_for_comes_whole() -> None:
    bus = LocalBus()
    consumer = bus.consumer("sink", 10)
    bus.publish(_batch(1, 2, 3))
    bus.publish(_batch(4))
    assert _values(await consumer.read(2, 0.001)) == [1, 2, 3]


async def test_what_is_not_acknowledged_is_read_again() -> None:
    bus = LocalBus()
    consumer = bus.consumer("sink", 10)
    bus.publish(_batch(1))
    first = await consumer.read(10, 0.001)
    bus.publish(_batch(2))
    assert await consumer.read(10, 0.001) is first
    assert first is not None
    consumer.acknowledge(first)
    assert _values(await consumer.read(10, 0.001)) == [2]


async def test_only_what_is_outstanding_can_be_acknowledged() -> None:
    bus = LocalBus()
    consumer = bus.consumer("sink", 10)
    bus.publish(_batch(1))
    delivery = await consumer.read(10, 0.001)
    assert delivery is not None
    consumer.acknowledge(delivery)
    with pytest.raises(ValueError, match="is not outstanding"):
        consumer.acknowledge(delivery)


async def test_a_full_queue_drops_its_oldest_and_counts_them() -> None:
    bus = LocalBus()
    consumer = bus.consumer("sink", 4)
    for pair in ((1, 2), (3, 4), (5, 6)):
        bus.publish(_batch(*pair))
    assert consumer.state.dropped == 2
    assert _values(await consumer.read(10, 0.001)) == [3, 4, 5, 6]


async def test_what_is_being_delivered_is_not_dropped() -> None:
    bus = LocalBus()
    consumer = bus.consumer("sink", 2)
    bus.publish(_batch(1, 2))
    delivery = await consumer.read(10, 0.001)
    for value in (3, 4, 5):
        bus.publish(_batch(value))
    assert _values(delivery) == [1, 2]
    assert delivery is not None
    consumer.acknowledge(delivery)
    assert _values(await consumer.read(10, 0.001)) == [5]
    assert consumer.state.dropped == 2


async def test_an_empty_batch_wakes_nobody() -> None:
    bus = LocalBus()
    consumer = bus.consumer("sink", 2)
    bus.publish(_batch())
    bus.close()
    assert await consumer.read(10, 0.001) is None


async def test_after_the_end_what_is_left_is_read_and_then_nothing() -> None:
    bus = LocalBus()
    consumer = bus.consumer("sink", 10)
    bus.publish(_batch(1))
    bus.close()
    delivery = await consumer.read(10, 60.0)
    assert _values(delivery) == [1]
    assert delivery is not None
    consumer.acknowledge(delivery)
    assert await consumer.read(10, 60.0) is None


async def test_a_reader_that_waits_is_woken_by_the_end() -> None:
    bus = LocalBus()
    consumer = bus.consumer("sink", 10)
    reading = asyncio.create_task(consumer.read(10, 60.0))
    await asyncio.sleep(0)
    bus.close()
    assert await asyncio.wait_for(reading, 1.0) is None


async def test_a_cancelled_reading_loses_nothing() -> None:
    bus = LocalBus()
    consumer = bus.consumer("sink", 10)
    bus.publish(_batch(1))
    reading = asyncio.create_task(consumer.read(10, 60.0))
    await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert _values(await consumer.read(10, 0.001)) == [1]


class _Accounts(RuleBasedStateMachine):
    """Any order of publishing, reading and acknowledging against a plain list of numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.consumer = LocalConsumer("sink", capacity=20)
        self.outstanding: Delivery | None = None
        self.next_value = 0
        self.acknowledged: list[int] = []

    def teardown(self) -> None:
        self.loop.close()

    @rule(size=st.integers(0, 30))
    def publish(self, size: int) -> None:
        values = range(self.next_value, self.next_value + size)
        self.consumer.put(_batch(*values))
        self.next_value += size

    @precondition(lambda self: self.outstanding or self.consumer.state.waiting)
    @rule(max_samples=st.integers(1, 40))
    def read(self, max_samples: int) -> None:
        before = self.outstanding
        self.outstanding = self.loop.run_until_complete(self.consumer.read(max_samples, 0))
        assert before is None or self.outstanding is before

    @precondition(lambda self: self.outstanding)
    @rule()
    def acknowledge(self) -> None:
        assert self.outstanding is not None
        self.consumer.acknowledge(self.outstanding)
        self.acknowledged += _values(self.outstanding)
        self.outstanding = None

    @invariant()
    def published_is_acknowledged_dropped_or_waiting(self) -> None:
        state = self.consumer.state
        assert state.published == self.next_value
        assert state.acknowledged == len(self.acknowledged)
        assert state.published == state.acknowledged + state.dropped + state.waiting

    @invariant()
    def nothing_comes_twice_or_out_of_order(self) -> None:
        assert self.acknowledged == sorted(set(self.acknowledged))


TestAccounts = _Accounts.TestCase
TestAccounts.settings = settings(max_examples=60, stateful_step_count=30)
