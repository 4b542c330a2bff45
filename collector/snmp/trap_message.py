"""SNMPv1 traps, SNMPv2 traps and informs as they come over the wire, read with no trust in them.

Source: RFC 1157 section 4.1.6 and RFC 3416 section 4.2.6 (messages), RFC 3584 section 3.1 (how a v1
trap is said in v2). SNMPv3 messages are only looked at from outside: `collector.snmp.trap_users`
opens them.
"""

from __future__ import annotations

from dataclasses import dataclass

from collector.snmp.ber import (
    INTEGER,
    OCTETS,
    SEQUENCE,
    MalformedMessage,
    element,
    enter,
    integer,
    signed,
)
from collector.varbind import Value, Varbind

#: Names that every notification may carry (RFC 3418, RFC 3584 section 3.1).
SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
TRAP_ADDRESS = "1.3.6.1.6.3.18.1.3.0"

#: Longer messages are refused: the longest alarm text of a vendor has 4096 bytes.
LONGEST_MESSAGE = 16_384
_MOST_VARBINDS = 256
_MOST_SUBIDENTIFIERS = 128

_NULL, _OID = 0x05, 0x06
_IP_ADDRESS, _OPAQUE = 0x40, 0x44
_UNSIGNED = frozenset((0x41, 0x42, 0x43, 0x46))  # Counter32, Gauge32, TimeTicks, Counter64
_EXCEPTIONS = frozenset((0x80, 0x81, 0x82))  # noSuchObject and its like: no value
_V1_TRAP, _INFORM, _V2_TRAP, _RESPONSE = 0xA4, 0xA6, 0xA7, 0xA2

_STANDARD_TRAPS = "1.3.6.1.6.3.1.1.5"
_ENTERPRISE_SPECIFIC = 6
_COMMUNITY_VERSIONS = (0, 1)


class NoNotification(ValueError):
    """A sound message that is no notification: a request or a response."""


class RefusedTrap(ValueError):
    """A message of nobody we listen to, or one that does not prove to be of who it says."""


class ReplayedTrap(ValueError):
    """An SNMPv3 message of the past: somebody has kept it, or its sender's clock has gone back."""


class EngineQuestion(ValueError):
    """A sound SNMPv3 message that asks for our engine id or clock (RFC 3414 section 4)."""


@dataclass(frozen=True, slots=True)
class Notification:
    """A trap or inform, in the words of SNMPv2.

    Attributes:
        oid: snmpTrapOID: what happened.
        varbinds: Its objects in their order, without sysUpTime and snmpTrapOID.
        address: Of the device itself where the message says so: agent-addr of a v1 trap or
            snmpTrapAddress; "" where it does not.
    """

    oid: str
    varbinds: tuple[Varbind, ...]
    address: str = ""


@dataclass(frozen=True, slots=True)
class CommunityMessage:
    """A notification with what surrounds it.

    Attributes:
        community: As it came.
        notification: What it tells.
        answer: What to send back: the response to an inform (RFC 3416 section 4.2.7); None for a
            trap.
    """

    community: bytes
    notification: Notification
    answer: bytes | None


def message_version(message: bytes) -> int:
    """The version field: 0 is SNMPv1, 1 is v2c, 3 is v3.

    Raises:
        MalformedMessage: it is no SNMP message.
    """
    position, limit = enter(message, 0, len(message), SEQUENCE)
    version, _ = integer(message, position, limit)
    return version


def read_community_message(message: bytes) -> CommunityMessage:
    """Read an SNMPv1 or v2c notification.

    Raises:
        MalformedMessage: it cannot be read, or has bytes behind its end.
        NoNotification: it is a request or a response.
    """
    position, limit = enter(message, 0, len(message), SEQUENCE)
    if limit != len(message):
        raise MalformedMessage(f"{len(message) - limit} bytes behind the message")
    version, position = integer(message, position, limit)
    if version not in _COMMUNITY_VERSIONS:
        raise MalformedMessage(f"version {version}")
    tag_at = position
    start, position = enter(message, tag_at, limit, OCTETS)
    community = message[start:position]
    pdu, start, end = element(message, position, limit)
    if end != limit:
        raise MalformedMessage("bytes behind the PDU")
    if pdu == _V1_TRAP and version == 0:
        return CommunityMessage(community, _v1_trap(message, start, end), None)
    if pdu in (_V2_TRAP, _INFORM) and version == 1:
        answer = _answer(message, position) if pdu == _INFORM else None
        return CommunityMessage(community, _v2_notification(message, start, end), answer)
    if 0xA0 <= pdu <= 0xA8:
        raise NoNotification(f"PDU 0x{pdu:02x} in version {version}")
    raise MalformedMessage(f"tag 0x{pdu:02x} where a PDU is expected")


