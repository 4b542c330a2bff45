"""Who is logged in: signed cookies that a restart of the service leaves valid.

A cookie names the credential that somebody came in with. Whose it is, and their role, is looked up
for every request: who is removed from the settings, or whose password has changed, is out. So is a
session that was logged out, whoever has kept its cookie.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from itsdangerous import BadData, URLSafeSerializer
from starlette.responses import Response

from dashboards.console.ended_sessions import EndedSessions
from omc.api.access import Caller, Doorman
from omc.core.clock import Clock
from omc.core.kept_secret import kept_secret

COOKIE = "omc_session"
#: In the data folder: signs cookies; whoever reads it can be anybody.
SECRET_FILE = "console.secret"  # noqa: S105 - the name of a file


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in.

    Attributes:
        caller: Who they are, and what they may do.
        expires_ms: Unix milliseconds, UTC; every page that is opened puts it off.
        number: The same from login to logout.
    """

    caller: Caller
    expires_ms: int
    number: str


class Sessions:
    """Gives out sessions, and knows them again.

    Args:
        doorman: Knows users and tokens.
        secret: Signs cookies.
        clock: The time.
        seconds: How long a session lasts.
        ended: Those that were logged out.
    """

    def __init__(
        self, doorman: Doorman, secret: str, clock: Clock, seconds: float, ended: EndedSessions
    ) -> None:
        self.doorman = doorman
        self.seconds = seconds
        self._ended = ended
        self._serializer = URLSafeSerializer(secret, salt="omc.console")
        self._clock = clock

    def begin(self, caller: Caller) -> Session:
        """A session of somebody who has proved who they are."""
        return Session(caller, self._end_ms(), secrets.token_urlsafe(12))

    def cookie(self, session: Session) -> str:
        """What a browser is given to be known by."""
        return self._serializer.dumps(
            [session.caller.credential, session.expires_ms, session.number]
        )

    def read(self, cookie: str) -> Session | None:
        """The session of a cookie; None if it is forged, over, or nobody's any more."""
        try:
            credential, expires_ms, number = self._serializer.loads(cookie)
        except (BadData, TypeError, ValueError):
            return None
        caller = self.doorman.of_credential(credential)
        if caller is None:
            return None
        session = Session(caller, expires_ms, number)
        return None if self.is_over(session) else session

    def renewed(self, session: Session) -> Session:
        """The same, for as long as if it began now."""
        return replace(session, expires_ms=self._end_ms())

    def end(self, session: Session) -> None:
        """Log it out, with every page that it has open. Blocks until that is on disk."""
        # No cookie of it is good for longer than one that would be given out now.
        self._ended.add(session.number, self._end_ms())

    def is_ending(self, session: Session) -> bool:
        """Whether little of it is left: a tenth."""
        left_ms = session.expires_ms - self._clock.time_ms()
        return left_ms < self.seconds * 100

    def is_over(self, session: Session) -> bool:
        """Whether somebody has to log in again."""
        caller = self.doorman.of_credential(session.caller.credential)
        is_late = session.expires_ms <= self._clock.time_ms()
        return caller is None or is_late or session.number in self._ended

    def _end_ms(self) -> int:
        return self._clock.time_ms() + round(self.seconds * 1000)


def set_cookie(
    response: Response, sessions: Sessions, session: Session, *, is_secure: bool
) -> None:
    """Let somebody in, or let them stay longer."""
    response.set_cookie(
        COOKIE,
        sessions.cookie(session),
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
    return kept_secret(folder / SECRET_FILE)
