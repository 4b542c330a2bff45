"""The fleet: polls every device when the agenda says so, and hands on what they said.

This is the one place of SNMP collecting that catches whatever a device (or our own mistake in
reading it) can cause: it is logged once, counted, and the next device is polled as if nothing had
happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import structlog

from collector.schedule import (
    Agenda,
    Job,
    Mode,
    Outcome,
    ScheduleCounts,
    Start,
    back_off,
    run_agenda,
)
from collector.snmp.client import SnmpClient
from collector.snmp.credentials import Target
from collector.snmp.device import Device, PlanBook
from collector.snmp.exchange import Exchange
from collector.snmp.fetch import PollResult
from collector.snmp.session import Session
from omc.bus.base import Bus
from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.core.errors import AuthenticationRefused, ProtocolViolation, SourceError
from omc.core.model import Batch, Event, EventKind, Series, SeriesTable, sorted_labels

log = structlog.get_logger(__name__)

#: Polls and probes without an answer after which what a device said last is the past, whatever
#: the interval of its groups.
STALE_AFTER = 3


@dataclass(frozen=True, slots=True)
class PolledNode:
    """One node of the inventory as polling needs it.

    Attributes:
        name: Unique node name.
        site: Site code, or "" for a node that stands at no site.
        target: Whom to ask, and how.
        profile: A profile's name, or `auto`.
        interval: Seconds between polls.
    """

    name: str
    site: str
    target: Target
    profile: str
    interval: float

    @property
    def identity(self) -> dict[str, str]:
        """Labels of every series of the node."""
        return {"site": self.site, "node": self.name}


@dataclass(frozen=True, slots=True)
class PollReport:
    """What is told of one finished poll or probe.

    Attributes:
        node: Who was asked.
        mode: Poll or probe.
        lateness: Seconds between the slot and the start.
        duration: Seconds it took.
        samples: Samples handed on.
        rejected: Readings that were no sample, by reason.
        failure: Why it failed as one word (`unreachable`, `refused`, `violation`, `internal`); ""
            when it did not. A poll that kept a part has not failed.
        partial: Something was missing or refused on the way.
    """

    node: PolledNode
    mode: Mode
    lateness: float
    duration: float
    samples: int
    rejected: dict[str, int]
    failure: str
    partial: bool


class PollObserver(Protocol):
    """Who wants to know how polls went: the service's own metrics."""

    def polled(self, report: PollReport) -> None: ...


@dataclass(slots=True)
class _Health:
    """The two series that say how a node's polls go."""

    success: Series
    duration: Series


@dataclass(slots=True)
class _Entry:
    node: PolledNode
    device: Device
    session: Session
    job: Job
    health: _Health
    failure: str = ""
    partial: bool = False
    polled: bool = False


