"""Elements of ASN.1 BER as SNMP messages are made of, read with no trust in the sender.

Positions are octets from the begin of the message; a limit is the position behind the last octet
of what surrounds an element.
"""

from __future__ import annotations

INTEGER, OCTETS, SEQUENCE = 0x02, 0x04, 0x30


class MalformedMessage(ValueError):
    """The octets are no message that can be read."""


def element(data: bytes, position: int, limit: int) -> tuple[int, int, int]:
    """Tag, start and end of the content of the element at `position`.

    Raises:
        MalformedMessage: it is not there as a whole.
    """
    if position + 2 > limit:
        raise MalformedMessage("truncated")
    tag, length = data[position], data[position + 1]
    start = position + 2
    if length >= 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4 or start + size > limit:
            raise MalformedMessage("bad length")
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    if start + length > limit:
        raise MalformedMessage("truncated")
    return tag, start, start + length


def enter(data: bytes, position: int, limit: int, tag: int) -> tuple[int, int]:
    """Start and end of the content of an element whose tag is known.

    Raises:
        MalformedMessage: it is another, or not there as a whole.
    """
    found, start, end = element(data, position, limit)
    if found != tag:
        raise MalformedMessage(f"tag 0x{found:02x} where 0x{tag:02x} is expected")
    return start, end


def integer(data: bytes, position: int, limit: int) -> tuple[int, int]:
    """An INTEGER and the position behind it."""
    start, end = enter(data, position, limit, INTEGER)
    return signed(data, start, end), end


def signed(data: bytes, start: int, end: int) -> int:
    """The content of an INTEGER, of 8 octets at most."""
    if not 1 <= end - start <= 8:
        raise MalformedMessage(f"an INTEGER of {end - start} bytes")
    return int.from_bytes(data[start:end], "big", signed=True)
