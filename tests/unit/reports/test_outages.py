"""Steps become outages, and maintenance windows make part of them planned."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from omc.reports.outages import STEP_MS, Down, outages, planned_seconds, united

S = STEP_MS // 1000


def steps(*seconds: float) -> list[Down]:
    """Steps one after the other, from 0; those of 0 seconds are left out, as the archive does."""
    return [Down(index * STEP_MS, STEP_MS, lost) for index, lost in enumerate(seconds) if lost > 0]


def test_steps_that_follow_are_one_outage_with_its_edges() -> None:
    (outage,) = outages(steps(0, 60, S, 120), [], 10 * STEP_MS)
    assert outage.start_ms == 2 * STEP_MS - 60_000
    assert outage.end_ms == 3 * STEP_MS + 120_000
    assert outage.seconds == 60 + S + 120
    assert not outage.is_open


def test_a_step_without_loss_separates_two_outages() -> None:
    first, second = outages(steps(S, 0, S), [], 10 * STEP_MS)
    assert (first.end_ms, second.start_ms) == (STEP_MS, 2 * STEP_MS)


def test_a_device_that_is_asked_rarely_has_one_outage() -> None:
    rarely = [Down(0, STEP_MS, S), Down(3 * STEP_MS, STEP_MS, 3 * S)]
    (outage,) = outages(rarely, [], 10 * STEP_MS)
    assert outage.seconds == 4 * S
    assert (outage.start_ms, outage.end_ms) == (0, 4 * STEP_MS)


def test_an_outage_that_reaches_the_end_is_open() -> None:
    (outage,) = outages(steps(0, 0, S), [], 3 * STEP_MS)
    assert outage.is_open


def test_only_what_a_window_covers_is_planned() -> None:
    windows = [(0, STEP_MS), (STEP_MS // 2, STEP_MS * 3 // 2)]  # they overlap
    (outage,) = outages(steps(S, S, S), windows, 10 * STEP_MS)
    assert outage.planned == 1.5 * S
    assert outage.unplanned == 1.5 * S


@given(
    st.lists(st.integers(0, S), max_size=40),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 10)), max_size=5),
)
def test_seconds_are_neither_lost_nor_invented(
    lost: list[int], windows: list[tuple[int, int]]
) -> None:
    down = steps(*lost)
    planned = [(start * STEP_MS, (start + length) * STEP_MS) for start, length in windows]
    found = outages(down, planned, 100 * STEP_MS)
    covered = {s for start, length in windows for s in range(start, start + length)}
    naive = sum(step.seconds for step in down if step.moment_ms // STEP_MS in covered)
    assert sum(outage.seconds for outage in found) == sum(lost)
    assert sum(outage.planned for outage in found) == naive == planned_seconds(down, planned)
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(found))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50))))
def test_united_intervals_cover_the_same_time_once(intervals: list[tuple[int, int]]) -> None:
    found = united(intervals)
    assert {t for a, b in found for t in range(a, b)} == {
        t for a, b in intervals for t in range(a, b)
    }
    assert all(a[1] < b[0] for a, b in pairwise(found))
