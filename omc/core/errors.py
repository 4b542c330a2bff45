"""What can go wrong, and who has to act.

    OmcError
    ├── ConfigurationError         a person mends a file; carries every Problem found
    ├── SourceError                something we read from; carries site, node and endpoint
    │   ├── Unreachable            no answer in time: try again later, more and more rarely
    │   ├── AuthenticationRefused  the credentials are wrong: trying again will not help
    │   ├── ProtocolViolation      it answers against the protocol (endless walk, error-status)
    │   └── Malformed              one payload could not be read; the next one may be fine
    └── SinkError                  something we write to
        ├── SinkUnavailable        try again, after `retry_after` seconds if it says so
        │   └── SinkUnreachable    nobody listens there: trying again costs next to nothing
        └── SinkRejected           this batch will never be accepted: set it aside

The type alone tells the caller whether to try again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class OmcError(Exception):
    """Root of every error this project raises on purpose."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing a person has to mend in a file.

    Attributes:
        file: Path as the person knows it.
        line: 1-based; 0 when the whole file is meant.
        column: 1-based; 0 when the whole line is meant.
        text: What was found and what is allowed, without secrets.
    """

    file: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        where = [self.file]
        if self.line:
            where.append(str(self.line))
            if self.column:
                where.append(str(self.column))
        return f"{':'.join(where)}: {self.text}"


class ConfigurationError(OmcError):
    """Files that a person has to mend, all problems at once, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SourceError(OmcError):
    """Something we read from failed.

    Attributes:
        site: Site code, or "" when it is not known (one-shot polls).
        node: Node name, or "" when it is not known.
        endpoint: Where we asked: `address:port` or a broker's `host:port`.
    """

    def __init__(self, text: str, *, site: str = "", node: str = "", endpoint: str = "") -> None:
        super().__init__(text)
        self.site = site
        self.node = node
        self.endpoint = endpoint


class Unreachable(SourceError):
    """No answer in time."""


class AuthenticationRefused(SourceError):
    """The other side refused our credentials."""


class ProtocolViolation(SourceError):
    """The other side answered, but against its protocol."""


class Malformed(SourceError):
    """One payload could not be read."""


class SinkError(OmcError):
    """Something we write to failed."""


class SinkUnavailable(SinkError):
    """Not now: the same batch may be accepted later.

    Attributes:
        retry_after: Seconds the sink asked us to wait, or None.
    """

    def __init__(self, text: str, *, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class SinkUnreachable(SinkUnavailable):
    """Nobody listens at its address."""


class SinkRejected(SinkError):
    """Never: the same samples will be refused again.

    Attributes:
        rejected: How many samples the sink refused, where it said so; else None (all of them).
    """

    def __init__(self, text: str, *, rejected: int | None = None) -> None:
        super().__init__(text)
        self.rejected = rejected
