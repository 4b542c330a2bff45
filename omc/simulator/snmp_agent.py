"""What an SNMP agent answers: RFC 3416 section 4.2 over a computed MIB, bounded by one datagram."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from omc.simulator import ber, pdu
from omc.simulator.mib_tree import MomentIn, MomentT, encode_varbind
from omc.simulator.pdu import Pdu

#: Largest message sent: one Ethernet frame without fragments, as the agents of routers do.
MAX_MESSAGE = 1472

#: Room for what surrounds the varbinds in a v2c message, community of 32 bytes included.
_OVERHEAD = 64


#: Whose objects an agent serves.
ServedT = TypeVar("ServedT")
_ServedIn = TypeVar("_ServedIn", contravariant=True)


class View(Protocol[_ServedIn, MomentIn]):
    """The instances that an agent serves, by place: a column and a row, in the order of OIDs."""

    def find(self, device: _ServedIn, oid: ber.Oid) -> tuple[int, int] | None:
        """The place of exactly this instance."""
        ...

    def knows_object(self, oid: ber.Oid) -> bool:
        """Whether some object has this OID, whatever its instances."""
        ...

    def after(self, device: _ServedIn, oid: ber.Oid) -> tuple[int, int] | None:
        """The first place behind an OID; None at the end of the view."""
        ...

    def at_or_after(self, device: _ServedIn, place: int, row: int) -> tuple[int, int] | None:
        """The given place, or the next one that exists."""
        ...

    def varbind(self, device: _ServedIn, moment: MomentIn, place: int, row: int) -> bytes | None:
        """An encoded VarBind; None where the instance is absent now."""
        ...

    def oid_at(self, device: _ServedIn, place: int, row: int) -> ber.Oid:
        """The whole OID of a place."""
        ...


class Responder(Generic[ServedT, MomentT]):
    """Answers requests for one device.

    Attributes:
        tree: The objects of this kind of device.
        device: Whose they are.
    """

    __slots__ = ("device", "tree")

    def __init__(self, tree: View[ServedT, MomentT], device: ServedT) -> None:
        self.tree = tree
        self.device = device

    def respond(self, request: Pdu, moment: MomentT, max_size: int = MAX_MESSAGE) -> bytes:
        """The Response PDU to a request, encoded."""
        room = max(max_size - _OVERHEAD, 0)
        if request.kind == pdu.GET_BULK:
            varbinds = self._bulk(request, moment, room)
        elif request.kind == pdu.GET:
            varbinds = b"".join(self.get(oid, moment) for oid in request.oids)
        elif request.kind == pdu.GET_NEXT:
            varbinds = b"".join(self._next(oid, moment) for oid in request.oids)
        else:
            return pdu.encode_pdu(
                pdu.RESPONSE,
                request.request_id,
                request.varbinds,
                error_status=pdu.NOT_WRITABLE,
                error_index=1,
            )
        if len(varbinds) > room:
            return pdu.encode_pdu(
                pdu.RESPONSE, request.request_id, b"", error_status=pdu.TOO_BIG, error_index=0
            )
        return pdu.encode_pdu(pdu.RESPONSE, request.request_id, varbinds)

    def get(self, oid: ber.Oid, moment: MomentT) -> bytes:
        """The VarBind of exactly this instance, or the exception in its place."""
        place = self.tree.find(self.device, oid)
        varbind = self.tree.varbind(self.device, moment, *place) if place else None
        if varbind is not None:
            return varbind
        known = self.tree.knows_object(oid)
        missing = ber.NO_SUCH_INSTANCE if known else ber.NO_SUCH_OBJECT
        return encode_varbind(ber.encode_oid_body(oid), missing)

    def _next(self, oid: ber.Oid, moment: MomentT) -> bytes:
        return Walk(self, oid).step(moment)

    def _bulk(self, request: Pdu, moment: MomentT, room: int) -> bytes:
        """RFC 3416 section 4.2.3: as many varbinds, in order, as fit the datagram."""
        plain = min(request.first, len(request.oids))
        parts = [self._next(oid, moment) for oid in request.oids[:plain]]
        used = sum(map(len, parts))
        walks = [Walk(self, oid) for oid in request.oids[plain:]]
        for _ in range(request.second):
            if not walks or all(walk.ended for walk in walks):
                break
            for walk in walks:
                varbind = walk.step(moment)
                used += len(varbind)
                if used > room and parts:
                    return b"".join(parts)
                parts.append(varbind)
        return b"".join(parts)


class Walk(Generic[ServedT, MomentT]):
    """One variable walked onwards: where the next step begins."""

    __slots__ = ("_last", "_place", "_responder", "ended")

    def __init__(self, responder: Responder[ServedT, MomentT], oid: ber.Oid) -> None:
        self._responder = responder
        self._place = responder.tree.after(responder.device, oid)
        self._last = oid
        self.ended = False

    def step(self, moment: MomentT) -> bytes:
        """The VarBind of the next instance, or endOfMibView for ever."""
        tree, device = self._responder.tree, self._responder.device
        while self._place is not None:
            place, row = self._place
            varbind = tree.varbind(device, moment, place, row)
            self._place = tree.at_or_after(device, place, row + 1)
            if varbind is not None:
                if self._place is None:
                    self._last = tree.oid_at(device, place, row)
                return varbind
        self.ended = True
        return encode_varbind(ber.encode_oid_body(self._last), ber.END_OF_MIB_VIEW)
