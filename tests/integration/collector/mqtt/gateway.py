"""A site's gateway with a last will, and a broker that watches for it."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import aiomqtt

from collector.mqtt.broker import Broker, Subscription
from tests.integration.collector.mqtt.collecting import broker

ONLINE, OFFLINE = '{"online":true}', '{"online":false}'


def watching(port: int, prefix: str, **changes: Any) -> Broker:
    topic = f"{prefix}/{{site}}/{{device}}/state"
    return broker(port, prefix, subscriptions=(Subscription(topic, "native-status"),), **changes)


class Gateway:
    """A gateway with a last will, which can die without a goodbye."""

    def __init__(self, port: int, prefix: str) -> None:
        self.topic = f"{prefix}/VPH0123/gw-1/state"
        will = aiomqtt.Will(self.topic, OFFLINE, qos=1, retain=True)
        self._client = aiomqtt.Client("127.0.0.1", port, will=will)

    async def appear(self) -> None:
        await self._client.__aenter__()
        await self._client.publish(self.topic, ONLINE, qos=1, retain=True)

    async def die(self) -> None:
        """Close the socket, as a power cut would, so that the broker publishes the will."""
        sock = self._client._client.socket()
        assert isinstance(sock, socket.socket)
        sock.shutdown(socket.SHUT_RDWR)
        await asyncio.wait([self._client._disconnected])
        assert self._client._disconnected.exception() is not None
