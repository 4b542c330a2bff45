"""What gufo-snmp is made to do: sockets, iterators and the errors it raises.

Facts of gufo-snmp 0.13 that shape this module:

- A socket takes whole responses as lists; a response to an older request is skipped inside.
- It hides error-status: tooBig, genErr and noSuchName look like an empty answer. Received as a
  GET of one instance, a response at least tells the end of the MIB from an error-status.
- A `GetIter` is bound to one subtree and one max-repetitions, and only a response moves it. But a
  request may be sent from one iterator and its response received into another, which is how a
  cursor changes its page size, and how a GETNEXT shows an OID past its column.
- Its receive buffer holds 4,080 octets; a longer response cannot be decoded.
- Some malformed responses make its Rust code panic; the socket survives that.
- It has no close: a socket is closed when the last reference to it goes.
- It does not check the digest of SNMPv3 responses, so they are looked at before it reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gufo.snmp._fast import (
    GetIter,
    NoSuchInstance,
    SnmpAuthError,
    SnmpError,
    SnmpV1ClientSocket,
    SnmpV2cClientSocket,
    SnmpV3ClientSocket,
)

from collector.snmp.exchange import Answer, Bulk, Cursor, Get, Next, Peek, Reply
from collector.varbind import Varbind

_OS_ERROR = re.compile(r"\(os error (\d+)\)")
_EAGAIN = 11

WireRequest = Get | Bulk | Next | Peek
RawSocket = SnmpV1ClientSocket | SnmpV2cClientSocket | SnmpV3ClientSocket


class Garbled(Exception):
    """A datagram came that is no readable response."""


class Reported(Exception):
    """An SNMPv3 engine answered with a Report: the time is out of step, or it refuses us."""


class Unproved(Exception):
    """A datagram came that an SNMPv3 agent would not have sent: it lacks the right digest."""


class Undeliverable(Exception):
    """The network says that the request cannot be delivered: nobody listens, no route."""


class AgentSocket:
    """A connected UDP socket to one agent, SNMPv1 or v2c.

    Args:
        raw: gufo's socket.
        now: Unix milliseconds, stamps replies.
        bulk: The protocol has GETBULK; without it a `Bulk` becomes a GETNEXT.
    """

    def __init__(self, raw: RawSocket, now: Callable[[], int], *, bulk: bool) -> None:
        self._raw = raw
        self._now = now
        self._bulk = bulk
        self.fileno = raw.get_fd()

    def send(self, request: WireRequest) -> None:
        """Send a request, as a new one even if it was sent before.

        A full send buffer loses it, as the network might.

        Raises:
            Undeliverable: the network refused an earlier request, or this one.
        """
        try:
            self._send(request)
        except OSError as error:
            raise_undeliverable(error)

    def receive(self, request: WireRequest) -> Reply | None:
        """Read one datagram if it answers the last request; never blocks.

        Returns:
            None when there is nothing, or nothing that was asked for.

        Raises:
            Garbled: what came cannot be read.
            Reported: an SNMPv3 Report, or an authorizationError.
            Undeliverable: the network refused the request.
        """
        try:
            return self._receive(request)
        except StopAsyncIteration:
            return Reply([], self._now(), ended=True)
        except NoSuchInstance:
            return Reply([], self._now(), ended=True, answer=Answer.NO_SUCH_INSTANCE)
        except BlockingIOError:
            return None
        except SnmpAuthError:
            return self._refused()
        except BaseException as error:  # noqa: BLE001 - Rust panics are no Exceptions
            raise translated(error) from None

    def _refused(self) -> Reply:
        """Communities have no Reports: gufo calls authorizationError so, too."""
        return Reply([], self._now(), ended=True)

    def _send(self, request: WireRequest) -> None:
        if isinstance(request, Get):
            self._send_get(request)
            return
        cursor = request.cursor
        place: _Place = cursor.handle or _place(cursor)
        if isinstance(request, Bulk) and self._bulk:
            if place.repetitions != cursor.repetitions:
                place.resize(cursor)
            self._raw.send_get_bulk(place.at)
        else:
            place.anywhere = _anywhere(cursor)
            self._raw.send_get_next(place.at)

    def _send_get(self, request: Get) -> None:
        if len(request.oids) == 1:
            self._raw.send_get(request.oids[0])
        else:
            self._raw.send_get_many(request.oids)

    def _receive(self, request: WireRequest) -> Reply:
        if isinstance(request, Get):
            return self._receive_get(request)
        if isinstance(request, Peek):
            return self._receive_peek()
        cursor = request.cursor
        place: _Place = cursor.handle or _place(cursor)
        if isinstance(request, Next) or not self._bulk:
            return self._receive_next(cursor, place)
        rows = self._raw.recv_get_bulk(place.page)
        place.at = place.page
        beyond = rows[-1] is None
        if beyond:
            rows.pop()
        varbinds: list[Varbind] = rows  # type: ignore[assignment] # None is gone
        while varbinds and cursor.span.is_past(varbinds[-1][0]):
            beyond = True
            varbinds.pop()
        return Reply(varbinds, self._now(), beyond=beyond)

    def _receive_next(self, cursor: Cursor, place: _Place) -> Reply:
        varbind = self._raw.recv_get_next(place.anywhere)
        if cursor.span.is_past(varbind[0]):
            return Reply([], self._now(), beyond=True)
        place.at = place.anywhere
        place.page = GetIter(cursor.span.subtree, cursor.repetitions)
        place.repetitions = cursor.repetitions
        return Reply([varbind], self._now())

    def _receive_peek(self) -> Reply:
        try:
            value = self._raw.recv_get()
        except NoSuchInstance:
            return Reply([], self._now(), ended=True, answer=Answer.END_OF_MIB_VIEW)
        if value is None:
            return Reply([], self._now(), ended=True)
        return Reply([], self._now(), answer=Answer.VALUE)

    def _receive_get(self, request: Get) -> Reply:
        if len(request.oids) > 1:
            varbinds = self._raw.recv_get_many()
            return Reply(list(varbinds.items()), self._now(), ended=not varbinds)
        value = self._raw.recv_get()
        if value is None:
            return Reply([], self._now(), ended=True)
        return Reply([(request.oids[0], value)], self._now())


class _Place:
    """Where a cursor stands, in gufo's iterators.

    Attributes:
        at: Stands at the cursor's position: requests are sent from it.
        page: Bound to the span: pages of rows are received into it.
        anywhere: Bound to nothing: a GETNEXT is received into it, whatever its OID.
        repetitions: How many rows a GETBULK from it asks for.
    """

    __slots__ = ("anywhere", "at", "page", "repetitions")

    def __init__(self, cursor: Cursor) -> None:
        self.resize(cursor)
        self.anywhere = self.at

    def resize(self, cursor: Cursor) -> None:
        """Begin anew at the cursor's position, with its number of rows."""
        self.repetitions = cursor.repetitions
        self.at = GetIter(cursor.position, cursor.repetitions)
        self.page = GetIter(cursor.span.subtree, cursor.repetitions)


