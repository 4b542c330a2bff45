"""What the surroundings of each cell of a grid take away: a smooth function of how many live there.

There is no switch between town and country: a hard one gives the country the milder model and then
lets it look better covered than a dense commune beside it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omc.reports.coverage.grid import Tile
from omc.reports.coverage.population import Population
from omc.reports.radio.parameters import Propagation

Loss = NDArray[np.float32]


def clutter_db(tile: Tile, population: Population | None, propagation: Propagation) -> Loss:
    """Loss of each cell of a tile, dB; the same for all where nobody knows who lives where."""
    if population is None:
        return np.full(tile.shape, propagation.clutter_unknown_db, dtype=np.float32)
    reach = round(propagation.clutter_smoothing_m / 2 / tile.size_m)
    people = population.people(tile.grown(reach))
    density = _box_mean(people, reach) / (tile.size_m / 1000) ** 2
    points = propagation.clutter
    loss = np.interp(density, [p.density for p in points], [p.loss_db for p in points])
    return loss.astype(np.float32)


def _box_mean(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Means over squares of 2 `reach` + 1 cells; as many fewer rows and columns come back."""
    side = 2 * reach + 1
    sums = np.pad(values, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    boxes = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return np.asarray(np.maximum(boxes, 0.0) / side**2, dtype=np.float64)
