"""The gateways of a running province on a real broker."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiomqtt
import pytest

from omc.simulator.network import NodeKind, SpanKind
from omc.simulator.province import Province
from tests.servers.mosquitto import Mosquitto
from tests.servers.simulator import RunningSimulator

SITES = 40
PROVINCE = Province.generate(7, SITES)


@pytest.fixture(scope="module")
def broker() -> Iterator[Mosquitto]:
    with Mosquitto() as server:
        yield server


@pytest.fixture(scope="module")
def simulator(broker: Mosquitto) -> Iterator[RunningSimulator]:
    with RunningSimulator("--mqtt", broker.address, "--interval", "1s", sites=SITES) as running:
        yield running


@asynccontextmanager
async def listening(broker: Mosquitto, topic: str) -> AsyncIterator[aiomqtt.Client]:
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        await client.subscribe(topic, qos=1)
        yield client


async def collect(client: aiomqtt.Client, seconds: float) -> list[tuple[str, Any, bool]]:
    """Topic, content and retained flag of all that comes within some seconds."""
    found = []
    try:
        async with asyncio.timeout(seconds):
            async for message in client.messages:
                assert isinstance(message.payload, bytes)
                topic = str(message.topic)
                found.append((topic, json.loads(message.payload), message.retain))
    except TimeoutError:
        pass
    return found


async def test_every_gateway_says_everything_once_an_interval(
    broker: Mosquitto, simulator: RunningSimulator
) -> None:
    async with listening(broker, "bts/v1/+/+/+/+/+/telemetry") as client:
        found = await collect(client, 3.3)
    seen: dict[tuple[str, str], list[Any]] = {}
    for topic, content, retained in found:
        _, _, operator, region, site, device_class, device, leaf = topic.split("/")
        assert (operator, leaf, retained) == ("demo", "telemetry", False)
        assert region.startswith("vp-")
        assert (content["v"], content["site"], content["device"]) == (1, site, device)
        assert content["ts"].endswith("Z")
        seen.setdefault((site, device_class), []).append(content)
    codes = {site.code for site in PROVINCE.sites}
    classes = ("environment", "power", "radio")
    assert set(seen) == {(code, kind) for code in codes for kind in classes}
    for (_, device_class), messages in seen.items():
        assert 2 <= len(messages) <= 5
        assert ("period" in messages[0]) == (device_class == "radio")
    sequences: dict[str, list[int]] = {}
    for topic, content, _ in found:
        sequences.setdefault(topic.split("/")[4], []).append(content["seq"])
    for numbers in sequences.values():
        assert numbers == sorted(set(numbers))


async def test_the_state_of_a_site_is_retained_and_follows_what_cuts_it_off(
    broker: Mosquitto, simulator: RunningSimulator
) -> None:
    spur = next(span for span in PROVINCE.spans if span.kind is SpanKind.SPUR)
    assert spur.b is not None
    topic = f"bts/v1/demo/+/{PROVINCE.sites[spur.b].code}/gateway/+/state"

    async def states(wanted: bool) -> None:
        async with listening(broker, topic) as client, asyncio.timeout(15):
            async for message in client.messages:
                assert isinstance(message.payload, bytes)
                if json.loads(message.payload)["online"] is wanted:
                    return

    await states(wanted=True)
    await asyncio.to_thread(simulator.tell, "cut", spur.code)
    await states(wanted=False)
    telemetry = f"bts/v1/demo/+/{PROVINCE.sites[spur.b].code}/+/+/telemetry"
    async with listening(broker, telemetry) as client:
        assert await collect(client, 1.6) == []
    await asyncio.to_thread(simulator.tell, "heal")
    await states(wanted=True)


async def test_failing_mains_show_in_power_messages_of_that_commune_only(
    broker: Mosquitto, simulator: RunningSimulator
) -> None:
    site = next(s for s in PROVINCE.sites if s.commune == 8 or s.commune == 3)
    commune = PROVINCE.communes[site.commune].facts
    await asyncio.to_thread(simulator.tell, "mains", commune.code, "--for", "5m")
    async with listening(broker, "bts/v1/+/+/+/power/+/telemetry") as client:
        await collect(client, 1.2)
        found = await collect(client, 1.5)
    await asyncio.to_thread(simulator.tell, "heal")
    without = set()
    for _, content, _ in found:
        values = {reading["n"]: reading["x"] for reading in content["m"]}
        if not values["ac_input_available"]:
            without.add(content["site"])
            assert values["battery_current_amperes"] < 0
            assert values["ac_input_voltage_volts"] == 0
    assert without == {s.code for s in PROVINCE.sites if s.commune == site.commune}


def test_a_broker_that_restarts_is_found_again() -> None:
    with Mosquitto() as own, RunningSimulator("--mqtt", own.address, "--interval", "1s") as running:

        def sent() -> int:
            return int(json.loads(running.tell("status"))["mqtt_messages"])

        _until(lambda: sent() > 20)
        own.kill()
        _until(lambda: json.loads(running.tell("status"))["mqtt_connected"] == 0)
        before = sent()
        own.start()
        _until(lambda: sent() > before + 20)
        code, seconds, errors = running.stop()
    assert (code, seconds < 1.0) == (0, True)
    assert errors.count("mqtt_broker_away") <= 8
    assert "Traceback" not in errors


def _until(condition: Any) -> None:
    deadline = time.monotonic() + 25
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


def test_every_site_has_a_gateway() -> None:
    gateways = [node for node in PROVINCE.nodes if node.kind is NodeKind.GATEWAY]
    assert [node.site for node in gateways] == [site.index for site in PROVINCE.sites]


def test_stopping_with_a_dead_broker_takes_no_longer() -> None:
    with RunningSimulator("--mqtt", "127.0.0.1:9", sites=4) as running:
        time.sleep(0.5)
        code, seconds, _ = running.stop()
    assert code == 0
    assert seconds < 1.0


async def test_cell_counters_have_a_period_of_their_own(broker: Mosquitto) -> None:
    options = ("--mqtt", broker.address, "--interval", "1s", "--cell-period", "15m")
    async with listening(broker, "bts/v1/+/+/+/+/+/telemetry") as client:
        with RunningSimulator(*options, sites=4, seed=8):
            found = await collect(client, 3.2)
    own = {site.code for site in Province.generate(8, 4).sites}
    mine = [(topic, content) for topic, content, _ in found if content["site"] in own]
    radio = [content for topic, content in mine if "/radio/" in topic and content["period"] == 900]
    assert len(radio) == 4
    assert all(content["ts"][14:16] in ("00", "15", "30", "45") for content in radio)
    assert len([topic for topic, _ in mine if "/power/" in topic]) >= 8
