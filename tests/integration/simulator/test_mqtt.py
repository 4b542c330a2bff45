"""The gateways of a running province on a real broker."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import pairwise
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
    classes = ("environment", "power", "radio")
    seen: dict[tuple[str, str], list[Any]] = {
        (site.code, kind): [] for site in PROVINCE.sites for kind in classes
    }
    sequences: dict[str, list[int]] = {site.code: [] for site in PROVINCE.sites}
    async with listening(broker, "bts/v1/+/+/+/+/+/telemetry") as client, asyncio.timeout(30):
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            content = json.loads(message.payload)
            _, _, operator, region, site, kind, device, leaf = str(message.topic).split("/")
            assert (operator, leaf, message.retain) == ("demo", "telemetry", False)
            assert region.startswith("vp-")
            assert (content["v"], content["site"], content["device"]) == (1, site, device)
            assert content["ts"].endswith("Z")
            assert ("period" in content) == (kind == "radio")
            seen[site, kind].append(content)
            sequences[site].append(content["seq"])
            if all(len(contents) >= 3 for contents in seen.values()):
                break
    for numbers in sequences.values():
        assert numbers == sorted(set(numbers))
    for site in sequences:
        ends = [datetime.fromisoformat(content["ts"]) for content in seen[site, "radio"]]
        assert {(b - a).total_seconds() for a, b in pairwise(ends)} == {1.0}
        for kind in ("environment", "power"):
            assert abs(len(seen[site, kind]) - len(ends)) <= 1


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
    there = {s.code for s in PROVINCE.sites if s.commune == site.commune}
    latest: dict[str, bool] = {}  # whether a site has its mains, as it said last
    async with (
        listening(broker, "bts/v1/+/+/+/power/+/telemetry") as client,
        asyncio.timeout(20),
    ):
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            content = json.loads(message.payload)
            values = {reading["n"]: reading["x"] for reading in content["m"]}
            latest[content["site"]] = bool(values["ac_input_available"])
            if not values["ac_input_available"]:
                assert content["site"] in there
                assert values["battery_current_amperes"] < 0
                assert values["ac_input_voltage_volts"] == 0
            without = {code for code, is_there in latest.items() if not is_there}
            if len(latest) == SITES and without == there:
                break
    await asyncio.to_thread(simulator.tell, "heal")


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
        code, _, errors = running.stop()
    assert code == 0
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
        _until(lambda: running.tell("status") != "")
        code, seconds, _ = running.stop()
    assert code == 0
    assert seconds < 5.0  # less than the pause before the next try, or a message's timeout


async def test_cell_counters_have_a_period_of_their_own() -> None:
    power: Counter[str] = Counter()
    radio: Counter[tuple[str, str]] = Counter()
    with Mosquitto() as own:
        options = ("--mqtt", own.address, "--interval", "1s", "--cell-period", "15m")
        async with listening(own, "bts/v1/+/+/+/+/+/telemetry") as client, asyncio.timeout(30):
            with RunningSimulator(*options, sites=4):
                async for message in client.messages:
                    assert isinstance(message.payload, bytes)
                    content = json.loads(message.payload)
                    if "/radio/" in str(message.topic):
                        radio[content["site"], content["ts"]] += 1
                        assert content["period"] == 900
                        assert content["ts"][14:16] in ("00", "15", "30", "45")
                    elif "/power/" in str(message.topic):
                        power[content["site"]] += 1
                    if len(power) == 4 and min(power.values()) >= 3:
                        break
    assert {site for site, _ in radio} == set(power)
    assert set(radio.values()) == {1}
