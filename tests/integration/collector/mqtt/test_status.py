"""Last wills and retained states as the reachability of sites."""

from __future__ import annotations

import aiomqtt

from omc.core.model import EventKind
from tests.integration.collector.mqtt.collecting import Collecting, broker, until
from tests.integration.collector.mqtt.gateway import OFFLINE, Gateway, watching
from tests.servers.mosquitto import Mosquitto

LABELS = (("node", "gw-1"), ("site", "VPH0123"))


async def test_a_gateway_that_dies_is_seen_offline_by_its_last_will(mosquitto: Mosquitto) -> None:
    one = Collecting(watching(mosquitto.port, "will"))
    async with one.running():
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