def _place(cursor: Cursor) -> _Place:
    """Put a cursor where it says, at first the start of its span."""
    place = cursor.handle = _Place(cursor)
    return place


def _anywhere(cursor: Cursor) -> GetIter:
    """An iterator for the widest subtree gufo allows: two arcs (`1.3`)."""
    root = ".".join(cursor.span.subtree.split(".", 2)[:2])
    return GetIter(root, cursor.repetitions)


def translated(error: BaseException) -> BaseException:
    """Our word for an error of gufo's receive."""
    if isinstance(error, SnmpAuthError):
        return Reported()
    if isinstance(error, OSError):
        return Undeliverable(plain(error))
    if isinstance(error, (SnmpError, ValueError, RuntimeError)):
        return Garbled(str(error))
    if type(error).__name__ == "PanicException":
        return Garbled("a malformed response")
    return error


def raise_undeliverable(error: OSError) -> None:
    """Raise `Undeliverable` for an error of gufo's send, unless its buffer was just full."""
    found = _OS_ERROR.search(str(error))
    if found is not None and int(found[1]) == _EAGAIN:
        return
    raise Undeliverable(plain(error)) from None


def plain(error: OSError) -> str:
    """`Connection refused (os error 111)` without its number."""
    return _OS_ERROR.sub("", str(error)).strip().lower() or "network error"
