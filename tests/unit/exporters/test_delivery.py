"""Batching, retrying, giving up and keeping, with a sink that does as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from exporters.delivery import DeliveryPolicy, SinkDelivery, drain
from exporters.halving import halves
from exporters.sink_metrics import SinkMetrics
from omc.bus.local import LocalBus
from omc.core.clock import ManualClock
from omc.core.errors import SinkRejected, SinkUnavailable
from omc.core.model import Batch, SeriesTable
from tests.sample_data import make_series, numbered_batch

Behaviour = Callable[[list[int]], None]

_QUICK = DeliveryPolicy(max_wait=0.001, timeout=0.2, first_retry=0.001, longest_retry=0.004)


class _Sink:
    """Holds what it took, by value; each attempt first runs the next behaviour there is."""

    def __init__(self, *behaviours: Behaviour, always: Behaviour | None = None) -> None:
        self.taken: list[int] = []
        self.attempts = 0
        self.asked = asyncio.Event()
        self._behaviours: Iterator[Behaviour] = iter(behaviours)
        self._always = always

    async def send(self, batches: Sequence[Batch]) -> None:
        self.attempts += 1
        self.asked.set()
        values = [int(value) for batch in batches for value in batch.values]
        for behaviour in (next(self._behaviours, None), self._always):
            if behaviour is not None:
                behaviour(values)
        self.taken += values


class _HangingSink:
    """Never answers the first attempt."""

    def __init__(self) -> None:
        self.attempts = 0

    async def send(self, batches: Sequence[Batch]) -> None:
        self.attempts += 1
        if self.attempts == 1:
            await asyncio.Event().wait()


def _unavailable(values: list[int]) -> None:
    raise SinkUnavailable("HTTP 503: busy")


def _refuses(*bad: int) -> Behaviour:
    def behave(values: list[int]) -> None:
        if set(bad) & set(values):
            raise SinkRejected("HTTP 400: unable to parse")

    return behave


class _Line:
    """A bus with one delivery at its end."""

    def __init__(
        self, sink: _Sink | _HangingSink, policy: DeliveryPolicy = _QUICK, capacity: int = 10_000
    ) -> None:
        self.bus = LocalBus()
        self.clock = ManualClock()
        self.consumer = self.bus.consumer("influx", capacity)
        self.delivery = SinkDelivery("influx", self.consumer, sink, self.clock, Random(1), policy)
        self.series = make_series(SeriesTable(), "m", site="VP001")

    def publish(self, *values: int) -> None:
        self.bus.publish(numbered_batch(self.series, values))

    async def run_to_the_end(self) -> None:
        self.bus.close()
        async with asyncio.timeout(10):
            await self.delivery.run()


async def test_everything_published_arrives_in_order() -> None:
    sink = _Sink()
    line = _Line(sink)
    for n in range(10):
        line.publish(n, n + 100)
    await line.run_to_the_end()
    assert sink.taken == [value for n in range(10) for value in (n, n + 100)]
    assert sink.attempts == 1
    assert line.delivery.written == 20


async def test_one_request_holds_no_more_samples_than_asked() -> None:
    sink = _Sink()
    line = _Line(sink, DeliveryPolicy(max_samples=3, max_wait=0.001))
    for n in range(7):
        line.publish(n)
    await line.run_to_the_end()
    assert sink.taken == list(range(7))
    assert sink.attempts == 3


async def test_an_unavailable_sink_is_tried_again_until_it_answers() -> None:
    sink = _Sink(*[_unavailable] * 5)
    line = _Line(sink)
    line.publish(1, 2)
    await line.run_to_the_end()
    assert sink.taken == [1, 2]
    assert line.delivery.retries == 5
    assert line.consumer.state.dropped == 0


async def test_a_sink_that_hangs_is_cut_off_and_tried_again() -> None:
    sink = _HangingSink()
    line = _Line(sink, DeliveryPolicy(max_wait=0.001, timeout=0.02, first_retry=0.001))
    line.publish(1)
    with capture_logs() as logs:
        await line.run_to_the_end()
    assert sink.attempts == 2
    assert logs[0]["reason"] == "no answer within 0.02 s"


async def test_an_outage_is_told_once_and_its_end_once() -> None:
    line = _Line(_Sink(*[_unavailable] * 3))
    line.publish(1)
    with capture_logs() as logs:
        await line.run_to_the_end()
    assert logs == [
        {
            "event": "sink_failed",
            "log_level": "warning",
            "sink": "influx",
            "reason": "HTTP 503: busy",
            "waiting": 1,
        },
        {
            "event": "sink_recovered",
            "log_level": "info",
            "sink": "influx",
            "after_seconds": 0.0,
            "dropped": 0,
        },
    ]


async def test_what_was_dropped_during_an_outage_is_counted_and_told() -> None:
    away = asyncio.Event()

    def behave(values: list[int]) -> None:
        if not away.is_set():
            raise SinkUnavailable("away")

    sink = _Sink(always=behave)
    line = _Line(sink, capacity=10)
    with capture_logs() as logs:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(line.delivery.run())
            line.publish(0)
            await sink.asked.wait()
            for n in range(1, 31):
                line.publish(n)
            line.clock.advance(90.0)
            away.set()
            line.bus.close()
    assert sink.taken == [0, *range(22, 31)]
    state = line.consumer.state
    assert (state.published, state.acknowledged, state.dropped) == (31, 10, 21)
    assert logs[-1]["event"] == "sink_recovered"
    assert logs[-1]["after_seconds"] == 90.0
    assert logs[-1]["dropped"] == 21


def _pauses(policy: DeliveryPolicy, retry_after: float | None = None) -> list[float]:
    line = _Line(_Sink(), policy)
    return [line.delivery.pause(attempt, retry_after) for attempt in range(100)]


def test_pauses_double_up_to_a_limit_and_are_spread() -> None:
    pauses = _pauses(DeliveryPolicy(first_retry=1.0, longest_retry=60.0))
    for attempt, pause in enumerate(pauses):
        longest = min(60.0, 2.0**attempt)
        assert longest / 2 <= pause <= longest
    assert len(set(pauses[10:])) == 90


def test_a_sink_may_ask_for_a_longer_pause_but_not_for_a_shorter_one() -> None:
    assert _pauses(DeliveryPolicy(), retry_after=100.0) == [100.0] * 100
    assert _pauses(DeliveryPolicy(), retry_after=0.0) == _pauses(DeliveryPolicy())


def test_a_sink_cannot_ask_for_a_pause_without_end() -> None:
    assert _pauses(DeliveryPolicy(longest_retry_after=300.0), retry_after=1e9)[0] == 300.0


async def test_the_pause_a_sink_asks_for_is_kept() -> None:
    def busy(values: list[int]) -> None:
        raise SinkUnavailable("HTTP 429", retry_after=0.15)

    line = _Line(_Sink(busy))
    line.publish(1)
    started = asyncio.get_running_loop().time()
    await line.run_to_the_end()
    assert asyncio.get_running_loop().time() - started >= 0.15


async def test_bad_samples_are_found_and_all_others_are_delivered() -> None:
    sink = _Sink(always=_refuses(13, 77))
    line = _Line(sink)
    line.publish(*range(50))
    line.publish(*range(50, 100))
    with capture_logs() as logs:
        await line.run_to_the_end()
    assert sink.taken == [n for n in range(100) if n not in {13, 77}]
    assert (line.delivery.rejected, line.delivery.written) == (2, 98)
    assert line.consumer.state.acknowledged == 100
    assert logs == [
        {
            "event": "samples_rejected",
            "log_level": "error",
            "sink": "influx",
            "samples": 1,
            "first": 'm{site="VP001"}',
            "reason": "HTTP 400: unable to parse",
            "exc_info": None,
        }
    ]


async def test_a_sink_that_says_how_many_it_refused_is_not_asked_again() -> None:
    def partial(values: list[int]) -> None:
        raise SinkRejected("HTTP 400: partial write", rejected=3)

    sink = _Sink(partial)
    line = _Line(sink)
    line.publish(*range(10))
    await line.run_to_the_end()
    assert sink.attempts == 1
    assert (line.delivery.rejected, line.delivery.written) == (3, 7)


async def test_a_sink_cannot_refuse_more_than_it_was_given() -> None:
    def partial(values: list[int]) -> None:
        raise SinkRejected("HTTP 400: partial write", rejected=50)

    line = _Line(_Sink(partial))
    line.publish(*range(10))
    await line.run_to_the_end()
    assert (line.delivery.rejected, line.delivery.written) == (10, 0)


async def test_a_sink_that_refuses_has_come_back() -> None:
    line = _Line(_Sink(_unavailable, always=_refuses(1)))
    line.publish(1)
    with capture_logs() as logs:
        await line.run_to_the_end()
    events = [entry["event"] for entry in logs]
    assert events == ["sink_failed", "sink_recovered", "samples_rejected"]


async def test_looking_for_bad_samples_has_an_end() -> None:
    sink = _Sink(always=_refuses(*range(0, 1000, 2)))
    line = _Line(sink, DeliveryPolicy(max_wait=0.001, most_splits=20))
    line.publish(*range(1000))
    await line.run_to_the_end()
    assert sink.attempts == 41
    assert line.delivery.rejected + len(sink.taken) == 1000


async def test_an_outage_while_bad_samples_are_looked_for_loses_nothing() -> None:
    sink = _Sink(_refuses(3), _unavailable, _unavailable, always=_refuses(3))
    line = _Line(sink)
    line.publish(*range(8))
    await line.run_to_the_end()
    assert sink.taken == [0, 1, 2, 4, 5, 6, 7]


async def test_a_fault_in_the_sinks_own_code_costs_only_the_samples_that_meet_it() -> None:
    def stumble(values: list[int]) -> None:
        if 5 in values:
            raise ZeroDivisionError("oops")

    sink = _Sink(always=stumble)
    line = _Line(sink)
    line.publish(*range(8))
    with capture_logs() as logs:
        await line.run_to_the_end()
    assert sink.taken == [0, 1, 2, 3, 4, 6, 7]
    assert logs[0]["reason"] == "ZeroDivisionError: oops"
    assert isinstance(logs[0]["exc_info"], ZeroDivisionError)


async def test_stopping_in_an_outage_says_what_is_left_behind() -> None:
    sink = _Sink(always=_unavailable)
    line = _Line(sink)
    with capture_logs() as logs:
        task = asyncio.create_task(line.delivery.run())
        line.publish(1, 2, 3)
        await sink.asked.wait()
        line.bus.close()
        await drain([task], 0.02)
    assert task.cancelled()
    assert logs[-1] == {
        "event": "sink_left_behind",
        "log_level": "warning",
        "sink": "influx",
        "samples": 3,
    }
    assert line.consumer.state.waiting == 3


async def test_draining_waits_for_what_can_still_be_delivered() -> None:
    sink = _Sink(*[_unavailable] * 3)
    line = _Line(sink)
    task = asyncio.create_task(line.delivery.run())
    line.publish(1, 2, 3)
    line.bus.close()
    await drain([task], 5.0)
    assert not task.cancelled()
    assert sink.taken == [1, 2, 3]


async def test_draining_nothing_returns_at_once() -> None:
    await drain([], 5.0)


async def test_the_state_of_a_sink_can_be_scraped_at_any_time() -> None:
    registry = CollectorRegistry()
    sink = _Sink(*[_unavailable] * 2, always=_refuses(3))
    line = _Line(sink)
    SinkMetrics(registry).add(line.delivery)

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(name, {"sink": "influx", **labels})

    line.publish(*range(4))
    line.clock.advance(30.0)
    assert value("omc_sink_queue_samples") == 4
    assert value("omc_sink_lag_seconds") == 0
    task = asyncio.create_task(line.delivery.run())
    await sink.asked.wait()
    assert value("omc_sink_lag_seconds") == 30.0
    line.bus.close()
    await task
    assert value("omc_sink_samples_total", result="written") == 3
    assert value("omc_sink_samples_total", result="rejected") == 1
    assert value("omc_sink_samples_total", result="dropped") == 0
    assert value("omc_sink_retries_total") == 2
    assert value("omc_sink_lag_seconds") == 0
    assert value("omc_sink_queue_samples") == 0


@given(st.lists(st.integers(0, 5), min_size=1).filter(lambda sizes: sum(sizes) >= 2))
def test_halves_hold_every_sample_once_in_order(sizes: list[int]) -> None:
    series = make_series(SeriesTable(), "m")
    numbers = iter(range(1000))
    batches = [
        numbered_batch(series, [next(numbers) for _ in range(size)], source=f"source-{index}")
        for index, size in enumerate(sizes)
    ]
    first, second = halves(batches)
    values = [[int(v) for batch in half for v in batch.values] for half in (first, second)]
    assert values[0] + values[1] == list(range(sum(sizes)))
    assert len(values[0]) == sum(sizes) // 2
    assert all(len(batch) for half in (first, second) for batch in half)


@pytest.mark.parametrize("suspect", [True, False])
def test_halves_keep_what_else_a_batch_says(suspect: bool) -> None:
    batch = Batch("pm:enb-1", 900.0, period=900.0, suspect=suspect, origins=[])
    series = make_series(SeriesTable(), "m")
    for n in range(4):
        batch.add(series, float(n), n, f"oid.{n}")
    first, second = halves([batch])
    assert [(b.source, b.interval, b.period, b.suspect) for b in (*first, *second)] == [
        ("pm:enb-1", 900.0, 900.0, suspect)
    ] * 2
    assert first[0].origins == ["oid.0", "oid.1"]
    assert list(second[0].times) == [2, 3]


@settings(max_examples=60)
@given(
    sizes=st.lists(st.integers(1, 20), max_size=30),
    failures=st.lists(st.sampled_from(["ok", "away", "bad"]), max_size=40),
    capacity=st.integers(1, 60),
    max_samples=st.integers(1, 50),
)
def test_every_sample_is_taken_set_aside_or_dropped(
    sizes: list[int], failures: list[str], capacity: int, max_samples: int
) -> None:
    def behave(values: list[int]) -> None:
        what = failures.pop() if failures else "ok"
        if what == "away":
            raise SinkUnavailable("away")
        if what == "bad":
            raise SinkRejected("bad", rejected=1)

    async def scenario() -> None:
        sink = _Sink(always=behave)
        policy = DeliveryPolicy(
            max_samples=max_samples, max_wait=0.0001, first_retry=0.0001, longest_retry=0.0002
        )
        line = _Line(sink, policy, capacity)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(line.delivery.run())
            for size in sizes:
                line.publish(*range(size))
                await asyncio.sleep(0)
                state = line.consumer.state
                assert state.published == state.acknowledged + state.dropped + state.waiting
            line.bus.close()
        state = line.consumer.state
        assert state.waiting == 0
        assert state.published == sum(sizes)
        assert line.delivery.written + line.delivery.rejected + state.dropped == sum(sizes)

    asyncio.run(scenario())
