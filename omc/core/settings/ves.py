"""Settings of the listener for VES events, which O-RAN units send (O1)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from omc.core.quantities import ListenAddress, SizeRange, Written
from omc.core.settings.access import PasswordHash
from omc.core.settings.api import ServerTlsSettings
from omc.core.settings.base import Count, FilePath, Name, SettingsModel
from omc.core.settings.tls import why_unusable
from omc.core.tls import server_context


class VesTlsSettings(ServerTlsSettings):
    """What the listener shows, and what clients may prove themselves with.

    Attributes:
        clients: Authorities of client certificates, PEM; None asks for none.
    """

    clients: FilePath | None = None

    @model_validator(mode="after")
    def _files_can_be_used(self) -> Self:
        try:
            server_context(self.certificate, self.key, self.clients)
        except OSError as error:
            why = why_unusable(error)
            raise ValueError(f"the certificate files cannot be used: {why}") from None
        return self


class VesUserSettings(SettingsModel):
    """A unit, or what sends for units, that proves itself with a password.

    Attributes:
        name: Unique.
        password_hash: Argon2, in the PHC string format.
    """

    name: Name
    password_hash: PasswordHash


class VesSettings(SettingsModel):
    """The listener for VES events.

    Attributes:
        listen: Its address.
        tls: Its certificate, and the authorities of its clients.
        users: Those who come with a password.
        mapping: How measurements are read.
        rate: Events a second that a sender may send for ever.
        burst: Events that it may send at once.
        max_body: Bytes of a request.
        max_connections: At one time.
    """

    listen: Annotated[ListenAddress, Written(ListenAddress.parse)]
    tls: VesTlsSettings
    users: tuple[VesUserSettings, ...] = ()
    mapping: Name = "ves"
    rate: Annotated[float, Field(gt=0, le=10_000)] = 50.0
    burst: Count = 500
    max_body: Annotated[int, Written(SizeRange("1kB", "16MiB").parse)] = 1024 * 1024
    max_connections: Annotated[Count, Field(le=10_000)] = 200

    @model_validator(mode="after")
    def _senders_prove_themselves(self) -> Self:
        if not self.users and self.tls.clients is None:
            raise ValueError("nobody could prove who they are: set 'users' or 'tls.clients'")
        return self
