"""Why `omc poll` could not read a device, and what the person may do about it."""

from __future__ import annotations

from dataclasses import dataclass

from collector.snmp.credentials import Community, Target
from collector.snmp.exchange import PollDeadline, RequestTimeout
from omc.cli import poll_text as text
from omc.cli.poll_text import Language, Phrase
from omc.core.errors import AuthenticationRefused, SourceError


@dataclass(frozen=True, slots=True)
class Failure:
    """One kind of failure.

    Attributes:
        sentence: What happened.
        advice: What to look at, most likely first.
    """

    sentence: Phrase
    advice: tuple[Phrase, ...]


_CLOSED = Failure(text.CLOSED, (text.NOBODY_LISTENS,))
_UNKNOWN_NAME = Failure(text.UNKNOWN_NAME, (text.CHECK_NAME,))
_TOO_LATE = Failure(text.TOO_LATE, (text.LONGER_DEADLINE,))
_UNREADABLE = Failure(text.UNREADABLE, (text.CHECK_PORT,))
_UNREACHABLE = Failure(text.UNREACHABLE, (text.CHECK_ROUTE,))
_REFUSED = Failure(text.REFUSED, (text.CHECK_KEYS,))
_SILENT_COMMUNITY = Failure(
    text.SILENT, (text.IS_IT_UP, text.CHECK_COMMUNITY, text.TRY_VERSION_1, text.LONGER_TIMEOUT)
)
_SILENT_USER = Failure(text.SILENT, (text.IS_IT_UP, text.CHECK_USER, text.LONGER_TIMEOUT))


def failure_of(error: SourceError, target: Target) -> Failure:
    """The kind of a failed poll. Refused connections and names are told by the error's words."""
    if isinstance(error, AuthenticationRefused):
        return _REFUSED
    if isinstance(error, PollDeadline):
        return _TOO_LATE
    cause = error if isinstance(error, RequestTimeout) else error.__cause__
    if isinstance(cause, RequestTimeout):
        if cause.garbled:
            return _UNREADABLE
        by_community = isinstance(target.credentials, Community)
        return _SILENT_COMMUNITY if by_community else _SILENT_USER
    if "refused" in str(error):
        return _CLOSED
    return _UNKNOWN_NAME if "could not be resolved" in str(error) else _UNREACHABLE


def complaint(error: SourceError, target: Target, deadline: float, language: Language) -> list[str]:
    """What is said of a failed poll: the failure, then a line for each thing to look at."""
    failure = failure_of(error, target)
    values = {
        "endpoint": target.endpoint,
        "address": target.address,
        "port": target.port,
        "timeout": target.timeout,
        "deadline": deadline,
        "detail": str(error),
    }
    advice = (f"  {phrase.of(language, **values)}" for phrase in failure.advice)
    return [f"omc poll: {failure.sentence.of(language, **values)}", *advice]
