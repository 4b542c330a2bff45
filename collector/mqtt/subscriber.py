"""Reads one broker for as long as the service lives.

Messages are taken in small groups: read, publish, wait until the bus has them safe, acknowledge.
What was not acknowledged when we or the connection die is delivered again by the broker.
"""

from __future__ import annotations

import asyncio
import ssl
from random import Random
from typing import Never

import aiomqtt
import structlog

from collector.mqtt.back_off import BackOff
from collector.mqtt.broker import Broker, Subscription, Tls
from collector.mqtt.connection_fault import Fault, as_source_error, fault_of
from collector.mqtt.counts import BrokerCounts, Result, SubscriptionCounts
from collector.mqtt.directory import Directory
from collector.mqtt.json_payload import PayloadReader
from collector.mqtt.manual_ack import ManualAckClient, Received
from collector.mqtt.mapping import MappingSet
from collector.mqtt.redelivery import Deliveries
from collector.mqtt.series_budget import SeriesBudget
from collector.mqtt.site_status import HeldStates
from collector.mqtt.topic_template import TopicTemplate
from omc.bus.base import Bus
from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.core.model import Event, EventKind
from omc.core.tls import client_context

log = structlog.get_logger(__name__)

#: Seconds to wait for more messages behind the first one of a group.
LINGER = 0.005

#: Messages in a group, at most: about 10 ms of work, then the others have their turn.
LARGEST_GROUP = 200

_MOST_TOPICS = 100_000
_HOUSEKEEPING = 1.0
_ASK_AGAIN = 60.0
_FIRST_FAILURE = 0x80  # MQTT 5.0, 2.4: reason codes from here on are failures


class _Reader:
    """One subscription at work."""

    def __init__(self, subscription: Subscription, payloads: PayloadReader, bus: Bus, source: str):
        self.subscription = subscription
        self.payloads = payloads
        status = payloads.mapping.kind == "status"
        interval = payloads.mapping.interval
        self.held = HeldStates(source, interval, bus.emit) if status else None
        self.refused = False

    @property
    def filter(self) -> str:
        """What is asked of the broker."""
        share = self.subscription.share
        plain = self.payloads.template.filter
        return f"$share/{share}/{plain}" if share else plain


