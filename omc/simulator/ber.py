"""The part of BER that SNMP uses (X.690; RFC 3417 section 8): definite lengths, short tags.

Reading never trusts a length: whatever is wrong with a message ends in `BerError`.
"""

from __future__ import annotations

INTEGER = 0x02
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30
IP_ADDRESS = 0x40
COUNTER32 = 0x41
GAUGE32 = 0x42
TIME_TICKS = 0x43
OPAQUE = 0x44
COUNTER64 = 0x46

#: Value encodings that stand for "there is none" (RFC 3416 section 3).
NO_SUCH_OBJECT = b"\x80\x00"
NO_SUCH_INSTANCE = b"\x81\x00"
END_OF_MIB_VIEW = b"\x82\x00"
NULL_VALUE = b"\x05\x00"

Oid = tuple[int, ...]

_LENGTHS = tuple(bytes((length,)) for length in range(128))
_MAX_SUBIDENTIFIER = 0xFFFF_FFFF
_MAX_SUBIDENTIFIERS = 128


class BerError(ValueError):
    """The bytes are not the BER that was expected."""


def encode_length(length: int) -> bytes:
    """A definite length, in as few bytes as possible."""
    if length < 128:
        return _LENGTHS[length]
    body = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(body),)) + body


def tlv(tag: int, content: bytes) -> bytes:
    """One element."""
    return bytes((tag,)) + encode_length(len(content)) + content


def encode_integer(value: int) -> bytes:
    """A signed INTEGER of any size."""
    size = (value + (value < 0)).bit_length() // 8 + 1
    return bytes((INTEGER, size)) + value.to_bytes(size, "big", signed=True)


def encode_unsigned(tag: int, value: int) -> bytes:
    """Counter32, Gauge32, TimeTicks or Counter64: never negative, a zero byte before bit 8."""
    size = value.bit_length() // 8 + 1
    return bytes((tag, size)) + value.to_bytes(size, "big")


def encode_text(value: str) -> bytes:
    """An OCTET STRING of UTF-8 text."""
    return tlv(OCTET_STRING, value.encode())


def encode_oid_body(oid: Oid) -> bytes:
    """The content of an OBJECT IDENTIFIER of at least two sub-identifiers."""
    return encode_subidentifiers((oid[0] * 40 + oid[1], *oid[2:]))


def encode_subidentifiers(parts: Oid) -> bytes:
    """Sub-identifiers in base 128, as they stand inside an OBJECT IDENTIFIER (X.690 8.19)."""
    body = bytearray()
    for part in parts:
        if part < 128:
            body.append(part)
            continue
        groups = [part & 0x7F]
        while part := part >> 7:
            groups.append(0x80 | part & 0x7F)
        body.extend(reversed(groups))
    return bytes(body)


def encode_oid(oid: Oid) -> bytes:
    """A whole OBJECT IDENTIFIER."""
    return tlv(OBJECT_IDENTIFIER, encode_oid_body(oid))


def read_element(data: bytes, position: int, limit: int) -> tuple[int, int, int]:
    """The element at `position`: its tag, where its content starts, and where it ends.

    Raises:
        BerError: truncated, an indefinite or oversized length, or content beyond `limit`.
    """
    if position + 2 > limit:
        raise BerError(f"truncated at byte {position}")
    tag = data[position]
    length = data[position + 1]
    start = position + 2
    if length >= 0x80:
        size = length & 0x7F
        if size == 0 or size > 4 or start + size > limit:
            raise BerError(f"bad length at byte {position + 1}")
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    end = start + length
    if end > limit:
        raise BerError(f"content ends beyond its container at byte {position}")
    return tag, start, end


def read_expected(data: bytes, position: int, limit: int, tag: int) -> tuple[int, int]:
    """As `read_element`, for an element whose tag is known.

    Raises:
        BerError: another tag, or as `read_element`.
    """
    found, start, end = read_element(data, position, limit)
    if found != tag:
        raise BerError(f"expected tag 0x{tag:02x} at byte {position}, found 0x{found:02x}")
    return start, end


def read_integer(data: bytes, position: int, limit: int) -> tuple[int, int]:
    """A signed INTEGER and the position behind it.

    Raises:
        BerError: no INTEGER here, empty, or longer than 8 bytes.
    """
    start, end = read_expected(data, position, limit, INTEGER)
    if not 1 <= end - start <= 8:
        raise BerError(f"an INTEGER of {end - start} bytes at byte {position}")
    return int.from_bytes(data[start:end], "big", signed=True), end


def read_octets(data: bytes, position: int, limit: int) -> tuple[bytes, int]:
    """An OCTET STRING and the position behind it.

    Raises:
        BerError: no OCTET STRING here.
    """
    start, end = read_expected(data, position, limit, OCTET_STRING)
    return data[start:end], end


def read_oid(data: bytes, position: int, limit: int) -> tuple[Oid, int]:
    """An OBJECT IDENTIFIER and the position behind it.

    Raises:
        BerError: no OBJECT IDENTIFIER here, empty, unfinished, or beyond what SMIv2 allows.
    """
    start, end = read_expected(data, position, limit, OBJECT_IDENTIFIER)
    return decode_oid_body(data[start:end]), end


def decode_oid_body(body: bytes) -> Oid:
    """The sub-identifiers of an OBJECT IDENTIFIER's content.

    Raises:
        BerError: empty, unfinished, or beyond what SMIv2 allows (RFC 2578 section 3.5).
    """
    parts: list[int] = []
    value = 0
    for byte in body:
        value = value << 7 | byte & 0x7F
        if value > _MAX_SUBIDENTIFIER:
            raise BerError("a sub-identifier beyond 2^32-1")
        if byte < 0x80:
            parts.append(value)
            value = 0
    if not body or body[-1] >= 0x80 or len(parts) >= _MAX_SUBIDENTIFIERS:
        raise BerError("an empty, unfinished or oversized OBJECT IDENTIFIER")
    first = min(parts[0] // 40, 2)
    return (first, parts[0] - 40 * first, *parts[1:])
