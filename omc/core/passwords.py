"""Passwords that people and programs prove themselves with: only their hashes are known."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError


class Passwords:
    """Knows whose password is whose.

    Args:
        hashes: Argon2 in the PHC string format, by user name.
    """

    def __init__(self, hashes: Mapping[str, str]) -> None:
        self._hashes = dict(hashes)
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def admit(self, encoded: str) -> str | None:
        """The user that the credentials of HTTP's Basic scheme (RFC 7617) prove; None for nobody.

        Takes some milliseconds on purpose, also where there is no such user: call it in a thread.
        """
        name, password = split_basic(encoded)
        return name if self.is_of(name, password) else None

    def is_of(self, name: str, password: str) -> bool:
        """Whether the password is that user's. Takes as long for a name that nobody has."""
        known = self._hashes.get(name)
        try:
            self._hasher.verify(known or self._nobody, password)
        except (Argon2Error, InvalidHashError):
            return False
        return known is not None


def split_basic(encoded: str) -> tuple[str, str]:
    """User and password of the credentials of HTTP's Basic scheme; both "" if they are none.

    Source: RFC 7617, section 2.
    """
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return name, password
