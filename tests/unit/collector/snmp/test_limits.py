from __future__ import annotations

from collector.snmp.exchange import Answer
from collector.snmp.limits import AgentLimits


def test_a_relapse_makes_it_wait_longer_before_it_asks_for_more_again() -> None:
    limits = AgentLimits(max_repetitions=40)
    waits = []
    for _ in range(3):
        limits.shrink(limits.repetitions)
        small = limits.repetitions
        walks = 0
        while limits.repetitions == small:
            limits.walked("1.3.6.1.2", 3)
            walks += 1
        waits.append(walks)
    assert waits == [50, 100, 200]


def test_shrinking_ends_at_one_row() -> None:
    limits = AgentLimits(max_repetitions=3)
    assert [limits.shrink(limits.repetitions) for _ in range(4)] == [1, 1, 1, 1]


def test_a_word_is_believed_at_its_place_only_and_not_for_ever() -> None:
    limits = AgentLimits()
    limits.remember("1.3.6.1.2", "1.3.6.1.2.7", Answer.GEN_ERR)
    assert limits.recall("1.3.6.1.2", "1.3.6.1.2.8") is None
    assert limits.recall("1.3.6.1.3", "1.3.6.1.2.7") is None
    answers = [limits.recall("1.3.6.1.2", "1.3.6.1.2.7") for _ in range(101)]
    assert answers == [Answer.GEN_ERR] * 100 + [None]


def test_the_memory_of_pages_is_bounded() -> None:
    limits = AgentLimits()
    for page in range(10_000):
        limits.remember_page(page)
    assert sum(limits.knows_page(page) for page in range(10_000)) <= 4096
    assert limits.knows_page(9_999)
