from __future__ import annotations

import pytest

from omc.core.route_loss import route_loss_decibels, splices


@pytest.mark.parametrize(
    ("lengths", "count"), [([0.5], 2), ([4.0], 2), ([4.1], 3), ([12.0], 4), ([3.0, 9.0], 5)]
)
def test_there_is_a_splice_between_drums_and_cables_and_at_each_end(
    lengths: list[float], count: int
) -> None:
    assert splices(lengths) == count


@pytest.mark.parametrize(
    ("lengths", "decibels"),
    [([4.0], 0.35 * 4 + 0.2 + 1.0), ([20.0], 0.22 * 20 + 0.6 + 1.0), ([6.0, 6.0], 2.64 + 0.5 + 1)],
)
def test_length_splices_and_connectors_add_up(lengths: list[float], decibels: float) -> None:
    assert route_loss_decibels(lengths) == pytest.approx(decibels)
