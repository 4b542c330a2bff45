"""Last wills and retained states as the reachability of sites."""

from __future__ import annotations

import asyncio
from typing import Any

import aiomqtt

from collector.mqtt.broker import Broker, Subscription
from omc.core.model import EventKind
from tests.integration.collector.mqtt.collecting import Collecting, broker, until
from tests.servers.mosquitto import Mosquitto

ONLINE, OFFLINE = '{"online":true}', '{"online":false}'
LABELS = (("node", "gw-1"), ("site", "VPH0123"))


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
        assert sock is not None
        sock.shutdown(2)
        with_error = self._client._disconnected
        await asyncio.wait([with_error])
        with_error.exception()


async def test_a_gateway_that_dies_is_seen_offline_by_its_last_will(mosquitto: Mosquitto) -> None:
    one = Collecting(watching(mosquitto.port, "will"))
    async with one.running():
        await asyncio.sleep(0.2)
        gateway = Gateway(mosquitto.port, "will")
        await gateway.appear()
        await until(lambda: one.heard.values[-1:] == [1.0])
        await gateway.die()
        await until(lambda: one.heard.values[-1:] == [0.0])
    assert one.heard.series == {'site_online{node="gw-1",site="VPH0123"}'}
    (event,) = [event for event in one.heard.events if event.kind is EventKind.SITE_STATUS]
    assert (event.text, event.labels) == ("offline", LABELS)


async def test_who_comes_later_learns_the_state_but_hears_no_news(mosquitto: Mosquitto) -> None:
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
        await client.publish("later/VPH0123/gw-1/state", OFFLINE, qos=1, retain=True)
    one = Collecting(watching(mosquitto.port, "later"))
    async with one.running():
        await until(lambda: one.heard.values == [0.0])
    assert [event.kind for event in one.heard.events] == [EventKind.SOURCE_UP]


async def test_retained_telemetry_is_no_fresh_sample(mosquitto: Mosquitto) -> None:
    payload = '{"m":[{"n":"dc_bus_voltage_volts","x":54}]}'
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
        await client.publish("kept/S/N/telemetry", payload, qos=1, retain=True)
    one = Collecting(broker(mosquitto.port, "kept"))
    async with one.running():
        await until(lambda: one.counts.acknowledged == 1)
    (counts,) = one.counts.subscriptions.values()
    assert (one.heard.samples, dict(counts.rejected)) == (0, {"retained": 1})
