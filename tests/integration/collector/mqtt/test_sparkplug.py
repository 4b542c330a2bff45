"""Conversations with edge nodes of pysparkplug over mosquitto."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from collector.mqtt.broker import Broker, SparkplugHost, Subscription
from collector.mqtt.sparkplug.memory import open_births
from omc.core.model import EventKind
from tests.integration.collector.mqtt.collecting import Collecting, broker, until
from tests.servers.edge_node import EdgeNode
from tests.servers.mosquitto import Mosquitto

VOLTS = 'dc_bus_voltage_volts{node="VPH0123",site="VPH0123"}'
AMPERES = 'battery_current_amperes{node="VPH0123",site="VPH0123",string="1"}'
RECTIFIER = 'rectifier_up{node="rectifier-1",rectifier="3",site="VPH0123"}'
ONLINE = 'site_online{node="VPH0123",site="VPH0123"}'
UP = ["rectifier_up/rectifier=3", "BOOLEAN", True]


def hosting(port: int, group: str, **changes: Any) -> Broker:
    topics = (Subscription(f"spBv1.0/{group}/#", "sparkplug"),)
    host = SparkplugHost(f"host-{group}", reorder_timeout=0.5, rebirth_pause=1.0)
    settings = {"subscriptions": topics, "sparkplug": host}
    return broker(port, f"host-{group}", **(settings | changes))


@pytest.fixture
def edge(mosquitto: Mosquitto, request: pytest.FixtureRequest) -> Iterator[EdgeNode]:
    """An edge node VPH0123 in a group of the test's own."""
    with EdgeNode(mosquitto.port, group_of(request), "VPH0123") as node:
        yield node


def group_of(request: pytest.FixtureRequest) -> str:
    return str(request.node.name).removeprefix("test_")[:20]


@pytest.fixture
def group(request: pytest.FixtureRequest) -> str:
    return group_of(request)


async def listening(port: int, group: str) -> None:
    """Wait until the host has subscribed: then it says that it is online, retained."""
    async with aiomqtt.Client("127.0.0.1", port) as client, asyncio.timeout(10):
        await client.subscribe(f"spBv1.0/STATE/host-{group}", qos=1)
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            if json.loads(message.payload)["online"]:
                return


def values_of(one: Collecting, series: str) -> list[float]:
    return [
        value
        for batch in one.heard.batches
        for key, value in zip(batch.series, batch.values, strict=True)
        if key.key == series
    ]


def latest(one: Collecting, series: str) -> float | None:
    return next(iter(values_of(one, series)[-1:]), None)


def stale(one: Collecting, word: str) -> set[str]:
    return {
        series.key
        for event in one.heard.told(word)
        if event.kind is EventKind.SOURCE_STALE
        for series in event.series
    }


async def test_a_session_from_its_birth_to_its_death(
    mosquitto: Mosquitto, edge: EdgeNode, group: str
) -> None:
    one = Collecting(hosting(mosquitto.port, group))
    async with one.running():
        await listening(mosquitto.port, group)
        edge.tell("add_device", device="rectifier-1", metrics=[UP])
        edge.tell("connect")
        await until(lambda: latest(one, RECTIFIER) == 1.0)
        assert (latest(one, VOLTS), latest(one, AMPERES), latest(one, ONLINE)) == (54.16, -12, 1)
        edge.tell("update", metrics=[["battery_current_amperes/string=1", "INT32", -35]])
        edge.tell("update_device", device="rectifier-1", metrics=[[*UP[:2], False]])
        await until(lambda: latest(one, RECTIFIER) == 0.0)
        assert latest(one, AMPERES) == -35
        edge.tell("remove_device", device="rectifier-1")
        await until(lambda: stale(one, "ddeath") == {RECTIFIER})
        edge.kill()
        await until(lambda: latest(one, ONLINE) == 0.0)
    assert stale(one, "ndeath") == {VOLTS, AMPERES}
    (counts,) = one.counts.subscriptions.values()
    assert dict(counts.rejected) == {}


async def test_a_gap_is_asked_about_and_the_births_mend_it(
    mosquitto: Mosquitto, edge: EdgeNode, group: str
) -> None:
    one = Collecting(hosting(mosquitto.port, group))
    async with one.running():
        await listening(mosquitto.port, group)
        edge.tell("connect")
        await until(lambda: latest(one, VOLTS) == 54.16)
        edge.tell("lose")
        edge.tell("update", metrics=[["dc_bus_voltage_volts", "FLOAT", 51.0]])
        await asyncio.to_thread(edge.expect, "rebirth asked")
        await until(lambda: values_of(one, VOLTS)[-2:] == [51.0, 51.0])
        edge.tell("update", metrics=[["dc_bus_voltage_volts", "FLOAT", 50.0]])
        await until(lambda: latest(one, VOLTS) == 50.0)