class Subscriber:
    """Everything that is read from one broker.

    Attributes:
        counts: What happened since the start.
    """

    def __init__(
        self,
        broker: Broker,
        mappings: MappingSet,
        *,
        catalogue: Catalogue,
        budget: SeriesBudget,
        directory: Directory,
        bus: Bus,
        clock: Clock,
        random: Random,
    ) -> None:
        """Prepare all subscriptions, without touching the network.

        Args:
            broker: Where to and what.
            mappings: By name.
            catalogue: The one the mappings were checked with.
            budget: Interns series; shared between brokers.
            directory: What the inventory knows.
            bus: Takes batches and events.
            clock: Stamps arrivals.
            random: Jitter of reconnections.

        Raises:
            ValueError: a topic is none, or a subscription and its mapping do not fit.
            KeyError: there is no mapping of that name.
        """
        self.counts = BrokerCounts()
        self._broker = broker
        self._bus = bus
        self._clock = clock
        self._back_off = BackOff(random)
        self._protocol = "3.1.1" if broker.protocol == "3.1.1" else "5"
        self._deliveries = Deliveries()
        self._routes: dict[str, _Reader | None] = {}
        self._last_fault: Fault | None = None
        self._readers: list[_Reader] = []
        for subscription in broker.subscriptions:
            counts = self.counts.subscriptions[subscription.topic] = SubscriptionCounts()
            source = f"mqtt:{broker.name}/{subscription.topic}"
            payloads = PayloadReader(
                mappings[subscription.mapping],
                TopicTemplate.parse(subscription.topic),
                source=source,
                catalogue=catalogue,
                directory=directory,
                budget=budget,
                counts=counts,
            )
            reader = _Reader(subscription, payloads, bus, source)
            if reader.held is not None:
                budget.on_forget(reader.held.forget)
            self._readers.append(reader)

    async def run(self) -> Never:
        """Stay connected and read, until cancelled."""
        while True:
            fault = await self._session()
            if fault is Fault.PROTOCOL and self._can_speak_older():
                continue
            hopeless = fault not in (Fault.LOST, Fault.UNREACHABLE)
            await asyncio.sleep(self._back_off.next(hopeless=hopeless))

    def _can_speak_older(self) -> bool:
        if self._broker.protocol != "auto" or self._protocol == "3.1.1":
            return False
        self._protocol = "3.1.1"
        log.info("mqtt_speaks_3_1_1", broker=self._broker.name)
        return True

    async def _session(self) -> Fault:
        """One connection from its start to its end; why it ended."""
        fault = Fault.LOST
        began = self._clock.monotonic()
        try:
            tls = await asyncio.to_thread(_tls_context, self._broker.tls)
            async with ManualAckClient(self._broker, tls, self._protocol) as client:
                self._connected(client)
                await self._serve(client)
        except (aiomqtt.MqttError, OSError) as error:
            fault = fault_of(error, was_connected=self.counts.connected)
            if self.counts.connected:
                self._back_off.note_session(self._clock.monotonic() - began)
            if fault is Fault.LOST and self._back_off.is_flapping:
                fault = Fault.FLAPPING
            self._disconnected(fault, error)
        return fault

    async def _serve(self, client: ManualAckClient) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                # Side by side: a broker with a full session sends messages before it answers.
                tasks.create_task(self._consume(client), name=f"mqtt {self._broker.name} consume")
                tasks.create_task(self._look_after(client), name=f"mqtt {self._broker.name} keep")
        except BaseExceptionGroup as errors:
            # One of them failed first, and the session ends for that reason.
            raise errors.exceptions[0] from None

    async def _consume(self, client: ManualAckClient) -> Never:
        while True:
            messages = await client.receive(LARGEST_GROUP, LINGER)
            self.counts.in_flight = client.in_flight
            now_ms = self._clock.time_ms()
            for message in messages:
                self._take(message, now_ms)
            self._publish()
            await self._bus.settled()
            for message in messages:
                self._deliveries.remember(message)
            self.counts.acknowledged += client.acknowledge(messages)
            self.counts.in_flight = client.in_flight
            self.counts.pauses += client.pauses
            client.pauses = 0

    def _take(self, message: Received, now_ms: int) -> None:
        reader = self._route(message.topic)
        if reader is None or message.topic is None:
            self.counts.unexpected += 1
            return
        if self._deliveries.is_known(message):
            reader.payloads.counts.messages[Result.DUPLICATE] += 1
            return
        payloads, retained = reader.payloads, message.retained
        payloads.read(message.topic, message.payload, retained=retained, now_ms=now_ms)
        if reader.held is not None:
            batches = payloads.take()
            reader.held.update(batches, retained=retained, now_ms=now_ms)
            for batch in batches:
                self._bus.publish(batch)

    def _publish(self) -> None:
        for reader in self._readers:
            for batch in reader.payloads.take():
                self._bus.publish(batch)

    def _route(self, topic: str | None) -> _Reader | None:
        """The first subscription that covers a topic."""
        if topic is None:
            return None
        if topic not in self._routes:
            if len(self._routes) >= _MOST_TOPICS:
                self._routes.clear()
            covers = (r for r in self._readers if r.payloads.template.match(topic) is not None)
            self._routes[topic] = next(covers, None)
        return self._routes[topic]

    async def _look_after(self, client: ManualAckClient) -> Never:
        """Subscribe; then repeat what holds, and ask again for what was refused."""
        await self._subscribe(client, self._readers)
        asked = self._clock.monotonic()
        while True:
            await asyncio.sleep(_HOUSEKEEPING)
            now_ms = self._clock.time_ms()
            for reader in self._readers:
                batch = reader.held.due(now_ms) if reader.held else None
                if batch is not None:
                    self._bus.publish(batch)
            refused = [reader for reader in self._readers if reader.refused]
            if refused and self._clock.monotonic() - asked >= _ASK_AGAIN:
                asked = self._clock.monotonic()
                await self._subscribe(client, refused)

    async def _subscribe(self, client: ManualAckClient, readers: list[_Reader]) -> None:
        for reader in readers:
            codes = await client.subscribe(reader.filter, qos=reader.subscription.qos)
            code = codes[0] if isinstance(codes[0], int) else codes[0].value
            self._subscribed(reader, code, str(codes[0]))

    def _subscribed(self, reader: _Reader, code: int, words: str) -> None:
        was_refused, reader.refused = reader.refused, code >= _FIRST_FAILURE
        topic = reader.subscription.topic
        if reader.refused:
            self.counts.refused_subscriptions.add(topic)
            if not was_refused:
                log.error(
                    "mqtt_subscription_refused",
                    broker=self._broker.name,
                    topic=reader.filter,
                    reason=words,
                )
            return
        self.counts.refused_subscriptions.discard(topic)
        if code < reader.subscription.qos:
            log.warning(
                "mqtt_qos_reduced", broker=self._broker.name, topic=reader.filter, granted=code
            )

    def _connected(self, client: ManualAckClient) -> None:
        name = self._broker.name
        first = self.counts.connections == 0
        self.counts.connections += 1
        self.counts.connected = True
        if not client.session_present and not first:
            self.counts.sessions_lost += 1
        log.info(
            "mqtt_connected",
            broker=name,
            endpoint=self._broker.endpoint,
            protocol=self._protocol,
            session_present=client.session_present,
        )
        self._last_fault = None
        self._emit(EventKind.SOURCE_UP, "")

    def _disconnected(self, fault: Fault, error: Exception) -> None:
        """Count and tell, once, why there is no connection."""
        self.counts.connected = False
        self.counts.in_flight = 0
        self.counts.faults[fault.value] += 1
        if self._last_fault is not fault:
            known = as_source_error(fault, error, self._broker)
            log.warning(
                "mqtt_disconnected",
                broker=self._broker.name,
                endpoint=self._broker.endpoint,
                fault=fault.value,
                reason=str(known),
            )
            self._emit(EventKind.SOURCE_DOWN, fault.value)
            self._last_fault = fault

    def _emit(self, kind: EventKind, text: str) -> None:
        labels = (("broker", self._broker.name),)
        source = f"mqtt:{self._broker.name}"
        self._bus.emit(Event(kind, source, self._clock.time_ms(), labels, text))


class _TidySocket(ssl.SSLSocket):
    """Closes itself when the handshake fails, which paho forgets."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def _tls_context(tls: Tls | None) -> ssl.SSLContext | None:
    """What the files say now: certificates are renewed while we run."""
    if tls is None:
        return None
    try:
        context = client_context(tls.ca, tls.certificate, tls.key)
    except OSError as error:
        raise aiomqtt.MqttError(f"the certificate files cannot be used: {error}") from None
    context.sslsocket_class = _TidySocket
    return context
