"""Settings of TLS towards whatever we connect to: brokers, sinks."""

from __future__ import annotations

import ssl
from typing import Self

from pydantic import model_validator

from omc.core.settings.base import FilePath, SettingsModel
from omc.core.tls import client_context


class TlsSettings(SettingsModel):
    """TLS towards a server; it is always verified, and speaks TLS 1.2 at least.

    Attributes:
        ca: Certificates to trust, PEM; None trusts what the system trusts.
        certificate: Our own certificate, PEM; None when the server asks for none.
        key: Private key of our certificate, PEM, not encrypted.
    """

    ca: FilePath | None = None
    certificate: FilePath | None = None
    key: FilePath | None = None

    @model_validator(mode="after")
    def _files_can_be_used(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key belong together: give both or neither")
        try:
            self.context()
        except OSError as error:
            why = why_unusable(error)
            raise ValueError(f"the certificate files cannot be used: {why}") from None
        return self

    def context(self) -> ssl.SSLContext:
        """What the files say now: certificates are renewed while we run.

        Raises:
            OSError: they cannot be read, or hold something else (`ssl.SSLError`).
        """
        return client_context(self.ca, self.certificate, self.key)


def why_unusable(error: OSError) -> str:
    """OpenSSL's own words without the line of its source, or what the system says."""
    if isinstance(error, ssl.SSLError):
        words = (error.reason or "").replace("_", " ").lower()
        return words or "no PEM certificate or key, or a key that is encrypted"
    return str(error.strerror)
