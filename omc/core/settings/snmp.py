"""Settings of SNMP polling and traps, and the credentials that nodes name."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from omc.core.quantities import DurationRange, ListenAddress, Written
from omc.core.settings.base import FolderPath, Name, SettingsModel, version_as_text
from omc.core.settings.secret_reference import Secret, hidden

_SHORTEST_KEY = 8  # RFC 3414, 11.2


class TrapSettings(SettingsModel):
    """Where traps and informs are heard, and whose.

    Attributes:
        listen: Address and UDP port; devices send to port 162.
        communities: Of v1 and v2c; empty for any.
        users: Names of v3 credentials whose notifications are heard; empty for none.
        rate: Notifications a second that one address may send for ever.
        burst: How many it may send at once; what is more is shed, and no other address notices.
        declarations: Folders of declared traps besides the shipped ones; a later one wins.
    """

    listen: Annotated[ListenAddress, Written(ListenAddress.parse)]
    communities: tuple[Secret, ...] = ()
    users: tuple[Name, ...] = ()
    rate: Annotated[float, Field(gt=0, le=100_000)] = 100.0
    burst: Annotated[float, Field(ge=1, le=1_000_000)] = 1000.0
    declarations: tuple[FolderPath, ...] = ()


class SnmpSettings(SettingsModel):
    """How the fleet is polled; a node may have an interval of its own.

    Attributes:
        interval: Seconds between two polls of one device.
        poll_deadline: Seconds after which a whole poll is given up; what was read until then
            is kept. Never longer than the interval of the device: see `deadline`.
        timeout: Seconds to wait for one answer.
        retries: How often one request is sent again before it has failed.
        max_repetitions: Rows that one GETBULK asks for at most (RFC 3416, 4.2.3).
        concurrency: Devices of the fleet that are polled at the same time.
        max_open_sockets: Sockets kept open; the longest idle one is closed first.
        traps: Where traps are heard; None for nowhere.
    """

    interval: Annotated[float, Written(DurationRange("1s", "1d").parse)] = 60.0
    poll_deadline: Annotated[float, Written(DurationRange("1s", "1h").parse)] = 45.0
    timeout: Annotated[float, Written(DurationRange("50ms", "60s").parse)] = 2.0
    retries: Annotated[int, Field(ge=0, le=10, strict=True)] = 2
    max_repetitions: Annotated[int, Field(ge=1, le=1000, strict=True)] = 50
    concurrency: Annotated[int, Field(ge=1, le=100_000, strict=True)] = 500
    max_open_sockets: Annotated[int, Field(ge=1, le=100_000, strict=True)] = 4000
    traps: TrapSettings | None = None

    def deadline(self, interval: float) -> float:
        """Seconds that a poll of a device with this interval may take."""
        return min(self.poll_deadline, interval)


def _long_enough(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value().encode()) < _SHORTEST_KEY:
        raise hidden(f"a key has at least {_SHORTEST_KEY} characters (RFC 3414, 11.2)")
    return key


class AuthSettings(SettingsModel):
    """Authentication of an SNMPv3 user. Source: RFC 3414 (MD5, SHA-1), RFC 7860 (SHA-2)."""

    protocol: Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]
    key: Secret

    _key_is_long_enough = field_validator("key")(_long_enough)


class PrivSettings(SettingsModel):
    """Privacy of an SNMPv3 user. Source: RFC 3414 (DES), RFC 3826 (AES-128).

    Attributes:
        protocol: Cipher.
        key: Password.
        key_expansion: How a short localized key grows for AES-192 and AES-256, where vendors
            differ: Blumenthal's draft, or Reeder's as Cisco and others use it.
    """

    protocol: Literal["des", "aes128", "aes192", "aes256"]
    key: Secret
    key_expansion: Literal["blumenthal", "cisco"] = "blumenthal"

    _key_is_long_enough = field_validator("key")(_long_enough)

    @model_validator(mode="after")
    def _expansion_is_needed(self) -> Self:
        if "key_expansion" in self.model_fields_set and self.protocol in {"des", "aes128"}:
            raise ValueError(f"key_expansion is for aes192 and aes256, not for {self.protocol}")
        return self


class CommunityCredentials(SettingsModel):
    """SNMP v1 or v2c."""

    version: Literal["1", "2c"]
    community: Secret


class UserCredentials(SettingsModel):
    """SNMP v3, user-based security model (RFC 3414).

    Attributes:
        version: Tells this from a community.
        user: Security name.
        auth: None is no authentication.
        priv: None is no privacy.
    """

    version: Literal["3"]
    user: Name
    auth: AuthSettings | None = None
    priv: PrivSettings | None = None

    @model_validator(mode="after")
    def _privacy_needs_authentication(self) -> Self:
        if self.priv is not None and self.auth is None:
            raise ValueError("priv needs auth: SNMPv3 has no privacy without authentication")
        return self


Credentials = Annotated[
    Annotated[CommunityCredentials | UserCredentials, Field(discriminator="version")],
    BeforeValidator(version_as_text),
]
