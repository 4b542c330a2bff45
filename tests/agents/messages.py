"""SNMPv1 and v2c messages in BER, as little as an agent for tests needs.

Source: RFC 1157 and RFC 3416 (PDUs), X.690 (BER).
"""

from __future__ import annotations

from dataclasses import dataclass

INTEGER, OCTET_STRING, NULL, OBJECT_IDENTIFIER, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
COUNTER32, GAUGE32, TIME_TICKS, OPAQUE, COUNTER64 = 0x41, 0x42, 0x43, 0x44, 0x46
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW = 0x80, 0x81, 0x82
GET, GET_NEXT, RESPONSE, GET_BULK, REPORT = 0xA0, 0xA1, 0xA2, 0xA5, 0xA8

Arcs = tuple[int, ...]


@dataclass(frozen=True)
class Tlv:
    """A value as it stands in a message: its tag and its content."""

    tag: int
    content: bytes = b""


@dataclass(frozen=True)
class Request:
    """A request as it was received; `first` and `second` are the PDU's two numbers."""

    version: int
    community: bytes
    kind: int
    request_id: int
    first: int
    second: int
    oids: tuple[Arcs, ...]

    @property
    def repetitions(self) -> int:
        """Rows that are asked for at a time."""
        return self.second if self.kind == GET_BULK else 1


Row = tuple[Arcs, Tlv]


def arcs(oid: str) -> Arcs:
    return tuple(map(int, oid.split(".")))


def integer(value: int, tag: int = INTEGER) -> Tlv:
    length = max(1, (value.bit_length() + 8) // 8)
    return Tlv(tag, value.to_bytes(length, "big", signed=True))


def octets(value: bytes) -> Tlv:
    return Tlv(OCTET_STRING, value)


def encode(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def encode_oid(oid: Arcs) -> bytes:
    content = bytearray([oid[0] * 40 + oid[1]])
    for arc in oid[2:]:
        part = [arc & 0x7F]
        while arc := arc >> 7:
            part.append(0x80 | arc & 0x7F)
        content += bytes(reversed(part))
    return encode(OBJECT_IDENTIFIER, bytes(content))


def encode_response(
    request: Request,
    rows: list[Row],
    *,
    error_status: int = 0,
    error_index: int = 0,
    kind: int = RESPONSE,
    request_id: int | None = None,
) -> bytes:
    """A message that answers a request, or pretends to."""
    varbinds = b"".join(
        encode(SEQUENCE, encode_oid(oid) + encode(value.tag, value.content)) for oid, value in rows
    )
    return encode_raw_response(
        request,
        varbinds,
        error_status=error_status,
        error_index=error_index,
        kind=kind,
        request_id=request_id,
    )


def encode_raw_response(
    request: Request,
    varbinds: bytes,
    *,
    error_status: int = 0,
    error_index: int = 0,
    kind: int = RESPONSE,
    request_id: int | None = None,
) -> bytes:
    """As `encode_response`, around variables that need not be well formed."""
    identity = request.request_id if request_id is None else request_id
    numbers = b"".join(_encoded(integer(n)) for n in (identity, error_status, error_index))
    pdu = encode(kind, numbers + encode(SEQUENCE, varbinds))
    head = _encoded(integer(request.version)) + encode(OCTET_STRING, request.community)
    return encode(SEQUENCE, head + pdu)


def decode_request(message: bytes) -> Request:
    _, message, _ = _take(message)
    _, version, message = _take(message)
    _, community, message = _take(message)
    kind, pdu, _ = _take(message)
    request_id, pdu = _take_integer(pdu)
    first, pdu = _take_integer(pdu)
    second, pdu = _take_integer(pdu)
    _, varbinds, _ = _take(pdu)
    oids = []
    while varbinds:
        _, varbind, varbinds = _take(varbinds)
        _, oid, _ = _take(varbind)
        oids.append(_decode_oid(oid))
    return Request(version[0], community, kind, request_id, first, second, tuple(oids))


def _encoded(value: Tlv) -> bytes:
    return encode(value.tag, value.content)


def _take(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content, and what follows."""
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(data[2 : 2 + size], "big"), 2 + size
    return tag, data[start : start + length], data[start + length :]


def _take_integer(data: bytes) -> tuple[int, bytes]:
    _, content, rest = _take(data)
    return int.from_bytes(content, "big", signed=True), rest


def _decode_oid(content: bytes) -> Arcs:
    oid, arc = list(divmod(content[0], 40)), 0
    for octet in content[1:]:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            oid.append(arc)
            arc = 0
    return tuple(oid)
