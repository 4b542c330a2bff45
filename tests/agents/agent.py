"""An honest agent over real UDP; lying ones change one of its answers."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self, cast

from tests.agents.messages import (
    END_OF_MIB_VIEW,
    GET,
    GET_BULK,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    NULL,
    Arcs,
    Request,
    Row,
    Tlv,
    arcs,
    decode_request,
    encode_response,
)

EXCEPTIONS = (NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW)

#: error-status by its name in RFC 3416.
TOO_BIG, NO_SUCH_NAME, GEN_ERR = 1, 2, 5

#: A datagram, and the seconds until it is sent.
Datagram = tuple[float, bytes]


class Agent(asyncio.DatagramProtocol):
    """Answers SNMPv1 and v2c for any community.

    Args:
        rows: OID -> value.
        host: Address it listens on.

    Attributes:
        port: UDP port, once it is entered.
        requests: What it was asked, in order.
    """

    def __init__(self, rows: Mapping[str, Tlv], host: str = "127.0.0.1") -> None:
        self.host = host
        self.port = 0
        self.requests: list[Request] = []
        self._values = {arcs(oid): value for oid, value in rows.items()}
        self._oids = sorted(self._values)
        self._transport: asyncio.DatagramTransport | None = None

    # -- what it says: for liars to override -------------------------------------------------------

    def datagrams(self, request: Request) -> Iterable[Datagram]:
        """Everything it sends because of a request."""
        yield 0.0, self.response(request)

    def response(self, request: Request) -> bytes:
        """The message that answers a request."""
        status = self.error_status(request)
        if status:
            return self.refusal(request, status)
        rows = self.rows(request)
        if request.version == 0 and any(value.tag in EXCEPTIONS for _, value in rows):
            return self.refusal(request, NO_SUCH_NAME)
        return encode_response(request, rows)

    def refusal(self, request: Request, status: int) -> bytes:
        """An error-status, with the request's variables echoed as both RFCs want."""
        echo = [(oid, Tlv(NULL)) for oid in request.oids]
        return encode_response(request, echo, error_status=status, error_index=1)

    def error_status(self, request: Request) -> int:
        """0, or the error-status to answer with."""
        return 0

    def rows(self, request: Request) -> list[Row]:
        """The variables of a response without error."""
        if request.kind == GET:
            return [(oid, self._values.get(oid, Tlv(NO_SUCH_INSTANCE))) for oid in request.oids]
        if request.kind == GET_BULK:
            return self.following(request.oids[0], request.repetitions)
        return [row for oid in request.oids for row in self.following(oid, 1)]

    def following(self, oid: Arcs, count: int) -> list[Row]:
        """The rows after an OID; at the end of the MIB it says so, once."""
        start = bisect_right(self._oids, oid)
        found: list[Row] = [(o, self._values[o]) for o in self._oids[start : start + count]]
        if len(found) < count:
            last = found[-1][0] if found else oid
            found.append((last, Tlv(END_OF_MIB_VIEW)))
        return found

    # -- how it runs -----------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=(self.host, self.port))
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        await asyncio.sleep(0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        request = decode_request(data)
        self.requests.append(request)
        for delay, datagram in self.datagrams(request):
            if delay:
                asyncio.get_running_loop().call_later(delay, self._send, datagram, addr)
            else:
                self._send(datagram, addr)

    def _send(self, datagram: bytes, addr: tuple[str, int]) -> None:
        if self._transport is not None:
            self._transport.sendto(datagram, addr)
