"""The transport fibre: a backbone of rings through the hubs, access rings and spurs behind them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from omc.simulator.geometry import Point, bearing, distance, length, meander
from omc.simulator.network import SpanKind
from omc.simulator.seeds import stream

#: Sites a hub gathers, hubs on a backbone ring, sites on an access ring.
SITES_A_HUB = 24
_HUBS_A_RING = 6
_SITES_A_WEDGE = 11
_SITES_A_RING = 7

#: Slack loops at joints and at both ends, as a share of the route.
_SLACK = 1.06


@dataclass(frozen=True, slots=True)
class Route:
    """A cable between two sites, before it has a place in the province's list."""

    kind: SpanKind
    a: int
    b: int
    metres: float
    line: tuple[Point, ...]


def choose_hubs(positions: Sequence[Point], core: int) -> list[int]:
    """Sites that gather others, the core first: well spread (farthest first, then k-means)."""
    wanted = max(round(len(positions) / SITES_A_HUB), min(3, len(positions)))
    centres = [positions[core]]
    while len(centres) < wanted:
        centres.append(max(positions, key=lambda p: min(distance(p, c) for c in centres)))
    for _ in range(6):
        groups = _grouped(positions, centres)
        centres = [
            _middle([positions[i] for i in group]) if group else centre
            for group, centre in zip(groups, centres, strict=True)
        ]
    hubs = [core]
    for centre in centres:
        nearest = min(range(len(positions)), key=lambda i: distance(positions[i], centre))
        if nearest not in hubs:
            hubs.append(nearest)
    return hubs


def lay_transport(seed: int, positions: Sequence[Point], hubs: Sequence[int]) -> list[Route]:
    """Every transport cable: all sites are connected, most of them twice."""
    core = hubs[0]
    pairs: list[tuple[SpanKind, int, int]] = []
    rest = sorted(hubs[1:], key=lambda hub: bearing(positions[core], positions[hub]))
    for group in _chunks(rest, _HUBS_A_RING):
        pairs.extend(_ring(positions, core, group, SpanKind.BACKBONE))
    members = _grouped(positions, [positions[hub] for hub in hubs])
    for hub, group in zip(hubs, members, strict=True):
        pairs.extend(_access(positions, hub, [site for site in group if site not in hubs]))
    return [_route(seed, positions, kind, a, b) for kind, a, b in pairs]


def _access(
    positions: Sequence[Point], hub: int, members: list[int]
) -> Iterator[tuple[SpanKind, int, int]]:
    """Wedges around a hub: the nearer sites on a ring, the farther ones as a tree behind it."""
    members.sort(key=lambda site: bearing(positions[hub], positions[site]))
    for wedge in _chunks(members, _SITES_A_WEDGE):
        outwards = sorted(wedge, key=lambda site: distance(positions[hub], positions[site]))
        ring, beyond = outwards[:_SITES_A_RING], outwards[_SITES_A_RING:]
        yield from _ring(positions, hub, ring, SpanKind.RING)
        connected = [hub, *ring]
        for site in beyond:
            nearest = min(connected, key=lambda other: distance(positions[other], positions[site]))
            yield SpanKind.SPUR, nearest, site
            connected.append(site)


def _ring(
    positions: Sequence[Point], start: int, members: Sequence[int], kind: SpanKind
) -> list[tuple[SpanKind, int, int]]:
    """Consecutive pairs of a short tour; a single member is only a spur."""
    if len(members) == 1:
        return [(SpanKind.SPUR, start, members[0])]
    tour = _tour(positions, start, members)
    return [(kind, a, b) for a, b in zip(tour, (*tour[1:], start), strict=True)]


def _tour(positions: Sequence[Point], start: int, members: Sequence[int]) -> list[int]:
    """A closed tour, start first: nearest neighbour, then 2-opt until nothing gets shorter."""
    tour, left = [start], set(members)
    while left:
        here = positions[tour[-1]]
        tour.append(min(left, key=lambda site: (distance(here, positions[site]), site)))
        left.discard(tour[-1])
    shorter = True
    while shorter:
        shorter = False
        for i in range(1, len(tour) - 1):
            for j in range(i + 1, len(tour)):
                turned = tour[:i] + tour[i : j + 1][::-1] + tour[j + 1 :]
                if _closed_length(positions, turned) < _closed_length(positions, tour) - 1e-6:
                    tour, shorter = turned, True
    return tour


def _closed_length(positions: Sequence[Point], tour: Sequence[int]) -> float:
    return length([positions[site] for site in (*tour, tour[0])])


def _route(seed: int, positions: Sequence[Point], kind: SpanKind, a: int, b: int) -> Route:
    start, end = positions[a], positions[b]
    depth = 2 if distance(start, end) < 1500 else 3
    line = tuple(meander(start, end, stream(seed, "cable", kind, a, b), 0.30, depth))
    return Route(kind, a, b, length(line) * _SLACK, line)


def _grouped(positions: Sequence[Point], centres: Sequence[Point]) -> list[list[int]]:
    groups: list[list[int]] = [[] for _ in centres]
    for site, position in enumerate(positions):
        nearest = min(range(len(centres)), key=lambda i: distance(position, centres[i]))
        groups[nearest].append(site)
    return groups


def _middle(points: Sequence[Point]) -> Point:
    return (
        math.fsum(p[0] for p in points) / len(points),
        math.fsum(p[1] for p in points) / len(points),
    )


def _chunks(items: Sequence[int], size: int) -> list[Sequence[int]]:
    """Consecutive parts of nearly equal size, none larger than half as much again."""
    count = max(round(len(items) / size), 1 if items else 0)
    return [items[len(items) * i // count : len(items) * (i + 1) // count] for i in range(count)]
