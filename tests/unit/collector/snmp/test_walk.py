from __future__ import annotations

import pytest

from collector.snmp.exchange import (
    Answer,
    Bulk,
    Diagnose,
    Next,
    Peek,
    PollDeadline,
    Reply,
    Request,
    RequestTimeout,
)
from collector.snmp.limits import AgentLimits
from collector.snmp.walk import WalkEnd, walk
from collector.varbind import Varbind
from omc.core.errors import ProtocolViolation
from tests.agents.in_memory import TIME_MS, MemoryAgent, column, drive

DESCR = "1.3.6.1.2.1.2.2.1.2"
TYPE = "1.3.6.1.2.1.2.2.1.3"

TABLE = column(DESCR, range(1, 31)) | column(TYPE, range(1, 31))


class Reader:
    """Keeps what a walk hands on."""

    def __init__(self) -> None:
        self.pages: list[list[Varbind]] = []

    def __call__(self, varbinds: list[Varbind], time_ms: int, page: int) -> None:
        assert time_ms == TIME_MS
        assert isinstance(page, int)
        self.pages.append(varbinds)

    @property
    def oids(self) -> list[str]:
        return [oid for page in self.pages for oid, _ in page]


def read(agent: MemoryAgent, oid: str, limits: AgentLimits) -> tuple[WalkEnd, list[str]]:
    reader = Reader()
    end = drive(walk(oid, limits, reader), agent)
    return end, reader.oids


def kinds(agent: MemoryAgent) -> list[type[Request]]:
    return [type(request) for request in agent.asked]


def test_a_walk_reads_exactly_its_column() -> None:
    agent = MemoryAgent(TABLE)
    end, oids = read(agent, DESCR, AgentLimits())
    assert end.complete
    assert end.rows == 30
    assert oids == [f"{DESCR}.{n}" for n in range(1, 31)]


def test_a_second_walk_asks_for_one_row_more_than_there_were_and_needs_one_request() -> None:
    limits = AgentLimits(max_repetitions=50)
    read(MemoryAgent(TABLE), DESCR, limits)
    agent = MemoryAgent(TABLE)
    read(agent, DESCR, limits)
    assert kinds(agent) == [Bulk]
    assert agent.asked[0].cursor.repetitions == 31  # type: ignore[union-attr]


def test_rows_that_appeared_since_the_last_walk_are_read() -> None:
    limits = AgentLimits()
    read(MemoryAgent(column(DESCR, range(1, 4)) | column(TYPE, range(1, 4))), DESCR, limits)
    end, oids = read(MemoryAgent(TABLE), DESCR, limits)
    assert end.complete
    assert len(oids) == 30


def test_an_empty_column_is_complete_and_costs_one_row() -> None:
    limits = AgentLimits()
    read(MemoryAgent(column(TYPE, [1])), DESCR, limits)
    agent = MemoryAgent(column(TYPE, [1]))
    end, oids = read(agent, DESCR, limits)
    assert end.complete
    assert oids == []
    assert agent.asked[0].cursor.repetitions == 1  # type: ignore[union-attr]


def test_short_pages_are_no_end() -> None:
    end, oids = read(MemoryAgent(TABLE, page=7), DESCR, AgentLimits())
    assert end.complete
    assert len(oids) == 30


def test_too_big_makes_pages_smaller_and_is_remembered() -> None:
    limits = AgentLimits(max_repetitions=50)
    end, oids = read(MemoryAgent(TABLE, most=8), DESCR, limits)
    assert end.complete
    assert len(oids) == 30
    assert limits.repetitions == 6  # 50, 25, 12, 6
    agent = MemoryAgent(TABLE, most=8)
    read(agent, DESCR, limits)
    assert kinds(agent) == [Bulk] * 6


def test_a_device_that_answers_one_row_at_a_time_is_walked_by_getnext() -> None:
    limits = AgentLimits(max_repetitions=4)
    end, oids = read(MemoryAgent(TABLE, most=1), DESCR, limits)
    assert end.complete
    assert len(oids) == 30
    agent = MemoryAgent(TABLE, most=1)
    read(agent, DESCR, limits)
    assert set(kinds(agent)) == {Next}


def test_without_getbulk_a_walk_uses_getnext_only() -> None:
    agent = MemoryAgent(TABLE)
    end, oids = read(agent, DESCR, AgentLimits(bulk=False))
    assert end.complete
    assert len(oids) == 30
    assert set(kinds(agent)) == {Next}


def test_page_size_grows_back_slowly() -> None:
    limits = AgentLimits(max_repetitions=40)
    read(MemoryAgent(TABLE, most=20), DESCR, limits)
    assert limits.repetitions == 20
    healthy = MemoryAgent(TABLE)
    for _ in range(49):
        read(healthy, DESCR, limits)
    assert limits.repetitions == 26
    for _ in range(500):
        read(healthy, DESCR, limits)
    assert limits.repetitions == 40


