"""Which squares with people each station covers by itself, tile by tile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omc.core.inventory import Technology
from omc.core.model import SiteCode
from omc.reports.coverage.clutter import clutter_db
from omc.reports.coverage.grid import Tile
from omc.reports.coverage.layout import Layout
from omc.reports.coverage.prediction import Prediction
from omc.reports.radio.transmitters import Station
from omc.reports.readiness.ground import Ground

#: Numbers of squares, ascending.
Squares = NDArray[np.int32]
Array = NDArray[np.float64]
NO_SQUARES: Squares = np.empty(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Footprints:
    """All squares in which somebody lives, and who covers them.

    Attributes:
        people: Of each square.
        x: Middle of each square, metres of the layout's plane.
        y: Likewise.
        squares: Site -> squares that it covers outdoors; sites that cover none are left out.
    """

    people: Array
    x: Array
    y: Array
    squares: Mapping[SiteCode, Squares]


def footprints(
    ground: Ground,
    layout: Layout,
    stations: Sequence[Station],
    say: Callable[[str], None] = lambda work: None,
) -> Footprints:
    """Predict what each station reaches with 5G.

    Args:
        ground: Model and hills.
        layout: Squares and people.
        stations: At most one a site.
        say: Told how far it is.
    """
    threshold = ground.parameters.technologies.technologies[Technology.G5].threshold_dbm
    prediction = Prediction(stations, layout.plane, {Technology.G5: threshold}, ())
    reached: list[list[Squares]] = [[] for _ in stations]
    parts: list[tuple[Array, Array, Array]] = [(np.empty(0), np.empty(0), np.empty(0))]
    first = 0
    for done, tile in enumerate(layout.tiles, start=1):
        say(f"people in reach: {done}/{len(layout.tiles)}")
        people = _people(layout, tile)
        rows, columns = np.nonzero(people)
        number = np.full(tile.shape, -1, dtype=np.int32)
        number[rows, columns] = np.arange(first, first + len(rows))
        clutter = clutter_db(tile, layout.population, ground.parameters.propagation)
        for place, window, covered in prediction.footprints(tile, clutter, ground.obstruction):
            own = number[window][covered]
            reached[place].append(own[own >= 0])
        parts.append((people[rows, columns], tile.xs[columns], tile.ys[rows]))
        first += len(rows)
    people, x, y = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    squares = {
        station.site.code: np.concatenate(own)
        for station, own in zip(stations, reached, strict=True)
        if own
    }
    return Footprints(people, x, y, squares)


def _people(layout: Layout, tile: Tile) -> Array:
    """People of each square of a tile; where there are areas, of those in one."""
    assert layout.population is not None  # noqa: S101 - `ground_of` gives no layout without
    people = layout.population.people(tile)
    return np.where(tile.which(layout.areas) > 0, people, 0.0) if layout.areas else people
