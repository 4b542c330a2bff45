"""What a poll asks and what it is told, without any input or output.

The logic of a poll is a plain generator (`Exchange`): it yields requests and is sent replies. A
`Session` drives it over a socket; a test drives it with a dozen lines. Nothing here knows a socket,
a clock or an event loop.

    def uptime() -> Exchange[Varbind]:
        reply = yield Get(["1.3.6.1.2.1.1.3.0"])
        return reply.varbinds[0]

A request that was not answered, retries included, is thrown into the generator as
`RequestTimeout`: it may ask for less and go on. `PollDeadline` is thrown once: what the generator
returns then is the result, what it asks then is not sent any more.
"""

from __future__ import annotations

from collections.abc import Generator
from enum import StrEnum
from typing import Any, TypeVar

from collector.snmp.span import Span
from collector.varbind import Varbind
from omc.core.errors import Unreachable


class Answer(StrEnum):
    """What an agent really said, in the words of the protocol.

    Source: RFC 3416, section 3 (error-status and the exceptions of a variable binding).
    """

    VALUE = "value"
    NULL = "null"
    NO_SUCH_OBJECT = "noSuchObject"
    NO_SUCH_INSTANCE = "noSuchInstance"
    END_OF_MIB_VIEW = "endOfMibView"
    TOO_BIG = "tooBig"
    NO_SUCH_NAME = "noSuchName"
    BAD_VALUE = "badValue"
    READ_ONLY = "readOnly"
    GEN_ERR = "genErr"
    NO_ACCESS = "noAccess"
    RESOURCE_UNAVAILABLE = "resourceUnavailable"
    AUTHORIZATION_ERROR = "authorizationError"
    OTHER = "other"


class Cursor:
    """A position in what is walked, and how many rows to ask for at a time.

    Attributes:
        span: What is walked.
        position: The last OID seen; the next request asks for what follows it. Starts where the
            span does.
        repetitions: max-repetitions of the next GETBULK; may be changed between two requests.
        handle: The transport's own state; nobody else looks at it.
    """

    __slots__ = ("handle", "position", "repetitions", "span")

    def __init__(self, span: Span, repetitions: int) -> None:
        self.span = span
        self.position = span.start
        self.repetitions = repetitions
        self.handle: Any = None

    def jump(self, oid: str) -> None:
        """Go on after an OID of the column that no reply had: a row that cannot be received."""
        self.position = oid
        self.handle = None


class Get:
    """GET of some instances. The reply holds those that exist, in no promised order."""

    __slots__ = ("oids",)

    def __init__(self, oids: list[str]) -> None:
        self.oids = oids


class Bulk:
    """GETBULK of the rows after the cursor; the reply holds only rows of its span."""

    __slots__ = ("cursor",)

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor


class Next:
    """GETNEXT after the cursor: one row of its span, or none and `Reply.beyond`."""

    __slots__ = ("cursor",)

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor


class Peek:
    """GETNEXT after the cursor, without moving it: is there anything at all?

    `Reply.answer` is VALUE, END_OF_MIB_VIEW, or None for an error-status.
    """

    __slots__ = ("cursor",)

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor


class Diagnose:
    """Ask a second library which error-status it was; slow, so only where the first is mute.

    Attributes:
        oid: A numeric OID.
        next: GETNEXT after `oid` when true, GET of `oid` when false.
    """

    __slots__ = ("next", "oid")

    def __init__(self, oid: str, *, next: bool) -> None:  # noqa: A002 - the protocol's word
        self.oid = oid
        self.next = next


Request = Get | Bulk | Next | Peek | Diagnose


class Reply:
    """What came back for one request.

    Attributes:
        varbinds: The rows, in the agent's order.
        time_ms: Unix milliseconds when the response arrived.
        beyond: An OID past the cursor's span was seen: it has been read to its end.
        ended: The agent answered, but with nothing that can be used: end of the MIB, or an
            error-status; `Peek` and `Diagnose` can tell which.
        answer: What the agent said: always for `Diagnose`, where it is known for `Peek` and for
            a `Get` of one instance. VALUE after a `Diagnose` comes with one varbind.
    """

    __slots__ = ("answer", "beyond", "ended", "time_ms", "varbinds")

    def __init__(
        self,
        varbinds: list[Varbind],
        time_ms: int,
        *,
        beyond: bool = False,
        ended: bool = False,
        answer: Answer | None = None,
    ) -> None:
        self.varbinds = varbinds
        self.time_ms = time_ms
        self.beyond = beyond
        self.ended = ended
        self.answer = answer


T = TypeVar("T")
Exchange = Generator[Request, Reply, T]


class RequestTimeout(Unreachable):
    """One request got no usable answer, retries included. Asking for less may still work.

    Attributes:
        garbled: Datagrams arrived that could not be read: a reply too long for the receive
            buffer looks like this.
    """

    def __init__(
        self,
        text: str,
        *,
        site: str = "",
        node: str = "",
        endpoint: str = "",
        garbled: bool = False,
    ) -> None:
        super().__init__(text, site=site, node=node, endpoint=endpoint)
        self.garbled = garbled


class PollDeadline(Unreachable):
    """The time for the whole exchange is over."""
