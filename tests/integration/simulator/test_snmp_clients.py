"""The agents as net-snmp's command line tools see them."""

import subprocess
from collections.abc import Iterator

import pytest

from omc.simulator.addresses import AddressPlan
from omc.simulator.network import Node, NodeKind
from omc.simulator.province import Province
from tests.servers.process import find_binary
from tests.servers.simulator import RunningSimulator

PROVINCE = Province.generate(7, 8)
#: Kinds whose engine id carries net-snmp's enterprise number.
OF_NET_SNMP = (NodeKind.ROUTER, NodeKind.GATEWAY, NodeKind.UPS)
SYS_NAME = "1.3.6.1.2.1.1.5.0"
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
PLAIN = ["-v2c", "-c", "public"]


def v3(auth: str = "simulated-auth", priv: str = "simulated-priv", user: str = "omc") -> list[str]:
    secrets = ["-a", "SHA-256", "-A", auth, "-x", "AES", "-X", priv]
    return ["-v3", "-l", "authPriv", "-u", user, *secrets]


@pytest.fixture(scope="module")
def simulator() -> Iterator[RunningSimulator]:
    with RunningSimulator() as running:
        yield running


def a_node(kind: NodeKind, *, secure: bool = False) -> Node:
    return next(n for n in PROVINCE.nodes if n.kind is kind and n.secure is secure)


