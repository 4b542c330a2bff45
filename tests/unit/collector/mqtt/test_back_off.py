from __future__ import annotations

import random

from collector.mqtt.back_off import BackOff


def _jitter(delay: float, longest: float) -> bool:
    return longest / 2 <= delay <= longest


def test_attempts_double_from_a_second_to_a_minute_with_jitter() -> None:
    back_off = BackOff(random.Random(7))
    delays = [back_off.next(hopeless=False) for _ in range(8)]
    expected = [1, 2, 4, 8, 16, 32, 60, 60]
    assert all(map(_jitter, delays, expected))
    assert len(set(delays)) == 8


def test_what_only_a_person_can_mend_is_tried_once_a_minute_at_most() -> None:
    back_off = BackOff(random.Random(7))
    assert _jitter(back_off.next(hopeless=True), 60)


def test_a_session_that_lasted_makes_the_next_attempt_soon_again() -> None:
    back_off = BackOff(random.Random(7))
    for _ in range(6):
        back_off.next(hopeless=False)
    back_off.note_session(10.0)
    assert _jitter(back_off.next(hopeless=False), 1)


def test_three_short_sessions_in_a_row_are_flapping_and_a_long_one_ends_it() -> None:
    back_off = BackOff(random.Random(7))
    told = []
    for seconds in (0.1, 0.1, 9.9, 10.0, 0.1):
        back_off.note_session(seconds)
        told.append(back_off.is_flapping)
    assert told == [False, False, True, False, False]
