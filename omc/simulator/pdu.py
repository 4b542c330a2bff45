"""SNMP protocol data units (RFC 3416 section 3), read and written as an agent needs them."""

from __future__ import annotations

from dataclasses import dataclass

from omc.simulator import ber
from omc.simulator.ber import BerError, Oid

GET = 0xA0
GET_NEXT = 0xA1
RESPONSE = 0xA2
SET = 0xA3
GET_BULK = 0xA5
REPORT = 0xA8

TOO_BIG = 1
NO_SUCH_NAME = 2
NOT_WRITABLE = 17

VERSION_1 = 0
VERSION_2C = 1
VERSION_3 = 3

_MAX_VARBINDS = 256


@dataclass(frozen=True, slots=True)
class Pdu:
    """A request.

    Attributes:
        kind: The tag: GET, GET_NEXT, GET_BULK, SET.
        request_id: As sent, any 32-bit value.
        first: error-status; non-repeaters of a GET_BULK, never negative.
        second: error-index; max-repetitions of a GET_BULK, never negative.
        oids: Names of the varbinds.
        varbinds: The encoded content of the list, as received.
    """

    kind: int
    request_id: int
    first: int
    second: int
    oids: tuple[Oid, ...]
    varbinds: bytes


def read_pdu(data: bytes, position: int, limit: int) -> Pdu:
    """Read one PDU.

    Raises:
        BerError: not a PDU, or more varbinds than any manager sends.
    """
    kind, start, end = ber.read_element(data, position, limit)
    if kind not in (GET, GET_NEXT, GET_BULK, SET):
        raise BerError(f"PDU 0x{kind:02x} is no request")
    request_id, position = ber.read_integer(data, start, end)
    first, position = ber.read_integer(data, position, end)
    second, position = ber.read_integer(data, position, end)
    list_start, list_end = ber.read_expected(data, position, end, ber.SEQUENCE)
    oids = _read_names(data, list_start, list_end)
    return Pdu(kind, request_id, max(first, 0), max(second, 0), oids, data[list_start:list_end])


def _read_names(data: bytes, position: int, limit: int) -> tuple[Oid, ...]:
    oids: list[Oid] = []
    while position < limit:
        start, end = ber.read_expected(data, position, limit, ber.SEQUENCE)
        oid, after_name = ber.read_oid(data, start, end)
        ber.read_element(data, after_name, end)
        oids.append(oid)
        position = end
        if len(oids) > _MAX_VARBINDS:
            raise BerError(f"more than {_MAX_VARBINDS} varbinds")
    return tuple(oids)


def encode_pdu(
    kind: int, request_id: int, varbinds: bytes, *, error_status: int = 0, error_index: int = 0
) -> bytes:
    """Write a response or a report; `varbinds` are encoded VarBinds one after the other."""
    body = (
        ber.encode_integer(request_id)
        + ber.encode_integer(error_status)
        + ber.encode_integer(error_index)
        + ber.tlv(ber.SEQUENCE, varbinds)
    )
    return ber.tlv(kind, body)
