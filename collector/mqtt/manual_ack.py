"""The MQTT client: acknowledges a message when we say so, and stops reading when we fall behind.

aiomqtt acknowledges a message before anybody has seen it and queues without bound (or drops).
This is the one module that reaches into aiomqtt and paho to change that. It relies on

    aiomqtt   `Client._client` (the paho client), `_loop`, `_connected`, `_disconnected`, and the
              callbacks `_on_message`, `_on_connect`, `_on_disconnect`, `_on_socket_open`, which
              aiomqtt hands to paho as bound methods, so that overriding them works
    paho      `manual_ack_set`, `ack`, `loop_read`, `connect_timeout`: all public

which a test pins, so that a new version of either is noticed there and not in the field.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import aiomqtt
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.client import ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from collector.mqtt.broker import Broker

#: Packets read in one turn of the event loop, so that others get theirs.
_PACKETS_A_TURN = 64

#: Larger packets the broker has to keep for itself (MQTT 5); what it sends us we refuse by its
#: payload, counted, from 64 KiB on.
_LARGEST_PACKET = 1024 * 1024

#: Turns of the event loop that it takes to register for writing, to write, and to close.
_TURNS_TO_CLOSE = 4

_LONGEST_EXPIRY = 0xFFFF_FFFE  # one more would mean: never


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it came from the broker.

    Attributes:
        topic: Decoded; None when it is not UTF-8.
        payload: Untouched.
        qos: 0, or 1 when it wants an acknowledgement.
        retained: The broker had kept it.
        redelivered: The DUP flag: it may have been delivered before.
        identifier: Packet identifier; 0 for QoS 0.
    """

    topic: str | None
    payload: bytes
    qos: int
    retained: bool
    redelivered: bool
    identifier: int


