"""Who is logged in: signed cookies that a restart of the service leaves valid.

A cookie names the credential that somebody came in with. Whose it is, and their role, is looked up
for every request: who is removed from the settings, or whose password has changed, is out.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadData, URLSafeSerializer
from starlette.responses import Response

from omc.api.access import Caller, Doorman
from omc.core.clock import Clock

COOKIE = "omc_session"
#: In the data folder: signs cookies; whoever reads it can be anybody.
SECRET_FILE = "console.secret"  # noqa: S105 - the name of a file


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in.

    Attributes:
        caller: Who they are, and what they may do.
        expires_ms: Unix milliseconds, UTC; every page that is opened puts it off.
    """

    caller: Caller
    expires_ms: int


class Sessions:
    """Gives out sessions, and knows them again.

    Args:
        doorman: Knows users and tokens.
        secret: Signs cookies.
        clock: The time.
        seconds: How long a session lasts.
    """

    def __init__(self, doorman: Doorman, secret: str, clock: Clock, seconds: float) -> None:
        self.doorman = doorman
        self.seconds = seconds
        self._serializer = URLSafeSerializer(secret, salt="omc.console")
        self._clock = clock

    def cookie(self, caller: Caller) -> str:
        """A cookie for somebody who has proved who they are."""
        expires_ms = self._clock.time_ms() + round(self.seconds * 1000)
        return self._serializer.dumps([caller.credential, expires_ms])

    def read(self, cookie: str) -> Session | None:
        """The session of a cookie; None if it is forged, over, or nobody's any more."""
        try:
            credential, expires_ms = self._serializer.loads(cookie)
        except (BadData, TypeError, ValueError):
            return None
        caller = self.doorman.of_credential(credential)
        if caller is None or expires_ms <= self._clock.time_ms():
            return None
        return Session(caller, expires_ms)

    def renewed(self, session: Session) -> Session:
        """The same, beginning now."""
        return Session(session.caller, self._clock.time_ms() + round(self.seconds * 1000))

    def is_ending(self, session: Session) -> bool:
        """Whether little of it is left: a tenth."""
        left_ms = session.expires_ms - self._clock.time_ms()
        return left_ms < self.seconds * 100

    def is_over(self, session: Session) -> bool:
        """Whether somebody has to log in again."""
        caller = self.doorman.of_credential(session.caller.credential)
        return caller is None or session.expires_ms <= self._clock.time_ms()


def set_cookie(response: Response, sessions: Sessions, caller: Caller, *, is_secure: bool) -> None:
    """Let somebody in, or let them stay longer."""
    response.set_cookie(
        COOKIE,
        sessions.cookie(caller),
        max_age=round(sessions.seconds),
        httponly=True,
        secure=is_secure,
        samesite="lax",
    )


def cookie_secret(folder: Path) -> str:
    """What cookies are signed with, made at the first start.

    Raises:
        OSError: the folder cannot be written.
    """
    path = folder / SECRET_FILE
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    folder.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    secret = secrets.token_urlsafe(32)
    path.write_text(secret + "\n", encoding="ascii")
    return secret
