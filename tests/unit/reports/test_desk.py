"""Ordering reports: one at a time and a few waiting, given up at any moment, faults in words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from omc.reports.desk import MOST_OPEN, Job, ReportDesk, Stage, TooManyOrders
from omc.reports.maker import ReportFailed, ReportOrder

DAY = date(2026, 10, 1)
ORDER = ReportOrder("availability", DAY, DAY, ("csv",), "vi")


class ScriptedMaker:
    """Makes a report when it is let, and notes what becomes of it."""

    def __init__(self) -> None:
        self.let = asyncio.Semaphore(0)
        self.fault: Exception | None = None
        self.begun = 0
        self.given_up = 0

    async def make(self, order: ReportOrder, told: Callable[[str], None]) -> Sequence[Path]:
        self.begun += 1
        told("inventory")
        try:
            await self.let.acquire()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        if self.fault is not None:
            raise self.fault
        return [Path(f"/reports/{order.report}.csv")]


@asynccontextmanager
async def open_desk(maker: ScriptedMaker) -> AsyncIterator[ReportDesk]:
    desk = ReportDesk(maker)
    task = asyncio.create_task(desk.run())
    try:
        yield desk
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def becomes(desk: ReportDesk, job: Job, stage: Stage) -> None:
    changed = asyncio.Event()
    leave = desk.on_change(changed.set)
    async with asyncio.timeout(10):
        while job.stage is not stage:
            changed.clear()
            await changed.wait()
    leave()


async def test_orders_are_carried_out_one_after_the_other() -> None:
    maker = ScriptedMaker()
    async with open_desk(maker) as desk:
        first, second = desk.order(ORDER, "lan"), desk.order(ORDER, "minh")
        await becomes(desk, first, Stage.WORKING)
        assert (first.step, second.stage, maker.begun) == ("inventory", Stage.WAITING, 1)
        maker.let.release()
        await becomes(desk, second, Stage.WORKING)
        assert (first.stage, first.files) == (Stage.DONE, ("availability.csv",))
        assert desk.jobs == (second, first)


@pytest.mark.parametrize(
    "fault",
    [ReportFailed("there is no area 'Tam Dao'"), OSError("no memory"), ValueError("our mistake")],
)
async def test_what_could_not_be_made_says_why_and_keeps_nobody_waiting(fault: Exception) -> None:
    maker = ScriptedMaker()
    async with open_desk(maker) as desk:
        maker.fault = fault
        first, second = desk.order(ORDER, "lan"), desk.order(ORDER, "lan")
        maker.let.release()
        await becomes(desk, first, Stage.FAILED)
        assert first.fault == str(fault)
        await becomes(desk, second, Stage.WORKING)


@pytest.mark.parametrize("which", [0, 1])
async def test_an_order_is_given_up_whether_it_waits_or_is_worked_on(which: int) -> None:
    maker = ScriptedMaker()
    async with open_desk(maker) as desk:
        jobs = [desk.order(ORDER, "lan") for _ in range(3)]
        await becomes(desk, jobs[0], Stage.WORKING)
        desk.cancel(jobs[which].number)
        assert jobs[which].stage is Stage.CANCELLED
        maker.let.release()
        await becomes(desk, jobs[1 - which], Stage.DONE)
        await becomes(desk, jobs[2], Stage.WORKING)
        assert maker.given_up == 1 - which
        desk.cancel(jobs[1 - which].number)  # it is over: too late
        assert jobs[1 - which].stage is Stage.DONE


async def test_only_so_many_orders_are_open_at_once() -> None:
    desk = ReportDesk(ScriptedMaker())
    jobs = [desk.order(ORDER, "lan") for _ in range(MOST_OPEN)]
    with pytest.raises(TooManyOrders):
        desk.order(ORDER, "lan")
    desk.cancel(jobs[0].number)
    desk.order(ORDER, "lan")


async def test_who_listens_hears_of_every_change_until_they_leave() -> None:
    desk, heard = ReportDesk(ScriptedMaker()), list[int]()
    leave = desk.on_change(lambda: heard.append(len(desk.jobs)))
    job = desk.order(ORDER, "lan")
    desk.cancel(job.number)
    leave()
    desk.order(ORDER, "lan")
    assert heard == [1, 1]


async def test_orders_that_are_over_are_not_kept_for_ever() -> None:
    desk = ReportDesk(ScriptedMaker())
    for _ in range(60):
        desk.cancel(desk.order(ORDER, "lan").number)
    assert len(desk.jobs) < 30
