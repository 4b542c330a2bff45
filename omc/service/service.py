"""The service: every part made, joined by the bus, started and stopped in the right order.

Starting: the page for Prometheus first (it says that it is not ready), then sinks, then sources.
Stopping: sources first, then the bus is closed and the sinks get a moment to deliver what is left,
then the journal, which keeps what they could not deliver, is written a last time.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import structlog
from prometheus_client import CollectorRegistry

from collector.snmp.client import SnmpClient
from collector.snmp.device import PlanBook
from collector.snmp.poller import SnmpPoller
from exporters.delivery import SinkDelivery, drain
from exporters.http import metrics_app
from exporters.prometheus import PrometheusView
from exporters.sink_metrics import SinkMetrics
from exporters.web_server import WebServer
from omc.alarms.desk import AlarmDesk
from omc.bus.journal import JournalledBus
from omc.core import garbage
from omc.core.clock import Clock
from omc.core.model import SeriesTable
from omc.reports.desk import ReportDesk
from omc.reports.maker import ReportMaker
from omc.service.brokers import MqttCollector, make_subscribers
from omc.service.installation import Installation, alarm_world
from omc.service.instruments import (
    CollectingMetrics,
    PollTally,
    SourceCounts,
    TransportMetrics,
    register_process,
)
from omc.service.journal_metrics import JournalMetrics
from omc.service.listening import api_server, make_doorman, start_server
from omc.service.measurement_files import MeasurementFiles
from omc.service.network_facts import NetworkFacts
from omc.service.report_schedule import ReportSchedule
from omc.service.self_report import SelfReport
from omc.service.service_bus import kept, make_bus
from omc.service.sinks import open_deliveries
from omc.service.targets import polled_nodes
from omc.service.traps import TrapMetrics, trap_receiver

log = structlog.get_logger(__name__)

if TYPE_CHECKING:
    from dashboards.console.console import Console
    from omc.core.settings import VesSettings
    from omc.service.archive import Archive
    from omc.service.ves import VesListener

#: Seconds that sinks get to deliver what is left when the service stops.
DRAIN_SECONDS = 1.5
#: Seconds between two looks for series that have expired.
SWEEP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Status:
    """How the service stands, for people who watch it.

    Attributes:
        devices: Nodes that are polled.
        failing: Nodes whose last poll failed.
        waiting: Nodes whose first poll has not ended.
        polls: Polls since the start.
        late: Of them, started late.
        skipped: Slots without a poll.
        samples: Samples handed on since the start.
        brokers: MQTT brokers connected to.
        series: Series on /metrics.
        alarms: Active alarms that people are told of: no child of a root, no planned work.
    """

    devices: int
    failing: int
    waiting: int
    polls: int
    late: int
    skipped: int
    samples: int
    brokers: int
    series: int
    alarms: int


class Service:
    """One collector with its exporters.

    Args:
        installation: What people wrote: settings, inventory, catalogue, profiles, mappings.
        clock: The time.
    """

    def __init__(self, installation: Installation, clock: Clock) -> None:
        self._installation = installation
        self._settings = settings = installation.settings
        self._clock = clock
        self._randomness = Random()  # noqa: S311 - spreads retries, guards nothing
        self._book = PlanBook(installation.profiles, installation.catalogue)
        self._registry = CollectorRegistry()
        self._table = SeriesTable()
        self._bus = make_bus(settings, installation.catalogue, self._table, clock)
        if isinstance(self._bus, JournalledBus):
            self._registry.register(JournalMetrics(self._bus, clock))
        self._view = PrometheusView(clock, self._registry, settings.prometheus.expiry_intervals)
        self._table.on_forget(self._view.forget)
        self._bus.listen(self._view.observe, self._view.notice)
        self._polls = PollTally()
        self._subscribers = make_subscribers(
            installation, self._table, self._bus, clock, self._randomness
        )
        self._mqtt = MqttCollector(self._subscribers)
        self._registry.register(self._mqtt)
        self._files: MeasurementFiles | None = None
        if settings.pm.sources:
            self._files = MeasurementFiles(installation, self._table, self._bus, clock)
            self._registry.register(self._files)
        self._archive = self._make_archive() if settings.archive.enabled else None
        self._poller: SnmpPoller | None = None
        self._alarms = AlarmDesk(alarm_world(installation), settings.alarms, clock, self)
        self._alarms.attach(self._bus, self._table)
        self._self_report = SelfReport(
            self._registry, installation.catalogue, self._table, clock, self._alarms.judge
        )
        self._facts = NetworkFacts(
            installation.inventory,
            self._alarms.engine.active,
            installation.catalogue,
            self._table,
            self._bus,
            clock,
        )
        traps = settings.snmp.traps
        kept = self._alarms.store.settled
        self._traps = trap_receiver(traps, installation, self._bus, clock, kept) if traps else None
        self._doorman = make_doorman(settings)
        self._reports = ReportMaker(installation.path, settings.report_folder)
        self._console = self._make_console() if settings.console.enabled else None
        self._ves = self._make_ves(settings.ves) if settings.ves else None
        self.url = ""
        self.api_url = ""

    def hasten(self, nodes: Iterable[str], *, tables: bool = False) -> None:
        """Ask these devices now instead of at their turn, with their large tables if so wished."""
        if self._poller is not None:
            self._poller.hasten(nodes, tables=tables)

    @property
    def has_console(self) -> bool:
        """Whether it serves pages for operators, at the address of the API."""
        return self._console is not None

    @property
    def status(self) -> Status:
        """How it stands now."""
        poller = self._poller
        counts = poller.agenda.counts if poller else None
        return Status(
            devices=len(poller) if poller else 0,
            failing=len(poller.failing) if poller else 0,
            waiting=poller.states()["waiting"] if poller else 0,
            polls=self._polls.polls.total(),
            late=counts.late if counts else 0,
            skipped=counts.skipped if counts else 0,
            samples=sum(source.samples for source in self._sources().values()),
            brokers=sum(subscriber.counts.connected for subscriber in self._subscribers.values()),
            series=len(self._view),
            alarms=self._alarms.overview.concerning,
        )

    async def run(self, stop: asyncio.Event, started: Callable[[], None]) -> None:
        """Serve until `stop` is set.

        Args:
            stop: Set it to stop; returns a moment later.
            started: Called once everything runs.

        Raises:
            CannotListen: an address of the settings cannot be listened on.
        """
        register_process(self._registry)
        async with AsyncExitStack() as stack:
            web = self._web_server()
            await start_server(stack, web, "prometheus.listen")
            self.url = web.url
            heard = self._traps.log if self._traps else None
            server = api_server(self._settings, self._alarms, self._doorman, heard, self._console)
            await start_server(stack, server, "api.listen")
            self.api_url = server.url
            client = await stack.enter_async_context(
                SnmpClient(self._clock, max_open_sockets=self._settings.snmp.max_open_sockets)
            )
            self._registry.register(TransportMetrics(client.counts, lambda: client.open_sockets))
            self._poller = self._make_poller(client)
            archive = self._archive.sink if self._archive is not None else None
            await stack.enter_async_context(kept(self._bus))
            if self._traps is not None:
                await start_server(stack, self._traps, "snmp.traps.listen")
                self._registry.register(TrapMetrics(self._traps))
            if self._ves is not None:
                await start_server(stack, self._ves.server, "ves.listen")
                self._registry.register(self._ves.collector)
            deliveries = await open_deliveries(
                stack,
                self._settings,
                self._table,
                self._view,
                self._bus,
                self._clock,
                self._randomness,
                archive,
            )
            await self._run_parts(self._poller, deliveries, stop, started)

    async def _run_parts(
        self,
        poller: SnmpPoller,
        deliveries: list[SinkDelivery],
        stop: asyncio.Event,
        started: Callable[[], None],
    ) -> None:
        metrics = SinkMetrics(self._registry)
        async with asyncio.TaskGroup() as sinks:
            delivering = []
            for delivery in deliveries:
                metrics.add(delivery)
                delivering.append(sinks.create_task(delivery.run(), name=f"sink:{delivery.name}"))
            await self._run_sources(poller, stop, started)
            self._bus.close()
            await drain(delivering, DRAIN_SECONDS)

    async def _run_sources(
        self, poller: SnmpPoller, stop: asyncio.Event, started: Callable[[], None]
    ) -> None:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(poller.run(), name="snmp")]
            tasks.append(group.create_task(self._alarms.run(), name="alarms"))
            tasks.append(group.create_task(self._self_report.run(), name="self-report"))
            tasks.append(group.create_task(self._facts.run(), name="network-facts"))
            for name, subscriber in self._subscribers.items():
                tasks.append(group.create_task(subscriber.run(), name=f"mqtt:{name}"))
            if self._ves is not None:
                tasks.append(group.create_task(self._ves.run(), name="ves"))
            tasks.append(group.create_task(_spare_the_collector(poller), name="gc"))
            if self._settings.remote_write:
                tasks.append(group.create_task(_sweep(self._view), name="sweep"))
            if self._archive is not None:
                tasks.append(group.create_task(self._archive.run(), name="archive"))
                tasks.append(group.create_task(self._archive.events.run(), name="events"))
            if self._settings.reports.schedule:
                schedule = ReportSchedule(self._settings, self._reports, self._clock)
                tasks.append(group.create_task(schedule.run(), name="reports"))
            if self._files is not None:
                tasks.append(group.create_task(self._files.run(), name="pm"))
            if self._console is not None:
                tasks.append(group.create_task(self._console.run(), name="console"))
            started()
            await stop.wait()
            for task in tasks:
                task.cancel()
        gc.unfreeze()  # what DuckDB has made wants to be collected, else it complains at the exit

    def _make_archive(self) -> Archive:
        # Who archives nothing need not hold the 40 MB that Arrow takes.
        from omc.service.archive import Archive, ArchiveMetrics

        archive = Archive(self._settings, self._clock)
        self._bus.listen(None, archive.events.notice)
        self._registry.register(ArchiveMetrics(archive, self._clock))
        return archive

    def _make_console(self) -> Console:
        # Who has no console need not hold the 15 MB that its pages take.
        from omc.service.console import make_console

        console = make_console(
            self._installation,
            self._alarms,
            ReportDesk(self._reports, self._settings.report_folder, self._clock),
            self._doorman,
            self._clock,
            self._view,
            lambda: self._poller,
            self._traps.log if self._traps else None,
            self._self_report.look,
        )
        self._bus.listen(console.observe, None)
        return console

    def _make_ves(self, written: VesSettings) -> VesListener:
        # Who hears no VES need not hold what checks its schema.
        from omc.service.ves import VesListener

        return VesListener(
            written,
            self._installation,
            self._table,
            self._bus,
            self._clock,
            self._files.announced if self._files else lambda _: False,
        )

    def _make_poller(self, client: SnmpClient) -> SnmpPoller:
        snmp = self._settings.snmp
        poller = SnmpPoller(
            client,
            self._book,
            self._installation.catalogue,
            self._table,
            self._bus,
            self._clock,
            self._polls,
            deadline=snmp.poll_deadline,
            concurrency=snmp.concurrency,
        )
        poller.add(polled_nodes(self._settings, self._installation.inventory))
        self._registry.register(CollectingMetrics(self._polls, poller, self._sources()))
        return poller

    def _sources(self) -> dict[str, SourceCounts]:
        """The kinds of sources and what they have brought."""
        sources: dict[str, SourceCounts] = {"snmp": self._polls, "mqtt": self._mqtt}
        if self._files is not None:
            sources["pm"] = self._files
        if self._ves is not None:
            sources["ves"] = self._ves
        return sources

    def _web_server(self) -> WebServer:
        listen = self._settings.prometheus.listen
        app = metrics_app(self._view, self._registry, self._not_ready)
        return WebServer(app, listen.host, listen.port)

    def _not_ready(self) -> list[str]:
        """Why `/-/ready` says no: the first round of polls is not over."""
        if self._poller is None:
            return ["starting"]
        waiting = self._poller.states()["waiting"]
        total = len(self._poller)
        return [f"first round of polls: {total - waiting} of {total} nodes"] if waiting else []


async def _sweep(view: PrometheusView) -> None:
    """Notice what has expired though nobody may scrape: receivers are to be told that it has."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        for _ in view.sweep():
            await asyncio.sleep(0)


async def _spare_the_collector(poller: SnmpPoller) -> None:
    """Once every node was polled, what that built is there for as long as the service."""
    while poller.states()["waiting"]:  # noqa: ASYNC110 - nobody tells, and a second is soon enough
        await asyncio.sleep(1.0)
    garbage.settle()
