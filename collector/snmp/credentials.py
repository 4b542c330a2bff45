"""How to talk to one device: address, credentials, timing. Secrets never show in `repr`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Version(StrEnum):
    """SNMP versions with communities."""

    V1 = "1"
    V2C = "2c"


class AuthProtocol(StrEnum):
    """Authentication of SNMPv3. Source: RFC 3414 (MD5, SHA-1), RFC 7860 (SHA-2)."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA224 = "sha224"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


class PrivProtocol(StrEnum):
    """Privacy of SNMPv3. Source: RFC 3414 (DES), RFC 3826 (AES-128), Blumenthal draft (others)."""

    DES = "des"
    AES128 = "aes128"
    AES192 = "aes192"
    AES256 = "aes256"


class KeyExpansion(StrEnum):
    """How a short localized key grows to AES-192/256; Cisco and others differ (Reeder draft)."""

    BLUMENTHAL = "blumenthal"
    CISCO = "cisco"


@dataclass(frozen=True, slots=True)
class Community:
    """SNMP v1 or v2c."""

    version: Version = Version.V2C
    community: str = field(default="public", repr=False)


@dataclass(frozen=True, slots=True)
class UsmUser:
    """SNMP v3, user-based security model. The security level follows from what is given.

    Attributes:
        name: Security name.
        auth_protocol: None is noAuthNoPriv.
        auth_key: Password, at least 8 octets (RFC 3414, 11.2).
        priv_protocol: None is no privacy; needs `auth_protocol`.
        priv_key: Password, at least 8 octets.
        key_expansion: Matters for AES-192/256 with MD5, SHA-1 or SHA-224 only.

    Raises:
        ValueError: privacy without authentication, a protocol without its key, a short key.
    """

    name: str
    auth_protocol: AuthProtocol | None = None
    auth_key: str = field(default="", repr=False)
    priv_protocol: PrivProtocol | None = None
    priv_key: str = field(default="", repr=False)
    key_expansion: KeyExpansion = KeyExpansion.BLUMENTHAL

    def __post_init__(self) -> None:
        if self.priv_protocol is not None and self.auth_protocol is None:
            raise ValueError("privacy needs authentication: give an authentication protocol too")
        if self.auth_protocol is not None and len(self.auth_key.encode()) < 8:
            raise ValueError("the authentication key needs at least 8 characters")
        if self.priv_protocol is not None and len(self.priv_key.encode()) < 8:
            raise ValueError("the privacy key needs at least 8 characters")


Credentials = Community | UsmUser


@dataclass(frozen=True, slots=True)
class Target:
    """One device to ask.

    Attributes:
        address: IPv4 or IPv6 address, or a host name that is resolved when the socket opens.
        port: UDP port.
        credentials: Community or user.
        timeout: Seconds to wait for one answer.
        retries: How often one request is sent again before it has failed.
        max_repetitions: Rows a GETBULK asks for at most; shrinks by itself where it is too many.
        site: Site code for error texts, "" when not known.
        node: Node name for error texts, "" when not known.
    """

    address: str
    port: int = 161
    credentials: Credentials = field(default_factory=Community)
    timeout: float = 2.0
    retries: int = 2
    max_repetitions: int = 50
    site: str = ""
    node: str = ""

    @property
    def endpoint(self) -> str:
        """`address:port`, an IPv6 address in brackets."""
        return (
            f"[{self.address}]:{self.port}"
            if ":" in self.address
            else (f"{self.address}:{self.port}")
        )
