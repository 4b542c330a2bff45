"""Ordering reports: one at a time and a few waiting, given up at any moment, faults in words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from omc.core.clock import ManualClock
from omc.core.metric import Text
from omc.reports.desk import MOST_OPEN, ReportDesk, TooManyOrders
from omc.reports.maker import ReportFailed, ReportOrder
from omc.reports.orders import FILE, Job, Stage

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
async def open_desk(maker: ScriptedMaker, folder: Path) -> AsyncIterator[ReportDesk]:
    desk = ReportDesk(maker, folder, ManualClock())
    task = asyncio.create_task(desk.run())
    try:
        yield desk
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def becomes(desk: ReportDesk, job: Job, stage: Stage, step: str = "") -> None:
    changed = asyncio.Event()
    leave = desk.on_change(changed.set)
    async with asyncio.timeout(10):
        while job.stage is not stage or not job.step.startswith(step):
            changed.clear()
            await changed.wait()
    leave()


async def test_orders_are_carried_out_one_after_the_other(tmp_path: Path) -> None:
    maker = ScriptedMaker()
    async with open_desk(maker, tmp_path) as desk:
        first, second = await desk.order(ORDER, "lan"), await desk.order(ORDER, "minh")
        await becomes(desk, first, Stage.WORKING, "inventory")
        assert (first.step, second.stage, maker.begun) == ("inventory", Stage.WAITING, 1)
        maker.let.release()
        await becomes(desk, second, Stage.WORKING)
        assert (first.stage, first.files) == (Stage.DONE, ("availability.csv",))
        assert desk.jobs == (second, first)


@pytest.mark.parametrize(
    ("fault", "vi"),
    [
        (ReportFailed(Text(en="there is no area 'Tam Dao'", vi="không có")), "không có"),
        (OSError("no memory"), "không bắt đầu được: no memory"),
        (ValueError("our mistake"), "lỗi của chương trình: ValueError('our mistake')"),
    ],
)
async def test_what_could_not_be_made_says_why_and_keeps_nobody_waiting(
    fault: Exception, vi: str, tmp_path: Path
) -> None:
    maker = ScriptedMaker()
    async with open_desk(maker, tmp_path) as desk:
        maker.fault = fault
        first, second = await desk.order(ORDER, "lan"), await desk.order(ORDER, "lan")
        maker.let.release()
        await becomes(desk, first, Stage.FAILED)
        assert first.fault is not None
        assert first.fault.vi == vi
        await becomes(desk, second, Stage.WORKING)


@pytest.mark.parametrize("which", [0, 1])
async def test_an_order_is_given_up_whether_it_waits_or_is_worked_on(
    which: int, tmp_path: Path
) -> None:
    maker = ScriptedMaker()
    async with open_desk(maker, tmp_path) as desk:
        jobs = [await desk.order(ORDER, "lan") for _ in range(3)]
        await becomes(desk, jobs[0], Stage.WORKING)
        await desk.cancel(jobs[which].number)
        assert jobs[which].stage is Stage.CANCELLED
        maker.let.release()
        await becomes(desk, jobs[1 - which], Stage.DONE)
        await becomes(desk, jobs[2], Stage.WORKING)
        assert maker.given_up == 1 - which
        await desk.cancel(jobs[1 - which].number)  # it is over: too late
        assert jobs[1 - which].stage is Stage.DONE


async def test_only_so_many_orders_are_open_at_once(tmp_path: Path) -> None:
    desk = ReportDesk(ScriptedMaker(), tmp_path, ManualClock())
    jobs = [await desk.order(ORDER, "lan") for _ in range(MOST_OPEN)]
    with pytest.raises(TooManyOrders):
        await desk.order(ORDER, "lan")
    await desk.cancel(jobs[0].number)
    await desk.order(ORDER, "lan")


async def test_who_listens_hears_of_every_change_until_they_leave(tmp_path: Path) -> None:
    desk, heard = ReportDesk(ScriptedMaker(), tmp_path, ManualClock()), list[int]()
    leave = desk.on_change(lambda: heard.append(len(desk.jobs)))
    job = await desk.order(ORDER, "lan")
    await desk.cancel(job.number)
    leave()
    await desk.order(ORDER, "lan")
    assert heard == [1, 1]


async def test_orders_that_are_over_are_not_kept_for_ever(tmp_path: Path) -> None:
    desk = ReportDesk(ScriptedMaker(), tmp_path, ManualClock())
    for _ in range(60):
        await desk.cancel((await desk.order(ORDER, "lan")).number)
    assert len(desk.jobs) < 30


async def test_a_restart_carries_out_what_waited_and_tells_what_it_interrupted(
    tmp_path: Path,
) -> None:
    maker = ScriptedMaker()
    async with open_desk(maker, tmp_path) as desk:
        begun = await desk.order(ORDER, "lan")
        await desk.order(ORDER, "minh")
        await becomes(desk, begun, Stage.WORKING, "inventory")
    maker = ScriptedMaker()
    async with open_desk(maker, tmp_path) as desk:
        waited, interrupted = desk.jobs
        assert (interrupted.stage, interrupted.who, interrupted.order) == (
            *(Stage.INTERRUPTED, "lan"),
            ORDER,
        )
        maker.let.release()
        await becomes(desk, waited, Stage.DONE)
        await desk.order_again(interrupted.number, "thu")
        again = desk.jobs[0]
        assert (again.order, again.who, again.number) == (ORDER, "thu", 3)
        assert interrupted not in desk.jobs  # the new one stands for it


async def test_an_order_is_on_disk_before_it_is_taken(tmp_path: Path) -> None:
    await ReportDesk(ScriptedMaker(), tmp_path, ManualClock()).order(ORDER, "lan")
    (kept,) = ReportDesk(ScriptedMaker(), tmp_path, ManualClock()).jobs
    assert (kept.order, kept.who, kept.stage) == (ORDER, "lan", Stage.WAITING)


async def test_nothing_is_ordered_again_twice_or_while_it_is_open(tmp_path: Path) -> None:
    desk = ReportDesk(ScriptedMaker(), tmp_path, ManualClock())
    job = await desk.order(ORDER, "lan")
    await desk.order_again(job.number, "lan")
    assert desk.jobs == (job,)
    await desk.cancel(job.number)
    await asyncio.gather(*(desk.order_again(job.number, "lan") for _ in range(2)))
    assert [one.stage for one in desk.jobs] == [Stage.WAITING]


def test_a_damaged_file_of_orders_is_none(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[{"number": 1}]')
    assert ReportDesk(ScriptedMaker(), tmp_path, ManualClock()).jobs == ()


async def test_orders_are_taken_where_they_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    maker = ScriptedMaker()
    async with open_desk(maker, tmp_path / "file" / "reports") as desk:
        job = await desk.order(ORDER, "lan")
        maker.let.release()
        await becomes(desk, job, Stage.DONE)