class SnmpPoller:
    """Polls nodes over SNMP until it is cancelled.

    Args:
        client: All SNMP sessions.
        book: Plans of all profiles.
        catalogue: Owns the metrics that tell how polling goes.
        table: The process's interned series.
        bus: Where batches and events go.
        clock: Plans polls and stamps what the poller itself says.
        observer: Told of every poll.
        deadline: Seconds for one whole poll; a node's interval, if shorter.
        concurrency: Polls under way at once in the whole fleet.
    """

    def __init__(
        self,
        client: SnmpClient,
        book: PlanBook,
        catalogue: Catalogue,
        table: SeriesTable,
        bus: Bus,
        clock: Clock,
        observer: PollObserver,
        *,
        deadline: float,
        concurrency: int,
    ) -> None:
        self._client = client
        self._clock = clock
        self._book = book
        self._table = table
        self._bus = bus
        self._observer = observer
        self._deadline = deadline
        self._success = catalogue.metric("omc_poll_success")
        self._duration = catalogue.metric("omc_poll_duration_seconds")
        self._entries: dict[str, _Entry] = {}
        self._changed = asyncio.Event()
        self.agenda = Agenda(self._clock, concurrency)

    def add(self, nodes: Iterable[PolledNode]) -> None:
        """Plan nodes; one of a name that is there already replaces it."""
        jobs = []
        for node in nodes:
            self.remove(node.name)
            self._entries[node.name] = entry = self._entry(node)
            jobs.append(entry.job)
        self.agenda.add(*jobs)
        self._changed.set()

    def remove(self, name: str) -> None:
        """Stop polling a node and forget its series; nothing happens if it is not there."""
        entry = self._entries.pop(name, None)
        if entry is not None:
            entry.job.removed = True
            entry.device.close()
            entry.session.close()

    def hasten(self, names: Iterable[str], *, tables: bool = False) -> None:
        """Ask these nodes now instead of at their turn; names of no node are passed over.

        Args:
            names: Of nodes.
            tables: Begin to read the states in their large tables anew as well.
        """
        for name in names:
            entry = self._entries.get(name)
            if entry is not None:
                if tables:
                    entry.device.hasten_sweeps()
                self.agenda.hasten(entry.job)
        self._changed.set()

    @property
    def counts(self) -> ScheduleCounts:
        """What the schedule counts."""
        return self.agenda.counts

    @property
    def failing(self) -> dict[str, str]:
        """Nodes whose last poll failed, and why, as one word."""
        return {e.node.name: e.failure for e in self._entries.values() if e.failure}

    def states(self) -> dict[str, int]:
        """How many nodes answer, fail, and wait for their first poll."""
        waiting = sum(1 for entry in self._entries.values() if not entry.polled)
        failing = len(self.failing)
        answering = len(self._entries) - waiting - failing
        return {"answering": answering, "failing": failing, "waiting": waiting}

    def __len__(self) -> int:
        return len(self._entries)

    async def run(self) -> None:
        """Poll for ever; cancel to stop."""
        await run_agenda(self.agenda, self._work, self._changed)

    def _entry(self, node: PolledNode) -> _Entry:
        session = self._client.session(node.target)
        device = Device(
            node.name,
            node.identity,
            node.interval,
            node.profile,
            self._book,
            self._table,
            self._clock,
            session.limits,
        )
        health = _Health(
            self._table.intern(self._success, node.identity),
            self._table.intern(self._duration, node.identity),
        )
        return _Entry(node, device, session, Job(node.name, node.interval), health)

    async def _work(self, start: Start) -> Outcome:
        entry = self._entries.get(start.job.name)
        if entry is None or entry.job is not start.job:
            return Outcome.ANSWERED
        result = PollResult()
        poll = start.mode is Mode.POLL
        exchange = entry.device.poll(result) if poll else entry.device.probe()
        began = self._clock.monotonic()
        failure = await self._ask(entry, exchange)
        duration = self._clock.monotonic() - began
        if poll or failure:
            self._publish(entry, result, failure, duration)
        self._note(entry, failure, result)
        self._report(entry, start, result, failure, duration)
        return Outcome.SILENT if failure else Outcome.ANSWERED

    async def _ask(self, entry: _Entry, exchange: Exchange[None]) -> str:
        """Run an exchange; returns the reason of its failure as one word, or ""."""
        try:
            await entry.session.run(exchange, min(self._deadline, entry.node.interval))
        except AuthenticationRefused:
            return "refused"
        except ProtocolViolation:
            return "violation"
        except SourceError:
            return "unreachable"
        except Exception:
            log.exception("poll_failed_internally", node=entry.node.name, site=entry.node.site)
            return "internal"
        return ""

    def _publish(self, entry: _Entry, result: PollResult, failure: str, duration: float) -> None:
        for batch in result.batches:
            if len(batch):
                self._bus.publish(batch)
        for event in result.events:
            self._bus.emit(event)
        job = entry.job
        following = back_off(job.interval, job.failures + 1) if failure else job.interval
        health = Batch(f"snmp:{entry.node.name}:health", following)
        now = self._clock.time_ms()
        health.add(entry.health.success, 0.0 if failure else 1.0, now)
        if not failure:
            health.add(entry.health.duration, duration, now)
        self._bus.publish(health)

    def _note(self, entry: _Entry, failure: str, result: PollResult) -> None:
        """Log and announce the transitions, and only them."""
        node = entry.node
        where = {"node": node.name, "site": node.site, "endpoint": node.target.endpoint}
        if failure and failure != entry.failure:
            log.warning("node_failed", reason=failure, **where)
            self._announce(EventKind.SOURCE_DOWN, node, failure)
        elif entry.failure and not failure:
            log.info("node_recovered", was=entry.failure, **where)
            self._announce(EventKind.SOURCE_UP, node, "")
        if not failure and bool(result.problems) != entry.partial:
            entry.partial = bool(result.problems)
            if entry.partial:
                log.warning("poll_partial", problem=result.problems[0], **where)
            else:
                log.info("poll_complete_again", **where)
        if failure and entry.job.failures + 1 == STALE_AFTER:
            series = tuple(entry.device.series())
            self._announce(EventKind.SOURCE_STALE, node, failure, series)
        entry.failure = failure
        entry.polled = True

    def _announce(
        self, kind: EventKind, node: PolledNode, text: str, series: tuple[Series, ...] = ()
    ) -> None:
        labels = sorted_labels(node.identity)
        now = self._clock.time_ms()
        self._bus.emit(Event(kind, f"snmp:{node.name}", now, labels, text, series))

    def _report(
        self, entry: _Entry, start: Start, result: PollResult, failure: str, duration: float
    ) -> None:
        self._observer.polled(
            PollReport(
                entry.node,
                start.mode,
                start.lateness,
                duration,
                result.samples,
                result.rejected,
                failure,
                bool(result.problems),
            )
        )
