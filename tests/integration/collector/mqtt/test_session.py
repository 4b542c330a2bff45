"""Connections: how they are opened, refused, lost and opened again."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import aiomqtt
import pytest

from collector.mqtt.broker import Subscription, Tls
from collector.mqtt.counts import Result
from omc.core.model import EventKind
from omc.service.brokers import MqttCollector
from tests.integration.collector.mqtt.collecting import Collecting, broker, until
from tests.integration.collector.mqtt.scripted_broker import (
    ACCEPTED,
    CONNECT,
    SUBSCRIBE,
    ScriptedBroker,
)
from tests.servers.certificates import CertificateAuthority, client_files, server_context
from tests.servers.mosquitto import Mosquitto
from tests.servers.process import free_port

NATIVE = '{"v":1,"m":[{"n":"dc_bus_voltage_volts","x":54.16}]}'


async def publish(port: int, topic: str, payload: str = NATIVE) -> None:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.publish(topic, payload, qos=1)


@pytest.mark.parametrize("protocol", ["auto", "5", "3.1.1"])
async def test_a_message_reaches_the_bus_and_is_acknowledged(
    mosquitto: Mosquitto, protocol: str
) -> None:
    prefix = f"session-{protocol}"
    one = Collecting(broker(mosquitto.port, prefix, protocol=protocol))
    async with one.running():
        await publish(mosquitto.port, f"{prefix}/VPH0123/rectifier-1/telemetry")
        await until(lambda: one.counts.acknowledged == 1)
    (batch,) = one.heard.batches
    assert batch.source == f"mqtt:test/{prefix}/{{site}}/{{device}}/telemetry"
    assert batch.interval == 60.0
    assert one.heard.series == {'dc_bus_voltage_volts{node="rectifier-1",site="VPH0123"}'}
    assert one.heard.values == [54.16]
    assert [event.kind for event in one.heard.events] == [EventKind.SOURCE_UP]


async def test_a_payload_that_cannot_be_read_is_acknowledged_and_the_next_one_read(
    mosquitto: Mosquitto,
) -> None:
    one = Collecting(broker(mosquitto.port, "broken"))
    async with one.running():
        await publish(mosquitto.port, "broken/S/N/telemetry", "\0\1 not json")
        await publish(mosquitto.port, "broken/S/N/telemetry")
        await until(lambda: one.counts.acknowledged == 2)
    counts = one.counts.subscriptions["broken/{site}/{device}/telemetry"]
    assert counts.messages == {Result.REJECTED: 1, Result.ACCEPTED: 1}
    assert one.heard.values == [54.16]


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_what_was_published_while_we_were_away_is_delivered(
    mosquitto: Mosquitto, protocol: str
) -> None:
    prefix = f"away-{protocol}"
    settings = broker(mosquitto.port, prefix, protocol=protocol)
    async with Collecting(settings).running():
        pass
    await publish(mosquitto.port, f"{prefix}/S/N/telemetry")
    again = Collecting(settings)
    async with again.running():
        await until(lambda: again.heard.samples == 1)


class _Secured:
    """A broker with a password on one port and client certificates on another."""

    def __init__(self, folder: Path) -> None:
        self.authority = CertificateAuthority()
        self.tls_port = free_port()
        server = self.authority.issue("127.0.0.1")
        self.folder = folder
        self.ca = self._file("ca.pem", self.authority.certificate)
        self.mosquitto = Mosquitto(
            [
                "password_file passwords",
                f"listener {self.tls_port} 127.0.0.1",
                "cafile ca.pem",
                "certfile server.pem",
                "keyfile server.key",
                "require_certificate true",
            ],
            {
                "passwords": f"omc:{_password_hash('secret')}\n",
                "ca.pem": self.authority.certificate,
                "server.pem": server.certificate,
                "server.key": server.key,
            },
            anonymous=False,
        )

    def _file(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return path

    def tls(self, authority: CertificateAuthority | None = None) -> Tls:
        """Our side of TLS, with a certificate by the broker's or by another authority."""
        identity = (authority or self.authority).issue("collector")
        certificate = self._file("client.pem", identity.certificate)
        return Tls(self.ca, certificate, self._file("client.key", identity.key))


def _password_hash(password: str) -> str:
    """As `mosquitto_passwd` writes it: PBKDF2 with SHA-512."""
    salt, rounds = b"twelve bytes", 101
    derived = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds)
    return f"$7${rounds}${b64encode(salt).decode()}${b64encode(derived).decode()}"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Secured]:
    setup = _Secured(tmp_path_factory.mktemp("secured"))
    with setup.mosquitto:
        yield setup


