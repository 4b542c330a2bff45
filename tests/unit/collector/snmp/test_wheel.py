from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from collector.snmp.wheel import DeadlineWheel
from omc.core.clock import ManualClock

TICK = 0.005


class Waiter:
    """Wants to be woken at some times, one after another."""

    def __init__(self, clock: ManualClock, *wanted: float) -> None:
        self.wheel_slot: int | None = None
        self.woken: list[float] = []
        self._clock = clock
        self._wanted = [clock.monotonic() + seconds for seconds in wanted]

    @property
    def first(self) -> float:
        return self._wanted[0]

    def due(self, now: float) -> float | None:
        self.woken.append(now)
        while self._wanted and self._wanted[0] <= now:
            self._wanted.pop(0)
        return self._wanted[0] if self._wanted else None


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(monotonic=1000.0)


@pytest.fixture
async def wheel(clock: ManualClock) -> AsyncIterator[DeadlineWheel]:
    wheel = DeadlineWheel(clock, TICK)
    yield wheel
    wheel.close()


async def pass_time(clock: ManualClock, seconds: float) -> None:
    clock.advance(seconds)
    await asyncio.sleep(4 * TICK)


async def test_a_waiter_is_woken_after_its_time_and_not_before(
    clock: ManualClock, wheel: DeadlineWheel
) -> None:
    waiter = Waiter(clock, 1.0)
    wheel.add(waiter, waiter.first)
    await pass_time(clock, 0.99)
    assert waiter.woken == []
    await pass_time(clock, 0.02)
    assert waiter.woken == [pytest.approx(1001.01)]


async def test_a_waiter_that_wants_later_is_asked_again_then(
    clock: ManualClock, wheel: DeadlineWheel
) -> None:
    waiter = Waiter(clock, 1.0, 5.0)
    wheel.add(waiter, waiter.first)
    await pass_time(clock, 1.01)
    await pass_time(clock, 3.0)
    assert len(waiter.woken) == 1
    await pass_time(clock, 1.0)
    assert len(waiter.woken) == 2


async def test_an_earlier_time_replaces_a_later_one(
    clock: ManualClock, wheel: DeadlineWheel
) -> None:
    waiter = Waiter(clock, 1.0, 9.0)
    wheel.add(waiter, clock.monotonic() + 9.0)
    wheel.add(waiter, clock.monotonic() + 1.0)
    wheel.add(waiter, clock.monotonic() + 5.0)
    for _ in range(12):
        await pass_time(clock, 1.0)
    assert waiter.woken == [pytest.approx(1002.0), pytest.approx(1010.0)]


async def test_what_is_overdue_already_is_woken_at_the_next_tick(
    clock: ManualClock, wheel: DeadlineWheel
) -> None:
    waiter = Waiter(clock, -3.0)
    wheel.add(waiter, waiter.first)
    await pass_time(clock, 2 * TICK)
    assert len(waiter.woken) == 1


async def test_a_wheel_that_stood_still_goes_on(clock: ManualClock, wheel: DeadlineWheel) -> None:
    for _ in range(3):
        await pass_time(clock, 3600.0)
        waiter = Waiter(clock, 0.1)
        wheel.add(waiter, waiter.first)
        await pass_time(clock, 0.2)
        assert len(waiter.woken) == 1


async def test_many_waiters_are_all_woken_after_a_long_pause(
    clock: ManualClock, wheel: DeadlineWheel
) -> None:
    waiters = [Waiter(clock, 0.01 * n) for n in range(500)]
    for waiter in waiters:
        wheel.add(waiter, waiter.first)
    await pass_time(clock, 60.0)
    assert [len(waiter.woken) for waiter in waiters] == [1] * 500


async def test_a_waiter_that_fails_stops_nobody_else(
    clock: ManualClock, wheel: DeadlineWheel
) -> None:
    class Broken(Waiter):
        def due(self, now: float) -> float | None:
            raise KeyError("a fault")

    reported: list[BaseException] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: reported.append(context["exception"])
    )
    before, broken, after = Waiter(clock, 1.0), Broken(clock, 1.0), Waiter(clock, 1.0, 2.0)
    for waiter in (before, broken, after):
        wheel.add(waiter, waiter.first)
    await pass_time(clock, 1.1)
    await pass_time(clock, 1.1)
    assert len(before.woken) == 1
    assert len(after.woken) == 2
    assert [type(error) for error in reported] == [KeyError]
