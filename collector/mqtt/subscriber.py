"""Reads one broker for as long as the service lives.

Messages are taken in small groups: read, publish, wait until the bus has them safe, acknowledge.
What was not acknowledged when we or the connection die is delivered again by the broker.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from random import Random
from typing import Never

import aiomqtt
import structlog

from collector.mqtt.back_off import BackOff
from collector.mqtt.broker import Broker, Tls
from collector.mqtt.connection_fault import Fault, as_source_error, fault_of
from collector.mqtt.counts import BrokerCounts, Result, SubscriptionCounts
from collector.mqtt.directory import Directory
from collector.mqtt.manual_ack import ManualAckClient, Received
from collector.mqtt.mapping import MappingSet
from collector.mqtt.reader import Command, Reader
from collector.mqtt.readers import Surroundings, make_reader, subscription_source
from collector.mqtt.redelivery import Deliveries
from collector.mqtt.series_budget import SeriesBudget
from collector.mqtt.sparkplug.memory import BirthMemory
from collector.mqtt.sparkplug.own_state import OwnState
from omc.bus.base import Bus
from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.core.database import Database
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
_WRITE_EVERY = 5.0
#: Seconds to say that we go.
_LEAVING = 0.5
_FIRST_FAILURE = 0x80  # MQTT 5.0, 2.4: reason codes from here on are failures


@dataclass(slots=True)
class _Subscribed:
    """One subscription at work.

    Attributes:
        topic: As it was written.
        filter: What is asked of the broker.
        qos: The quality of service that is asked for.
        reader: Takes its messages.
        refused: The broker does not let us read it.
    """

    topic: str
    filter: str
    qos: int
    reader: Reader
    refused: bool = False


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
        births: Database | None = None,
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
            births: Where births of Sparkplug are kept; None: nowhere.

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
        self._routes: dict[str, Reader | None] = {}
        self._last_fault: Fault | None = None
        self._subscribed: list[_Subscribed] = []
        self._own_state: OwnState | None = None
        if broker.sparkplug is not None:
            self._own_state = OwnState(broker.sparkplug.host_id, SubscriptionCounts())
            own_topic = self._own_state.template.text
            self._subscribed.append(_Subscribed(own_topic, own_topic, 1, self._own_state))
        # Sparkplug wants its hosts to begin anew (3.0.0, 5.3); others want what came meanwhile.
        self._keeps_session = False
        self._memories: list[BirthMemory] = []
        around = Surroundings(catalogue, directory, budget, bus, clock)
        for subscription in broker.subscriptions:
            mapping = mappings[subscription.mapping]
            self._keeps_session |= not mapping.is_sparkplug
            counts = self.counts.subscriptions[subscription.topic] = SubscriptionCounts()
            memory = BirthMemory(births, subscription_source(broker, subscription))
            self._memories.append(memory)
            reader = make_reader(broker, subscription, mapping, counts, memory, around)
            share = f"$share/{subscription.share}/" if subscription.share else ""
            wanted = share + reader.template.filter
            self._subscribed.append(
                _Subscribed(subscription.topic, wanted, subscription.qos, reader)
            )

    async def run(self) -> Never:
        """Stay connected and read, until cancelled."""
        try:
            while True:
                fault = await self._session()
                if fault is Fault.PROTOCOL and self._can_speak_older():
                    continue
                hopeless = fault not in (Fault.LOST, Fault.UNREACHABLE)
                await asyncio.sleep(self._back_off.next(hopeless=hopeless))
        finally:
            for memory in self._memories:
                memory.close()

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
            async with self._client(tls) as client:
                self._connected(client)
                try:
                    await self._serve(client)
                finally:
                    await self._take_leave(client)
        except (aiomqtt.MqttError, OSError) as error:
            fault = fault_of(error, was_connected=self.counts.connected)
            if self.counts.connected:
                self._back_off.note_session(self._clock.monotonic() - began)
            if fault is Fault.LOST and self._back_off.is_flapping:
                fault = Fault.FLAPPING
            self._disconnected(fault, error)
        return fault

    def _client(self, tls: ssl.SSLContext | None) -> ManualAckClient:
        will = None
        if self._own_state is not None:
            last = self._own_state.begin(self._clock.time_ms())
            will = aiomqtt.Will(last.topic, last.payload, qos=last.qos, retain=last.retain)
        return ManualAckClient(
            self._broker, tls, self._protocol, will=will, keep_session=self._keeps_session
        )

    async def _take_leave(self, client: ManualAckClient) -> None:
        """Say that we go, as far as anybody still hears it."""
        if self._own_state is not None:
            with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                async with asyncio.timeout(_LEAVING):
                    await self._send(client, self._own_state.offline(self._clock.time_ms()))

    async def _send(self, client: ManualAckClient, command: Command) -> None:
        await client.publish(command.topic, command.payload, qos=command.qos, retain=command.retain)

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
            reader.counts.messages[Result.DUPLICATE] += 1
            return
        retained = message.retained
        reader.read(message.topic, message.payload, retained=retained, now_ms=now_ms)

    def _publish(self) -> None:
        for one in self._subscribed:
            for batch in one.reader.take():
                self._bus.publish(batch)

    def _route(self, topic: str | None) -> Reader | None:
        """The first subscription that covers a topic."""
        if topic is None:
            return None
        if topic not in self._routes:
            if len(self._routes) >= _MOST_TOPICS:
                self._routes.clear()
            readers = (one.reader for one in self._subscribed)
            covers = (one for one in readers if one.template.match(topic) is not None)
            self._routes[topic] = next(covers, None)
        return self._routes[topic]

    async def _look_after(self, client: ManualAckClient) -> Never:
        """Subscribe; then let the readers do what time asks, and ask again for what was refused."""
        await self._subscribe(client, self._subscribed)
        if self._own_state is not None:
            await self._send(client, self._own_state.online())
        asked = written = self._clock.monotonic()
        while True:
            await asyncio.sleep(_HOUSEKEEPING)
            now_ms, now = self._clock.time_ms(), self._clock.monotonic()
            for one in self._subscribed:
                for command in one.reader.tick(now_ms):
                    await self._send(client, command)
            self._publish()
            refused = [one for one in self._subscribed if one.refused]
            if refused and now - asked >= _ASK_AGAIN:
                asked = now
                await self._subscribe(client, refused)
            if now - written >= _WRITE_EVERY:
                written = now
                for memory in self._memories:
                    await memory.flush()

    async def _subscribe(self, client: ManualAckClient, wanted: list[_Subscribed]) -> None:
        for one in wanted:
            codes = await client.subscribe(one.filter, qos=one.qos)
            code = codes[0] if isinstance(codes[0], int) else codes[0].value
            self._answered(one, code, str(codes[0]))

    def _answered(self, one: _Subscribed, code: int, words: str) -> None:
        was_refused, one.refused = one.refused, code >= _FIRST_FAILURE
        if one.refused:
            self.counts.refused_subscriptions.add(one.topic)
            if not was_refused:
                log.error(
                    "mqtt_subscription_refused",
                    broker=self._broker.name,
                    topic=one.filter,
                    reason=words,
                )
            return
        self.counts.refused_subscriptions.discard(one.topic)
        self.counts.granted_subscriptions.add(one.topic)
        if code < one.qos:
            log.warning(
                "mqtt_qos_reduced", broker=self._broker.name, topic=one.filter, granted=code
            )

    def _connected(self, client: ManualAckClient) -> None:
        name = self._broker.name
        first = self.counts.connections == 0
        self.counts.connections += 1
        self.counts.connected = True
        self.counts.granted_subscriptions.clear()
        if self._keeps_session and not client.session_present and not first:
            self.counts.sessions_lost += 1
        for one in self._subscribed:
            one.reader.connected(session_kept=client.session_present)
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
        if self.counts.connected:
            for one in self._subscribed:
                one.reader.disconnected()
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
