"""How long the journal will last."""

from __future__ import annotations

import math

import pytest

from omc.bus.journal.fill import FillLevel

LIMIT = 1_000_000


def filling(size: int, growth: float) -> FillLevel:
    """A journal that has grown to a size for five minutes, so many bytes a second."""
    fill = FillLevel(LIMIT)
    for second in range(0, 301, 10):
        fill.note(float(second), round(size - growth * (300 - second)))
    return fill


def test_it_is_told_when_it_will_be_full() -> None:
    assert filling(400_000, 1000.0).seconds_until_full(300.0) == pytest.approx(600.0)
    assert filling(LIMIT, 10.0).seconds_until_full(300.0) == 0.0


@pytest.mark.parametrize(
    ("size", "growth"), [(400_000, 0.0), (400_000, -50.0), (40_000, 120.0)], ids=str
)
def test_a_journal_that_does_not_grow_or_is_all_but_empty_lasts(size: int, growth: float) -> None:
    assert filling(size, growth).seconds_until_full(300.0) == math.inf
