"""Agents that lie, each in one way that has been seen in the field."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

from tests.agents.agent import TOO_BIG, Agent, Datagram
from tests.agents.messages import (
    END_OF_MIB_VIEW,
    REPORT,
    SEQUENCE,
    Arcs,
    Request,
    Row,
    Tlv,
    arcs,
    encode,
    encode_raw_response,
    encode_response,
    integer,
)


class Looping(Agent):
    """After `last` it goes on with what follows `back`: a walk that never ends."""

    def __init__(self, rows: Mapping[str, Tlv], last: str, back: str) -> None:
        super().__init__(rows)
        self._last, self._back = arcs(last), arcs(back)

    def following(self, oid: Arcs, count: int) -> list[Row]:
        found: list[Row] = []
        while len(found) < count:
            row = super().following(self._back if oid == self._last else oid, 1)[0]
            found.append(row)
            oid = row[0]
        return found


class Endless(Agent):
    """Makes up rows under the column that is asked for, always increasing."""

    def following(self, oid: Arcs, count: int) -> list[Row]:
        length = len(next(reversed(self._oids)))
        column, last = (oid, 0) if len(oid) < length else (oid[:-1], oid[-1])
        return [((*column, last + n), integer(n)) for n in range(1, count + 1)]


class Stuck(Agent):
    """Answers every GETNEXT and GETBULK with the OID that was asked for."""

    def following(self, oid: Arcs, count: int) -> list[Row]:
        return [(oid, integer(1))] * count


class Unsorted(Agent):
    """Swaps the second and third row of every page."""

    def following(self, oid: Arcs, count: int) -> list[Row]:
        rows = super().following(oid, count)
        if len(rows) > 2:
            rows[1], rows[2] = rows[2], rows[1]
        return rows


class Repeating(Agent):
    """Sends every row of a page twice."""

    def following(self, oid: Arcs, count: int) -> list[Row]:
        return [row for row in super().following(oid, count) for _ in range(2)]


class TooBig(Agent):
    """Answers tooBig, without variables, above a number of rows."""

    def __init__(self, rows: Mapping[str, Tlv], most: int) -> None:
        super().__init__(rows)
        self.most = most

    def error_status(self, request: Request) -> int:
        asked = max(request.repetitions, len(request.oids))
        return TOO_BIG if asked > self.most else 0

    def refusal(self, request: Request, status: int) -> bytes:
        return encode_response(request, [], error_status=status)


class Short(Agent):
    """Puts at most some rows into a page, as agents do that fill a packet."""

    def __init__(self, rows: Mapping[str, Tlv], most: int) -> None:
        super().__init__(rows)
        self._most = most

    def following(self, oid: Arcs, count: int) -> list[Row]:
        return super().following(oid, count)[: self._most]


class Failing(Agent):
    """Answers an error-status as soon as a certain row would be in its answer."""

    def __init__(self, rows: Mapping[str, Tlv], row: str, status: int) -> None:
        super().__init__(rows)
        self._row, self._status = arcs(row), status

    def error_status(self, request: Request) -> int:
        rows = super().rows(request)
        return self._status if any(oid == self._row for oid, _ in rows) else 0


class EndsWith(Agent):
    """Ends its MIB with an error-status instead of endOfMibView."""

    def __init__(self, rows: Mapping[str, Tlv], status: int) -> None:
        super().__init__(rows)
        self._status = status

    def error_status(self, request: Request) -> int:
        rows = super().rows(request)
        return self._status if any(value.tag == END_OF_MIB_VIEW for _, value in rows) else 0


class WrongRequestId(Agent):
    """Sends an answer to somebody else's request; the right one follows if it is `honest_later`."""

    def __init__(self, rows: Mapping[str, Tlv], *, honest_later: bool) -> None:
        super().__init__(rows)
        self._honest_later = honest_later

    def datagrams(self, request: Request) -> Iterable[Datagram]:
        lie: list[Row] = [(oid, integer(666)) for oid in request.oids]
        yield 0.0, encode_response(request, lie, request_id=request.request_id ^ 1)
        if self._honest_later:
            yield 0.02, self.response(request)


class Garbage(Agent):
    """Sends what is no SNMP message; the right answer follows if it is `honest_later`."""

    def __init__(self, rows: Mapping[str, Tlv], *, honest_later: bool, seed: int = 1) -> None:
        super().__init__(rows)
        self._honest_later = honest_later
        self._random = random.Random(seed)

    def datagrams(self, request: Request) -> Iterable[Datagram]:
        yield 0.0, b""
        for _ in range(5):
            yield 0.0, self._random.randbytes(self._random.randrange(1, 80))
        if self._honest_later:
            yield 0.02, self.response(request)


class Truncated(Agent):
    """Cuts answers with more than some rows in the middle."""

    def __init__(self, rows: Mapping[str, Tlv], most: int) -> None:
        super().__init__(rows)
        self._most = most

    def datagrams(self, request: Request) -> Iterable[Datagram]:
        message = self.response(request)
        cut = request.repetitions > self._most
        yield 0.0, message[: len(message) // 2] if cut else message


class Malformed(Agent):
    """Answers with a variable that has neither name nor value."""

    def response(self, request: Request) -> bytes:
        return encode_raw_response(request, encode(SEQUENCE, b""))


class Reporting(Agent):
    """Answers with a Report, which v1 and v2c do not have."""

    def datagrams(self, request: Request) -> Iterable[Datagram]:
        yield 0.0, encode_response(request, [(request.oids[0], integer(1))], kind=REPORT)


class Lossy(Agent):
    """Loses a share of the requests and of the answers."""

    def __init__(self, rows: Mapping[str, Tlv], share: float, seed: int) -> None:
        super().__init__(rows)
        self._share = share
        self._random = random.Random(seed)

    def datagrams(self, request: Request) -> Iterable[Datagram]:
        if self._random.random() >= self._share:
            yield 0.0, self.response(request)


class Slow(Agent):
    """Answers late: the first so many requests by `delay` seconds, the others at once."""

    def __init__(self, rows: Mapping[str, Tlv], delay: float, requests: int) -> None:
        super().__init__(rows)
        self._delay, self._left = delay, requests

    def datagrams(self, request: Request) -> Iterable[Datagram]:
        self._left -= 1
        yield (self._delay if self._left >= 0 else 0.0), self.response(request)


class Silent(Agent):
    """Never answers."""

    def datagrams(self, request: Request) -> Iterable[Datagram]:
        return ()


class SilentAbove(Agent):
    """Does not answer requests for more than some rows."""

    def __init__(self, rows: Mapping[str, Tlv], most: int) -> None:
        super().__init__(rows)
        self._most = most

    def datagrams(self, request: Request) -> Iterable[Datagram]:
        if request.repetitions <= self._most and len(request.oids) <= self._most:
            yield 0.0, self.response(request)


class Duplicating(Agent):
    """Sends every answer three times."""

    def datagrams(self, request: Request) -> Iterable[Datagram]:
        answer = self.response(request)
        yield from ((0.0, answer), (0.0, answer), (0.01, answer))


class Unasked(Agent):
    """Answers a GET with instances nobody asked for."""

    def rows(self, request: Request) -> list[Row]:
        return [((*oid, 99), integer(99)) for oid in request.oids] + super().rows(request)
