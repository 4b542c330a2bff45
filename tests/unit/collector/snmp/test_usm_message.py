"""Whether a message proves to be of the engine that shares the user's key."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.snmp.ber import MalformedMessage
from collector.snmp.credentials import AuthProtocol
from collector.snmp.usm_message import Proof, read_header
from omc.simulator import ber

# RFC 3414, A.3.2: the key of "maplesyrup" with SHA-1, and what it becomes for this engine.
ENGINE = bytes.fromhex("000000000000000000000002")
MASTER = bytes.fromhex("9fb5cc0381497b3793528939ff788d5d79145211")
LOCALISED = bytes.fromhex("6695febc9288e36282235fc7151f128497b38f3f")

_RESPONSE, _REPORT = 0xA2, 0xA8


def message(flags: int, pdu: int, digest: bytes = bytes(12)) -> bytes:
    """An SNMPv3 message of user omc."""
    head = b"".join(map(ber.encode_integer, (4711, 65507)))
    head += ber.tlv(ber.OCTET_STRING, bytes((flags,))) + ber.encode_integer(3)
    security = ber.tlv(ber.OCTET_STRING, ENGINE) + ber.encode_integer(5) + ber.encode_integer(600)
    for octets in (b"omc", digest, b""):
        security += ber.tlv(ber.OCTET_STRING, octets)
    scoped = ber.tlv(ber.OCTET_STRING, ENGINE) + ber.tlv(ber.OCTET_STRING, b"")
    scoped += ber.tlv(pdu, b"".join(map(ber.encode_integer, (99, 0, 0))) + ber.tlv(0x30, b""))
    body = ber.encode_integer(3) + ber.tlv(ber.SEQUENCE, head)
    body += ber.tlv(ber.OCTET_STRING, ber.tlv(ber.SEQUENCE, security))
    return ber.tlv(ber.SEQUENCE, body + ber.tlv(ber.SEQUENCE, scoped))


def signed(flags: int = 1, pdu: int = _RESPONSE) -> bytes:
    digest = hmac.digest(LOCALISED, message(flags, pdu), "sha1")[:12]
    return message(flags, pdu, digest)


PROOF = Proof(AuthProtocol.SHA1, MASTER, ENGINE)


def test_the_key_of_the_standard_proves_a_message() -> None:
    assert PROOF.holds(signed())
    header = read_header(signed())
    assert (header.engine_id, header.user, header.flags) == (ENGINE, b"omc", 1)


@pytest.mark.parametrize("protocol", AuthProtocol)
def test_another_key_proves_nothing(protocol: AuthProtocol) -> None:
    assert not Proof(protocol, hashlib.sha512(b"other").digest(), ENGINE).holds(signed())
    assert not Proof(AuthProtocol.SHA1, MASTER, b"another engine").holds(signed())


@pytest.mark.parametrize(
    ("unproved", "believed"),
    [
        (message(0, _REPORT), True),  # who does not know the key cannot prove anything
        (message(4, _REPORT), True),
        (message(0, _RESPONSE), False),
        (message(2, _REPORT), False),  # hidden, so there is a key
        (message(1, _REPORT), False),
        (message(1, _RESPONSE, b""), False),
    ],
)
def test_only_reports_are_believed_without_proof(unproved: bytes, *, believed: bool) -> None:
    assert PROOF.holds(unproved) is believed


@given(st.data())
def test_no_damage_goes_unnoticed(data: st.DataObject) -> None:
    damaged = bytearray(signed())
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    if bytes(damaged) != signed():
        assert not PROOF.holds(bytes(damaged)[: data.draw(st.integers(0, len(damaged)))])
        assert not PROOF.holds(bytes(damaged))


def test_another_version_has_no_such_header() -> None:
    with pytest.raises(MalformedMessage, match="version 1"):
        read_header(ber.tlv(ber.SEQUENCE, ber.encode_integer(1)))
