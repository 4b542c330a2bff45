"""The broker of the demo, amqtt: MQTT 3.1.1 only, and (0.12) no sessions for anonymous clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.collector.mqtt.collecting import Collecting, broker, until
from tests.integration.collector.mqtt.gateway import Gateway, watching
from tests.servers.amqtt import Amqtt
from tests.servers.mqtt_publisher import Publisher


@pytest.fixture(scope="module")
def amqtt() -> Iterator[Amqtt]:
    with Amqtt() as server:
        yield server


async def test_messages_are_read_and_acknowledged_in_the_version_it_speaks(amqtt: Amqtt) -> None:
    one = Collecting(broker(amqtt.port, "plain", protocol="3.1.1"))
    async with one.running():
        with Publisher(amqtt.port, "plain", 200, 1000) as publisher:
            assert await publisher.wait() == 200
        await until(lambda: one.counts.acknowledged == 200)
    assert sorted(one.heard.values) == list(range(200))


async def test_last_wills_are_published(amqtt: Amqtt) -> None:
    one = Collecting(watching(amqtt.port, "will", protocol="3.1.1"))
    async with one.running():
        gateway = Gateway(amqtt.port, "will")
        await gateway.appear()
        await until(lambda: one.heard.values[-1:] == [1.0])
        await gateway.die()
        await until(lambda: one.heard.values[-1:] == [0.0])
