"""What an agent answers to SNMPv1 (RFC 1157 section 4.1, RFC 3584 section 4.2.2.1).

Version 1 has no GETBULK, no Counter64 and no exceptions: what is not there makes the whole request
fail with noSuchName.
"""

from __future__ import annotations

from omc.simulator import ber, pdu
from omc.simulator.ber import Oid
from omc.simulator.mib_tree import MomentT
from omc.simulator.pdu import Pdu
from omc.simulator.snmp_agent import Responder, ServedT, Walk

_EXCEPTIONS = (ber.NO_SUCH_OBJECT[0], ber.NO_SUCH_INSTANCE[0], ber.END_OF_MIB_VIEW[0])


def respond_version_1(
    responder: Responder[ServedT, MomentT], request: Pdu, moment: MomentT
) -> bytes | None:
    """The Response PDU to a request, encoded; None for one that version 1 does not have."""
    if request.kind == pdu.GET_BULK:
        return None
    if request.kind == pdu.SET:
        return _refusal(request, 1)
    found: list[bytes] = []
    for index, oid in enumerate(request.oids, start=1):
        varbind = _varbind(responder, request.kind, oid, moment)
        if varbind is None:
            return _refusal(request, index)
        found.append(varbind)
    return pdu.encode_pdu(pdu.RESPONSE, request.request_id, b"".join(found))


def _varbind(
    responder: Responder[ServedT, MomentT], kind: int, oid: Oid, moment: MomentT
) -> bytes | None:
    """The VarBind that version 1 can carry; None where there is none."""
    if kind == pdu.GET:
        varbind = responder.get(oid, moment)
        return varbind if _tag_of(varbind) not in (ber.COUNTER64, *_EXCEPTIONS) else None
    walk = Walk(responder, oid)
    varbind = walk.step(moment)
    while _tag_of(varbind) == ber.COUNTER64:
        varbind = walk.step(moment)
    return varbind if _tag_of(varbind) not in _EXCEPTIONS else None


def _tag_of(varbind: bytes) -> int:
    """The tag of a VarBind's value."""
    start, end = ber.read_expected(varbind, 0, len(varbind), ber.SEQUENCE)
    _, position = ber.read_expected(varbind, start, end, ber.OBJECT_IDENTIFIER)
    return varbind[position]


def _refusal(request: Pdu, index: int) -> bytes:
    return pdu.encode_pdu(
        pdu.RESPONSE,
        request.request_id,
        request.varbinds,
        error_status=pdu.NO_SUCH_NAME,
        error_index=index,
    )
