"""Cells of the grid added up by area: square kilometres and people, all and covered.

Everything is a sum; shares are divided only where they are shown, so that any areas put together
have exactly the figures of their cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omc.core.inventory import Technology
from omc.reports.coverage.grid import Index
from omc.reports.coverage.prediction import Predicted, Where

Sums = NDArray[np.float64]

#: Technology, place of the phone, number of the spell.
Key = tuple[Technology, Where, int]


@dataclass(frozen=True, slots=True)
class Covered:
    """What is covered of some areas, for one key; arrays have an entry an area.

    Attributes:
        km2: Reached by some server.
        people: Living there.
        km2_available: Reached, weighed by the share of the time in which a server worked.
        people_available: Likewise.
    """

    km2: Sums
    people: Sums
    km2_available: Sums
    people_available: Sums


class Totals:
    """Sums by area, tile after tile.

    Args:
        areas: How many there are.
        keys: What is predicted.
        cell_km2: Ground of a cell of the grid.

    Attributes:
        km2: Of each area, as the grid has it.
        people: Of each area.
        outside_people: Those who live in cells of the tiles that lie in no area.
    """

    def __init__(self, areas: int, keys: Sequence[Key], cell_km2: float) -> None:
        self._areas = areas
        self._cell_km2 = cell_km2
        self.km2 = np.zeros(areas)
        self.people = np.zeros(areas)
        self.outside_people = 0.0
        self._covered = {key: Covered(*(np.zeros(areas) for _ in range(4))) for key in keys}

    @property
    def covered(self) -> Mapping[Key, Covered]:
        """By key."""
        return self._covered

    def add(self, which: Index, people: Sums | None, predicted: Predicted) -> None:
        """Add a tile.

        Args:
            which: Area of each cell, counted from 1.
            people: Of each cell; None where nobody knows.
            predicted: What is reached.
        """
        flat = which.ravel()
        inhabited = None if people is None else people.ravel()
        self.km2 += self._by_area(flat, None) * self._cell_km2
        if inhabited is not None:
            by_place = np.bincount(flat, weights=inhabited, minlength=self._areas + 1)
            self.people += by_place[1:]
            self.outside_people += float(by_place[0])
        for key, sums in self._covered.items():
            cover = predicted.covers[key]
            covered = cover.covered.ravel().astype(np.float64)
            available = 1.0 - cover.missing.ravel().astype(np.float64)
            sums.km2[:] += self._by_area(flat, covered) * self._cell_km2
            sums.km2_available[:] += self._by_area(flat, available) * self._cell_km2
            if inhabited is not None:
                sums.people[:] += self._by_area(flat, covered * inhabited)
                sums.people_available[:] += self._by_area(flat, available * inhabited)

    def _by_area(self, flat: NDArray[np.int32], weights: Sums | None) -> Sums:
        sums = np.bincount(flat, weights=weights, minlength=self._areas + 1)
        return np.asarray(sums[1:], dtype=np.float64)