class ManualAckClient(aiomqtt.Client):
    """One connection. Not to be used again after it ended.

    Attributes:
        session_present: Whether the broker still knew our session.
        in_flight: Messages received and not yet acknowledged.
        pauses: How often reading stopped because too many were in flight.
    """

    def __init__(
        self,
        broker: Broker,
        tls: ssl.SSLContext | None,
        protocol: str,
        *,
        will: aiomqtt.Will | None = None,
        keep_session: bool = True,
    ) -> None:
        """Prepare a connection; must be called in a running event loop.

        Args:
            broker: Where to and how.
            tls: None is plain TCP.
            protocol: `5` or `3.1.1`.
            will: What the broker says for us when we are lost.
            keep_session: The broker keeps what comes while we are away.
        """
        self.session_present = False
        self.in_flight = 0
        self.pauses = 0
        self._limit = broker.max_in_flight
        self._inbox: deque[Received] = deque()
        self._news = asyncio.Event()
        self._reader: int | None = None
        self._paused = False
        self._ended_by: BaseException | None = None
        self._abandoned = False
        self._last_words = _LastWords()
        super().__init__(
            broker.host,
            broker.port,
            logger=self._last_words.logger(),
            username=broker.user,
            password=broker.password,
            identifier=broker.client_id,
            keepalive=round(broker.keepalive),
            tls_context=tls,
            will=will,
            **(
                _version_5(broker, keep_session=keep_session)
                if protocol == "5"
                else _version_3_1_1(keep_session=keep_session)
            ),
        )
        self._client.manual_ack_set(on=True)
        self._client.connect_timeout = broker.connect_timeout

    async def __aenter__(self) -> Self:
        try:
            await super().__aenter__()
        except BaseException:
            # aiomqtt leaves the socket open when the CONNACK does not come or we are cancelled.
            self._abandoned = True
            self._close()
            for _ in range(_TURNS_TO_CLOSE):
                await asyncio.sleep(0)
            raise
        # aiomqtt forgets a disconnection that came right behind the CONNACK; `_end` does not.
        self._disconnected.add_done_callback(lambda ended: self._end(ended.exception()))
        return self

    async def receive(self, most: int, linger: float) -> list[Received]:
        """Wait for messages, and for those that come right behind the first one.

        Args:
            most: Return at most so many.
            linger: Seconds to wait for more after the first one.

        Raises:
            aiomqtt.MqttError: the connection has ended and all its messages were returned.
        """
        while not self._inbox:
            if self._ended_by is not None:
                raise self._ended_by
            self._news.clear()
            await self._news.wait()
        if len(self._inbox) < most and self._ended_by is None:
            await asyncio.sleep(linger)
        return [self._inbox.popleft() for _ in range(min(most, len(self._inbox)))]

    def acknowledge(self, messages: Iterable[Received]) -> int:
        """Tell the broker that these messages are safe; how many acknowledgements were sent.

        Must be called in the order in which they came (MQTT 5.0, 4.6), also for QoS 0: it makes
        room for more. After the connection has ended it does nothing: they will come again.
        """
        acknowledged = 0
        for message in messages:
            self.in_flight -= 1
            if message.qos and self._ended_by is None:
                self._client.ack(message.identifier, message.qos)
                acknowledged += 1
        if self._paused and self.in_flight < self._limit:
            self._resume()
        return acknowledged

    def _end(self, error: BaseException | None) -> None:
        """Remember the first reason for which the connection ended, and wake the reader."""
        if self._ended_by is None:
            self._ended_by = error or aiomqtt.MqttError("disconnected")
        self._news.set()

    # Called by paho, through aiomqtt.

    def _on_message(self, client: PahoClient, userdata: Any, message: MQTTMessage) -> None:
        topic: str | None = None
        with contextlib.suppress(UnicodeDecodeError):
            topic = message.topic
        self.in_flight += 1
        self._inbox.append(
            Received(
                topic=topic,
                payload=bytes(message.payload),
                qos=message.qos,
                retained=message.retain,
                redelivered=message.dup,
                identifier=message.mid,
            )
        )
        self._news.set()

    def _on_connect(
        self,
        client: PahoClient,
        userdata: Any,
        flags: ConnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        self.session_present = flags.session_present
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_disconnect(
        self,
        client: PahoClient,
        userdata: Any,
        flags: DisconnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        if not self._connected.done():
            # aiomqtt would wait for a CONNACK that cannot come any more.
            text = self._last_words.text or f"closed before CONNACK ({reason_code})"
            self._connected.set_exception(aiomqtt.MqttError(text))
        self._end(aiomqtt.MqttCodeError(reason_code, "connection ended"))
        if not self._connected.cancelled():  # aiomqtt would trip over that
            super()._on_disconnect(client, userdata, flags, reason_code, properties)

    def _on_socket_open(self, client: PahoClient, userdata: Any, sock: Any) -> None:
        # Called in the thread that connects: the event loop may only be told.
        super()._on_socket_open(client, userdata, sock)
        self._loop.call_soon_threadsafe(self._take_over_reading, sock.fileno())

    def _take_over_reading(self, descriptor: int) -> None:
        """Replace aiomqtt's reader, which reads one packet a turn and cannot be stopped."""
        sock = self._client.socket()
        if self._abandoned:
            self._close()
        elif sock is not None and sock.fileno() == descriptor:
            self._reader = descriptor
            self._loop.add_reader(descriptor, self._read)

    def _read(self) -> None:
        """Read packets until there are no more, our turn is over, or too many are in flight."""
        for _ in range(_PACKETS_A_TURN):
            before = self.in_flight
            try:
                self._client.loop_read()
            except Exception as error:  # noqa: BLE001 - paho lets everything through
                self._fail(error)
                return
            if self.in_flight >= self._limit:
                self._pause()
                return
            if self.in_flight == before and not self._pending():
                return
        if self._pending():
            self._loop.call_soon(self._read)

    def _pending(self) -> int:
        """Bytes that TLS has decrypted already, of which the event loop knows nothing."""
        sock = self._client.socket()
        return sock.pending() if isinstance(sock, ssl.SSLSocket) else 0

    def _pause(self) -> None:
        if not self._paused and self._reader is not None:
            self._paused = True
            self.pauses += 1
            self._loop.remove_reader(self._reader)

    def _resume(self) -> None:
        self._paused = False
        if self._client.socket() is not None and self._reader is not None:
            self._loop.add_reader(self._reader, self._read)
            self._loop.call_soon(self._read)

    def _fail(self, error: Exception) -> None:
        known = aiomqtt.MqttError(f"{type(error).__name__}: {error}")
        if not self._connected.done():
            self._connected.set_exception(known)
        self._end(known)
        self._close()

    def _close(self) -> None:
        """Say goodbye and close, as soon as the event loop can write."""
        self._client.disconnect()


class _LastWords(logging.Handler):
    """Keeps what paho said last about a failure: its callbacks do not tell."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text = record.getMessage()

    def logger(self) -> logging.Logger:
        """A logger of one connection, which nobody else hears."""
        logger = logging.Logger("mqtt", logging.ERROR)  # noqa: LOG001 - not for the tree
        logger.addHandler(self)
        return logger


def _version_5(broker: Broker, *, keep_session: bool) -> dict[str, Any]:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    expiry = min(round(broker.session_expiry), _LONGEST_EXPIRY) if keep_session else 0
    properties.SessionExpiryInterval = expiry
    properties.ReceiveMaximum = broker.max_in_flight
    properties.MaximumPacketSize = _LARGEST_PACKET
    return {
        "protocol": aiomqtt.ProtocolVersion.V5,
        "clean_start": not keep_session,
        "properties": properties,
    }


def _version_3_1_1(*, keep_session: bool) -> dict[str, Any]:
    return {"protocol": aiomqtt.ProtocolVersion.V311, "clean_session": not keep_session}
