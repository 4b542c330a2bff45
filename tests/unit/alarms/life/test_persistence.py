"""What does not last does not count."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omc.alarms.life.persistence import Persistence
from omc.alarms.severity import Severity

MINOR, MAJOR, CLEARED = Severity.MINOR, Severity.MAJOR, Severity.CLEARED


def test_a_condition_has_to_last_for_its_hold_time() -> None:
    persistence = Persistence(hold=60, clear_after=0)
    persistence.see(MINOR, CLEARED, 0)
    assert persistence.settle(CLEARED, 59) is CLEARED
    assert persistence.deadline(CLEARED) == 60
    assert persistence.settle(CLEARED, 60) is MINOR


def test_getting_worse_on_the_way_does_not_start_the_hold_time_anew() -> None:
    persistence = Persistence(hold=60, clear_after=0)
    persistence.see(MINOR, CLEARED, 0)
    persistence.see(MAJOR, CLEARED, 50)
    assert persistence.settle(CLEARED, 60) is MINOR
    assert persistence.settle(MINOR, 109) is MINOR
    assert persistence.settle(MINOR, 110) is MAJOR


def test_a_good_moment_starts_the_hold_time_anew() -> None:
    persistence = Persistence(hold=60, clear_after=0)
    persistence.see(MINOR, CLEARED, 0)
    persistence.see(CLEARED, CLEARED, 50)
    persistence.see(MINOR, CLEARED, 51)
    assert persistence.settle(CLEARED, 100) is CLEARED


def test_an_alarm_is_cleared_when_it_has_been_good_for_long_enough() -> None:
    persistence = Persistence(hold=0, clear_after=30)
    persistence.see(MAJOR, CLEARED, 0)
    persistence.see(CLEARED, MAJOR, 10)
    assert persistence.settle(MAJOR, 39) is MAJOR
    persistence.see(MAJOR, MAJOR, 39)
    persistence.see(CLEARED, MAJOR, 40)
    assert persistence.settle(MAJOR, 69) is MAJOR
    assert persistence.settle(MAJOR, 70) is CLEARED


@given(
    st.lists(st.tuples(st.integers(1, 100), st.sampled_from(Severity)), max_size=30),
    st.sampled_from([0, 10, 60]),
    st.sampled_from([0, 30]),
)
def test_asking_at_its_deadlines_is_as_good_as_asking_every_second(
    steps: list[tuple[int, Severity]], hold: int, clear_after: int
) -> None:
    often, seldom = Persistence(hold, clear_after), Persistence(hold, clear_after)
    severity_often = severity_seldom = CLEARED
    due: float | None = None
    now = 0
    for pause, wish in [*steps, (100, CLEARED)]:
        for _ in range(pause):
            now += 1
            often.see(often.wish, severity_often, now)
            severity_often = often.settle(severity_often, now)
            if due is not None and now >= due:
                seldom.see(seldom.wish, severity_seldom, now)
                severity_seldom = seldom.settle(severity_seldom, now)
                due = seldom.deadline(severity_seldom)
            assert severity_often is severity_seldom
        often.see(wish, severity_often, now)
        seldom.see(wish, severity_seldom, now)
        severity_often = often.settle(severity_often, now)
        severity_seldom = seldom.settle(severity_seldom, now)
        due = seldom.deadline(severity_seldom)
