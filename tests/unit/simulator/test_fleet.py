"""Datagrams of every kind against the agents, without a network."""

from hypothesis import given, settings
from hypothesis import strategies as st

from omc.simulator import ber, pdu
from omc.simulator.demo_settings import Access
from omc.simulator.usm import UsmUser, localise, password_to_key
from tests.unit.simulator.worlds import fleet, quiet_time, world

WORLD = world(4)
FLEET = fleet(WORLD)
NOW = quiet_time(4)
NODES = WORLD.province.nodes
PLAIN = next(node for node in NODES if not node.secure)
SECURE = next(node for node in NODES if node.secure)


def request(community: bytes = b"public", version: int = 1, kind: int = pdu.GET) -> bytes:
    varbind = ber.tlv(ber.SEQUENCE, ber.encode_oid((1, 3, 6, 1, 2, 1, 1, 5, 0)) + ber.NULL_VALUE)
    body = b"".join(ber.encode_integer(number) for number in (77, 0, 0))
    return ber.tlv(
        ber.SEQUENCE,
        ber.encode_integer(version)
        + ber.tlv(ber.OCTET_STRING, community)
        + ber.tlv(kind, body + ber.tlv(ber.SEQUENCE, varbind)),
    )


def ask(node_index: int, data: bytes) -> bytes | None:
    return FLEET.answer(FLEET.addresses.of(node_index), data, NOW)


def test_a_node_says_its_name() -> None:
    answer = ask(PLAIN.index, request())
    assert answer is not None
    assert PLAIN.name.encode() in answer


def test_what_is_not_for_a_node_gets_no_answer() -> None:
    before = FLEET.counts.ignored
    assert ask(PLAIN.index, request(b"private")) is None
    assert ask(PLAIN.index, request(version=0)) is None
    assert ask(PLAIN.index, request(kind=pdu.RESPONSE)) is None
    assert ask(PLAIN.index, request(version=3)) is None
    assert ask(SECURE.index, request()) is None
    assert FLEET.answer(("127.99.99.99", 161), request(), NOW) is None
    assert FLEET.counts.ignored == before + 6


@settings(max_examples=300)
@given(st.binary(max_size=200), st.sampled_from([PLAIN.index, SECURE.index]))
def test_no_datagram_brings_an_agent_down(data: bytes, node: int) -> None:
    ask(node, data)


@settings(max_examples=300)
@given(data=st.data(), node=st.sampled_from([PLAIN.index, SECURE.index]))
def test_no_damaged_request_brings_an_agent_down(data: st.DataObject, node: int) -> None:
    whole = bytearray(request() if node == PLAIN.index else DISCOVERY)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    ask(node, bytes(whole[: data.draw(st.integers(0, len(whole)))]))


#: An engine discovery as net-snmp sends it: no engine id, no user, reportable (RFC 3414, 4).
DISCOVERY = bytes.fromhex(
    "303e020103301102047a1bd76e020300ffe304010402010304103"
    "00e0400020100020100040004000400301404000400a00e02042b7d7a0b0201000201003000"
)


def test_discovery_tells_engine_id_and_time() -> None:
    answer = ask(SECURE.index, DISCOVERY)
    assert answer is not None
    device = FLEET.responder(SECURE).device
    assert device.engine_id() in answer
    assert ber.encode_oid((1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0)) in answer


def test_an_engine_id_is_of_legal_length_and_differs_for_every_node() -> None:
    engines = {FLEET.responder(node).device.engine_id() for node in NODES}
    assert len(engines) == len(NODES)
    assert all(5 <= len(engine) <= 32 and engine[0] & 0x80 for engine in engines)


def test_keys_are_localised_and_never_shown() -> None:
    key = password_to_key("simulated-auth")
    assert len(key) == 32
    assert localise(key, b"one") != localise(key, b"two")
    user = UsmUser.from_passwords("omc", Access().auth_password, Access().priv_password)
    assert user.auth_key.hex() not in repr(user)
    assert "key" not in repr(user)
