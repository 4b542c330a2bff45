"""When each device is polled: stagger, no overlap, back-off of the dead, and what ran late.

`Agenda` decides and never sleeps, so that it is tested with a clock held still. `run_agenda` is the
loop that sleeps and starts polls. One slow, dead or lying device costs the others nothing: its poll
is a task of its own with a deadline of its own.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from omc.core.clock import Clock

#: A poll that starts this much after its slot is counted late, in seconds.
LATE_AFTER = 1.0

#: Polls start together with those of so many seconds: to wake up for one costs as much as to wake
#: up for many, and what wakes up finds the processor's caches cold.
GATHERED = 0.15

#: A slot that comes so soon after a poll began, in seconds, is that poll's own.
SAME_SLOT = 5.0

#: A dead device is probed after 1, 2, 4 ... intervals, but at least this often, in seconds.
LONGEST_BACK_OFF = 300.0

#: The first round is spread over this many seconds, so that a start shows data soon ...
FIRST_ROUND = 15.0

#: ... of a small fleet, over this many seconds a device: there is little to spread ...
SMALL_FLEET_SPACING = 0.1

#: ... and of a large one, over this many: first polls name every series, which costs many times
#: what later polls cost. Never over more than an interval.
FIRST_POLL_SPACING = 0.025


class Mode(Enum):
    """What a device is asked for."""

    POLL = auto()
    PROBE = auto()


class Outcome(Enum):
    """How a poll or probe ended, as far as the schedule cares."""

    ANSWERED = auto()
    SILENT = auto()


@dataclass(slots=True, eq=False)
class Job:
    """One device that is asked once an interval.

    Attributes:
        name: Unique; decides the place in the interval, so that it survives restarts.
        interval: Seconds between polls.
        due: Monotonic seconds of the next slot.
        mode: POLL while the device answers, PROBE while it is dead.
        failures: Consecutive silent polls and probes.
        removed: It left the inventory and is not started or planned again.
        running: It has been started and has not finished.
    """

    name: str
    interval: float
    due: float = 0.0
    mode: Mode = Mode.POLL
    failures: int = 0
    removed: bool = False
    running: bool = False


@dataclass(slots=True)
class ScheduleCounts:
    """What happened since the start; read by the service's own metrics."""

    started: int = 0
    late: int = 0
    skipped: int = 0
    probes: int = 0


@dataclass(frozen=True, slots=True)
class Start:
    """One job that is to start now.

    Attributes:
        lateness: Seconds after its slot.
        mode: Whether to poll or only to probe.
    """

    job: Job
    lateness: float
    mode: Mode


