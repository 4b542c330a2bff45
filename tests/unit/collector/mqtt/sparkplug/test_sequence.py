from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collector.mqtt.sparkplug.sequence import Sequence


@given(st.integers(0, 255), st.permutations(range(1, 40)))
def test_whatever_the_order_of_arrival_messages_are_read_in_the_order_of_sending(
    first: int, arrival: list[int]
) -> None:
    sequence: Sequence[int] = Sequence()
    sequence.begin(first)
    read: list[int] = []
    for place in arrival:
        read += sequence.take((first + place) % 256, place, now=0.0)
    assert read == sorted(arrival)
    assert sequence.waits_since is None


@given(st.integers(0, 255), st.sets(st.integers(1, 100), min_size=1))
def test_what_has_waited_for_a_lost_message_is_read_when_it_is_given_up(
    first: int, arrived: set[int]
) -> None:
    sequence: Sequence[int] = Sequence()
    sequence.begin(first)
    read: list[int] = []
    for place in sorted(arrived):
        read += sequence.take((first + place) % 256, place, now=0.0)
    missing = max(arrived) > len(arrived)
    assert (sequence.waits_since is not None) == missing
    read += sequence.give_up()
    assert read == sorted(arrived)
    assert sequence.is_next((first + max(arrived) + 1) % 256)


def test_the_time_of_waiting_begins_anew_when_something_came_in_order() -> None:
    sequence: Sequence[str] = Sequence()
    sequence.begin(0)
    assert sequence.take(2, "two", now=10.0) == []
    assert sequence.take(4, "four", now=11.0) == []
    assert sequence.waits_since == 10.0
    assert sequence.take(1, "one", now=11.5) == ["one", "two"]
    assert sequence.waits_since == 11.5


@given(st.integers(0, 255), st.lists(st.integers(0, 255) | st.none(), max_size=60))
def test_whatever_comes_nothing_is_read_twice_or_after_what_follows_it(
    first: int, arrival: list[int | None]
) -> None:
    sequence: Sequence[int] = Sequence()
    sequence.begin(first)
    last = first
    for number in arrival:
        if number is None:
            read = sequence.give_up()
        elif sequence.is_late(number):
            continue
        else:
            read = sequence.take(number, number, now=0.0)
        for one in read:
            assert 0 < (one - last) % 256 < 128
            last = one
        assert sequence.last == last


def test_half_the_numbers_behind_the_last_one_are_late() -> None:
    sequence: Sequence[int] = Sequence(10)
    late = [number for number in range(256) if sequence.is_late(number)]
    assert late == [*range(11), *range(138, 256)]
    assert sequence.take(12, 12, now=0.0) == []
    assert sequence.is_late(12)
