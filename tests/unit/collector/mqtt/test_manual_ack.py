"""What manual_ack.py takes from aiomqtt and paho: a new version that changes it fails here."""

from __future__ import annotations

import inspect
import socket

import aiomqtt
import pytest
from paho.mqtt.client import Client as PahoClient

from collector.mqtt.broker import Broker
from collector.mqtt.manual_ack import ManualAckClient

BROKER = Broker("test", "127.0.0.1", 1883, "omc-test", (), password="hidden")


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("_on_message", ["client", "userdata", "message"]),
        ("_on_connect", ["client", "userdata", "flags", "reason_code", "properties"]),
        ("_on_disconnect", ["client", "userdata", "flags", "reason_code", "properties"]),
        ("_on_socket_open", ["client", "userdata", "sock"]),
    ],
)
def test_aiomqtt_still_has_the_callbacks_that_are_overridden(
    name: str, parameters: list[str]
) -> None:
    original = inspect.signature(getattr(aiomqtt.Client, name))
    assert list(original.parameters)[1:] == parameters


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_paho_calls_our_callbacks_and_leaves_acknowledging_to_us(protocol: str) -> None:
    client = ManualAckClient(BROKER, None, protocol)
    paho = client._client
    assert isinstance(paho, PahoClient)
    assert paho.on_message == client._on_message
    assert paho.on_connect == client._on_connect
    assert paho.on_disconnect == client._on_disconnect
    assert paho.on_socket_open == client._on_socket_open
    assert paho._manual_ack is True
    assert paho.connect_timeout == BROKER.connect_timeout
    assert not client._connected.done()
    assert not client._disconnected.done()
    assert client._loop.is_running()


def test_paho_still_has_what_is_called() -> None:
    assert list(inspect.signature(PahoClient.ack).parameters) == ["self", "mid", "qos"]
    assert list(inspect.signature(PahoClient.manual_ack_set).parameters) == ["self", "on"]
    for name in ("loop_read", "disconnect", "socket"):
        assert callable(getattr(PahoClient, name))


async def test_a_port_where_nobody_listens_ends_in_an_error_at_once() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    client = ManualAckClient(Broker("test", "127.0.0.1", port, "omc-test", ()), None, "5")
    with pytest.raises(aiomqtt.MqttError, match="refused"):
        await client.__aenter__()


def test_a_password_does_not_show() -> None:
    assert "hidden" not in repr(BROKER)
