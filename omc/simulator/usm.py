"""SNMPv3 with the User-based Security Model, as an agent (RFC 3412, 3414, 3826, 7860).

One user is enough for a province: authentication HMAC-SHA-256 truncated to 192 bits, privacy
AES-128 in CFB mode. The password becomes a key once (a megabyte of hashing, RFC 3414 A.2); each
engine localises it with one short hash. The agent is authoritative: its boots and time rule.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128

from omc.simulator import ber, pdu
from omc.simulator.ber import BerError, Oid
from omc.simulator.pdu import Pdu

_USM = 3
_FLAG_AUTH, _FLAG_PRIV, _FLAG_REPORTABLE = 1, 2, 4
_DIGEST_BYTES = 24
#: Seconds a message may be old (RFC 3414 section 2.2.3).
TIME_WINDOW = 150

_STATS = (1, 3, 6, 1, 6, 3, 15, 1, 1)
UNSUPPORTED_SECURITY_LEVELS: Oid = (*_STATS, 1, 0)
NOT_IN_TIME_WINDOWS: Oid = (*_STATS, 2, 0)
UNKNOWN_USER_NAMES: Oid = (*_STATS, 3, 0)
UNKNOWN_ENGINE_IDS: Oid = (*_STATS, 4, 0)
WRONG_DIGESTS: Oid = (*_STATS, 5, 0)
DECRYPTION_ERRORS: Oid = (*_STATS, 6, 0)

#: PDU, moment's largest message size -> the encoded response PDU.
Respond = Callable[[Pdu, int], bytes]


@dataclass(frozen=True, slots=True)
class UsmUser:
    """A user and its two keys, not yet localised.

    Attributes:
        name: The user name.
        auth_key: From the authentication password.
        priv_key: From the privacy password.
    """

    name: bytes
    auth_key: bytes = field(repr=False)
    priv_key: bytes = field(repr=False)

    @classmethod
    def from_passwords(cls, name: str, auth: str, priv: str) -> UsmUser:
        """Turn passwords into keys."""
        return cls(name.encode(), password_to_key(auth), password_to_key(priv))


def password_to_key(password: str) -> bytes:
    """SHA-256 over the password repeated to one megabyte (RFC 3414 A.2.1, RFC 7860)."""
    secret = password.encode()
    size = 1 << 20
    return hashlib.sha256((secret * (size // len(secret) + 1))[:size]).digest()


def localise(key: bytes, engine_id: bytes) -> bytes:
    """The key of one engine (RFC 3414 section 2.6)."""
    return hashlib.sha256(key + engine_id + key).digest()


@dataclass(frozen=True, slots=True)
class _Message:
    """A v3 message taken apart."""

    raw: bytes
    message_id: int
    max_size: int
    flags: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes
    digest: bytes
    digest_at: int
    salt: bytes
    scoped: bytes


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a message is answered with a report."""

    counter: Oid
    authenticated: bool = False


