"""Who calls, and what they may do."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from omc.core.kept_secret import kept_secret
from omc.core.passwords import Passwords, split_basic
from omc.core.settings import Role, TokenSettings, UserSettings

#: In the data folder: lets whoever may read that folder use the API, as administrator.
LOCAL_TOKEN_FILE = "api.token"  # noqa: S105 - the name of a file
LOCAL_NAME = "local"

_ORDER = (Role.VIEWER, Role.OPERATOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who has proved who they are.

    Attributes:
        name: User, or name of the token; appears in the history of alarms.
        role: What they may do.
        credential: Stands for what they proved it with, and changes with it; no secret.
    """

    name: str
    role: Role
    credential: str = field(default="", compare=False)

    def may(self, role: Role) -> bool:
        """Whether their role includes another one."""
        return _ORDER.index(self.role) >= _ORDER.index(role)


class Doorman:
    """Knows users and tokens.

    Args:
        users: People, with argon2 hashes of their passwords.
        tokens: Programs.
        local_token: The token of `LOCAL_TOKEN_FILE`.
    """

    def __init__(
        self, users: Iterable[UserSettings], tokens: Iterable[TokenSettings], local_token: str
    ) -> None:
        known = list(users)
        hashes = {user.name: user.password_hash.get_secret_value() for user in known}
        self._passwords = Passwords(hashes)
        self._people = {
            user.name: _caller("user", user.name, user.role, hashes[user.name]) for user in known
        }
        named = [(t.token.get_secret_value(), t.name, t.role) for t in tokens]
        named.append((local_token, LOCAL_NAME, Role.ADMIN))
        self._tokens = [(token, _caller("token", name, role, token)) for token, name, role in named]
        callers = [*self._people.values()] + [caller for _, caller in self._tokens]
        self._by_credential = {caller.credential: caller for caller in callers}

    @property
    def knows_people(self) -> bool:
        """Whether anybody can come in with a password."""
        return bool(self._people)

    def people(self, role: Role) -> list[str]:
        """Names of users whose role includes that one."""
        return sorted(name for name, caller in self._people.items() if caller.may(role))

    def of_credential(self, credential: str) -> Caller | None:
        """Whose credential that is now; None if nobody's (any more)."""
        return self._by_credential.get(credential)

    def is_program(self, caller: Caller) -> bool:
        """Whether they came in with a token, as programs and wall screens do."""
        return any(caller.credential == known.credential for _, known in self._tokens)

    def admit(self, authorization: str) -> Caller | None:
        """Who the value of an `Authorization` header proves to be; None for nobody.

        Checking a password takes some milliseconds on purpose: call it in a thread.
        """
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return self.by_token(credentials.strip())
        if scheme.lower() == "basic":
            return self._by_password(credentials.strip())
        return None

    @staticmethod
    def claimed(authorization: str) -> str | None:
        """The user that an `Authorization` header has a password of; None where it has none."""
        scheme, _, credentials = authorization.partition(" ")
        return split_basic(credentials.strip())[0] if scheme.lower() == "basic" else None

    def by_token(self, token: str) -> Caller | None:
        """Whose token that is; no token is nobody's, whatever the files say."""
        found = None
        for known, caller in self._tokens:  # all are compared, so that time tells nothing
            if token and secrets.compare_digest(known.encode(), token.encode()):
                found = caller
        return found

    def _by_password(self, encoded: str) -> Caller | None:
        name = self._passwords.admit(encoded)
        return None if name is None else self._people[name]

    def by_password(self, name: str, password: str) -> Caller | None:
        """Who that is, if the password is theirs. Takes as long for a name that nobody has."""
        return self._people[name] if self._passwords.is_of(name, password) else None


def _caller(kind: str, name: str, role: Role, secret: str) -> Caller:
    credential = hashlib.sha256(f"{kind}\0{name}\0{secret}".encode()).hexdigest()[:32]
    return Caller(name, role, credential)


def local_token(folder: Path) -> str:
    """The token of this machine, made at the first start; only the service's user may read it.

    Raises:
        OSError: the folder cannot be written.
    """
    return kept_secret(folder / LOCAL_TOKEN_FILE)
