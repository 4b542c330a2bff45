"""Settings of the HTTP API: where it listens, and what protects it."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Self

from pydantic import IPvAnyNetwork, model_validator

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
        trusted_proxies: Addresses and networks of proxies that are believed when they say whom
            they pass on (`X-Forwarded-For`).
    """

    listen: Annotated[ListenAddress, Written(ListenAddress.parse)] = ListenAddress(
        "127.0.0.1", 9470
    )
    tls: ServerTlsSettings | None = None
    behind_proxy: bool = False
    trusted_proxies: tuple[IPvAnyNetwork, ...] = (
        IPv4Network("127.0.0.1"),
        IPv6Network("::1"),
    )

    @model_validator(mode="after")
    def _secrets_are_protected(self) -> Self:
        if not (self.listen.is_loopback or self.tls or self.behind_proxy):
            raise ValueError(
                f"api: {self.listen} can be reached from elsewhere and passwords pass over it: "
                "set 'tls', or 'behind_proxy: true' when a proxy in front adds TLS"
            )
        return self
