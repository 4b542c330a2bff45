"""What was acknowledged is with the bus; what is not comes again."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import aiomqtt
import pytest

from collector.mqtt.counts import Result
from tests.integration.collector.mqtt.collecting import Collecting, HeldBus, SlowBus, broker, until
from tests.servers.mosquitto import Mosquitto
from tests.servers.mqtt_publisher import Publisher

#: mosquitto drops QoS 1 messages beyond 1,000 a client by default.
ENOUGH = ["max_queued_messages 0", "max_inflight_messages 1000"]
ON_DISK = ["persistence true", "persistence_location ./"]


async def test_two_thousand_messages_a_second_arrive_without_loss() -> None:
    count = 6000
    with Mosquitto(ENOUGH) as server:
        one = Collecting(broker(server.port, "fast"))
        async with one.running():
            started, cpu = time.monotonic(), time.process_time()
            with Publisher(server.port, "fast", count, 2000) as publisher:
                assert await publisher.wait() == count
            await until(lambda: one.counts.acknowledged == count)
            lasted = time.monotonic() - started
            spent = time.process_time() - cpu
    assert sorted(one.heard.values) == list(range(count))
    assert len(one.heard.series) == 100
    print(f"{count / lasted:.0f} messages/s, {spent / count * 1e6:.0f} us of cpu a message")
    # A whole core would be 500 us a message, on a machine that does nothing else.
    assert spent / count < 400e-6


async def test_a_broker_that_restarts_in_mid_stream_loses_nothing_it_acknowledged() -> None:
    count = 6000
    with Mosquitto([*ENOUGH, *ON_DISK]) as server:
        one = Collecting(broker(server.port, "restart"))
        async with one.running():
            with Publisher(server.port, "restart", count, 2000) as publisher:
                for restart in (1, 2):
                    await asyncio.sleep(0.4)
                    await asyncio.to_thread(server.stop)
                    await asyncio.to_thread(server.start)
                    await until(lambda: one.counts.connections == 1 + restart)  # noqa: B023
                assert await publisher.wait() == count
            await until(lambda: len(set(one.heard.values)) == count)
    assert set(one.heard.values) == set(range(count))
    assert len(one.heard.series) == 100
    assert one.counts.connections == 3
    assert one.counts.sessions_lost == 0


async def test_a_broker_that_was_killed_is_read_again_as_soon_as_it_is_back() -> None:
    with Mosquitto(ENOUGH) as server:
        one = Collecting(broker(server.port, "killed"))
        async with one.running():
            await asyncio.to_thread(server.kill)
            await until(lambda: not one.counts.connected)
            await asyncio.to_thread(server.start)
            await until(lambda: one.counts.connections == 2)
            # It has forgotten the session: we have to subscribe anew, and say that it is lost.
            await until(lambda: one.is_subscribed)
            async with aiomqtt.Client("127.0.0.1", server.port) as client:
                payload = '{"m":[{"n":"dc_bus_voltage_volts","x":54}]}'
                await client.publish("killed/S/N/telemetry", payload, qos=1)
            await until(lambda: one.heard.samples == 1)
    assert one.counts.sessions_lost == 1
    assert one.counts.faults["lost"] == 1


async def test_what_a_killed_collector_had_not_handed_on_is_delivered_to_the_next() -> None:
    count = 300
    with Mosquitto(ENOUGH) as server:
        script = Path(__file__).with_name("deaf_collector.py")
        command = [sys.executable, str(script), str(server.port), "victim"]
        deaf = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
        assert deaf.stdout is not None
        try:
            assert await asyncio.to_thread(deaf.stdout.readline) == "connected\n"
            with Publisher(server.port, "victim", count, 2000) as publisher:
                assert await publisher.wait() == count
            assert await asyncio.to_thread(deaf.stdout.readline) == "took some\n"
        finally:
            deaf.send_signal(signal.SIGKILL)
            deaf.communicate()
        heir = Collecting(broker(server.port, "victim"))
        async with heir.running():
            await until(lambda: heir.counts.acknowledged == count)
    assert sorted(heir.heard.values) == list(range(count))


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_a_slow_bus_bounds_what_is_in_flight_and_nothing_is_lost(protocol: str) -> None:
    count, limit = 1500, 50
    with Mosquitto(ENOUGH) as server:
        settings = broker(server.port, "slow", max_in_flight=limit, protocol=protocol)
        one = Collecting(settings, SlowBus(0.02))
        most = 0

        def finished() -> bool:
            nonlocal most
            most = max(most, one.counts.in_flight)
            return one.counts.acknowledged == count

        async with one.running():
            with Publisher(server.port, "slow", count, 5000) as publisher:
                assert await publisher.wait() == count
            await until(finished)
    assert sorted(one.heard.values) == list(range(count))
    assert 0 < most <= limit
    assert one.counts.pauses > 0


async def test_a_message_that_comes_again_after_a_lost_acknowledgement_is_not_doubled() -> None:
    with Mosquitto([*ENOUGH, *ON_DISK]) as server:
        bus = HeldBus()
        one = Collecting(broker(server.port, "again"), bus)
        async with one.running():
            with Publisher(server.port, "again", 20, 2000) as publisher:
                await publisher.wait()
            # All are published, and what came is not settled; the connection is lost meanwhile.
            await until(lambda: one.heard.samples > 0)
            await asyncio.to_thread(server.stop)
            bus.let_go.set()
            await asyncio.to_thread(server.start)
            (counts,) = one.counts.subscriptions.values()
            await until(lambda: counts.messages[Result.DUPLICATE] > 0)
            await until(lambda: one.heard.samples >= 20)
    assert sorted(one.heard.values) == list(range(20))
