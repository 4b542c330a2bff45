"""An agent without a network: answers the requests of an exchange, one after another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from collector.snmp.exchange import (
    Answer,
    Bulk,
    Cursor,
    Diagnose,
    Exchange,
    Get,
    Next,
    Peek,
    Reply,
    Request,
    RequestTimeout,
)
from collector.varbind import Value, Varbind
from tests.agents.messages import Arcs, arcs

T = TypeVar("T")

#: Answers a request, or raises what a session would throw into the exchange.
Answerer = Callable[[Request], Reply]

TIME_MS = 1_767_225_600_000


class Endless(AssertionError):
    """An exchange asked more than any sane one would."""


def drive(exchange: Exchange[T], answer: Answerer, *, most: int = 10_000) -> T:
    """Run an exchange to its end.

    Raises:
        Endless: it asked more than `most` times.
    """
    try:
        request = next(exchange)
        for _ in range(most):
            try:
                reply = answer(request)
            except RequestTimeout as timeout:
                request = exchange.throw(timeout)
            else:
                request = exchange.send(reply)
    except StopIteration as end:
        value: T = end.value
        return value
    exchange.close()
    raise Endless


class MemoryAgent:
    """An honest SNMPv2c agent.

    Args:
        rows: OID -> value.
        page: Rows it puts into a page at most.
        most: It answers tooBig when asked for more at a time.

    Attributes:
        asked: The requests, in order.
    """

    def __init__(
        self, rows: Mapping[str, Value], *, page: int = 10_000, most: int = 10_000
    ) -> None:
        self.asked: list[Request] = []
        self.page = page
        self.most = most
        self._rows = sorted(((arcs(oid), oid, value) for oid, value in rows.items()))
        self._keys = [key for key, _, _ in self._rows]

    def __call__(self, request: Request) -> Reply:
        self.asked.append(request)
        return self.reply(request)

    def reply(self, request: Request) -> Reply:
        """For liars to override."""
        if isinstance(request, Get):
            return self.get(request.oids)
        if isinstance(request, Bulk):
            return self.bulk(request.cursor)
        if isinstance(request, Next):
            return self.inside(request.cursor, self.following(request.cursor.position, 1))
        if isinstance(request, Peek):
            return self.peek(request.cursor)
        return self.diagnose(request)

    def replace(self, oid: str, value: Value) -> None:
        """Change the value of a row that exists."""
        place = self._keys.index(arcs(oid))
        self._rows[place] = (arcs(oid), oid, value)

    def following(self, position: str, count: int) -> list[Varbind]:
        """Rows after a position."""
        start = bisect_right(self._keys, arcs(position))
        return [(oid, value) for _, oid, value in self._rows[start : start + count]]

    def inside(self, cursor: Cursor, rows: Iterable[Varbind]) -> Reply:
        """What a transport makes of these rows: those of the column, and whether one was past."""
        found: list[Varbind] = []
        for oid, value in rows:
            if not cursor.span.holds(oid):
                return Reply(found, TIME_MS, beyond=True)
            found.append((oid, value))
        return Reply(found, TIME_MS, ended=not found)

    def bulk(self, cursor: Cursor) -> Reply:
        if cursor.repetitions > self.most:
            return Reply([], TIME_MS, ended=True)
        rows = self.following(cursor.position, min(cursor.repetitions, self.page))
        return self.inside(cursor, rows)

    def peek(self, cursor: Cursor) -> Reply:
        if self.following(cursor.position, 1):
            return Reply([], TIME_MS, answer=Answer.VALUE)
        return Reply([], TIME_MS, ended=True, answer=Answer.END_OF_MIB_VIEW)

    def get(self, oids: list[str]) -> Reply:
        if len(oids) > self.most:
            return Reply([], TIME_MS, ended=True)
        wanted = set(oids)
        found: list[Varbind] = [(oid, value) for _, oid, value in self._rows if oid in wanted]
        answer = Answer.NO_SUCH_INSTANCE if len(oids) == 1 and not found else None
        return Reply(found, TIME_MS, ended=not found, answer=answer)

    def diagnose(self, request: Diagnose) -> Reply:
        rows = self.following(request.oid, 1) if request.next else self.get([request.oid]).varbinds
        if rows:
            return Reply(rows, TIME_MS, answer=Answer.VALUE)
        answer = Answer.END_OF_MIB_VIEW if request.next else Answer.NO_SUCH_INSTANCE
        return Reply([], TIME_MS, ended=True, answer=answer)


def column(oid: str, indexes: Iterable[int | Arcs]) -> dict[str, Value]:
    """Rows of one column; each value is its place."""
    made: dict[str, Value] = {}
    for place, index in enumerate(indexes):
        parts = (index,) if isinstance(index, int) else index
        made[".".join([oid, *map(str, parts)])] = place
    return made