async def test_tls_with_client_certificate_and_password_is_accepted(secured: _Secured) -> None:
    settings = broker(secured.tls_port, "tls", tls=secured.tls(), user="omc", password="secret")
    one = Collecting(settings)
    async with one.running():
        async with aiomqtt.Client(
            "127.0.0.1", secured.mosquitto.port, username="omc", password="secret"
        ) as client:
            for _ in range(300):
                await client.publish("tls/S/N/telemetry", NATIVE, qos=0)
        await until(lambda: one.heard.samples == 300)
    assert one.counts.faults == {}


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_a_wrong_password_is_reported_as_such_and_not_tried_again_soon(
    secured: _Secured, protocol: str
) -> None:
    settings = broker(
        secured.mosquitto.port, "wrong", user="omc", password="guess", protocol=protocol
    )
    one = Collecting(settings)
    async with one.running(connected=False):
        await until(lambda: one.counts.faults["refused"] == 1)
        await asyncio.sleep(1.5)
    assert one.counts.faults == {"refused": 1}
    assert one.counts.connections == 0
    (event,) = one.heard.events
    assert (event.kind, event.text) == (EventKind.SOURCE_DOWN, "refused")
    assert "guess" not in repr(settings)


async def test_a_client_certificate_by_somebody_else_is_reported_as_refused(
    secured: _Secured,
) -> None:
    stranger = secured.tls(CertificateAuthority("Another CA"))
    settings = broker(secured.tls_port, "stranger", tls=stranger, user="omc", password="secret")
    one = Collecting(settings)
    async with one.running(connected=False):
        await until(lambda: one.counts.faults["refused"] == 1)
    assert one.counts.faults == {"refused": 1}


