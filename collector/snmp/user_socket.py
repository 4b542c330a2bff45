"""SNMPv3 over gufo-snmp: who the engine is, keys for it, and responses that prove to be of it."""

from __future__ import annotations

import socket
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
from gufo.snmp._fast import SnmpV3ClientSocket
from gufo.snmp.user import BaseAuthKey, BasePrivKey, KeyType

from collector.snmp.credentials import AuthProtocol, KeyExpansion, PrivProtocol, UsmUser
from collector.snmp.exchange import Reply
from collector.snmp.sockets import (
    AgentSocket,
    Reported,
    Undeliverable,
    Unproved,
    WireRequest,
    raise_undeliverable,
    translated,
)
from collector.snmp.usm_message import Proof

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

#: Octets of gufo's receive buffer.
_BUFFER = 4080


class UserSocket(AgentSocket):
    """A connected UDP socket to one agent, SNMPv3. Has to discover the engine before it asks.

    A response that does not prove to be of the agent is taken from the socket before gufo sees it.
    One way past remains: gufo skips responses to older requests, and what comes right behind one,
    before we have looked, it reads unproved.

    Attributes:
        discovered: The engine is known and the keys are localised for it.
    """

    def __init__(
        self, endpoint: str, user: UsmUser, keys: MasterKeys, now: Callable[[], int]
    ) -> None:
        raw = SnmpV3ClientSocket(endpoint, b"", "", 0, b"", 0, b"", 0, 0, 0, 0)
        super().__init__(raw, now, bulk=True)
        self._v3 = raw
        self._auth_protocol = user.auth_protocol
        self._user = keys.user(user)
        self._family = socket.AF_INET6 if endpoint.startswith("[") else socket.AF_INET
        self._proof: Proof | None = None
        self.discovered = False

    @property
    def engine_id(self) -> bytes:
        """The authoritative engine, empty before it was discovered."""
        return bytes(self._v3.get_engine_id())

    def receive(self, request: WireRequest) -> Reply | None:
        """Read one datagram; as `AgentSocket.receive`, and unproved where anybody may have sent it.

        Raises:
            Garbled, Reported, Undeliverable: as there.
            Unproved: it does not carry the digest of the user's key.
        """
        if self._proof is not None:
            message = self._datagram(socket.MSG_PEEK)
            if message is None:
                return None
            if not self._proof.holds(message):
                self._datagram()
                raise Unproved
        return super().receive(request)

    def _datagram(self, flags: int = 0) -> bytes | None:
        """The next datagram, past gufo; None for none."""
        borrowed = socket.socket(self._family, socket.SOCK_DGRAM, fileno=self.fileno)
        try:
            return borrowed.recv(_BUFFER, flags)
        except BlockingIOError:
            return None
        except OSError as error:
            raise Undeliverable((error.strerror or "network error").lower()) from None
        finally:
            borrowed.detach()

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
            raise_undeliverable(error)

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
            raise translated(error) from None
        user = self._user
        self._v3.set_keys(
            user.name,
            user.get_auth_alg(),
            user.get_auth_key(),
            user.get_priv_alg(),
            user.get_priv_key(),
        )
        if self._auth_protocol is not None:
            self._proof = Proof(self._auth_protocol, user.get_auth_key(), self.engine_id)
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
