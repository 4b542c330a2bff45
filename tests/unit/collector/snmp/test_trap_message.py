"""Notifications off the wire: what they say, and that nothing a stranger sends does harm."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.snmp.ber import MalformedMessage
from collector.snmp.trap_message import (
    SYS_UP_TIME,
    TRAP_ADDRESS,
    TRAP_OID,
    CommunityMessage,
    NoNotification,
    Notification,
    message_version,
    notification_of,
    read_community_message,
)
from collector.snmp.usm_message import read_header
from collector.varbind import Value
from omc.simulator import ber

LINK_DOWN = (1, 3, 6, 1, 6, 3, 1, 1, 5, 3)
_V1_TRAP, _GET, _RESPONSE, _INFORM, _V2_TRAP = 0xA4, 0xA0, 0xA2, 0xA6, 0xA7


def _oid(text: str) -> ber.Oid:
    return tuple(map(int, text.split(".")))


def _varbind(name: str, value: bytes) -> bytes:
    return ber.tlv(ber.SEQUENCE, ber.encode_oid(_oid(name)) + value)


def _message(version: int, pdu: int, body: bytes) -> bytes:
    head = ber.encode_integer(version) + ber.tlv(ber.OCTET_STRING, b"public")
    return ber.tlv(ber.SEQUENCE, head + ber.tlv(pdu, body))


def v2c(*own: bytes, pdu: int = _V2_TRAP, first: str = SYS_UP_TIME) -> bytes:
    """A v2c notification of a lost link."""
    varbinds = _varbind(first, ber.encode_unsigned(ber.TIME_TICKS, 4711))
    varbinds += _varbind(TRAP_OID, ber.encode_oid(LINK_DOWN)) + b"".join(own)
    numbers = b"".join(map(ber.encode_integer, (99, 0, 0)))
    return _message(1, pdu, numbers + ber.tlv(ber.SEQUENCE, varbinds))


def v1(generic: int, specific: int = 0, address: bytes = bytes((10, 0, 0, 7))) -> bytes:
    """A v1 trap of enterprise 1.3.6.1.4.1.9."""
    body = ber.encode_oid((1, 3, 6, 1, 4, 1, 9)) + ber.tlv(ber.IP_ADDRESS, address)
    body += ber.encode_integer(generic) + ber.encode_integer(specific)
    body += ber.encode_unsigned(ber.TIME_TICKS, 4711)
    body += ber.tlv(ber.SEQUENCE, _varbind("1.3.6.1.2.1.2.2.1.1.7", ber.encode_integer(7)))
    return _message(0, _V1_TRAP, body)


VALUES: list[tuple[bytes, Value]] = [
    (ber.encode_integer(-5), -5),
    (ber.tlv(ber.OCTET_STRING, b"\xc4\x90"), b"\xc4\x90"),
    (ber.encode_oid((1, 3, 6, 1, 4294967295)), "1.3.6.1.4294967295"),
    (ber.tlv(ber.IP_ADDRESS, bytes((192, 0, 2, 1))), "192.0.2.1"),
    (ber.encode_unsigned(ber.COUNTER64, 2**64 - 1), 2**64 - 1),
    (ber.NULL_VALUE, None),
    (ber.NO_SUCH_INSTANCE, None),
]


@pytest.mark.parametrize(("encoded", "value"), VALUES)
def test_values_of_every_type_are_read(encoded: bytes, value: Value) -> None:
    read = read_community_message(v2c(_varbind("1.3.6.1.4.1.1.5", encoded)))
    assert read == CommunityMessage(
        b"public", Notification("1.3.6.1.6.3.1.1.5.3", (("1.3.6.1.4.1.1.5", value),)), None
    )


@pytest.mark.parametrize(
    ("generic", "specific", "oid"),
    [
        (0, 0, "1.3.6.1.6.3.1.1.5.1"),
        (4, 9, "1.3.6.1.6.3.1.1.5.5"),
        (6, 42, "1.3.6.1.4.1.9.0.42"),
    ],
)
def test_a_v1_trap_has_the_oid_that_rfc_3584_gives_it(
    generic: int, specific: int, oid: str
) -> None:
    notification = read_community_message(v1(generic, specific)).notification
    assert (notification.oid, notification.address) == (oid, "10.0.0.7")
    assert notification.varbinds == (("1.3.6.1.2.1.2.2.1.1.7", 7),)


def test_an_agent_address_of_zeros_says_nothing() -> None:
    assert read_community_message(v1(2, address=bytes(4))).notification.address == ""


def test_a_forwarded_trap_names_its_device() -> None:
    address = _varbind(TRAP_ADDRESS, ber.tlv(ber.IP_ADDRESS, bytes((10, 9, 8, 7))))
    assert read_community_message(v2c(address)).notification.address == "10.9.8.7"


def test_the_answer_to_an_inform_is_the_inform_as_a_response() -> None:
    message = v2c(pdu=_INFORM)
    answer = read_community_message(message).answer
    assert answer == v2c(pdu=_RESPONSE)


BROKEN = {
    "empty": b"",
    "no SNMP": b"\x16\x03\x01\x02\x00",
    "a generic trap that does not exist": v1(7),
    "an address of three bytes": v1(2, address=b"abc"),
    "no sysUpTime": v2c(first="1.3.6.1.2.1.1.5.0"),
    "bytes behind the end": v2c() + b"\0",
    "no varbinds": _message(1, _V2_TRAP, b"".join(map(ber.encode_integer, (1, 0, 0)))),
    "no PDU": _message(1, ber.OCTET_STRING, b"x"),
    "another version": _message(2, _V2_TRAP, b""),
    "too many varbinds": v2c(*[_varbind("1.3.6.1.4.1.1.5", ber.NULL_VALUE)] * 255),
    "a sub-identifier beyond 32 bits": v2c(
        ber.tlv(ber.SEQUENCE, ber.tlv(ber.OBJECT_IDENTIFIER, b"\x2b\x90\x80\x80\x80\x00\x00"))
    ),
}


@pytest.mark.parametrize("message", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_is_malformed(message: bytes) -> None:
    with pytest.raises(MalformedMessage):
        read_community_message(message)


@pytest.mark.parametrize("message", [v2c(pdu=_GET), v2c(pdu=_RESPONSE), _message(0, _V2_TRAP, b"")])
def test_requests_and_responses_are_no_notifications(message: bytes) -> None:
    with pytest.raises(NoNotification):
        read_community_message(message)


def test_a_trap_oid_that_is_no_oid_is_malformed() -> None:
    with pytest.raises(MalformedMessage):
        notification_of([(SYS_UP_TIME, 1), (TRAP_OID, 7)])


@pytest.mark.parametrize("message", [v2c(), v1(6, 3)], ids=["v2c", "v1"])
def test_every_truncation_is_malformed(message: bytes) -> None:
    for length in range(len(message)):
        with pytest.raises(MalformedMessage):
            read_community_message(message[:length])


def _try(message: bytes) -> None:
    """Read a message in every way; only the two refusals may come of it."""
    for read in (message_version, read_community_message, read_header):
        with contextlib.suppress(MalformedMessage, NoNotification):
            read(message)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(message: bytes) -> None:
    _try(message)


@given(
    st.sampled_from([v2c(), v1(6, 3), v2c(_varbind("1.3.6.1.4.1.1", ber.NULL_VALUE))]), st.data()
)
def test_any_damage_is_read_or_refused(message: bytes, data: st.DataObject) -> None:
    damaged = bytearray(message)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    _try(bytes(damaged))