async def test_a_broker_whose_certificate_we_do_not_trust_is_reported_as_refused(
    secured: _Secured, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    other.write_text(CertificateAuthority("Another CA").certificate, encoding="utf-8")
    one = Collecting(broker(secured.tls_port, "untrusting", tls=Tls(other)))
    async with one.running(connected=False):
        await until(lambda: one.counts.faults["refused"] == 1)


async def test_certificate_files_that_are_missing_are_told_and_stop_nobody(tmp_path: Path) -> None:
    one = Collecting(broker(free_port(), "files", tls=Tls(tmp_path / "none.pem")))
    async with one.running(connected=False):
        await until(lambda: one.counts.faults["refused"] == 1)


async def test_a_broker_that_is_not_there_is_unreachable_until_it_is() -> None:
    server = Mosquitto()
    one = Collecting(broker(server.port, "later"))
    async with one.running(connected=False):
        await until(lambda: one.counts.faults["unreachable"] >= 1)
        with server:
            await until(lambda: one.counts.connected)
    kinds = [event.kind for event in one.heard.events[:2]]
    assert kinds == [EventKind.SOURCE_DOWN, EventKind.SOURCE_UP]


async def test_a_take_over_that_the_broker_tells_of_is_reported_as_such() -> None:
    # DISCONNECT with reason 0x8E (session taken over), right behind the CONNACK.
    scripted = ScriptedBroker({CONNECT: ACCEPTED + bytes.fromhex("e0018e")}, close_after=CONNECT)
    async with scripted.running():
        one = Collecting(broker(scripted.port, "taken", protocol="5"))
        async with one.running(connected=False):
            await until(lambda: one.counts.faults["taken_over"] == 1)
    assert [event.text for event in one.heard.events] == ["", "taken_over"]


async def test_two_clients_with_one_id_that_throw_each_other_out_are_told_from_a_lost_connection(
    mosquitto: Mosquitto,
) -> None:
    first = Collecting(broker(mosquitto.port, "twins"))
    second = Collecting(broker(mosquitto.port, "twins"))
    async with first.running(), second.running():
        await until(lambda: bool(first.heard.told("flapping") or second.heard.told("flapping")))


async def test_a_refused_subscription_is_reported_and_the_others_are_read() -> None:
    scripted = ScriptedBroker(
        {
            CONNECT: ACCEPTED,
            # SUBACK with reason 0x87 (not authorised), then a message of the other subscription.
            SUBSCRIBE: b"\x90\x04{id}\x00\x87",
        }
    )
    async with scripted.running():
        settings = broker(scripted.port, "denied", protocol="5")
        one = Collecting(settings)
        async with one.running(subscribed=False):
            await until(lambda: bool(one.counts.refused_subscriptions))
            assert one.counts.connected
    assert one.counts.refused_subscriptions == {"denied/{site}/{device}/telemetry"}
    assert one.counts.granted_subscriptions == set()
    families = {family.name: family for family in MqttCollector({"b": one.subscriber}).collect()}
    samples = families["omc_mqtt_subscriptions"].samples
    assert {sample.labels["result"]: sample.value for sample in samples} == {
        "granted": 0,
        "refused": 1,
    }


async def test_a_broker_that_knows_only_3_1_1_is_spoken_to_in_3_1_1() -> None:
    # CONNACK of 3.1.1 with return code 1 (unacceptable protocol version), MQTT 3.1.1, 3.2.2.3.
    scripted = ScriptedBroker({CONNECT: bytes.fromhex("20020001")}, close_after=CONNECT)
    async with scripted.running():
        one = Collecting(broker(scripted.port, "older"))
        async with one.running(connected=False):
            await until(lambda: scripted.count(CONNECT) >= 2)
    versions = [packet[8] for packet in scripted.packets if packet[0] == CONNECT]
    assert versions[:2] == [5, 4]


async def test_the_session_is_asked_for_as_it_has_to_be() -> None:
    scripted = ScriptedBroker({CONNECT: ACCEPTED})
    async with scripted.running():
        settings = broker(
            scripted.port, "id", session_expiry=86_400.0, max_in_flight=500, keepalive=30.0
        )
        async with Collecting(settings).running(subscribed=False):
            pass
    connect = scripted.packets[0]
    clean_start = connect[9] & 0x02
    keepalive = int.from_bytes(connect[10:12], "big")
    assert (clean_start, keepalive) == (0, 30)
    assert b"\x11" + (86_400).to_bytes(4, "big") in connect  # Session Expiry Interval
    assert b"\x21" + (500).to_bytes(2, "big") in connect  # Receive Maximum


async def test_a_broker_that_never_answers_is_given_up_and_its_socket_closed() -> None:
    scripted = ScriptedBroker({})
    async with scripted.running():
        one = Collecting(broker(scripted.port, "mute"))
        async with one.running(connected=False):
            await until(lambda: scripted.count(CONNECT) == 1)
        # Cancelled while waiting for the CONNACK: a goodbye comes, then the end of the connection.
        await until(lambda: len(scripted.packets) == 2)


async def test_what_comes_in_one_record_of_tls_is_read_to_its_end(tmp_path: Path) -> None:
    authority, messages = CertificateAuthority(), 150
    tls = Tls(**client_files(authority, tmp_path))
    scripted = ScriptedBroker(
        {CONNECT: ACCEPTED, SUBSCRIBE: b"\x90\x04{id}\x00\x00" + _telemetry("b") * messages},
        tls=server_context(authority, tmp_path),
    )
    async with scripted.running():
        one = Collecting(broker(scripted.port, "b", protocol="5", tls=tls))
        async with one.running():
            # Much sooner than the next word of the broker, which wakes whoever sleeps on the rest.
            await until(lambda: one.heard.samples == messages, seconds=20)


def _telemetry(prefix: str) -> bytes:
    """A PUBLISH of quality of service 0 (MQTT 5.0, 3.3), short enough for one octet of length."""
    topic = f"{prefix}/S/N/telemetry".encode()
    payload = b'{"m":[{"n":"dc_bus_voltage_volts","x":54}]}'
    body = len(topic).to_bytes(2, "big") + topic + b"\0" + payload
    return bytes([0x30, len(body)]) + body


async def test_shared_subscriptions_give_each_message_to_one_consumer(
    mosquitto: Mosquitto,
) -> None:
    topic = "shared/{site}/{device}/telemetry"
    subscriptions = (Subscription(topic, "native", share="collectors"),)
    ones = [
        Collecting(broker(mosquitto.port, f"shared-{i}", subscriptions=subscriptions))
        for i in range(2)
    ]
    async with ones[0].running(), ones[1].running():
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
            for number in range(40):
                payload = f'{{"m":[{{"n":"site_energy_joules_total","x":{number}}}]}}'
                await client.publish("shared/S/N/telemetry", payload, qos=1)
        await until(lambda: ones[0].heard.samples + ones[1].heard.samples == 40)
    assert sorted(ones[0].heard.values + ones[1].heard.values) == list(range(40))
    assert min(one.heard.samples for one in ones) > 0
