"""A running province is broken, looked at over SNMP, mended and stopped."""

import json
import socket
import subprocess

import pytest

from omc.simulator.addresses import AddressPlan
from omc.simulator.network import NodeKind, SpanKind
from omc.simulator.province import Province
from tests.servers.process import find_binary
from tests.servers.simulator import RunningSimulator, omc

PROVINCE = Province.generate(7, 8)


def get(simulator: RunningSimulator, node: int, oid: str) -> str | None:
    """A value as snmpget prints it, or None when the node does not answer."""
    address = AddressPlan(simulator.port).of(node)
    command = [find_binary("snmpget", "snmp"), "-m", "", "-Oqv", "-v2c", "-c", "public"]
    done = subprocess.run(
        [*command, "-t", "0.5", "-r", "1", f"{address[0]}:{address[1]}", oid],
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    return done.stdout.strip() if done.returncode == 0 else None


def test_faults_are_told_seen_over_snmp_and_mended() -> None:
    rectifier = next(n for n in PROVINCE.nodes if n.kind is NodeKind.RECTIFIER and not n.secure)
    site = PROVINCE.sites[rectifier.site]
    commune = PROVINCE.communes[site.commune].facts
    volts = "1.3.6.1.4.1.6302.2.1.2.6.1.0"
    with RunningSimulator() as simulator:
        assert simulator.greeting[0].startswith("seed 7: 8 sites")
        assert int(get(simulator, rectifier.index, volts) or 0) > 200_000
        said = simulator.tell("mains", commune.name, "--for", "10m")
        assert f"{commune.name} for 600 s" in said
        assert get(simulator, rectifier.index, volts) == "0"
        ring = next(s for s in PROVINCE.spans if s.kind in (SpanKind.RING, SpanKind.BACKBONE))
        assert "only redundancy is lost" in simulator.tell("cut", ring.code)
        assert "answers no more" in simulator.tell("silence", rectifier.name)
        assert get(simulator, rectifier.index, volts) is None
        status = json.loads(simulator.tell("status"))
        assert status["cut"] == [ring.code]
        assert status["silenced"] == [rectifier.name]
        assert status["mains_failed"] == [commune.code]
        assert (status["links_down"], status["silent_nodes"]) == (1, 1)
        assert simulator.tell("heal") == "everything is mended"
        assert int(get(simulator, rectifier.index, volts) or 0) > 200_000
        assert "mains failures to come" in simulator.tell("storm", "--for", "1m")


def test_it_stops_when_it_is_asked_to() -> None:
    with RunningSimulator() as simulator:
        code, _, errors = simulator.stop()
    assert code == 0, errors
    assert errors == "stopped\n"


def test_nonsense_on_the_control_endpoint_is_answered_and_survived() -> None:
    with RunningSimulator(sites=4) as simulator:
        answers = simulator.send(
            [b"hello", b"[]", b'{"do": 7}', b'{"do": "dance"}', b"\xff\xfe", b'{"do": "status"}']
        )
        assert [answer["ok"] for answer in answers] == [False] * 5 + [True]
        with socket.create_connection(("127.0.0.1", simulator.control), timeout=5) as connection:
            connection.sendall(b"x" * 10_000)
            assert connection.recv(100) == b""
        assert simulator.send([b'{"do": "status"}'])[0]["ok"]


def test_without_a_simulator_the_commands_say_so() -> None:
    command = omc("simulate", "cut", "ANY", "--control", "127.0.0.1:9")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 1
    assert "no simulator answers at 127.0.0.1:9" in done.stderr


def test_a_taken_port_is_a_sentence_not_a_traceback() -> None:
    with RunningSimulator(sites=4) as simulator:
        options = ("--port", str(simulator.port), "--control", "127.0.0.1:0")
        command = omc("simulate", "run", "--sites", "4", *options)
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 1
    assert "is another simulator running?" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])
def test_control_stays_on_loopback(host: str) -> None:
    command = omc("simulate", "run", "--sites", "4", "--control", f"{host}:0")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 2
    assert "stays on loopback" in done.stderr
