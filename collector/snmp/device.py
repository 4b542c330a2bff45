"""One device being polled: who it is, what is due, and what came of it. No input or output.

A `Device` writes the exchanges that a session drives: identify, read what is due, advance sweeps a
few pages. What was read before a failure is kept.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from collector.decoding.octets import decoded_text
from collector.normalising.normalise import NodeReader
from collector.profiles.plan import GROUP_MULTIPLES, Column, Plan, PollTask, Sweep, compile_plan
from collector.profiles.profile import PollGroup
from collector.profiles.profile_set import ProfileSet
from collector.snmp.exchange import Exchange, PollDeadline
from collector.snmp.fetch import Fetcher, GivenUp, PollResult
from collector.snmp.get import get
from collector.snmp.limits import AgentLimits
from collector.snmp.span import Span, spans_of
from collector.snmp.sweep import PagedExchange
from collector.varbind import Value, Varbind
from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.core.model import Batch, Quality, Series, SeriesTable

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"

#: Part of the interval that a poll may take before its sweeps wait for the next one.
SWEEP_SHARE = 1 / 3

#: Seconds at least between two sweeps of one table, however much they are hastened.
HASTENED_SWEEP = 30.0

#: Profile name that means: find out by asking.
AUTO = "auto"


class PlanBook:
    """Plans by profile name, compiled once for all devices that share one."""

    def __init__(self, profiles: ProfileSet, catalogue: Catalogue) -> None:
        self.profiles = profiles
        self._catalogue = catalogue
        self._plans: dict[str, Plan] = {}

    def plan(self, profile: str) -> Plan:
        """The plan of a profile and all it extends.

        Raises:
            KeyError: no such profile.
        """
        plan = self._plans.get(profile)
        if plan is None:
            plan = compile_plan(self.profiles.resolve(profile), self._catalogue)
            self._plans[profile] = plan
        return plan


@dataclass(slots=True)
class _Sweep:
    """A large table that is read a little at every poll. Times are monotonic seconds."""

    paged: PagedExchange | None = None
    started: float | None = None
    advanced: float = 0.0
    duration: float = 0.0
    is_hastened: bool = False


class Device:
    """What is known about one device, and the exchanges that learn more.

    Args:
        name: Node name: the identity of its batches.
        identity: Labels of every series: site and node.
        interval: Seconds between polls.
        profile: A profile's name, or `auto`.
        book: Plans of all profiles.
        table: The process's interned series.
        clock: Stamps labels and sweeps.
        limits: The memory of the device's session.
        with_origins: Keep the OID of every value, and why others gave none (for people, not for
            the service).
        whole_sweeps: Read large tables at once instead of a little at every poll.
    """

    def __init__(
        self,
        name: str,
        identity: Mapping[str, str],
        interval: float,
        profile: str,
        book: PlanBook,
        table: SeriesTable,
        clock: Clock,
        limits: AgentLimits,
        *,
        with_origins: bool = False,
        whole_sweeps: bool = False,
    ) -> None:
        self.name = name
        self.profile = ""
        self.limits = limits
        self._identity = dict(identity)
        self._interval = interval
        self._wanted = profile
        self._book = book
        self._table = table
        self._clock = clock
        self._with_origins = with_origins
        self._whole_sweeps = whole_sweeps
        self._sys_object_id: str | None = None
        self._reader: NodeReader | None = None
        self._plan: Plan | None = None
        self._sweeps: dict[str, _Sweep] = {}
        self._polls = 0
        self._rejected: dict[Quality, int] = {}
        self._result = PollResult()
        self._open: dict[str, Batch] = {}
        self._fetcher = Fetcher(limits, clock)
        self._began = 0.0

    def close(self) -> None:
        """Forget every series of the device, and who it is."""
        if self._reader is not None:
            self._reader.close()
        self._reader = self._plan = None
        self._sys_object_id = None
        self._rejected = {}
        self._sweeps.clear()

    def hasten_sweeps(self) -> None:
        """Have states in large tables read at the next poll, ahead of their interval.

        What is read seldom because reading it burdens the device is left alone.
        """
        if self._plan is not None:
            for task in self._plan.tasks:
                if task.sweep is not None and task.group is not PollGroup.SLOW:
                    self._sweeps[task.name].is_hastened = True

    def series(self) -> list[Series]:
        """Every series the device has given so far."""
        return [] if self._reader is None else self._reader.series()

    def probe(self) -> Exchange[None]:
        """Ask for the least there is; raises what the session raises when nothing comes.

        A device that was silent may be another one now: it is identified anew at its next poll.
        """
        yield from get([SYS_UP_TIME], self.limits)
        self._sys_object_id = None

    def poll(self, result: PollResult) -> Exchange[None]:
        """Read everything that is due into `result`, which holds what there is at any moment.

        Raises:
            RequestTimeout: the device did not answer at all.
            PollDeadline: nor within the time for the whole poll.
        """
        self._result, self._open = result, {}
        self._fetcher.begin(result)
        self._began = self._clock.monotonic()
        if self._sys_object_id is None:
            yield from self._identify()
        try:
            yield from self._read_due()
        except (GivenUp, PollDeadline) as reason:
            if not result.answered:
                raise
            result.given_up = True
            result.problems.append(str(reason))
        finally:
            self._take_quality(result)
            self._result, self._open = PollResult(), {}  # the batches are the bus's now

    def _take_quality(self, result: PollResult) -> None:
        """What was read and was no sample."""
        if self._reader is None:
            return
        result.events.extend(self._reader.take_events())
        if self._reader.refusals is not None:
            result.refusals, self._reader.refusals = self._reader.refusals, []
        for quality, count in self._reader.rejected.items():
            more = count - self._rejected.get(quality, 0)
            if more:
                result.rejected[str(quality)] = more
        self._rejected = dict(self._reader.rejected)

    # -- who it is -------------------------------------------------------------------------------

    def _identify(self) -> Exchange[None]:
        values = dict((yield from get([SYS_OBJECT_ID, SYS_DESCR], self.limits)))
        self._result.answered = True
        object_id = _text(values.get(SYS_OBJECT_ID)).lstrip(".")
        profile = self._wanted
        if profile == AUTO:
            profile = yield from self._detect(object_id, _text(values.get(SYS_DESCR)))
        if profile != self.profile or self._reader is None:
            self._adopt(profile)
        self._sys_object_id = object_id

    def _detect(self, object_id: str, descr: str) -> Exchange[str]:
        detection = self._book.profiles.detect(object_id, descr)
        answers: dict[str, Value] = {}
        if detection.probes:
            answers = dict((yield from get(detection.probes, self.limits)))
        return detection.decide(answers)

    def _adopt(self, profile: str) -> None:
        self.close()
        self.profile = profile
        self._plan = plan = self._book.plan(profile)
        source = f"snmp:{self.name}"
        self._reader = NodeReader(plan, self._table, self._identity, source=source)
        self._reader.refusals = [] if self._with_origins else None
        self._sweeps = {task.name: _Sweep() for task in plan.tasks if task.sweep is not None}
        self._polls = 0
        self.limits.bulk = self.limits.bulk and not plan.no_bulk
        self._fetcher.ceiling = plan.max_repetitions

    # -- what it says ----------------------------------------------------------------------------

    def _read_due(self) -> Exchange[None]:
        plan, reader = self._plan, self._reader
        assert plan is not None  # noqa: S101 - _identify has set both
        assert reader is not None  # noqa: S101
        for task in plan.tasks:
            if task.sweep is None and self._is_due(task):
                yield from self._read_task(task, reader)
        sweeps = [(task, task.sweep) for task in plan.tasks if task.sweep is not None]
        # On a slow device one sweep may take all the time there is: the others come first next.
        for task, budget in sorted(sweeps, key=lambda s: self._sweeps[s[0].name].advanced):
            yield from self._advance(task, budget, reader)
        self._polls += 1

    def _is_due(self, task: PollTask) -> bool:
        """Everything at the first poll; later each task at its own turn, spread over devices."""
        multiple = GROUP_MULTIPLES[task.group]
        turn = zlib.crc32(f"{self.name}/{task.name}".encode()) % multiple
        return self._polls == 0 or self._polls % multiple == turn

    def _read_task(self, task: PollTask, reader: NodeReader) -> Exchange[None]:
        yield from self._read_labels(task, reader)

        def on_page(varbinds: list[Varbind], time_ms: int, page: int) -> None:
            reader.read(task, varbinds, time_ms, self._batch(task), page)

        columns = reader.columns(task)
        spans: Sequence[Span] = spans_of(columns)
        if task.sweep is not None and task.sweep.by_rows_of is not None:
            spans = yield from self._by_rows(columns, task.sweep.by_rows_of)
        complete = yield from self._fetcher.fetch(reader.scalars(task), spans, on_page)
        reader.finish(task, self._clock.time_ms(), self._batch(task), complete=complete)

    def _by_rows(self, columns: tuple[Column, ...], rows_of: str) -> Exchange[Sequence[Span]]:
        """The parts of columns that belong to each row of another one, row by row."""
        found: list[Varbind] = []

        def on_page(varbinds: list[Varbind], time_ms: int, page: int) -> None:
            found.extend(varbinds)

        complete = yield from self._fetcher.fetch((), (Span.of([rows_of]),), on_page)
        if not complete or not found:
            return spans_of(columns)
        rows = [oid[len(rows_of) :] for oid, value in found if value != 0]
        return [Span.of([c.oid + row], c.max_repetitions) for row in rows for c in columns]

    def _read_labels(self, task: PollTask, reader: NodeReader) -> Exchange[None]:
        request = reader.labels_due(task, self._clock.time_ms())
        if request is None:
            return

        def on_page(varbinds: list[Varbind], time_ms: int, page: int) -> None:
            reader.read_labels(varbinds)

        spans = spans_of(request.columns)
        complete = yield from self._fetcher.fetch(request.scalars, spans, on_page)
        reader.labels_complete(request, self._clock.time_ms(), complete=complete)

    # -- sweeps ----------------------------------------------------------------------------------

    def _advance(self, task: PollTask, budget: Sweep, reader: NodeReader) -> Exchange[None]:
        """Read as much of a large table as one interval's budget allows."""
        sweep = self._sweeps[task.name]
        now = self._clock.monotonic()
        if _too_busy(budget, reader):
            self._tell_pause(task)
            return
        if sweep.paged is None:
            interval = HASTENED_SWEEP if sweep.is_hastened else budget.minimum_interval
            if sweep.started is not None and now - sweep.started < interval:
                return
            sweep.is_hastened = False
            sweep.paged = PagedExchange(self._read_task(task, reader))
            sweep.started = now
        yield from sweep.paged.advance(self._leave(task, budget))
        sweep.advanced = self._clock.monotonic()
        if sweep.paged.finished:
            sweep.duration = self._clock.monotonic() - (sweep.started or now)
            sweep.paged = None

    def _tell_pause(self, task: PollTask) -> None:
        """Who wants everything at once has to know what is missing; the service comes again."""
        if self._whole_sweeps:
            self._result.problems.append(f"{task.name} was not read: the device's CPU is busy")

    def _leave(self, task: PollTask, budget: Sweep) -> Callable[[int], bool]:
        """Whether a sweep may read another page in this poll.

        It keeps to the table's budget, and to its share of the interval: what a slow device does
        not get done waits for the next poll instead of making this one late.
        """
        if self._whole_sweeps:
            return lambda taken: True
        rows = budget.rows_per_minute * self._interval / 60
        allowance = max(1, round(rows * max(1, len(task.columns))))
        until = self._began + self._interval * SWEEP_SHARE
        return lambda taken: taken < allowance and self._clock.monotonic() < until

    def _batch(self, task: PollTask) -> Batch:
        """The batch that samples of a task go to in this poll."""
        batch = self._open.get(task.name)
        if batch is None:
            batch = Batch(f"snmp:{self.name}:{task.name}", self._interval_of(task))
            if self._with_origins:
                batch.origins = []
            self._open[task.name] = batch
            self._result.batches.append(batch)
        return batch

    def _interval_of(self, task: PollTask) -> float:
        """Seconds until the same series are read again."""
        if task.sweep is None:
            return self._interval * GROUP_MULTIPLES[task.group]
        return max(task.sweep.minimum_interval, self._sweeps[task.name].duration, self._interval)


def _too_busy(budget: Sweep, reader: NodeReader) -> bool:
    limit, cpu = budget.pause_above_cpu, reader.cpu_ratio
    return limit is not None and cpu is not None and cpu > limit


def _text(value: Value) -> str:
    return decoded_text(value) if isinstance(value, bytes) else str(value or "")