def notification_of(varbinds: list[Varbind]) -> Notification:
    """A notification from all its varbinds, the first two of which say when and what.

    Raises:
        MalformedMessage: they do not (RFC 3416 section 4.2.6).
    """
    if len(varbinds) < 2 or varbinds[0][0] != SYS_UP_TIME or varbinds[1][0] != TRAP_OID:
        raise MalformedMessage("does not begin with sysUpTime.0 and snmpTrapOID.0")
    oid = varbinds[1][1]
    if not isinstance(oid, str):
        raise MalformedMessage("snmpTrapOID.0 is no object identifier")
    own = tuple(varbinds[2:])
    address = next((value for name, value in own if name == TRAP_ADDRESS), None)
    return Notification(oid, own, _said(address))


def _v1_trap(data: bytes, position: int, limit: int) -> Notification:
    start, position = enter(data, position, limit, _OID)
    enterprise = _oid(data, start, position)
    start, position = enter(data, position, limit, _IP_ADDRESS)
    address = _said(_address(data, start, position))
    generic, position = integer(data, position, limit)
    specific, position = integer(data, position, limit)
    _, _, position = element(data, position, limit)  # time-stamp
    varbinds = tuple(_varbinds(data, position, limit))
    if not 0 <= generic <= _ENTERPRISE_SPECIFIC:
        raise MalformedMessage(f"generic-trap {generic}")
    if generic == _ENTERPRISE_SPECIFIC:
        return Notification(f"{enterprise}.0.{specific}", varbinds, address)
    return Notification(f"{_STANDARD_TRAPS}.{generic + 1}", varbinds, address)


def _v2_notification(data: bytes, position: int, limit: int) -> Notification:
    for _ in range(3):  # request-id, error-status, error-index
        _, position = integer(data, position, limit)
    return notification_of(_varbinds(data, position, limit))


def _varbinds(data: bytes, position: int, limit: int) -> list[Varbind]:
    position, end = enter(data, position, limit, SEQUENCE)
    if end != limit:
        raise MalformedMessage("bytes behind the varbinds")
    found: list[Varbind] = []
    while position < end:
        if len(found) == _MOST_VARBINDS:
            raise MalformedMessage(f"more than {_MOST_VARBINDS} varbinds")
        start, position = enter(data, position, end, SEQUENCE)
        name_start, name_end = enter(data, start, position, _OID)
        tag, value_start, value_end = element(data, name_end, position)
        if value_end != position:
            raise MalformedMessage("bytes behind a value")
        found.append((_oid(data, name_start, name_end), _value(data, tag, value_start, value_end)))
    return found


def _value(data: bytes, tag: int, start: int, end: int) -> Value:
    if tag == INTEGER:
        return signed(data, start, end)
    if tag in (OCTETS, _OPAQUE):
        return data[start:end]
    if tag == _IP_ADDRESS:
        return _address(data, start, end)
    if tag in _UNSIGNED:
        if not 1 <= end - start <= 9:
            raise MalformedMessage(f"an unsigned number of {end - start} bytes")
        return int.from_bytes(data[start:end], "big")
    if tag == _OID:
        return _oid(data, start, end)
    if tag == _NULL or tag in _EXCEPTIONS:
        return None
    raise MalformedMessage(f"a value of tag 0x{tag:02x}")


def _oid(data: bytes, start: int, end: int) -> str:
    parts: list[int] = []
    part = 0
    for octet in data[start:end]:
        part = part << 7 | octet & 0x7F
        if part > 0xFFFF_FFFF:
            raise MalformedMessage("a sub-identifier beyond 32 bits")
        if octet < 0x80:
            parts.append(part)
            part = 0
    if not parts or data[end - 1] >= 0x80 or len(parts) > _MOST_SUBIDENTIFIERS:
        raise MalformedMessage("no object identifier")
    first = min(parts[0] // 40, 2)
    return ".".join(map(str, (first, parts[0] - 40 * first, *parts[1:])))


def _answer(message: bytes, pdu_at: int) -> bytes:
    """The response to an inform: the same message, its PDU renamed (RFC 3416 section 4.2.7)."""
    return message[:pdu_at] + bytes((_RESPONSE,)) + message[pdu_at + 1 :]


def _address(data: bytes, start: int, end: int) -> str:
    if end - start != 4:  # IPv4: SMI knows no other IpAddress
        raise MalformedMessage(f"an IpAddress of {end - start} bytes")
    return ".".join(map(str, data[start:end]))


def _said(address: Value) -> str:
    """An address that a message claims; "" for none, and for 0.0.0.0, which says nothing."""
    return address if isinstance(address, str) and address != "0.0.0.0" else ""
