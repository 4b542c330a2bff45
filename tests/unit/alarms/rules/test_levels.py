"""Bounds, severities and hysteresis."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.alarms.rules.levels import Bound, level_of
from omc.alarms.severity import Severity

VOLTS = {
    Severity.MINOR: (Bound.parse("< 48"),),
    Severity.MAJOR: (Bound.parse("< 46.3"),),
    Severity.CRITICAL: (Bound.parse("<44"),),
}
WINDOW = {Severity.MAJOR: (Bound.parse("<= -28"), Bound.parse("> -8"))}


@pytest.mark.parametrize(
    ("value", "present", "expected"),
    [
        (53.0, Severity.CLEARED, Severity.CLEARED),
        (48.0, Severity.CLEARED, Severity.CLEARED),
        (47.9, Severity.CLEARED, Severity.MINOR),
        (43.0, Severity.CLEARED, Severity.CRITICAL),
        # With a hysteresis of 1 V a severity stays until the value is better by that much.
        (48.5, Severity.MINOR, Severity.MINOR),
        (49.0, Severity.MINOR, Severity.CLEARED),
        (47.0, Severity.MAJOR, Severity.MAJOR),
        (47.5, Severity.MAJOR, Severity.MINOR),
        # It never makes worse what was better.
        (48.5, Severity.CLEARED, Severity.CLEARED),
        (46.5, Severity.MINOR, Severity.MINOR),
    ],
)
def test_a_severity_stays_until_the_value_is_better_by_the_hysteresis(
    value: float, present: Severity, expected: Severity
) -> None:
    assert level_of(VOLTS, value, present, hysteresis=1.0) is expected


@pytest.mark.parametrize(("value", "bad"), [(-30, True), (-28, True), (-20, False), (-7, True)])
def test_one_of_several_bounds_is_enough(value: float, bad: bool) -> None:
    assert (level_of(WINDOW, value) is Severity.MAJOR) is bad


@pytest.mark.parametrize("text", ["48", "<", "< abc", "=< 4", "", "< 4 V"])
def test_what_is_no_bound_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="expected a comparison"):
        Bound.parse(text)


@given(st.floats(-100, 100), st.sampled_from(Severity), st.floats(0, 10))
def test_hysteresis_only_ever_delays_getting_better(
    value: float, present: Severity, hysteresis: float
) -> None:
    plain = level_of(VOLTS, value)
    held = level_of(VOLTS, value, present, hysteresis)
    assert plain <= held <= max(plain, present)
