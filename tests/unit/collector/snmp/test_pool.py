from __future__ import annotations

import asyncio

import pytest

from collector.snmp.pool import SocketPool


class Owner:
    def __init__(self) -> None:
        self.dropped = 0

    def drop_socket(self) -> None:
        self.dropped += 1


async def test_places_are_bounded_and_the_longest_idle_owner_gives_way() -> None:
    pool = SocketPool(2)
    first, second, third = Owner(), Owner(), Owner()
    for owner in (first, second):
        await pool.acquire(owner)
    pool.release(second, keep=True)
    pool.release(first, keep=True)
    await pool.acquire(third)
    assert (first.dropped, second.dropped) == (0, 1)
    assert pool.taken == 2


async def test_an_idle_owner_takes_its_own_socket_up_again() -> None:
    pool = SocketPool(1)
    owner = Owner()
    await pool.acquire(owner)
    pool.release(owner, keep=True)
    await pool.acquire(owner)
    assert owner.dropped == 0
    assert pool.taken == 1


async def test_who_asks_first_is_served_first() -> None:
    pool = SocketPool(1)
    holder, served = Owner(), list[int]()
    await pool.acquire(holder)

    async def use(number: int) -> None:
        owner = Owner()
        await pool.acquire(owner)
        served.append(number)
        pool.release(owner, keep=True)

    async with asyncio.TaskGroup() as tasks:
        for number in range(5):
            tasks.create_task(use(number), name=f"use {number}")
        await asyncio.sleep(0)
        assert served == []
        pool.release(holder, keep=True)
    assert served == [0, 1, 2, 3, 4]
    assert holder.dropped == 1
    assert pool.taken == 1


async def test_a_cancelled_wait_loses_no_place() -> None:
    pool = SocketPool(1)
    holder, waiting, next_one = Owner(), Owner(), Owner()
    await pool.acquire(holder)
    wait = asyncio.create_task(pool.acquire(waiting), name="wait")
    await asyncio.sleep(0)
    pool.release(
        holder, keep=True
    )  # the place is handed over, and its new owner cancelled before it knows
    wait.cancel()
    with pytest.raises(asyncio.CancelledError):
        await wait
    assert pool.acquire_at_once(next_one)
    assert pool.taken == 1


async def test_an_owner_that_leaves_gives_its_place_back() -> None:
    pool = SocketPool(1)
    owner = Owner()
    await pool.acquire(owner)
    pool.release(owner, keep=True)
    pool.leave(owner)
    pool.leave(owner)
    assert pool.taken == 0


async def test_an_owner_without_a_socket_keeps_no_place() -> None:
    pool = SocketPool(1)
    owner = Owner()
    await pool.acquire(owner)
    pool.release(owner, keep=False)
    assert pool.taken == 0
    assert owner.dropped == 1


def test_a_pool_without_places_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        SocketPool(0)