def test_the_end_of_the_mib_is_asked_for_and_not_assumed() -> None:
    limits = AgentLimits(max_repetitions=50)
    first = MemoryAgent(TABLE)
    end, oids = read(first, TYPE, limits)
    assert end.complete
    assert len(oids) == 30
    assert kinds(first) == [Bulk, Bulk, Peek]
    second = MemoryAgent(TABLE)
    assert read(second, TYPE, limits)[0].complete
    assert kinds(second) == [Bulk, Peek]


def test_a_column_that_ended_the_mib_and_does_so_no_more_is_read_to_its_new_end() -> None:
    limits = AgentLimits()
    read(MemoryAgent(TABLE), TYPE, limits)
    end, oids = read(MemoryAgent(TABLE | column(TYPE, range(1, 99)), page=9), TYPE, limits)
    assert end.complete
    assert len(oids) == 98


class Refusing(MemoryAgent):
    """Answers with an error-status once it stands after a certain row."""

    def __init__(self, after: str, answer: Answer) -> None:
        super().__init__(TABLE)
        self._after = after
        self._answer = answer

    def reply(self, request: Request) -> Reply:
        if isinstance(request, Diagnose):
            return Reply([], TIME_MS, ended=True, answer=self._answer)
        if isinstance(request, (Bulk, Next, Peek)) and request.cursor.position == self._after:
            return Reply([], TIME_MS, ended=True)
        if isinstance(request, Bulk):
            rows = super().reply(request).varbinds
            cut = [oid for oid, _ in rows].index(self._after) + 1
            return Reply(rows[:cut], TIME_MS)
        return super().reply(request)


REFUSED_AFTER = f"{DESCR}.12"


@pytest.mark.parametrize(
    "answer",
    [
        Answer.TOO_BIG,
        Answer.BAD_VALUE,
        Answer.READ_ONLY,
        Answer.GEN_ERR,
        Answer.NO_ACCESS,
        Answer.RESOURCE_UNAVAILABLE,
        Answer.AUTHORIZATION_ERROR,
        Answer.NULL,
        Answer.OTHER,
    ],
)
def test_an_error_status_is_reported_and_what_was_read_is_kept(answer: Answer) -> None:
    end, oids = read(Refusing(REFUSED_AFTER, answer), DESCR, AgentLimits())
    assert not end.complete
    assert isinstance(end.error, ProtocolViolation)
    assert f"answered {answer}" in str(end.error)
    assert REFUSED_AFTER in str(end.error)
    assert len(oids) == end.rows == 12


@pytest.mark.parametrize("answer", [Answer.NO_SUCH_NAME, Answer.END_OF_MIB_VIEW])
def test_an_error_status_that_means_the_end_is_an_end(answer: Answer) -> None:
    end, oids = read(Refusing(REFUSED_AFTER, answer), DESCR, AgentLimits())
    assert end.complete
    assert len(oids) == 12


def test_the_second_library_is_not_asked_at_every_walk_but_now_and_then() -> None:
    limits = AgentLimits()
    agent = Refusing(REFUSED_AFTER, Answer.GEN_ERR)
    ends = [read(agent, DESCR, limits)[0] for _ in range(102)]
    assert all("answered genErr" in str(end.error) for end in ends)
    assert kinds(agent).count(Diagnose) == 2


def test_an_agent_that_takes_its_empty_answers_back_for_ever_is_given_up() -> None:
    class Moody(MemoryAgent):
        def reply(self, request: Request) -> Reply:
            if isinstance(request, (Bulk, Next)):
                return Reply([], TIME_MS, ended=True)
            return super().reply(request)

    end, oids = read(Moody(TABLE), DESCR, AgentLimits())
    assert "keeps answering with nothing" in str(end.error)
    assert oids == []


def test_an_agent_with_rows_of_null_for_ever_is_given_up() -> None:
    class Nulls(MemoryAgent):
        def reply(self, request: Request) -> Reply:
            if isinstance(request, Diagnose):
                last = 0 if request.oid == DESCR else int(request.oid.rsplit(".", 1)[-1])
                row: Varbind = (f"{DESCR}.{last + 1}", None)
                return Reply([row], TIME_MS, answer=Answer.NULL)
            return Reply([], TIME_MS, ended=True)

    end, oids = read(Nulls(TABLE), DESCR, AgentLimits())
    assert "more than 256 rows without a value" in str(end.error)
    assert oids == []


def test_a_second_opinion_that_goes_backwards_is_no_end() -> None:
    class Backwards(Refusing):
        def reply(self, request: Request) -> Reply:
            if isinstance(request, Diagnose):
                return Reply([(f"{DESCR}.3", 1)], TIME_MS, answer=Answer.VALUE)
            return super().reply(request)

    end, oids = read(Backwards(REFUSED_AFTER, Answer.VALUE), DESCR, AgentLimits())
    assert f"{DESCR}.3, which does not increase" in str(end.error)
    assert len(oids) == 12


def test_a_loop_across_pages_is_refused_and_the_first_round_is_kept() -> None:
    class Loop(MemoryAgent):
        def following(self, position: str, count: int) -> list[Varbind]:
            return super().following(DESCR if position == f"{DESCR}.20" else position, count)

    end, oids = read(Loop(TABLE, page=10), DESCR, AgentLimits())
    assert f"{DESCR}.1, which does not increase" in str(end.error)
    assert oids == [f"{DESCR}.{n}" for n in range(1, 21)]


