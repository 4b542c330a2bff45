"""A certificate authority for one test: keys and certificates as PEM text."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Identity:
    """One certificate and its private key, PEM."""

    certificate: str
    key: str


class CertificateAuthority:
    """Signs certificates for 127.0.0.1 and for clients."""

    def __init__(self, name: str = "Test CA") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        builder = _builder(self._name, self._name, self._key.public_key())
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        builder = builder.add_extension(_USAGE_OF_CA, critical=True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        builder = builder.add_extension(identifier, critical=False)
        self.certificate = _pem(builder.sign(self._key, hashes.SHA256()))

    def issue(self, name: str) -> Identity:
        """A certificate of that common name, good for a server on 127.0.0.1 too."""
        key = ec.generate_private_key(ec.SECP256R1())
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = (
            _builder(_name(name), self._name, key.public_key())
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .add_extension(authority, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return Identity(_pem(certificate), private.decode())


def server_context(authority: CertificateAuthority, folder: Path) -> ssl.SSLContext:
    """An https server's side, which asks its clients for a certificate. Writes into the folder."""
    identity = authority.issue("127.0.0.1")
    (folder / "server.pem").write_text(identity.certificate + identity.key, encoding="ascii")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=authority.certificate)
    context.load_cert_chain(folder / "server.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_files(authority: CertificateAuthority, folder: Path) -> dict[str, Path]:
    """What a client needs as files in the folder: `ca`, `certificate` and `key`."""
    identity = authority.issue("omc")
    texts = {"ca": authority.certificate, "certificate": identity.certificate, "key": identity.key}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="ascii")
    return {name: folder / name for name in texts}


_USAGE_OF_CA = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _YEAR)
        .not_valid_after(now + _YEAR)
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
