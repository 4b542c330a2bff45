"""Whatever an agent does, a walk ends, and hands on each row of its column once."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.snmp.exchange import Answer, Bulk, Next, Reply, Request, RequestTimeout
from collector.snmp.limits import AgentLimits
from collector.snmp.walk import WalkEnd, walk
from collector.varbind import Varbind
from tests.agents.in_memory import TIME_MS, Answerer, MemoryAgent, column, drive
from tests.agents.messages import Arcs, arcs

BEFORE, WALKED, AFTER = "1.3.6.1.2.1.2.2.1.9", "1.3.6.1.2.1.2.2.1.10", "1.3.6.1.2.1.2.2.1.11"


def in_order(rows: list[Varbind]) -> bool:
    return all(low < high for low, high in pairwise(arcs(oid) for oid, _ in rows))


def read_all(agent: Answerer, limits: AgentLimits) -> tuple[WalkEnd, list[Varbind]]:
    read: list[Varbind] = []
    return drive(walk(WALKED, limits, lambda page, *_: read.extend(page)), agent), read


indexes = st.sets(
    st.lists(st.integers(0, 300), min_size=1, max_size=3).map(tuple), max_size=60
).map(sorted)


class Unreliable(MemoryAgent):
    """Honest, but answers only what a list of moods allows: a number of rows, or silence."""

    def __init__(self, rows: dict[str, object], moods: list[int], **sizes: int) -> None:
        super().__init__(rows, **sizes)  # type: ignore[arg-type]
        self._moods = moods

    def reply(self, request: Request) -> Reply:
        mood = self._moods.pop() if self._moods and isinstance(request, Bulk) else 100
        if mood == 0:
            raise RequestTimeout("no answer")
        self.page = mood
        return super().reply(request)


@settings(max_examples=300)
@given(
    before=indexes,
    walked=indexes,
    after=indexes,
    repetitions=st.integers(1, 60),
    most=st.integers(1, 60),
    moods=st.lists(st.integers(0, 60), max_size=20),
    bulk=st.booleans(),
)
def test_a_walk_reads_exactly_its_column_whatever_the_page_sizes(
    before: list[Arcs],
    walked: list[Arcs],
    after: list[Arcs],
    repetitions: int,
    most: int,
    moods: list[int],
    *,
    bulk: bool,
) -> None:
    table = column(BEFORE, before) | column(WALKED, walked) | column(AFTER, after)
    limits = AgentLimits(bulk=bulk, max_repetitions=repetitions)
    for _ in range(3):
        agent = Unreliable(dict(table), list(moods), most=most)
        end, read = read_all(agent, limits)
        assert end.complete
        assert dict(read) == column(WALKED, walked)
        assert in_order(read)
        assert end.rows == len(read) == len(walked)


inside = st.lists(st.integers(0, 9), min_size=1, max_size=2).map(
    lambda index: ".".join([WALKED, *map(str, index)])
)
lie = st.tuples(
    st.lists(inside | st.just(WALKED), max_size=6),
    st.booleans(),
    st.sampled_from([None, *Answer]),
    st.sampled_from(["reply", "timeout", "garbled"]),
)


@settings(max_examples=500)
@given(lies=st.lists(lie, min_size=1, max_size=8), bulk=st.booleans())
def test_a_walk_over_lies_ends_and_hands_on_each_row_of_its_column_once(
    lies: list[tuple[list[str], bool, Answer | None, str]], *, bulk: bool
) -> None:
    turn = 0

    def answer(request: Request) -> Reply:
        nonlocal turn
        oids, beyond, said, how = lies[turn % len(lies)]
        turn += 1
        if how != "reply":
            raise RequestTimeout("no answer", garbled=how == "garbled")
        rows: list[Varbind] = [(oid, 1) for oid in oids]
        if isinstance(request, Next):
            rows = rows[:1]
        elif not isinstance(request, Bulk):
            rows = [*rows, (AFTER, 1)][:1] if said is Answer.VALUE else []
        return Reply(rows, TIME_MS, beyond=beyond, ended=not rows, answer=said)

    read: list[Varbind] = []
    limits = AgentLimits(bulk=bulk)
    for _ in range(3):
        read.clear()
        try:
            end = drive(walk(WALKED, limits, lambda page, *_: read.extend(page)), answer, most=500)
        except RequestTimeout:
            pass
        else:
            assert end.rows == len(read)
        assert len(dict(read)) == len(read)
        assert all(oid.startswith(WALKED + ".") for oid, _ in read)
