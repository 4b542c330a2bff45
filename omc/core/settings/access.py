"""Settings of who may log in, and what they may do."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationInfo

from omc.core.settings.base import Name, SettingsModel
from omc.core.settings.secret_reference import Secret, SecretSource, hidden

_ARGON2 = re.compile(r"\$argon2(id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")
_SHORTEST_TOKEN = 20


class Role(StrEnum):
    """What somebody may do: look; also acknowledge and comment; also change settings."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


def _password_hash(value: object, info: ValidationInfo) -> SecretStr:
    """A hash may stand in the file: that is what hashes are for."""
    source = info.context
    text = value if isinstance(value, str) else ""
    if text.startswith(("env:", "file:")) and isinstance(source, SecretSource):
        try:
            text = source.resolve(text)
        except ValueError as error:
            raise hidden(str(error)) from None
    if _ARGON2.fullmatch(text) is None:
        raise hidden("expected an argon2 hash ($argon2id$v=19$...), env:NAME or file:PATH")
    return SecretStr(text)


PasswordHash = Annotated[SecretStr, BeforeValidator(_password_hash)]


class UserSettings(SettingsModel):
    """A person who may log in.

    Attributes:
        name: Login name, unique.
        role: What they may do.
        password_hash: Argon2, in the PHC string format.
    """

    name: Name
    role: Role
    password_hash: PasswordHash


def _hard_to_guess(token: SecretStr) -> SecretStr:
    if len(token.get_secret_value()) < _SHORTEST_TOKEN:
        raise hidden(f"a token has at least {_SHORTEST_TOKEN} characters")
    return token


class TokenSettings(SettingsModel):
    """A program that may call the API.

    Attributes:
        name: Unique; appears in logs in place of the token.
        role: What it may do.
        token: At least 20 characters.
    """

    name: Name
    role: Role
    token: Annotated[Secret, AfterValidator(_hard_to_guess)]
