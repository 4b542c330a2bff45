"""Distances, lines and polygons on the small flat piece of earth that a province is.

Points are (longitude, latitude) in degrees. Over 60 km the error of treating them as a plane around
the province's centre stays below 0.2 %, less than any cable's slack.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence

Point = tuple[float, float]

_METRES_PER_LATITUDE = 110_720.0
_METRES_PER_LONGITUDE = 103_690.0  # at 21.35 degrees north


def distance(a: Point, b: Point) -> float:
    """Metres between two points."""
    return math.hypot((a[0] - b[0]) * _METRES_PER_LONGITUDE, (a[1] - b[1]) * _METRES_PER_LATITUDE)


def length(line: Sequence[Point]) -> float:
    """Metres along a line."""
    return sum(distance(a, b) for a, b in itertools.pairwise(line))


def moved(point: Point, bearing: float, metres: float) -> Point:
    """The point `metres` away; bearing in radians from north, clockwise."""
    return (
        point[0] + math.sin(bearing) * metres / _METRES_PER_LONGITUDE,
        point[1] + math.cos(bearing) * metres / _METRES_PER_LATITUDE,
    )


def bearing(origin: Point, target: Point) -> float:
    """Radians from north, clockwise, 0..2 pi."""
    east = (target[0] - origin[0]) * _METRES_PER_LONGITUDE
    north = (target[1] - origin[1]) * _METRES_PER_LATITUDE
    return math.atan2(east, north) % (2 * math.pi)


def rounded(point: Point) -> Point:
    """To 1e-6 degrees, about a decimetre."""
    return (round(point[0], 6), round(point[1], 6))


def meander(
    start: Point, end: Point, chance: random.Random, sway: float, depth: int
) -> list[Point]:
    """A line from start to end that wanders as roads do, by repeated mid-point displacement.

    Args:
        start: First point.
        end: Last point.
        chance: Where the wandering comes from.
        sway: Sideways displacement of a mid-point, as a share of its segment's length.
        depth: How many times every segment is halved.
    """
    line = [start, end]
    for _ in range(depth):
        bent = [line[0]]
        for a, b in itertools.pairwise(line):
            shift = chance.uniform(-sway, sway)
            across = ((b[1] - a[1]) * shift, (a[0] - b[0]) * shift)
            bent.append(((a[0] + b[0]) / 2 + across[0], (a[1] + b[1]) / 2 + across[1]))
            bent.append(b)
        line = bent
    return [rounded(point) for point in line]


def contains(polygon: Sequence[Point], point: Point) -> bool:
    """Whether a point lies inside (even-odd rule)."""
    inside = False
    x, y = point
    for (ax, ay), (bx, by) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def clip(polygon: Sequence[Point], near: Point, far: Point) -> list[Point]:
    """The part of a polygon that is nearer to one point than to the other."""
    kept: list[Point] = []
    for a, b in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        a_side = distance(a, far) ** 2 - distance(a, near) ** 2
        b_side = distance(b, far) ** 2 - distance(b, near) ** 2
        if a_side >= 0:
            kept.append(a)
        if (a_side > 0 > b_side) or (a_side < 0 < b_side):
            share = a_side / (a_side - b_side)
            kept.append((a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share))
    return kept


def spread(polygon: Sequence[Point], chance: random.Random) -> Point:
    """A point somewhere inside a polygon, all places equally likely."""
    west, east = min(p[0] for p in polygon), max(p[0] for p in polygon)
    south, north = min(p[1] for p in polygon), max(p[1] for p in polygon)
    while True:
        point = (chance.uniform(west, east), chance.uniform(south, north))
        if contains(polygon, point):
            return point
