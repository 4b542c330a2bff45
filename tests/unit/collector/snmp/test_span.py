"""Which columns are walked in one go, and what an agent that fails at it costs."""

from __future__ import annotations

import pytest

from collector.profiles.poll_task import Column
from collector.profiles.profile import PollGroup
from collector.snmp.exchange import Answer, Bulk, Cursor, Next, Reply, Request, RequestTimeout
from collector.snmp.span import Span, spans_of
from collector.varbind import Value
from omc.core.model import Series
from tests.agents.in_memory import TIME_MS, MemoryAgent
from tests.unit.collector.snmp.test_device import SYSTEM, Bench, book

IF, IF_X = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
HC_PACKETS = "interface_receive_packets_total"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([], []),
        ([Column("1.9")], [["1.9"]]),
        ([Column("1.10"), Column("1.9"), Column("1.11")], [["1.9", "1.10", "1.11"]]),
        ([Column("1.9"), Column("1.11")], [["1.9"], ["1.11"]]),
        ([Column("1.1.9"), Column("1.2.10")], [["1.1.9"], ["1.2.10"]]),
        ([Column("1.7", turn=1), Column("1.8", turn=0)], [["1.8"], ["1.7"]]),
        ([Column("1.6", turn=2), Column("1.7", turn=1), Column("1.8", turn=1)],
         [["1.7", "1.8"], ["1.6"]]),
    ],
)  # fmt: skip
def test_columns_that_follow_one_another_in_one_turn_are_one_span(
    columns: list[Column], expected: list[list[str]]
) -> None:
    assert [list(span.columns) for span in spans_of(tuple(columns))] == expected


def test_a_span_keeps_to_the_lowest_limit_of_its_columns() -> None:
    (span,) = spans_of((Column("1.9", 20), Column("1.10", None), Column("1.11", 10)))
    assert span.max_repetitions == 10
    assert span.name == "1.9 to 11"


def test_a_column_that_only_fills_in_is_read_after_those_it_may_fill_in_for() -> None:
    fast = next(task for task in book().plan("if-mib").tasks if task.group is PollGroup.FAST)
    spans = [list(span.columns) for span in spans_of(fast.columns)]
    wide = [f"{IF_X}.{column}" for column in range(6, 14)]
    assert wide in spans
    assert spans.index([f"{IF_X}.{column}" for column in range(2, 6)]) > spans.index(wide)


def counters(rows: int, columns: range) -> dict[str, Value]:
    found: dict[str, Value] = {f"{IF_X}.1.{row}": b"port %d" % row for row in range(1, rows + 1)}
    for column in columns:
        found |= {f"{IF_X}.{column}.{row}": column * 1000 + row for row in range(1, rows + 1)}
    return found


def samples(bench: Bench) -> dict[Series, float]:
    """What a poll gives, no series twice."""
    batches = bench.poll().batches
    pairs = [pair for batch in batches for pair in zip(batch.series, batch.values, strict=True)]
    assert len(pairs) == len(dict(pairs))
    return {s: v for s, v in pairs if s.metric.name.startswith("interface_") and v != 1.0}


def walks(agent: MemoryAgent) -> int:
    """Walks of the wide counters since the requests were forgotten last."""
    asked = [request for request in agent.asked if isinstance(request, Bulk | Next)]
    return len({id(r.cursor) for r in asked if r.cursor.span.start.startswith(IF_X)})


def test_columns_side_by_side_cost_one_request_where_they_fit_into_one() -> None:
    bench = Bench(MemoryAgent({**SYSTEM, **counters(4, range(6, 14))}), profile="if-mib")
    first = samples(bench)
    bench.agent.asked.clear()
    assert samples(bench) == first
    assert len(first) == 4 * 8
    asked = [r for r in bench.agent.asked if isinstance(r, Bulk)]
    assert [r.cursor.span.name for r in asked] == [f"{IF_X}.6 to 13"]
    assert asked[0].cursor.repetitions == 4 * 8 + 1


class EndsColumns(MemoryAgent):
    """Says at the end of every column that this is the end of the MIB."""

    def bulk(self, cursor: Cursor) -> Reply:
        column = ".".join(cursor.position.split(".")[: len(IF_X.split(".")) + 1])
        rows = self.following(cursor.position, cursor.repetitions)
        return Reply([row for row in rows if row[0].startswith(f"{column}.")], TIME_MS)

    def peek(self, cursor: Cursor) -> Reply:
        return Reply([], TIME_MS, ended=True, answer=Answer.END_OF_MIB_VIEW)


class JumpsOver(MemoryAgent):
    """Comes to the next column but one after each, unless it is asked for one by itself."""

    def bulk(self, cursor: Cursor) -> Reply:
        reply = super().bulk(cursor)
        whole = len(cursor.span.columns) > 1
        kept = [row for row in reply.varbinds if not (whole and row[0].startswith(f"{IF_X}.8."))]
        return Reply(kept, TIME_MS, beyond=reply.beyond, ended=reply.ended)


class RefusesTogether(MemoryAgent):
    """Does not answer when it comes to the third column of several."""

    def reply(self, request: Request) -> Reply:
        cursor = getattr(request, "cursor", None)
        if cursor is not None and len(cursor.span.columns) > 1:
            rows = super().reply(request).varbinds
            if any(row[0].startswith(f"{IF_X}.8.") for row in rows):
                raise RequestTimeout("no answer")
        return super().reply(request)


@pytest.mark.parametrize("kind", [EndsColumns, JumpsOver, RefusesTogether])
def test_an_agent_that_fails_at_several_columns_is_asked_for_each_by_itself(
    kind: type[MemoryAgent],
) -> None:
    honest = Bench(MemoryAgent({**SYSTEM, **counters(4, range(6, 14))}), profile="if-mib")
    expected = sorted((series.key, value) for series, value in samples(honest).items())
    bench = Bench(kind({**SYSTEM, **counters(4, range(6, 14))}), profile="if-mib")
    bench.poll()
    bench.poll()  # where the first was not complete, what is absent is found now
    for _ in range(3):
        bench.agent.asked.clear()
        found = samples(bench)
        assert sorted((series.key, value) for series, value in found.items()) == expected
        assert walks(bench.agent) == 8


def test_a_span_without_its_last_columns_is_read_in_one_go_once_that_is_known() -> None:
    bench = Bench(MemoryAgent({**SYSTEM, **counters(4, range(6, 11))}), profile="if-mib")
    bench.poll()
    bench.agent.asked.clear()
    assert len(samples(bench)) == 4 * 5
    assert walks(bench.agent) == 1


def test_a_row_that_comes_or_goes_changes_the_size_of_a_span_and_nothing_else() -> None:
    bench = Bench(MemoryAgent({**SYSTEM, **counters(4, range(6, 14))}), profile="if-mib")
    bench.poll()
    for rows in (7, 7, 2, 2):
        bench.agent = MemoryAgent({**SYSTEM, **counters(rows, range(6, 14))})
        for _ in range(2):
            result = bench.poll()
            assert not result.problems
    assert len(samples(bench)) == 2 * 8


def test_the_columns_of_a_span_that_had_no_row_are_found() -> None:
    span = Span.of(["1.1.9", "1.1.10", "1.1.11"])
    assert span.without([]) == ["1.1.9", "1.1.10", "1.1.11"]
    assert span.without([[("1.1.9.1", 1), ("1.1.11.4.5", 1)]]) == ["1.1.10"]
