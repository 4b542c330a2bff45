"""What counts as up: missing data never makes anything look better."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.reports.availability import Availability, Verdict, added

SECONDS = st.floats(0, 1e6)
PARTS = st.builds(Availability, SECONDS, SECONDS, SECONDS, SECONDS, SECONDS)


@given(PARTS, st.sampled_from(["up", "unplanned", "planned", "saving"]), st.floats(0, 1))
def test_forgetting_what_was_seen_never_raises_the_availability(
    whole: Availability, forgotten: str, share: float
) -> None:
    lost = getattr(whole, forgotten) * share
    values = {name: getattr(whole, name) for name in Availability.__slots__}
    values[forgotten] -= lost
    values["unknown"] += lost
    less = Availability(**values)
    if whole.proved is not None:
        assert less.proved is not None
        assert less.proved <= whole.proved + 1e-9
        assert whole.at_most is not None
        assert less.proved <= (less.at_most or 0) + 1e-9


def test_ratios_of_several_objects_are_ratios_of_sums() -> None:
    half, whole = Availability(up=50, unplanned=50), Availability(up=900)
    assert added([half, whole]).proved == pytest.approx(950 / 1000)


def test_planned_work_and_energy_saving_are_told_apart() -> None:
    night = Availability(up=70, unplanned=10, planned=10, saving=10)
    assert night.proved == pytest.approx(70 / 80)
    assert night.with_planned == pytest.approx(70 / 90)
    assert night.completeness == 1


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (Availability(up=99.5, unplanned=0.5), Verdict.MET),
        (Availability(up=98, unplanned=2), Verdict.MISSED),
        (Availability(up=98, unknown=2), Verdict.NOT_KNOWN),
        (Availability(up=90, unplanned=5, unknown=5), Verdict.MISSED),
        (Availability(planned=100), Verdict.NOT_KNOWN),
        (Availability(), Verdict.NOT_KNOWN),
    ],
)
def test_a_target_is_met_missed_or_nobody_knows(seen: Availability, verdict: Verdict) -> None:
    assert seen.meets(0.99) is verdict