def run(
    simulator: RunningSimulator, tool: str, access: list[str], node: Node, *rest: str
) -> subprocess.CompletedProcess[str]:
    address = AddressPlan(simulator.port).of(node.index)
    command = [find_binary(tool, "snmp"), "-m", "", "-On", "-t", "1", "-r", "0", *access]
    return subprocess.run(
        [*command, f"{address[0]}:{address[1]}", *rest],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def values(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    assert done.returncode == 0, done.stderr
    pairs = (line.split(" = ", 1) for line in done.stdout.splitlines() if " = " in line)
    return dict(pairs)


@pytest.mark.parametrize("kind", list(NodeKind))
def test_every_kind_of_node_can_be_walked_to_its_end(
    simulator: RunningSimulator, kind: NodeKind
) -> None:
    node = a_node(kind)
    bulk = values(run(simulator, "snmpbulkwalk", [*PLAIN, "-Cr25"], node, ".1"))
    assert f'STRING: "{node.name}"' in bulk[f".{SYS_NAME}"]
    assert len(bulk) > 25
    assert "No more variables" in list(bulk.values())[-1]


def test_walking_step_by_step_finds_what_bulk_finds(simulator: RunningSimulator) -> None:
    node = a_node(NodeKind.ROUTER)
    subtree = "1.3.6.1.2.1.31.1.1.1.18"
    one = values(run(simulator, "snmpwalk", PLAIN, node, subtree))
    many = values(run(simulator, "snmpbulkwalk", [*PLAIN, "-Cr7"], node, subtree))
    assert one == many
    assert len(one) == 8


def test_bulk_at_the_end_of_the_view_says_so(simulator: RunningSimulator) -> None:
    node = a_node(NodeKind.RECTIFIER)
    last = "1.3.6.1.6.3.10.2.1.4.0"
    done = run(simulator, "snmpbulkget", [*PLAIN, "-Cr5"], node, last)
    assert done.stdout.count("No more variables left") == 1


def test_bulk_answers_within_one_frame(simulator: RunningSimulator) -> None:
    node = a_node(NodeKind.OLT)
    done = run(simulator, "snmpbulkget", [*PLAIN, "-Cr500"], node, "1.3.6.1.4.1.2011.6.128")
    lines = done.stdout.splitlines()
    assert 20 < len(lines) < 60


def test_what_does_not_exist_is_told_apart(simulator: RunningSimulator) -> None:
    node = a_node(NodeKind.ROUTER)
    missing = ["1.3.6.1.2.1.1.77.0", "1.3.6.1.2.1.1.5.1"]
    found = values(run(simulator, "snmpget", PLAIN, node, SYS_NAME, *missing))
    assert list(found.values()) == [
        f'STRING: "{node.name}"',
        "No Such Object available on this agent at this OID",
        "No Such Instance currently exists at this OID",
    ]


def test_a_wrong_community_gets_no_answer(simulator: RunningSimulator) -> None:
    node = a_node(NodeKind.ROUTER)
    done = run(simulator, "snmpget", ["-v2c", "-c", "wrong"], node, SYS_NAME)
    assert "Timeout" in done.stderr


def test_nothing_can_be_set(simulator: RunningSimulator) -> None:
    done = run(simulator, "snmpset", PLAIN, a_node(NodeKind.ROUTER), SYS_NAME, "s", "mine")
    assert "notWritable" in done.stderr


@pytest.mark.parametrize("kind", [NodeKind.ROUTER, NodeKind.GATEWAY])
def test_a_secure_node_answers_v3_and_nothing_else(
    simulator: RunningSimulator, kind: NodeKind
) -> None:
    node = next((n for n in PROVINCE.nodes if n.secure and n.kind is kind), None)
    if node is None:
        node = next(n for n in PROVINCE.nodes if n.secure)
    walked = values(run(simulator, "snmpbulkwalk", v3(), node, "1.3.6.1.2.1"))
    assert walked[f".{SYS_NAME}"] == f'STRING: "{node.name}"'
    assert len(walked) > 10
    assert "Timeout" in run(simulator, "snmpget", PLAIN, node, SYS_NAME).stderr


@pytest.mark.parametrize(
    ("access", "complaint"),
    [
        (v3(auth="another-password"), "Authentication failure"),
        (v3(priv="another-password"), "Decryption error"),
        (v3(user="nobody"), "Unknown user name"),
        (["-v3", "-l", "noAuthNoPriv", "-u", "omc"], "Unsupported security level"),
    ],
)
def test_wrong_v3_credentials_get_the_report_that_says_so(
    simulator: RunningSimulator, access: list[str], complaint: str
) -> None:
    node = next(n for n in PROVINCE.nodes if n.secure)
    done = run(simulator, "snmpget", access, node, SYS_NAME)
    assert done.returncode != 0
    assert complaint in done.stderr


def test_v3_without_privacy_is_served_too(simulator: RunningSimulator) -> None:
    node = next(n for n in PROVINCE.nodes if n.secure)
    access = ["-v3", "-l", "authNoPriv", "-u", "omc", "-a", "SHA-256", "-A", "simulated-auth"]
    found = values(run(simulator, "snmpget", access, node, SYS_NAME))
    assert found[f".{SYS_NAME}"] == f'STRING: "{node.name}"'


def test_an_old_message_is_answered_with_the_right_time(simulator: RunningSimulator) -> None:
    """With boots and time given, net-snmp skips discovery, is told the time and tries again."""
    node = next(n for n in PROVINCE.nodes if n.secure and n.kind in OF_NET_SNMP)
    engine = f"0x{(0x80000000 | 8072).to_bytes(4, 'big').hex()}04{node.name.encode().hex()}"
    done = run(simulator, "snmpget", [*v3(), "-e", engine, "-Z", "1,5", "-r", "2"], node, SYS_NAME)
    assert values(done)[f".{SYS_NAME}"] == f'STRING: "{node.name}"'


def test_counters_move_on(simulator: RunningSimulator) -> None:
    node = a_node(NodeKind.ROUTER)
    octets = "1.3.6.1.2.1.31.1.1.1.6.1"

    def read() -> tuple[int, int]:
        done = run(simulator, "snmpget", PLAIN, node, octets, "1.3.6.1.2.1.1.3.0")
        found = list(values(done).values())
        return int(found[0].split()[-1]), int(found[1].split("(")[1].split(")")[0])

    first, second = read(), read()
    while second[1] - first[1] < 50:
        second = read()
    assert second[0] > first[0]


def test_on_one_address_every_node_has_a_port_of_its_own() -> None:
    small = Province.generate(7, 4)
    with RunningSimulator("--shared-address", sites=4) as simulator:
        plan = AddressPlan(simulator.port, own_addresses=False)
        for node in small.nodes[:6]:
            if node.secure:
                continue
            address = f"127.0.0.1:{plan.of(node.index)[1]}"
            done = subprocess.run(
                [find_binary("snmpget", "snmp"), "-m", "", *PLAIN, address, SYS_NAME],
                capture_output=True,
                text=True,
                check=True,
                timeout=20,
            )
            assert node.name in done.stdout