@pytest.mark.parametrize(
    "order", [[1, 2, 2, 3], [1, 3, 2, 4], [1, 1, 1, 1], [2, 1, 3, 4], [1, 2, 3, 1]]
)
def test_an_agent_that_goes_in_circles_is_left_with_each_row_once(order: list[int]) -> None:
    class Circle(MemoryAgent):
        def following(self, position: str, count: int) -> list[Varbind]:
            return [(f"{DESCR}.{n}", n) for n in order]

    end, oids = read(Circle({}), DESCR, AgentLimits())
    assert "does not increase" in str(end.error)
    assert oids == [f"{DESCR}.{n}" for n in dict.fromkeys(order)]


@pytest.mark.parametrize("page", [1, 2, 3, 100])
def test_a_table_in_an_order_of_its_own_is_read_to_its_end(page: int) -> None:
    order = [5, 1, 4, 2, 3, 9, 7, 8, 6]

    class Shuffled(MemoryAgent):
        def following(self, position: str, count: int) -> list[Varbind]:
            names = [DESCR, *(f"{DESCR}.{n}" for n in order), f"{TYPE}.1"]
            place = names.index(position) + 1
            return [(name, 1) for name in names[place : place + min(count, page)]]

    limits = AgentLimits()
    for _ in range(3):
        end, oids = read(Shuffled({}), DESCR, limits)
        assert end.complete
        assert oids == [f"{DESCR}.{n}" for n in order]


def test_indexes_are_compared_as_numbers_not_as_text() -> None:
    rows = column(DESCR, [2, 10, (10, 1), (10, 9), (10, 10), 100]) | column(TYPE, [1])
    end, oids = read(MemoryAgent(rows), DESCR, AgentLimits())
    assert end.complete
    assert len(oids) == 6


def test_an_order_that_was_right_once_is_not_trusted_in_another_page() -> None:
    limits = AgentLimits()
    _, expected = read(MemoryAgent(TABLE), DESCR, limits)

    class Swapped(MemoryAgent):
        def following(self, position: str, count: int) -> list[Varbind]:
            rows = super().following(position, count)
            rows[3:5] = [rows[4], rows[3], rows[3]][: len(rows[3:5]) + 1]
            return rows

    end, oids = read(Swapped(TABLE), DESCR, limits)
    assert end.complete
    assert sorted(oids) == sorted(expected)


def test_an_agent_that_makes_up_rows_for_ever_is_stopped() -> None:
    class Endless(MemoryAgent):
        def following(self, position: str, count: int) -> list[Varbind]:
            last = 0 if position == DESCR else int(position.rsplit(".", 1)[-1])
            return [(f"{DESCR}.{n}", n) for n in range(last + 1, last + count + 1)]

    reader = Reader()
    end = drive(walk(DESCR, AgentLimits(), reader, max_rows=1000), Endless({}))
    assert "more than 1000 rows" in str(end.error)
    assert 1000 < len(reader.oids) <= 1050


class Mute(MemoryAgent):
    """Does not answer when asked for more than some rows."""

    def __init__(self, most: int, *, garbled: bool = False) -> None:
        super().__init__(TABLE)
        self._silent_above = most
        self._garbled = garbled

    def reply(self, request: Request) -> Reply:
        repetitions = request.cursor.repetitions if isinstance(request, Bulk) else 1
        if repetitions > self._silent_above:
            raise RequestTimeout("no answer", garbled=self._garbled)
        return super().reply(request)


def test_silence_makes_pages_smaller() -> None:
    limits = AgentLimits(max_repetitions=50)
    end, oids = read(Mute(12), DESCR, limits)
    assert end.complete
    assert len(oids) == 30
    assert limits.repetitions == 12


def test_a_device_that_is_gone_is_given_up_after_one_small_request() -> None:
    agent = Mute(0)
    with pytest.raises(RequestTimeout):
        read(agent, DESCR, AgentLimits())
    assert kinds(agent) == [Bulk, Next]


def test_one_row_that_cannot_be_read_costs_its_column_only() -> None:
    end, oids = read(Mute(0, garbled=True), DESCR, AgentLimits())
    assert "a row that cannot be read" in str(end.error)
    assert oids == []


def test_a_deadline_ends_the_walk_and_what_was_read_is_kept() -> None:
    agent = MemoryAgent(TABLE, page=10)
    reader = Reader()
    exchange = walk(DESCR, AgentLimits(), reader)
    exchange.send(agent(next(exchange)))
    with pytest.raises(PollDeadline):
        exchange.throw(PollDeadline("over"))
    assert len(reader.oids) == 10


def test_a_ceiling_for_one_column_is_kept() -> None:
    agent = MemoryAgent(TABLE)
    drive(walk(DESCR, AgentLimits(), Reader(), max_repetitions=5), agent)
    assert [r.cursor.repetitions for r in agent.asked] == [5] * 7  # type: ignore[union-attr]
