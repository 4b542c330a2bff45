"""Drive tests: what they say of the model, square by square."""

from __future__ import annotations

import numpy as np
import pytest

from omc.core.inventory import AreaLevel, Technology
from omc.reports.coverage.drive_test import Correction, DriveTest, corrections
from omc.reports.coverage.layout import lay_out
from omc.reports.geography import geography
from tests.unit.reports.coverage_world import DAY, MIDDLE, PARAMETERS, network

NETWORK = network([(-0.5, -0.4), (0.7, 0.6)])
LAYOUT = lay_out(NETWORK, geography(NETWORK, AreaLevel.COMMUNE, DAY), 100.0)
#: Degrees: places that lie so far apart lie in different squares of 100 m.
APART = 0.002


def spots(count: int) -> list[tuple[float, float]]:
    """Places along two streets near the middle."""
    return [
        (MIDDLE[0] + APART * (n % 20 - 10), MIDDLE[1] + APART * (n // 20)) for n in range(count)
    ]


def compared(rows: list[tuple[float, float, float]]) -> Correction:
    """What longitudes, latitudes and levels say of 4G."""
    tests = {Technology.G4: DriveTest(*np.array(rows).T)}
    cells = list(NETWORK.cells.values())
    return corrections(tests, NETWORK, cells, PARAMETERS, LAYOUT)[Technology.G4]


def test_the_mean_difference_is_added_if_there_are_thirty_squares() -> None:
    once = compared([(*spot, -90.0) for spot in spots(30)])
    better = compared([(*spot, -84.0) for spot in spots(30)])
    assert once.places == better.places == 30
    assert better.mean_db - once.mean_db == pytest.approx(6.0)
    assert better.sigma_db == pytest.approx(once.sigma_db) != 0
    assert better.applied_db == better.mean_db
    fewer = compared([(*spot, -84.0) for spot in spots(29)])
    assert (fewer.places, fewer.applied_db) == (29, 0.0)


def test_many_measurements_in_one_square_are_one_place() -> None:
    found = compared([(*spots(1)[0], -90.0)] * 40)
    assert (found.places, found.applied_db) == (1, 0.0)


def test_of_many_measurements_in_one_square_their_mean_counts() -> None:
    once = compared([(*spot, -90.0) for spot in spots(30)])
    often = [(*spot, -90.0) for spot in spots(30)[1:]]
    often += [(*spots(1)[0], level) for level in (-100.0, -95.0, -90.0, -85.0, -80.0)]
    found = compared(often)
    assert found.places == 30
    assert found.mean_db == pytest.approx(once.mean_db)
    assert found.sigma_db == pytest.approx(once.sigma_db)


def test_places_outside_of_the_grid_and_out_of_reach_say_nothing() -> None:
    assert compared([(MIDDLE[0] + 1.0, MIDDLE[1], -90.0)] * 40) == Correction(0, 0.0, 0.0)
