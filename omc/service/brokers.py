"""MQTT: brokers of the settings, what the inventory knows of their senders, and what is counted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from random import Random

import structlog
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from collector.mqtt.broker import Broker, SparkplugHost, Subscription, Tls
from collector.mqtt.directory import Place
from collector.mqtt.mapping import MappingSet
from collector.mqtt.series_budget import SeriesBudget
from collector.mqtt.sparkplug.memory import open_births
from collector.mqtt.subscriber import Subscriber
from omc.bus.base import Bus
from omc.core.clock import Clock
from omc.core.database import Database
from omc.core.inventory import Inventory
from omc.core.model import SeriesTable, SiteCode
from omc.core.settings import BrokerSettings
from omc.service.installation import Installation

log = structlog.get_logger(__name__)


class InventoryDirectory:
    """What the inventory knows about those who publish."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    def knows_site(self, code: str) -> bool:
        return SiteCode(code) in self._inventory.sites

    def locate(self, device: str) -> Place | None:
        node = self._inventory.node_by_identifier.get(device)
        if node is None or node.site is None:
            return None
        return Place(node.site, node.name)


def make_subscribers(
    installation: Installation, table: SeriesTable, bus: Bus, clock: Clock, randomness: Random
) -> dict[str, Subscriber]:
    """One subscriber a broker, by the broker's name; nothing is connected yet."""
    budget = SeriesBudget(table)
    directory = InventoryDirectory(installation.inventory)
    births = _births(installation)
    return {
        written.name: Subscriber(
            _broker(written, installation.mappings),
            installation.mappings,
            catalogue=installation.catalogue,
            budget=budget,
            directory=directory,
            bus=bus,
            clock=clock,
            random=randomness,
            births=births,
        )
        for written in installation.settings.mqtt
    }


def _reads_sparkplug(written: BrokerSettings, mappings: MappingSet) -> bool:
    return any(mappings[one.mapping].is_sparkplug for one in written.subscriptions)


def _births(installation: Installation) -> Database | None:
    """Where births are kept; None where there are none to keep, or it cannot be done."""
    settings = installation.settings
    if not any(_reads_sparkplug(one, installation.mappings) for one in settings.mqtt):
        return None
    try:
        return open_births(settings.data / "sparkplug.sqlite")
    except (OSError, sqlite3.Error) as error:
        log.warning("births_not_kept", folder=str(settings.data), why=str(error))
        return None


def _broker(written: BrokerSettings, mappings: MappingSet) -> Broker:
    tls = written.tls
    told = written.sparkplug
    sparkplug = SparkplugHost(
        told.host_id or written.effective_client_id, told.reorder_timeout, told.rebirth_pause
    )
    return Broker(
        name=written.name,
        host=written.host,
        port=written.effective_port,
        client_id=written.effective_client_id,
        subscriptions=tuple(
            Subscription(one.topic, one.mapping, one.qos, one.share)
            for one in written.subscriptions
        ),
        protocol=written.protocol,
        tls=Tls(tls.ca, tls.certificate, tls.key) if tls is not None else None,
        user=written.user,
        password=written.password.get_secret_value() if written.password else None,
        keepalive=written.keepalive,
        session_expiry=written.session_expiry,
        max_in_flight=written.max_in_flight,
        sparkplug=sparkplug if _reads_sparkplug(written, mappings) else None,
    )


class MqttCollector(Collector):
    """Shows what the subscribers count, at the moment of the scrape."""

    def __init__(self, subscribers: Mapping[str, Subscriber]) -> None:
        self._subscribers = subscribers

    def collect(self) -> Iterator[Metric]:
        """Families as prometheus-client wants them."""
        yield self._messages()
        yield from self._connections()
        yield from self._flow()
        yield from self._edge_nodes()

    def _messages(self) -> Metric:
        messages = CounterMetricFamily(
            "omc_mqtt_messages",
            "MQTT messages by subscription and result.",
            labels=["subscription", "result"],
        )
        for name, subscriber in self._subscribers.items():
            for topic, subscription in subscriber.counts.subscriptions.items():
                for result, count in subscription.messages.items():
                    messages.add_metric([f"{name}/{topic}", result.value], count)
        return messages

    def _connections(self) -> Iterator[Metric]:
        connected = GaugeMetricFamily(
            "omc_mqtt_connected", "Whether the broker is connected.", labels=["broker"]
        )
        reconnects = CounterMetricFamily(
            "omc_mqtt_reconnects",
            "Times that the connection to a broker was made again.",
            labels=["broker"],
        )
        lost = CounterMetricFamily(
            "omc_mqtt_sessions_lost",
            "Connections for which the broker had forgotten our session.",
            labels=["broker"],
        )
        subscriptions = GaugeMetricFamily(
            "omc_mqtt_subscriptions",
            "Subscriptions by the broker's answer: granted in this session, or refused.",
            labels=["broker", "result"],
        )
        for name, subscriber in self._subscribers.items():
            counts = subscriber.counts
            connected.add_metric([name], float(counts.connected))
            subscriptions.add_metric([name, "granted"], len(counts.granted_subscriptions))
            subscriptions.add_metric([name, "refused"], len(counts.refused_subscriptions))
            reconnects.add_metric([name], max(0, counts.connections - 1))
            lost.add_metric([name], counts.sessions_lost)
        yield from (connected, subscriptions, reconnects, lost)

    def _flow(self) -> Iterator[Metric]:
        in_flight = GaugeMetricFamily(
            "omc_mqtt_in_flight_messages",
            "Messages received and not yet acknowledged.",
            labels=["broker"],
        )
        acknowledged = CounterMetricFamily(
            "omc_mqtt_acknowledged_messages", "Messages acknowledged.", labels=["broker"]
        )
        for name, subscriber in self._subscribers.items():
            in_flight.add_metric([name], subscriber.counts.in_flight)
            acknowledged.add_metric([name], subscriber.counts.acknowledged)
        yield from (in_flight, acknowledged)

    def _edge_nodes(self) -> Iterator[Metric]:
        nodes = GaugeMetricFamily(
            "omc_sparkplug_edge_nodes",
            "Sparkplug edge nodes by state.",
            labels=["subscription", "state"],
        )
        rebirths = CounterMetricFamily(
            "omc_sparkplug_rebirth_requests",
            "Births that edge nodes were asked for.",
            labels=["subscription"],
        )
        for name, subscriber in self._subscribers.items():
            for topic, subscription in subscriber.counts.subscriptions.items():
                if subscription.sparkplug is None:
                    continue
                rebirths.add_metric([f"{name}/{topic}"], subscription.sparkplug.rebirths)
                for state, count in subscription.sparkplug.edge_nodes.items():
                    nodes.add_metric([f"{name}/{topic}", state], count)
        yield from (nodes, rebirths)

    @property
    def samples(self) -> int:
        """Samples handed on since the start, by all subscriptions together."""
        return sum(
            one.samples
            for subscriber in self._subscribers.values()
            for one in subscriber.counts.subscriptions.values()
        )

    @property
    def rejected(self) -> dict[str, int]:
        """Readings that became no sample, by reason."""
        total: dict[str, int] = {}
        for subscriber in self._subscribers.values():
            for one in subscriber.counts.subscriptions.values():
                for reason, count in one.rejected.items():
                    total[reason.value] = total.get(reason.value, 0) + count
        return total
