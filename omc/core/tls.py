"""TLS, the same for everything we connect to, and for those who prove themselves to us by it."""

from __future__ import annotations

import ssl
from pathlib import Path


def client_context(ca: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """What the files say now: TLS 1.2 at least, the server's name is always checked.

    Args:
        ca: Certificates to trust, PEM; None trusts what the system trusts.
        certificate: Our own certificate, PEM; None when the server asks for none.
        key: Its private key, PEM, not encrypted.

    Raises:
        OSError: the files cannot be read, or hold something else (`ssl.SSLError`).
    """
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        # With an empty password an encrypted key is an error, and no question on the terminal.
        context.load_cert_chain(certificate, key, password="")
    return context


def server_context(certificate: Path, key: Path, clients: Path | None) -> ssl.SSLContext:
    """TLS 1.2 at least, for those who connect to us.

    Args:
        certificate: Ours with its chain, PEM.
        key: Its private key, PEM, not encrypted.
        clients: Authorities whose certificates clients may prove themselves with, PEM; one that
            another has signed is refused, none at all is not. None asks for none.

    Raises:
        OSError: the files cannot be read, or hold something else (`ssl.SSLError`).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key, password="")
    if clients is not None:
        context.load_verify_locations(clients)
        context.verify_mode = ssl.CERT_OPTIONAL
    return context
