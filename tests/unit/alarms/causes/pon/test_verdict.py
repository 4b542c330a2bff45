"""Fibre or mains, the whole PON or a part of it: rows of what was lost and what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.alarms.causes.pon.verdict import PonFault, PonLoss, judge

FEEDER, BRANCH, HOMES = PonFault.FEEDER, PonFault.BRANCH, PonFault.HOMES

ROWS = [
    # ONTs in operation, lost, known, gasps, port down, mains away -> fault
    (PonLoss(32, 32, 32, 0, True, False), FEEDER),
    (PonLoss(32, 30, 30, 1, False, None), FEEDER),  # two answer on light from nowhere
    (PonLoss(32, 32, 32, 29, True, False), HOMES),
    (PonLoss(32, 32, 32, 14, True, True), HOMES),  # gasps are lost where many gasp at once
    (PonLoss(32, 32, 0, 0, True, True), HOMES),  # nothing is known yet but the mains around
    (PonLoss(32, 32, 0, 0, True, False), FEEDER),
    (PonLoss(0, 0, 0, 0, True, None), FEEDER),  # an OLT that does not tell of its ONTs
    (PonLoss(32, 8, 8, 0, False, False), BRANCH),
    (PonLoss(32, 8, 8, 8, False, False), HOMES),
    (PonLoss(32, 3, 3, 3, False, False), None),  # switched off one by one
    (PonLoss(32, 1, 1, 0, False, False), None),  # a drop
    (PonLoss(32, 2, 2, 0, False, False), None),
    (PonLoss(2, 2, 2, 0, True, False), FEEDER),  # a small PON is a PON
]


@pytest.mark.parametrize(("loss", "fault"), ROWS)
def test_what_was_lost_tells_the_fault(loss: PonLoss, fault: PonFault | None) -> None:
    verdict = judge(loss)
    assert (verdict.fault if verdict else None) == fault
    assert verdict is None or 0.5 <= verdict.confidence <= 1.0


def test_a_verdict_without_any_gasp_known_is_less_sure() -> None:
    known, unknown = judge(PonLoss(32, 32, 32, 0, True)), judge(PonLoss(32, 32, 0, 0, True))
    assert known is not None
    assert unknown is not None
    assert unknown.confidence < 0.75 < 0.95 < known.confidence


@given(lost=st.integers(3, 64), data=st.data())
def test_more_gasps_never_speak_for_the_fibre(lost: int, data: st.DataObject) -> None:
    gasps = data.draw(st.integers(0, lost - 1))
    fewer = judge(PonLoss(lost, lost, lost, gasps, True))
    more = judge(PonLoss(lost, lost, lost, gasps + 1, True))
    assert fewer is not None
    assert more is not None
    if fewer.fault is HOMES:
        assert more.fault is HOMES
        assert more.confidence >= fewer.confidence