async def test_who_comes_in_the_middle_of_a_session_asks_for_its_births(
    mosquitto: Mosquitto, edge: EdgeNode, group: str
) -> None:
    edge.tell("connect")
    await asyncio.to_thread(edge.expect, "connected")
    one = Collecting(hosting(mosquitto.port, group))
    async with one.running():
        await listening(mosquitto.port, group)
        edge.tell("update", metrics=[["dc_bus_voltage_volts", "FLOAT", 53.0]])
        await asyncio.to_thread(edge.expect, "rebirth asked")
        await until(lambda: latest(one, VOLTS) == 53.0)
    (counts,) = one.counts.subscriptions.values()
    assert dict(counts.rejected) == {"no_birth": 1}


async def test_a_restart_in_the_middle_of_a_session_knows_it_again(
    mosquitto: Mosquitto, edge: EdgeNode, group: str, tmp_path: Path
) -> None:
    births = open_births(tmp_path / "births.sqlite")
    # A plain subscription beside it: then the broker keeps the session while we are away.
    plain = Subscription(f"{group}/{{site}}/{{device}}/telemetry", "native")
    topics = (Subscription(f"spBv1.0/{group}/#", "sparkplug"), plain)
    before = Collecting(hosting(mosquitto.port, group, subscriptions=topics), births=births)
    async with before.running():
        await listening(mosquitto.port, group)
        edge.tell("connect")
        await until(lambda: latest(before, VOLTS) == 54.16)
        edge.tell("update", metrics=[["dc_bus_voltage_volts", "FLOAT", 53.0]])
        await until(lambda: latest(before, VOLTS) == 53.0)
        await asyncio.sleep(1.2)  # the sequence number is noted once a second
    after = Collecting(hosting(mosquitto.port, group, subscriptions=topics), births=births)
    async with after.running():
        await listening(mosquitto.port, group)
        edge.tell("update", metrics=[["dc_bus_voltage_volts", "FLOAT", 52.0]])
        await until(lambda: latest(after, VOLTS) == 52.0)
        assert latest(after, AMPERES) is None
        await asyncio.to_thread(edge.expect, "rebirth asked")
        await until(lambda: latest(after, AMPERES) == -12)
    counts = after.counts.subscriptions[f"spBv1.0/{group}/#"]
    assert dict(counts.rejected) == {}


async def test_sparkplug_and_plain_topics_share_a_connection(
    mosquitto: Mosquitto, edge: EdgeNode, group: str
) -> None:
    plain = Subscription(f"{group}/{{site}}/{{device}}/telemetry", "native")
    topics = (Subscription(f"spBv1.0/{group}/#", "sparkplug"), plain)
    one = Collecting(hosting(mosquitto.port, group, subscriptions=topics))
    async with one.running(), aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
        await listening(mosquitto.port, group)
        edge.tell("connect")
        payload = '{"m":[{"n":"dc_bus_voltage_volts","x":48}]}'
        await client.publish(f"{group}/S/N/telemetry", payload, qos=1)
        await until(lambda: latest(one, VOLTS) == 54.16)
        await until(lambda: latest(one, 'dc_bus_voltage_volts{node="N",site="S"}') == 48)


async def test_edge_nodes_are_told_whether_we_are_online(mosquitto: Mosquitto, group: str) -> None:
    topic = f"spBv1.0/STATE/host-{group}"
    states: list[dict[str, Any]] = []
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
        await client.subscribe(topic)

        async def listen() -> None:
            async for message in client.messages:
                assert isinstance(message.payload, bytes)
                states.append(json.loads(message.payload))

        listening = asyncio.create_task(listen(), name="states")
        one = Collecting(hosting(mosquitto.port, group))
        async with one.running():
            await until(lambda: len(states) == 1)
            await client.publish(topic, '{"online": false, "timestamp": 1}', qos=1, retain=True)
            await until(lambda: len(states) == 3)
        await until(lambda: len(states) == 4)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    assert [state["online"] for state in states] == [True, False, True, False]
    assert states[2] == states[0]
    assert states[3]["timestamp"] >= states[0]["timestamp"]