@dataclass(slots=True)
class Agenda:
    """The order of things to come.

    Attributes:
        clock: Monotonic time decides everything here.
        concurrency: At most this many jobs of the fleet run at once.
    """

    clock: Clock
    concurrency: int
    counts: ScheduleCounts = field(default_factory=ScheduleCounts)
    _heap: list[tuple[float, int, Job]] = field(default_factory=list)
    _sequence: int = 0
    _running: int = 0

    def add(self, *jobs: Job) -> None:
        """Plan new jobs: first soon, later each at its place in the interval."""
        small = min(FIRST_ROUND, len(jobs) * SMALL_FLEET_SPACING)
        first_round = max(small, len(jobs) * FIRST_POLL_SPACING)
        now = self.clock.monotonic()
        for job in jobs:
            self._push(job, now + stagger(job.name) * min(job.interval, first_round))

    def next_due(self) -> float | None:
        """Monotonic time of the next slot; None when nothing is planned."""
        return self._heap[0][0] if self._heap else None

    @property
    def running(self) -> int:
        """How many jobs run at this moment."""
        return self._running

    def starts(self) -> list[Start]:
        """Take what is due, as far as the concurrency allows; the rest stays due and gets late."""
        now = self.clock.monotonic()
        ready: list[Start] = []
        while self._heap and self._heap[0][0] <= now and self._running < self.concurrency:
            due, _, job = heapq.heappop(self._heap)
            if due == job.due and not job.removed and not job.running:  # else it was hastened
                ready.append(self._start(job, now))
        return ready

    def hasten(self, job: Job) -> None:
        """Have a job start now; one that is under way already is as good. Its slots stay."""
        if not job.running and not job.removed:
            self._push(job, self.clock.monotonic())

    def finished(self, job: Job, outcome: Outcome) -> Start | None:
        """Note how a job ended and plan its next slot.

        Returns:
            The full poll that is to start at once after a probe was answered, else None.
        """
        now = self.clock.monotonic()
        self._running -= 1
        job.running = False
        was_probe = job.mode is Mode.PROBE
        if outcome is Outcome.SILENT:
            job.failures += 1
            job.mode = Mode.PROBE
        else:
            job.failures = 0
            job.mode = Mode.POLL
            if was_probe and not job.removed:
                job.due = now
                return self._start(job, now)
        if not job.removed:
            self._plan_next(job, now)
        return None

    def _start(self, job: Job, now: float) -> Start:
        lateness = max(0.0, now - job.due)
        self.counts.started += 1
        self.counts.probes += job.mode is Mode.PROBE
        self.counts.late += lateness > LATE_AFTER
        self._running += 1
        job.running = True
        return Start(job, lateness, job.mode)

    def _plan_next(self, job: Job, now: float) -> None:
        if job.mode is Mode.PROBE:
            self._push(job, now + back_off(job.interval, job.failures))
            return
        # Also one that was hastened is asked again within an interval: much may happen in one.
        following = self._slot_after(job, job.due + min(job.interval / 2, SAME_SLOT))
        missed = 0
        while following <= now:
            following += job.interval
            missed += 1
        self.counts.skipped += missed
        self._push(job, following)

    def _slot_after(self, job: Job, moment: float) -> float:
        """The first regular slot of a job after a monotonic moment.

        Slots lie on the wall clock (`unix time mod interval == stagger`), so that a restart, or a
        second collector, polls a device at the same second.
        """
        unix = self.clock.time_ms() / 1000
        phase = (unix - self.clock.monotonic()) % job.interval
        place = stagger(job.name) * job.interval
        behind = (moment + phase - place) % job.interval
        return moment + job.interval - behind

    def _push(self, job: Job, due: float) -> None:
        job.due = due
        self._sequence += 1
        heapq.heappush(self._heap, (due, self._sequence, job))


def stagger(name: str) -> float:
    """The place of a name in its interval: 0 up to but not 1, evenly spread, always the same."""
    return zlib.crc32(name.encode()) / 2**32


def back_off(interval: float, failures: int) -> float:
    """Seconds until a device that was silent `failures` times is probed again."""
    return float(min(interval * 2 ** min(failures - 1, 16), max(interval, LONGEST_BACK_OFF)))


Work = Callable[[Start], Awaitable[Outcome]]


async def run_agenda(agenda: Agenda, work: Work, changed: asyncio.Event) -> None:
    """Start every job at its slot, for ever; cancel it to stop.

    Args:
        agenda: What is planned.
        work: Polls or probes one device; it must not raise for anything a device can do.
        changed: Set it after adding jobs, so that a nearer slot is seen.
    """
    look = math.inf  # when the loop looks by itself

    async with asyncio.TaskGroup() as tasks:

        async def carry_out(start: Start | None) -> None:
            while start is not None:
                outcome = await work(start)
                start = agenda.finished(start.job, outcome)
            if look == math.inf or _next_look(agenda) < look:
                changed.set()

        while True:
            changed.clear()
            for start in agenda.starts():
                tasks.create_task(carry_out(start), name=f"poll:{start.job.name}")
            look = _next_look(agenda)
            await _until(look - agenda.clock.monotonic(), changed)


def _next_look(agenda: Agenda) -> float:
    """When something can start, gathered with others; infinity when only a finish can tell."""
    due = agenda.next_due()
    if due is None or agenda.running >= agenda.concurrency:
        return math.inf
    return math.ceil(due / GATHERED) * GATHERED


async def _until(seconds: float, changed: asyncio.Event) -> None:
    """Sleep until the next look, or until something ended or was added."""
    loop = asyncio.get_running_loop()
    timer = loop.call_later(max(0.0, seconds), changed.set) if seconds < math.inf else None
    try:
        await changed.wait()
    finally:
        if timer is not None:
            timer.cancel()
