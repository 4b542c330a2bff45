"""Where people order reports: who wanted which, how far it is, and what came of it.

Orders are kept for as long as the service runs; the reports themselves lie on the shelf.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import structlog

from omc.reports.maker import ReportFailed, ReportOrder

log = structlog.get_logger(__name__)

#: Orders that may wait or be worked on at once, and how many that are over are remembered.
MOST_OPEN = 5
_MOST_OVER = 20


class Stage(StrEnum):
    """How far an order is."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class TooManyOrders(Exception):
    """No more orders are taken until one of those before is over."""


class Maker(Protocol):
    """What makes reports, one at a time."""

    async def make(self, order: ReportOrder, told: Callable[[str], None]) -> Sequence[Path]:
        """Make one; raises `ReportFailed`."""
        ...


@dataclass(slots=True, eq=False)
class Job:
    """One order.

    Attributes:
        number: Unique in the process.
        order: What is wanted.
        who: Wants it.
        stage: How far it is.
        step: What is being done.
        fault: Why it failed, in words.
        files: Names, once it is done.
        task: Carries it out; None until then.
    """

    number: int
    order: ReportOrder
    who: str
    stage: Stage = Stage.WAITING
    step: str = ""
    fault: str = ""
    files: tuple[str, ...] = ()
    task: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits or is worked on."""
        return self.stage in (Stage.WAITING, Stage.WORKING)


class ReportDesk:
    """Takes orders, and has them carried out one after the other.

    Args:
        maker: Makes them.
    """

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self._jobs: list[Job] = []
        self._queue: asyncio.Queue[Job] = asyncio.Queue()
        self._listeners: list[Callable[[], None]] = []
        self._count = 0

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The latest first."""
        return tuple(reversed(self._jobs))

    def order(self, order: ReportOrder, who: str) -> Job:
        """Take an order.

        Raises:
            TooManyOrders: enough of them are open.
        """
        if sum(job.is_open for job in self._jobs) >= MOST_OPEN:
            raise TooManyOrders
        self._count += 1
        job = Job(self._count, order, who)
        over = [one for one in self._jobs if not one.is_open]
        for one in over[: max(0, len(over) - _MOST_OVER)]:
            self._jobs.remove(one)
        self._jobs.append(job)
        self._queue.put_nowait(job)
        log.info("report_ordered", report=order.report, by=who)
        self._tell()
        return job

    def cancel(self, number: int) -> None:
        """Give up an order that is still open; others stay as they are."""
        for job in self._jobs:
            if job.number == number and job.is_open:
                self._end(job, Stage.CANCELLED)
                if job.task is not None:
                    job.task.cancel()

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
                    job.task = group.create_task(self._carry_out(job), name="report-order")
                    await asyncio.wait([job.task])

    async def _carry_out(self, job: Job) -> None:
        def told(step: str) -> None:
            job.stage, job.step = Stage.WORKING, step
            self._tell()

        try:
            files = await self._maker.make(job.order, told)
        except (ReportFailed, OSError) as error:
            job.fault = str(error)
            log.warning("ordered_report_failed", report=job.order.report, reason=job.fault)
            self._end(job, Stage.FAILED)
        except Exception as error:  # a bug here may cost one order, no more
            job.fault = str(error)
            log.exception("ordered_report_failed_internally", report=job.order.report)
            self._end(job, Stage.FAILED)
        else:
            job.files = tuple(file.name for file in files)
            self._end(job, Stage.DONE)

    def _end(self, job: Job, stage: Stage) -> None:
        job.stage = stage
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
