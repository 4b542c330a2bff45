"""SNMPv1 and v2c messages around a PDU (RFC 1157 section 4, RFC 1901 section 3), for agents."""

from __future__ import annotations

from collections.abc import Callable

from omc.simulator import ber, pdu
from omc.simulator.pdu import Pdu

#: Version, community and request to the encoded response PDU; None where the agent is silent.
Respond = Callable[[int, bytes, Pdu], bytes | None]


def version_of(data: bytes) -> int:
    """Which version of SNMP a message is: 0, 1 or 3.

    Raises:
        BerError: not an SNMP message.
    """
    start, end = ber.read_expected(data, 0, len(data), ber.SEQUENCE)
    return ber.read_integer(data, start, end)[0]


def answer_with_community(data: bytes, respond: Respond) -> bytes | None:
    """Answer one message of SNMPv1 or v2c.

    Raises:
        BerError: not such a message.
    """
    start, end = ber.read_expected(data, 0, len(data), ber.SEQUENCE)
    version, position = ber.read_integer(data, start, end)
    community, position = ber.read_octets(data, position, end)
    response = respond(version, community, pdu.read_pdu(data, position, end))
    if response is None:
        return None
    head = ber.encode_integer(version) + ber.tlv(ber.OCTET_STRING, community)
    return ber.tlv(ber.SEQUENCE, head + response)
