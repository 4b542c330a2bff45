"""Settings of TLS towards whatever we connect to: brokers, sinks."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from omc.core.settings.base import FilePath, SettingsModel


class TlsSettings(SettingsModel):
    """TLS towards a server; it is always verified, and speaks TLS 1.2 at least.

    Attributes:
        ca: Certificates to trust, PEM; None trusts what the system trusts.
        certificate: Our own certificate, PEM; None when the server asks for none.
        key: Private key of our certificate, PEM.
    """

    ca: FilePath | None = None
    certificate: FilePath | None = None
    key: FilePath | None = None

    @model_validator(mode="after")
    def _certificate_and_key_belong_together(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key belong together: give both or neither")
        return self
