"""The land: an invented outline, divided among the communes so that each owns what is nearest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from omc.simulator.communes import COMMUNES, CommuneFacts
from omc.simulator.geometry import Point, clip, distance, meander
from omc.simulator.seeds import stream

#: The province's outline before it is given detail: invented, with room for all communes.
_FRAME: tuple[Point, ...] = (
    (105.335, 21.470), (105.345, 21.395), (105.392, 21.330), (105.410, 21.262),
    (105.448, 21.205), (105.480, 21.155), (105.548, 21.143), (105.640, 21.168),
    (105.690, 21.205), (105.752, 21.225), (105.778, 21.290), (105.790, 21.375),
    (105.730, 21.425), (105.672, 21.470), (105.610, 21.560), (105.540, 21.578),
    (105.470, 21.545), (105.385, 21.540), (105.345, 21.515),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune with land.

    Attributes:
        index: Position in the province's list.
        facts: Name, code, population.
        outline: Closed by its first point, which is not repeated.
        centre: Nearest-centre decides which commune a place belongs to.
    """

    index: int
    facts: CommuneFacts
    outline: tuple[Point, ...]
    centre: Point


def divide_land(seed: int) -> tuple[Commune, ...]:
    """Give every commune its outline; neighbours share their border point by point."""
    return tuple(
        Commune(
            index,
            facts,
            tuple(_with_detail(seed, _nearest_land(index))),
            (facts.longitude, facts.latitude),
        )
        for index, facts in enumerate(COMMUNES)
    )


def province_outline(communes: Sequence[Commune]) -> tuple[Point, ...]:
    """The whole province: all its communes put together, to the last corner."""
    whole = shapely.union_all([shapely.Polygon(commune.outline) for commune in communes])
    assert isinstance(whole, shapely.Polygon)  # noqa: S101 - the frame is one piece
    return tuple((float(x), float(y)) for x, y in whole.exterior.coords[:-1])


def commune_at(communes: Sequence[Commune], point: Point) -> Commune:
    """The commune a place belongs to."""
    return min(communes, key=lambda commune: distance(commune.centre, point))


def _nearest_land(index: int) -> list[Point]:
    """The Voronoi cell of a commune's centre within the frame."""
    own = (COMMUNES[index].longitude, COMMUNES[index].latitude)
    land: list[Point] = list(_FRAME)
    for other, facts in enumerate(COMMUNES):
        if other != index:
            land = clip(land, own, (facts.longitude, facts.latitude))
    corners = [(round(x, 5), round(y, 5)) for x, y in land]
    return [a for a, b in zip(corners, (corners[-1], *corners[:-1]), strict=True) if a != b]


def _with_detail(seed: int, corners: Sequence[Point]) -> list[Point]:
    """Replace straight borders by winding ones that depend on their two ends alone."""
    outline: list[Point] = []
    for a, b in zip(corners, (*corners[1:], corners[0]), strict=True):
        low, high = sorted((a, b))
        depth = 2 if distance(a, b) > 1200 else 1
        border = meander(low, high, stream(seed, "border", low, high), 0.09, depth)
        outline.extend(border[:-1] if a == low else border[:0:-1])
    return outline


def shares(weights: Sequence[float], total: int) -> list[int]:
    """Divide `total` whole things by weight (largest remainder)."""
    scale = total / math.fsum(weights)
    exact = [weight * scale for weight in weights]
    counts = [int(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (counts[i] - exact[i], i))
    for index in by_remainder[: total - sum(counts)]:
        counts[index] += 1
    return counts
