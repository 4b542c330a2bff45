"""Where people order reports: who wanted which, how far it is, and what came of it.

An order is on disk before it is taken. After a restart those that waited are carried out, and the
one that was worked on is shown as interrupted, to be ordered again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import structlog

from omc.core.clock import Clock
from omc.core.metric import Text
from omc.reports.maker import ReportFailed, ReportOrder
from omc.reports.orders import Job, Stage, content_of, keep_orders, read_orders

log = structlog.get_logger(__name__)

#: Orders that may wait or be worked on at once, and how many that are over are remembered.
MOST_OPEN = 5
_MOST_OVER = 20


class TooManyOrders(Exception):
    """No more orders are taken until one of those before is over."""


class Maker(Protocol):
    """What makes reports, one at a time."""

    async def make(self, order: ReportOrder, told: Callable[[str], None]) -> Sequence[Path]:
        """Make one; raises `ReportFailed`."""
        ...


class ReportDesk:
    """Takes orders, and has them carried out one after the other.

    Args:
        maker: Makes them.
        folder: Where orders are kept.
        clock: The time.
    """

    def __init__(self, maker: Maker, folder: Path, clock: Clock) -> None:
        self._maker = maker
        self._folder = folder
        self._clock = clock
        self._jobs = read_orders(folder)
        self._queue: asyncio.Queue[Job] = asyncio.Queue()
        self._listeners: list[Callable[[], None]] = []
        self._count = max((job.number for job in self._jobs), default=0)
        self._at_work: tuple[Job, asyncio.Task[None]] | None = None
        self._keeping = asyncio.Lock()
        for job in self._jobs:
            if job.is_open:
                self._queue.put_nowait(job)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The latest first."""
        return tuple(reversed(self._jobs))

    async def order(self, order: ReportOrder, who: str) -> Job:
        """Take an order; it is kept when this returns.

        Raises:
            TooManyOrders: enough of them are open.
        """
        self._look_for_room()
        self._count += 1
        job = Job(self._count, order, who, self._clock.time_ms())
        over = [one for one in self._jobs if not one.is_open]
        for one in over[: max(0, len(over) - _MOST_OVER)]:
            self._jobs.remove(one)
        self._jobs.append(job)
        await self._keep()
        self._queue.put_nowait(job)
        log.info("report_ordered", report=order.report, by=who)
        self._tell()
        return job

    async def order_again(self, number: int, who: str) -> None:
        """Order once more what nothing came of; the new order takes the place of the old one.

        Raises:
            TooManyOrders: enough of them are open.
        """
        job = self._job(number)
        if job is not None and job.may_come_again:
            self._look_for_room()
            self._jobs.remove(job)
            await self.order(job.order, who)

    async def cancel(self, number: int) -> None:
        """Give up an order that is still open; others stay as they are."""
        job = self._job(number)
        if job is None or not job.is_open:
            return
        job.stage = Stage.CANCELLED
        if self._at_work is not None and self._at_work[0] is job:
            self._at_work[1].cancel()
        self._tell()
        await self._keep()

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a listener whenever something is different; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def run(self) -> None:
        """Carry out orders until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                job = await self._queue.get()
                if job.is_open:
                    task = group.create_task(self._carry_out(job), name="report-order")
                    self._at_work = job, task
                    await asyncio.wait([task])

    async def _carry_out(self, job: Job) -> None:
        def told(step: str) -> None:
            job.step = step
            self._tell()

        job.stage = Stage.WORKING
        await self._keep()
        try:
            files = await self._maker.make(job.order, told)
        except ReportFailed as error:
            self._fail(job, error.said)
        except OSError as error:
            said = Text(en=f"it cannot be begun: {error}", vi=f"không bắt đầu được: {error}")
            self._fail(job, said)
        except Exception as error:  # a bug here may cost one order, no more
            log.exception("ordered_report_failed_internally", report=job.order.report)
            en, vi = "a fault of the program", "lỗi của chương trình"
            self._fail(job, Text(en=f"{en}: {error!r}", vi=f"{vi}: {error!r}"))
        else:
            job.files = tuple(file.name for file in files)
            job.stage = Stage.DONE
        self._tell()
        await self._keep()

    def _look_for_room(self) -> None:
        if sum(job.is_open for job in self._jobs) >= MOST_OPEN:
            raise TooManyOrders

    def _fail(self, job: Job, fault: Text) -> None:
        job.stage, job.fault = Stage.FAILED, fault
        log.warning("ordered_report_failed", report=job.order.report, reason=fault.en)

    def _job(self, number: int) -> Job | None:
        return next((job for job in self._jobs if job.number == number), None)

    async def _keep(self) -> None:
        async with self._keeping:
            try:
                await asyncio.to_thread(keep_orders, content_of(self._jobs), self._folder)
            except OSError as error:
                log.warning("orders_not_kept", reason=str(error))

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
