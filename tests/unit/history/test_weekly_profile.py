"""What is usual at an hour of the week."""

from __future__ import annotations

import math
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.history.weekly_profile import HOUR_MS, WEEK_MS, WEEKS, WeeklyValues, windows

HOUR = 1_767_225_600_000 // HOUR_MS * HOUR_MS
QUARTER = HOUR_MS // 4


def values(*weeks: list[float]) -> WeeklyValues:
    """Of the four periods of the present hour, last week first."""
    found = WeeklyValues(HOUR)
    for week, quarters in enumerate(weeks, start=1):
        for place, value in enumerate(quarters, start=1):
            found.add(HOUR - week * WEEK_MS + place * QUARTER, value)
    return found


def test_usual_is_the_median_and_a_bad_week_does_not_move_it() -> None:
    usual = values([1.0] * 4, [100.0] * 4, [101.0] * 4, [99.0] * 4).usual()
    assert usual is not None
    assert usual.value == pytest.approx(100.0, rel=0.02)


def test_spread_is_what_weeks_differ_by_in_shares() -> None:
    steady = values(*[[100.0, 101.0, 99.0, 100.0]] * 4).usual()
    restless = values([50.0, 200.0, 100.0, 100.0], [200.0, 50.0, 100.0, 60.0]).usual()
    assert steady is not None
    assert restless is not None
    assert steady.spread == 0.15  # nothing is steadier than this
    assert restless.spread > 0.3


def test_one_week_is_trusted_little() -> None:
    usual = values([100.0] * 4).usual()
    assert usual is not None
    assert usual.spread == 0.5


def test_nothing_is_usual_where_nothing_was() -> None:
    assert values().usual() is None


def test_the_hours_beside_tell_of_the_spread_and_not_of_the_usual() -> None:
    found = values([100.0] * 4, [100.0] * 4)
    for week in (1, 2):
        for place in range(1, 5):
            found.add(HOUR - week * WEEK_MS - HOUR_MS + place * QUARTER, 10.0)
            found.add(HOUR - week * WEEK_MS + HOUR_MS + place * QUARTER, 1000.0)
    assert found.usual() == (100.0, 0.15)
    assert found.usual(-1) == (10.0, 0.15)


def test_the_windows_hold_three_hours_of_every_week() -> None:
    found = list(windows(HOUR))
    assert len(found) == WEEKS
    for week, (after, until) in enumerate(found, start=1):
        assert until - after == 3 * HOUR_MS
        assert after + HOUR_MS == HOUR - week * WEEK_MS


@given(st.lists(st.floats(0.1, 1e12), min_size=8, max_size=16))
def test_it_agrees_with_the_textbook(found: list[float]) -> None:
    weekly = WeeklyValues(HOUR)
    for index, value in enumerate(found):
        week, place = index // 4 + 1, index % 4 + 1
        weekly.add(HOUR - week * WEEK_MS + place * QUARTER, value)
    usual = weekly.usual()
    assert usual is not None
    assert usual.value == median(found)
    mad = median(abs(math.log(value / median(found))) for value in found)
    assert usual.spread == pytest.approx(min(max(1.4826 * mad, 0.15), 1.0))