class UsmEngine:
    """The security of one agent."""

    __slots__ = ("_auth_key", "_counters", "_priv_key", "_salt", "_user", "engine_id")

    def __init__(self, engine_id: bytes, user: UsmUser) -> None:
        self.engine_id = engine_id
        self._user = user
        self._auth_key = b""
        self._priv_key = b""
        self._counters: dict[Oid, int] = {}
        self._salt = int.from_bytes(hashlib.sha256(engine_id).digest()[:7], "big")

    def answer(
        self, data: bytes, boots: int, time: int, respond: Respond, max_size: int
    ) -> bytes | None:
        """Answer one v3 message; None where the RFC says to be silent.

        Raises:
            BerError: not an SNMPv3 message.
        """
        message = _read_message(data)
        fault = self._fault(message, boots, time)
        if fault is not None:
            return self._report(message, fault, boots, time)
        scoped = message.scoped
        if message.flags & _FLAG_PRIV:
            plain = self._crypt(message, boots=message.boots, time=message.time)
            if plain is None:
                return self._report(message, _Fault(DECRYPTION_ERRORS), boots, time)
            scoped = plain
        context, request = self._read_scoped(scoped)
        limit = max(min(message.max_size, max_size), 484) - 128
        response = _scoped_pdu(self.engine_id, context, respond(request, limit))
        return self._write(message, response, boots, time, message.flags & 3)

    def _fault(self, message: _Message, boots: int, time: int) -> _Fault | None:
        """RFC 3414 section 3.2, steps 3 to 7."""
        if message.engine_id != self.engine_id:
            return _Fault(UNKNOWN_ENGINE_IDS)
        if message.user != self._user.name:
            return _Fault(UNKNOWN_USER_NAMES)
        if message.flags & 3 not in (_FLAG_AUTH, _FLAG_AUTH | _FLAG_PRIV):
            return _Fault(UNSUPPORTED_SECURITY_LEVELS)
        blank = message.raw[: message.digest_at] + bytes(_DIGEST_BYTES)
        rest = message.raw[message.digest_at + len(message.digest) :]
        if not hmac.compare_digest(self._sign(blank + rest), message.digest):
            return _Fault(WRONG_DIGESTS)
        if message.boots != boots or abs(message.time - time) > TIME_WINDOW:
            return _Fault(NOT_IN_TIME_WINDOWS, authenticated=True)
        return None

    def _keys(self) -> tuple[bytes, bytes]:
        """Localised keys, made when first needed: most agents of a test are never asked."""
        if not self._auth_key:
            self._auth_key = localise(self._user.auth_key, self.engine_id)
            self._priv_key = localise(self._user.priv_key, self.engine_id)[:16]
        return self._auth_key, self._priv_key

    def _sign(self, message: bytes) -> bytes:
        return hmac.digest(self._keys()[0], message, "sha256")[:_DIGEST_BYTES]

    def _crypt(self, message: _Message, *, boots: int, time: int) -> bytes | None:
        """Decrypt the scoped PDU (RFC 3826 section 3.1.4); None where it cannot be."""
        if len(message.salt) != 8 or not 0 <= boots < 1 << 31 or not 0 <= time < 1 << 31:
            return None
        vector = boots.to_bytes(4, "big") + time.to_bytes(4, "big") + message.salt
        decryptor = Cipher(AES128(self._keys()[1]), CFB(vector)).decryptor()
        plain = decryptor.update(message.scoped) + decryptor.finalize()
        return plain if plain[:1] == b"\x30" else None

    def _read_scoped(self, scoped: bytes) -> tuple[bytes, Pdu]:
        start, end = ber.read_expected(scoped, 0, len(scoped), ber.SEQUENCE)
        _, position = ber.read_octets(scoped, start, end)
        context, position = ber.read_octets(scoped, position, end)
        return context, pdu.read_pdu(scoped, position, end)

    def _report(self, message: _Message, fault: _Fault, boots: int, time: int) -> bytes | None:
        """A report with the counter of the fault; silence where none is wanted."""
        count = self._counters.get(fault.counter, 0) + 1
        self._counters[fault.counter] = count
        if not message.flags & _FLAG_REPORTABLE:
            return None
        value = ber.encode_unsigned(ber.COUNTER32, count & 0xFFFF_FFFF)
        varbind = ber.tlv(ber.SEQUENCE, ber.encode_oid(fault.counter) + value)
        report = pdu.encode_pdu(pdu.REPORT, _request_id_of(message), varbind)
        scoped = _scoped_pdu(self.engine_id, b"", report)
        return self._write(message, scoped, boots, time, _FLAG_AUTH if fault.authenticated else 0)

    def _write(self, request: _Message, scoped: bytes, boots: int, time: int, level: int) -> bytes:
        """A whole message (RFC 3412 section 6), signed and encrypted as `level` says."""
        salt = b""
        if level & _FLAG_PRIV:
            self._salt = self._salt + 1 & 0xFFFF_FFFF_FFFF_FFFF
            salt = self._salt.to_bytes(8, "big")
            vector = boots.to_bytes(4, "big") + time.to_bytes(4, "big") + salt
            encryptor = Cipher(AES128(self._keys()[1]), CFB(vector)).encryptor()
            scoped = ber.tlv(ber.OCTET_STRING, encryptor.update(scoped) + encryptor.finalize())
        blank = bytes(_DIGEST_BYTES) if level & _FLAG_AUTH else b""
        user = request.user if level & _FLAG_AUTH else b""
        security = (
            ber.tlv(ber.OCTET_STRING, self.engine_id)
            + ber.encode_integer(boots)
            + ber.encode_integer(time)
            + ber.tlv(ber.OCTET_STRING, user)
        )
        tail = ber.tlv(ber.OCTET_STRING, salt)
        whole = _wrap(request.message_id, level, security, blank, tail, scoped)
        if not blank:
            return whole
        # The digest stands where its blank stands: before the salt and the scoped PDU, at the end.
        at = len(whole) - len(scoped) - len(tail) - _DIGEST_BYTES
        return whole[:at] + self._sign(whole) + whole[at + _DIGEST_BYTES :]


