"""The one module that knows gufo-snmp: sockets, iterators, keys and the errors it raises.

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
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gufo.snmp import (
    Aes128Key,
    Aes192Key,
    Aes256Key,
    DesKey,
    Md5Key,
    Sha1Key,
    Sha224Key,
    Sha256Key,
    Sha384Key,
    Sha512Key,
    User,
)
from gufo.snmp import KeyExpansion as GufoKeyExpansion
from gufo.snmp._fast import (
    GetIter,
    NoSuchInstance,
    SnmpAuthError,
    SnmpError,
    SnmpV1ClientSocket,
    SnmpV2cClientSocket,
    SnmpV3ClientSocket,
)
from gufo.snmp.user import BaseAuthKey, BasePrivKey, KeyType

from collector.snmp.credentials import (
    AuthProtocol,
    Community,
    Credentials,
    KeyExpansion,
    PrivProtocol,
    UsmUser,
    Version,
)
from collector.snmp.exchange import Answer, Bulk, Cursor, Get, Next, Peek, Reply
from collector.varbind import Varbind

_AUTH: dict[AuthProtocol, type[BaseAuthKey]] = {
    AuthProtocol.MD5: Md5Key,
    AuthProtocol.SHA1: Sha1Key,
    AuthProtocol.SHA224: Sha224Key,
    AuthProtocol.SHA256: Sha256Key,
    AuthProtocol.SHA384: Sha384Key,
    AuthProtocol.SHA512: Sha512Key,
}
_PRIV: dict[PrivProtocol, type[BasePrivKey]] = {
    PrivProtocol.DES: DesKey,
    PrivProtocol.AES128: Aes128Key,
    PrivProtocol.AES192: Aes192Key,
    PrivProtocol.AES256: Aes256Key,
}
_EXPANSION = {
    KeyExpansion.BLUMENTHAL: GufoKeyExpansion.Blumenthal,
    KeyExpansion.CISCO: GufoKeyExpansion.Cisco,
}

_OS_ERROR = re.compile(r"\(os error (\d+)\)")
_EAGAIN = 11

WireRequest = Get | Bulk | Next | Peek
_RawSocket = SnmpV1ClientSocket | SnmpV2cClientSocket | SnmpV3ClientSocket


class Garbled(Exception):
    """A datagram came that is no readable response."""


class Reported(Exception):
    """An SNMPv3 engine answered with a Report: the time is out of step, or it refuses us."""


class Undeliverable(Exception):
    """The network says that the request cannot be delivered: nobody listens, no route."""


class AgentSocket:
    """A connected UDP socket to one agent, SNMPv1 or v2c.

    Args:
        raw: gufo's socket.
        now: Unix milliseconds, stamps replies.
        bulk: The protocol has GETBULK; without it a `Bulk` becomes a GETNEXT.
    """

    def __init__(self, raw: _RawSocket, now: Callable[[], int], *, bulk: bool) -> None:
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
            _raise_undeliverable(error)

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
            raise _translated(error) from None

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


class UserSocket(AgentSocket):
    """A connected UDP socket to one agent, SNMPv3. Has to discover the engine before it asks.

    Attributes:
        discovered: The engine is known and the keys are localised for it.
    """

    def __init__(
        self, endpoint: str, user: UsmUser, keys: MasterKeys, now: Callable[[], int]
    ) -> None:
        raw = SnmpV3ClientSocket(endpoint, b"", "", 0, b"", 0, b"", 0, 0, 0, 0)
        super().__init__(raw, now, bulk=True)
        self._v3 = raw
        self._user = keys.user(user)
        self.discovered = False

    @property
    def engine_id(self) -> bytes:
        """The authoritative engine, empty before it was discovered."""
        return bytes(self._v3.get_engine_id())

    def _refused(self) -> Reply:
        raise Reported

    def send_discovery(self) -> None:
        """Ask who the engine is. Source: RFC 3414, section 4.

        Raises:
            Undeliverable: as `send`.
        """
        try:
            self._v3.send_refresh()
        except OSError as error:
            _raise_undeliverable(error)

    def receive_discovery(self) -> bool:
        """Read one datagram; true when it told the engine and keys are localised for it.

        Raises:
            Garbled, Reported, Undeliverable: as `receive`.
        """
        try:
            self._v3.recv_refresh()
        except BlockingIOError:
            return False
        except BaseException as error:  # noqa: BLE001 - Rust panics are no Exceptions
            raise _translated(error) from None
        user = self._user
        self._v3.set_keys(
            user.name,
            user.get_auth_alg(),
            user.get_auth_key(),
            user.get_priv_alg(),
            user.get_priv_key(),
        )
        self.discovered = True
        return True


class MasterKeys:
    """Passwords turned into master keys once: that hashes a megabyte each (RFC 3414, A.2)."""

    def __init__(self) -> None:
        self._users: dict[UsmUser, User] = {}

    def user(self, user: UsmUser) -> User:
        """What gufo calls a user, with master keys; localising them for an engine is cheap."""
        made = self._users.get(user)
        if made is None:
            made = self._users[user] = _user_with_master_keys(user)
        return made


def open_socket(
    endpoint: str, credentials: Credentials, keys: MasterKeys, now: Callable[[], int]
) -> AgentSocket:
    """Open a socket to one agent.

    Args:
        endpoint: `192.0.2.1:161` or `[2001:db8::1]:161`; no host names.
        credentials: A `UsmUser` gives a `UserSocket`.
        keys: Shared by all sockets.
        now: Unix milliseconds, stamps replies.

    Raises:
        Undeliverable: no socket can be had, or there is no route.
    """
    try:
        if isinstance(credentials, UsmUser):
            return UserSocket(endpoint, credentials, keys, now)
        return _community_socket(endpoint, credentials, now)
    except OSError as error:
        raise Undeliverable(_plain(error)) from None


def _community_socket(endpoint: str, credentials: Community, now: Callable[[], int]) -> AgentSocket:
    bulk = credentials.version is Version.V2C
    kind = SnmpV2cClientSocket if bulk else SnmpV1ClientSocket
    return AgentSocket(kind(endpoint, credentials.community, 0, 0, 0, 0), now, bulk=bulk)


def _user_with_master_keys(user: UsmUser) -> User:
    if user.auth_protocol is None:
        return User(user.name)
    auth = _AUTH[user.auth_protocol]
    auth_key = auth(auth.get_master_key(user.auth_key.encode()), key_type=KeyType.Master)
    if user.priv_protocol is None:
        return User(user.name, auth_key=auth_key)
    master = auth.get_master_key(user.priv_key.encode())
    priv_key = _PRIV[user.priv_protocol](master, key_type=KeyType.Master)
    expansion = _EXPANSION[user.key_expansion]
    return User(user.name, auth_key=auth_key, priv_key=priv_key, key_expansion=expansion)


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


def _translated(error: BaseException) -> BaseException:
    """Our word for an error of gufo's receive."""
    if isinstance(error, SnmpAuthError):
        return Reported()
    if isinstance(error, OSError):
        return Undeliverable(_plain(error))
    if isinstance(error, (SnmpError, ValueError, RuntimeError)):
        return Garbled(str(error))
    if type(error).__name__ == "PanicException":
        return Garbled("a malformed response")
    return error


def _raise_undeliverable(error: OSError) -> None:
    found = _OS_ERROR.search(str(error))
    if found is not None and int(found[1]) == _EAGAIN:
        return
    raise Undeliverable(_plain(error)) from None


def _plain(error: OSError) -> str:
    """`Connection refused (os error 111)` without its number."""
    return _OS_ERROR.sub("", str(error)).strip().lower() or "network error"
