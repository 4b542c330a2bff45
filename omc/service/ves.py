"""The listener for VES events as the settings want it, and what it counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Never

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from collector.mqtt.counts import SubscriptionCounts
from collector.mqtt.json_payload import PayloadReader
from collector.mqtt.series_budget import SeriesBudget
from collector.mqtt.topic_template import TopicTemplate
from collector.ves.admission import Admission
from collector.ves.app import Limits, VesApp
from collector.ves.fields import TOPIC
from collector.ves.heartbeats import Heartbeats
from collector.ves.intake import VesIntake
from collector.ves.server import HttpsServer
from omc.bus.base import Bus
from omc.core.clock import Clock
from omc.core.model import SeriesTable
from omc.core.passwords import Passwords
from omc.core.settings import VesSettings
from omc.core.tls import server_context
from omc.service.brokers import InventoryDirectory
from omc.service.installation import Installation

#: State that tells whether a network function sends its heartbeats.
ONLINE = "network_function_online"
_TICK = 1.0


class VesListener:
    """Everything that takes VES events.

    Args:
        written: The settings.
        installation: Inventory, catalogue and mappings.
        table: Interns series.
        bus: Where samples and faults go.
        clock: The time.
        file_ready: Told where a measurement file is ready; says whether a source has it.

    Attributes:
        server: To be entered.
    """

    def __init__(
        self,
        written: VesSettings,
        installation: Installation,
        table: SeriesTable,
        bus: Bus,
        clock: Clock,
        file_ready: Callable[[str], bool],
    ) -> None:
        catalogue = installation.catalogue
        directory = InventoryDirectory(installation.inventory)
        measurements = PayloadReader(
            installation.mappings[written.mapping],
            TopicTemplate.parse(TOPIC),
            source=TOPIC,
            catalogue=catalogue,
            directory=directory,
            budget=SeriesBudget(table),
            counts=SubscriptionCounts(),
        )
        self._heartbeats = Heartbeats(catalogue.metric(ONLINE), table, bus, clock)
        self._intake = VesIntake(measurements, self._heartbeats, directory, bus, clock, file_ready)
        hashes = {user.name: user.password_hash.get_secret_value() for user in written.users}
        admission = Admission(Passwords(hashes) if hashes else None, clock)
        limits = Limits(written.max_body, written.rate, written.burst)
        self._app = VesApp(self._intake, admission, limits, bus, clock)
        self.server = HttpsServer(
            self._app.asgi,
            written.listen.host,
            written.listen.port,
            server_context(written.tls.certificate, written.tls.key, written.tls.clients),
            written.max_connections,
        )

    async def run(self) -> Never:
        """Notice heartbeats that do not come."""
        while True:
            self._heartbeats.tick()
            await asyncio.sleep(_TICK)

    @property
    def samples(self) -> int:
        """Samples handed on since the start."""
        return self._intake.counts.samples

    @property
    def rejected(self) -> Mapping[str, int]:
        """Readings that became no sample, by reason."""
        return {reason.value: n for reason, n in self._intake.counts.rejected.items()}

    @property
    def collector(self) -> Collector:
        """What is counted, for the registry."""
        return _VesMetrics(self._app, self._intake, self.server)


class _VesMetrics(Collector):
    """Requests, events and connections, at the moment of the scrape."""

    def __init__(self, app: VesApp, intake: VesIntake, server: HttpsServer) -> None:
        self._app = app
        self._intake = intake
        self._server = server

    def collect(self) -> Iterator[Metric]:
        """Families as prometheus-client wants them."""
        requests = CounterMetricFamily(
            "omc_ves_requests", "Requests of VES senders, by result.", labels=["result"]
        )
        for result, count in (self._app.requests + self._server.cut_off).items():
            requests.add_metric([result], count)
        events = CounterMetricFamily(
            "omc_ves_events", "VES events by domain and result.", labels=["domain", "result"]
        )
        for (domain, result), count in self._intake.events.items():
            events.add_metric([domain, result], count)
        connections = GaugeMetricFamily("omc_ves_connections", "Connections of VES senders.")
        connections.add_metric([], self._server.connections)
        yield from (requests, events, connections)
