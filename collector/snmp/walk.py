"""Walking a column: what a careful manager asks, and when it stops.

A walk stops at the end of the column, asks for less when the agent cannot answer, and never takes a
short answer for the end: what looks like one is asked again, and an error-status is found out
through a second library. Where OIDs do not increase, it follows the agent's own order and takes
each row once, as long as every page has a row that is new: tables out of order and rows sent twice
are read, and an agent that goes in circles (a known fault) is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter

from collector.snmp.exchange import (
    Answer,
    Bulk,
    Cursor,
    Diagnose,
    Exchange,
    Next,
    Peek,
    Reply,
    Request,
    RequestTimeout,
)
from collector.snmp.limits import AgentLimits
from collector.snmp.span import Span
from collector.varbind import Varbind
from omc.core.errors import ProtocolViolation

#: Takes a page of varbinds, the Unix milliseconds of its arrival, and a hash of the page's OIDs.
OnPage = Callable[[list[Varbind], int, int], None]

#: No table of an access network is longer; an agent that goes on is making rows up.
MAX_ROWS = 1_000_000

#: Answers that end a walk as it should end. SNMPv1 has no endOfMibView, some v2c agents forget it.
_ENDS = (Answer.END_OF_MIB_VIEW, Answer.NO_SUCH_NAME)

#: Answers of rows that have no value: Null, and exceptions where a GETNEXT has none.
_VALUELESS = (Answer.NULL, Answer.NO_SUCH_INSTANCE, Answer.NO_SUCH_OBJECT)

#: Rows without a value that one walk steps over: each was asked for on its own once.
_MAX_SKIPS = 256

#: How often in a row an agent may take an empty answer back without giving a row.
_MAX_DOUBTS = 3

_oid_of = itemgetter(0)


@dataclass(slots=True)
class WalkEnd:
    """How a walk ended. What was read has been given to `on_page` in any case.

    Attributes:
        span: What was walked.
        rows: Rows read.
        error: Why the rest could not be read; None when the span was read to its end.
    """

    span: Span
    rows: int = 0
    error: ProtocolViolation | None = None

    @property
    def complete(self) -> bool:
        """The span was read to its end."""
        return self.error is None


def walk(
    span: Span | str,
    limits: AgentLimits,
    on_page: OnPage,
    *,
    max_repetitions: int | None = None,
    max_rows: int = MAX_ROWS,
) -> Exchange[WalkEnd]:
    """Read columns side by side, or one column (or any subtree), to the end.

    Args:
        span: What to read; an OID without leading dot stands for one column.
        limits: The device's memory (`Session.limits`).
        on_page: Called once a page, with rows of this span only, each of them once; increasing,
            unless the agent has another order.
        max_repetitions: Upper limit for this walk, below the device's own.
        max_rows: Stop with an error after so many rows.

    Raises:
        RequestTimeout: not even one row was answered any more.
        PollDeadline: the time for the whole exchange is over.
    """
    span = Span.of([span]) if isinstance(span, str) else span
    walker = _Walker(span, limits, on_page, max_repetitions, max_rows)
    request: Request | None = walker.rows()
    while request is not None:
        try:
            reply = yield request
        except RequestTimeout as timeout:
            request = walker.after_timeout(request, timeout)
        else:
            request = walker.after(request, reply)
    return walker.end


class _Walker:
    """One walk: decides after every reply what to ask next, None when it is over.

    Attributes:
        end: How it ended.
    """

    __slots__ = (
        "_bulk",
        "_ceiling",
        "_cursor",
        "_doubts",
        "_limits",
        "_max_rows",
        "_name",
        "_on_page",
        "_pages",
        "_seen",
        "_skips",
        "_tried",
        "end",
    )

    def __init__(
        self,
        span: Span,
        limits: AgentLimits,
        on_page: OnPage,
        ceiling: int | None,
        max_rows: int,
    ) -> None:
        self.end = WalkEnd(span)
        self._name = span.name
        self._ceiling = ceiling
        self._limits = limits
        self._on_page = on_page
        self._max_rows = max_rows
        self._cursor = Cursor(span, limits.repetitions_for(self._name, ceiling))
        self._bulk = limits.bulk and limits.repetitions > 1
        self._tried: Request | None = None
        self._doubts = 0
        self._pages: list[list[Varbind]] = []
        self._seen: set[str] | None = None
        self._skips = 0

    def rows(self) -> Request:
        """As many rows as the agent is believed to answer, and no more than are left."""
        if not self._bulk:
            return Next(self._cursor)
        done = self.end.rows
        self._cursor.repetitions = self._limits.repetitions_for(self._name, self._ceiling, done)
        return Bulk(self._cursor)

    def after(self, request: Request, reply: Reply) -> Request | None:
        """What to ask after a reply."""
        if not isinstance(request, (Bulk, Next)):
            return self._after_question(request, reply)
        rows = reply.varbinds
        if rows and not self._take(rows, reply.time_ms):
            return None
        if reply.beyond:
            return self._complete()
        if not rows:
            return self._doubt(request)
        if len(rows) < self._cursor.repetitions and self._limits.ends_mib(self._name):
            return self._look_ahead()
        return self.rows()

    def after_timeout(self, request: Request, timeout: RequestTimeout) -> Request | None:
        """What to ask when there was no answer: one row, and later half as many as before."""
        if isinstance(request, Bulk):
            return self._shrink()
        if isinstance(request, Diagnose):
            return self._fail("stopped with an error-status that it did not repeat")
        if timeout.garbled:
            return self._fail("sent a row that cannot be read")
        raise timeout

    # -- rows ------------------------------------------------------------------------------------

    def _take(self, rows: list[Varbind], time_ms: int) -> bool:
        """Hand a page on; false when the walk has to end with it."""
        page = self._hash(rows)
        fresh = self._fresh(rows, page)
        if fresh:
            self.end.rows += len(fresh)
            self._doubts = 0
            self._on_page(fresh, time_ms, page if fresh is rows else self._hash(fresh))
        else:
            self._fail(f"sent {rows[0][0]}, which does not increase")
            return False
        self._cursor.position = rows[-1][0]
        if self.end.rows > self._max_rows:
            self._fail(f"sent more than {self._max_rows} rows")
            return False
        return True

    def _hash(self, rows: list[Varbind]) -> int:
        """Stands for the OIDs of a page, and for what came before it."""
        return hash((self._cursor.position, *map(_oid_of, rows)))

    def _fresh(self, rows: list[Varbind], page: int) -> list[Varbind]:
        """Those of a page that this walk has not had; OIDs are remembered once one is amiss."""
        if self._seen is None:
            if self._in_order(rows, page):
                self._pages.append(rows)
                return rows
            self._seen = {oid for page in self._pages for oid, _ in page}
        holds = self.end.span.holds
        fresh = dict(row for row in rows if row[0] not in self._seen and holds(row[0]))
        self._seen.update(fresh)
        return list(fresh.items())

    def _in_order(self, rows: list[Varbind], page: int) -> bool:
        cursor, limits = self._cursor, self._limits
        if limits.knows_page(page):
            return True
        if not _increasing(cursor, rows):
            return False
        limits.remember_page(page)
        return True

    # -- doubts ----------------------------------------------------------------------------------

    def _doubt(self, request: Request) -> Request | None:
        """The agent answered with nothing: the end, a row without a value, or an error-status."""
        skip = self._limits.skip_after(self._name, self._cursor.position)
        if skip is not None:
            return self._skip_to(skip)
        known = self._limits.recall(self._name, self._cursor.position)
        if known is not None:
            return self._judge(known)
        self._doubts += 1
        if self._doubts > _MAX_DOUBTS:
            return self._fail("keeps answering with nothing and then with rows")
        self._tried = request
        return Peek(self._cursor)

    def _look_ahead(self) -> Request:
        """A short page of what ends the MIB: ask for that end rather than for rows."""
        self._tried = None
        return Peek(self._cursor)

    def _after_question(self, request: Request, reply: Reply) -> Request | None:
        if isinstance(request, Peek):
            return self._after_peek(reply)
        return self._after_diagnosis(reply)

    def _after_peek(self, reply: Reply) -> Request | None:
        if reply.answer is Answer.END_OF_MIB_VIEW:
            self._limits.remember_mib_end(self._name)
            return self._complete()
        if reply.answer is Answer.VALUE and self._tried is None:
            return self.rows()
        if reply.answer is Answer.VALUE and isinstance(self._tried, Bulk):
            return self._shrink()  # one row can be had, so it was too many: tooBig
        return Diagnose(self._cursor.position, next=True)

    def _after_diagnosis(self, reply: Reply) -> Request | None:
        answer = reply.answer or Answer.OTHER
        if answer is Answer.VALUE:
            oid = reply.varbinds[0][0]
            if _arcs(oid) <= _arcs(self._cursor.position):
                return self._fail(f"sent {oid}, which does not increase")
            if self.end.span.holds(oid):
                return Next(self._cursor)  # it has changed its mind
            answer = Answer.END_OF_MIB_VIEW
        oid = reply.varbinds[0][0] if reply.varbinds else ""
        if answer in _VALUELESS and oid and _arcs(oid) > _arcs(self._cursor.position):
            self._limits.remember_skip(self._name, self._cursor.position, oid)
            return self._skip_to(oid)
        self._limits.remember(self._name, self._cursor.position, answer)
        return self._judge(answer)

    def _skip_to(self, oid: str) -> Request | None:
        """Step over a row without a value."""
        if not self.end.span.holds(oid):
            return self._complete()
        self._skips += 1
        if self._skips > _MAX_SKIPS:
            return self._fail(f"has more than {_MAX_SKIPS} rows without a value")
        self._doubts = 0
        self._cursor.jump(oid)
        return self.rows()

    def _judge(self, answer: Answer) -> Request | None:
        if answer in _ENDS:
            return self._complete()
        return self._fail(f"answered {answer}")

    # -- sizes and ends --------------------------------------------------------------------------

    def _shrink(self) -> Request:
        """Half as many rows from now on; the next request is for one, because it may resize."""
        self._cursor.repetitions = self._limits.shrink(self._cursor.repetitions)
        self._bulk = self._cursor.repetitions > 1
        return Next(self._cursor)

    def _complete(self) -> Request | None:
        self._limits.walked(self._name, self.end.rows)
        return None

    def _fail(self, what: str) -> Request | None:
        where = f"after {self._cursor.position}" if self.end.rows else "at its start"
        text = f"walk of {self._name}: the agent {what} ({where}, {self.end.rows} rows kept)"
        self.end.error = ProtocolViolation(text)
        return None


def _increasing(cursor: Cursor, rows: list[Varbind]) -> bool:
    """Whether the rows of a page increase, the first against the cursor's position.

    All rows stand in one subtree, so what follows its OID decides.
    """
    start = len(cursor.span.subtree) + 1
    places = [_arcs(oid[start:]) for oid, _ in rows]
    return all(low < high for low, high in pairwise([_arcs(cursor.position[start:]), *places]))


def _arcs(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.split("."))) if oid else ()