def _wrap(
    message_id: int, level: int, security: bytes, digest: bytes, tail: bytes, scoped: bytes
) -> bytes:
    header = (
        ber.encode_integer(message_id)
        + ber.encode_integer(65507)
        + ber.tlv(ber.OCTET_STRING, bytes((level,)))
        + ber.encode_integer(_USM)
    )
    parameters = ber.tlv(ber.SEQUENCE, security + ber.tlv(ber.OCTET_STRING, digest) + tail)
    return ber.tlv(
        ber.SEQUENCE,
        ber.encode_integer(pdu.VERSION_3)
        + ber.tlv(ber.SEQUENCE, header)
        + ber.tlv(ber.OCTET_STRING, parameters)
        + scoped,
    )


def _scoped_pdu(engine_id: bytes, context: bytes, content: bytes) -> bytes:
    return ber.tlv(
        ber.SEQUENCE,
        ber.tlv(ber.OCTET_STRING, engine_id) + ber.tlv(ber.OCTET_STRING, context) + content,
    )


def _read_message(data: bytes) -> _Message:
    """Take a v3 message apart (RFC 3412 section 6, RFC 3414 section 2.4)."""
    start, end = ber.read_expected(data, 0, len(data), ber.SEQUENCE)
    _, position = ber.read_integer(data, start, end)
    header, after_header = ber.read_expected(data, position, end, ber.SEQUENCE)
    message_id, position = ber.read_integer(data, header, after_header)
    max_size, position = ber.read_integer(data, position, after_header)
    flags, position = ber.read_octets(data, position, after_header)
    model, _ = ber.read_integer(data, position, after_header)
    if model != _USM or len(flags) != 1:
        raise BerError(f"security model {model} is not USM")
    outer, after_security = ber.read_expected(data, after_header, end, ber.OCTET_STRING)
    inner, inner_end = ber.read_expected(data, outer, after_security, ber.SEQUENCE)
    engine_id, position = ber.read_octets(data, inner, inner_end)
    boots, position = ber.read_integer(data, position, inner_end)
    time, position = ber.read_integer(data, position, inner_end)
    user, position = ber.read_octets(data, position, inner_end)
    digest, position = ber.read_octets(data, position, inner_end)
    digest_at = position - len(digest)
    salt, _ = ber.read_octets(data, position, inner_end)
    if flags[0] & _FLAG_PRIV:
        scoped, _ = ber.read_octets(data, after_security, end)
    else:
        ber.read_expected(data, after_security, end, ber.SEQUENCE)
        scoped = data[after_security:end]
    return _Message(
        data[:end], message_id, max_size, flags[0], engine_id, boots, time, user,
        digest, digest_at, salt, scoped,
    )  # fmt: skip


def _request_id_of(message: _Message) -> int:
    """The request id of an unencrypted message, else 0 (RFC 3412 section 7.1, step 3)."""
    if message.flags & _FLAG_PRIV:
        return 0
    try:
        start, end = ber.read_expected(message.scoped, 0, len(message.scoped), ber.SEQUENCE)
        _, position = ber.read_octets(message.scoped, start, end)
        _, position = ber.read_octets(message.scoped, position, end)
        _, content, content_end = ber.read_element(message.scoped, position, end)
        return ber.read_integer(message.scoped, content, content_end)[0]
    except BerError:
        return 0
