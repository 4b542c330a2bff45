"""SNMPv3 messages seen from outside: who they say they are from, and whether they prove it.

Source: RFC 3412 section 6 (the message), RFC 3414 sections 2.4 (security parameters), 2.6 (keys of
one engine) and 6.3.2 (digests), RFC 7860 (SHA-2).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from collector.snmp.ber import OCTETS, SEQUENCE, MalformedMessage, element, enter, integer
from collector.snmp.credentials import AuthProtocol

_VERSION = 3
_AUTHENTICATED, _ENCRYPTED = 0x01, 0x02  # msgFlags
_REPORT = 0xA8

#: Hash, and octets of it that are sent.
_DIGESTS = {
    AuthProtocol.MD5: ("md5", 12),
    AuthProtocol.SHA1: ("sha1", 12),
    AuthProtocol.SHA224: ("sha224", 16),
    AuthProtocol.SHA256: ("sha256", 24),
    AuthProtocol.SHA384: ("sha384", 32),
    AuthProtocol.SHA512: ("sha512", 48),
}


@dataclass(frozen=True, slots=True)
class UsmHeader:
    """What everybody can read of a message of the user-based security model.

    Attributes:
        flags: msgFlags.
        engine_id: msgAuthoritativeEngineID.
        boots: msgAuthoritativeEngineBoots.
        seconds: msgAuthoritativeEngineTime.
        user: msgUserName.
        digest: Where msgAuthenticationParameters begin and end in the message.
        data: Where msgData begins: a scoped PDU, or octets that hide one.
    """

    flags: int
    engine_id: bytes
    boots: int
    seconds: int
    user: bytes
    digest: tuple[int, int]
    data: int


def read_header(message: bytes) -> UsmHeader:
    """Read a message up to its data.

    Raises:
        MalformedMessage: it cannot be read that far.
    """
    position, limit = enter(message, 0, len(message), SEQUENCE)
    version, position = integer(message, position, limit)
    if version != _VERSION:
        raise MalformedMessage(f"version {version}")
    position, after_global = enter(message, position, limit, SEQUENCE)
    _, position = integer(message, position, after_global)  # msgID
    _, position = integer(message, position, after_global)  # msgMaxSize
    start, end = enter(message, position, after_global, OCTETS)
    flags = int.from_bytes(message[start:end], "big")
    position, data = enter(message, after_global, limit, OCTETS)
    position, limit = enter(message, position, data, SEQUENCE)
    start, position = enter(message, position, limit, OCTETS)
    engine_id = message[start:position]
    boots, position = integer(message, position, limit)
    seconds, position = integer(message, position, limit)
    start, position = enter(message, position, limit, OCTETS)
    user = message[start:position]
    digest = enter(message, position, limit, OCTETS)
    return UsmHeader(flags, engine_id, boots, seconds, user, digest, data)


class Proof:
    """Tells responses of the engine that shares a user's key from those of anybody else.

    Args:
        protocol: How digests are made.
        master_key: Of the user, not yet localised.
        engine_id: The authoritative engine's.
    """

    def __init__(self, protocol: AuthProtocol, master_key: bytes, engine_id: bytes) -> None:
        self._hash, self._length = _DIGESTS[protocol]
        self._key = hashlib.new(self._hash, master_key + engine_id + master_key).digest()

    def holds(self, message: bytes) -> bool:
        """Whether it carries the right digest, or is a Report that cannot carry one.

        An engine that knows neither the user nor the key can only say so unproved. Whoever forges
        such a Report makes us discover the engine anew, and no more.
        """
        try:
            header = read_header(message)
            if not header.flags & _AUTHENTICATED:
                return not header.flags & _ENCRYPTED and _pdu(message, header) == _REPORT
        except MalformedMessage:
            return False
        start, end = header.digest
        if end - start != self._length:
            return False
        blank = message[:start] + bytes(end - start) + message[end:]
        digest = hmac.digest(self._key, blank, self._hash)[: self._length]
        return hmac.compare_digest(digest, message[start:end])


def _pdu(message: bytes, header: UsmHeader) -> int:
    """The tag of the PDU in a message that hides nothing."""
    position, limit = enter(message, header.data, len(message), SEQUENCE)
    _, position = enter(message, position, limit, OCTETS)  # contextEngineID
    _, position = enter(message, position, limit, OCTETS)  # contextName
    tag, _, _ = element(message, position, limit)
    return tag
