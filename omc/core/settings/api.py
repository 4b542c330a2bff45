"""Settings of the HTTP API: where it listens, and what protects it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import model_validator

from omc.core.quantities import ListenAddress, Written
from omc.core.settings.base import FilePath, SettingsModel


class ServerTlsSettings(SettingsModel):
    """What a server shows to those who connect.

    Attributes:
        certificate: PEM file, with the chain.
        key: PEM file of its private key.
    """

    certificate: FilePath
    key: FilePath


class ApiSettings(SettingsModel):
    """The API that the `omc` command, the console and other programs call.

    Attributes:
        listen: Its address. Passwords and tokens pass over it: on any other than the loopback
            address it needs TLS, its own or that of a proxy in front of it.
        tls: Its own TLS.
        behind_proxy: A proxy in front of it adds TLS.
    """

    listen: Annotated[ListenAddress, Written(ListenAddress.parse)] = ListenAddress(
        "127.0.0.1", 9470
    )
    tls: ServerTlsSettings | None = None
    behind_proxy: bool = False

    @model_validator(mode="after")
    def _secrets_are_protected(self) -> Self:
        if not (self.listen.is_loopback or self.tls or self.behind_proxy):
            raise ValueError(
                f"api: {self.listen} can be reached from elsewhere and passwords pass over it: "
                "set 'tls', or 'behind_proxy: true' when a proxy in front adds TLS"
            )
        return self
