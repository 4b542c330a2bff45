"""Whom a 5G site would reach, and who is still without 5G."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omc.reports.readiness.condition import Condition
from omc.reports.readiness.people import People
from omc.reports.readiness.score import BUSY_FULL, NEIGHBOUR_M, Surroundings


@dataclass(frozen=True, slots=True)
class Reach:
    """What lies around candidates.

    Attributes:
        candidates: Sites without 5G.
        reached: For each, the points within the radius.
        left: People of each point that have no 5G yet.
        overloaded: People in reach whose nearest 4G site is full in the busy hour, by candidate;
            None where nobody knows who lives where.
        surroundings: By candidate.
        covered: People with 5G today; None where nobody knows.
    """

    candidates: tuple[Condition, ...]
    reached: tuple[NDArray[np.intp], ...]
    left: NDArray[np.float64]
    overloaded: tuple[float | None, ...]
    surroundings: tuple[Surroundings, ...]
    covered: float | None


def reach_of(found: Sequence[Condition], people: People, radius_m: float) -> Reach:
    """Look around every site without 5G.

    Args:
        found: All sites with radio.
        people: Who lives where.
        radius_m: How far a 5G site is taken to reach.
    """
    x, y = people.plane.forward(
        np.array([one.site.longitude for one in found]),
        np.array([one.site.latitude for one in found]),
    )
    has_5g = np.array([one.has_5g for one in found], dtype=bool)
    reached = [_within(people, x[i], y[i], radius_m) for i in range(len(found))]
    left = people.count.copy()
    for index in np.flatnonzero(has_5g):
        left[reached[index]] = 0.0
    known = people.basis is not None
    full = _of_full_sites(found, people, x, y)
    places = [index for index, one in enumerate(found) if not one.has_5g]
    return Reach(
        tuple(found[i] for i in places),
        tuple(reached[i] for i in places),
        left,
        tuple(float(left[reached[i]][full[reached[i]]].sum()) if known else None for i in places),
        tuple(
            Surroundings(
                float(left[reached[i]].sum()) if known else None,
                int((np.hypot(x[has_5g] - x[i], y[has_5g] - y[i]) <= NEIGHBOUR_M).sum()),
            )
            for i in places
        ),
        float(people.count.sum() - left.sum()) if known else None,
    )


def _within(people: People, x: float, y: float, radius_m: float) -> NDArray[np.intp]:
    near = np.flatnonzero((abs(people.x - x) <= radius_m) & (abs(people.y - y) <= radius_m))
    inside = np.hypot(people.x[near] - x, people.y[near] - y) <= radius_m
    return near[inside]


def _of_full_sites(
    found: Sequence[Condition], people: People, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Points whose nearest site with a measured 4G load is full in the busy hour."""
    nearest = np.full(len(people.count), np.inf)
    full = np.zeros(len(people.count), dtype=bool)
    for index, one in enumerate(found):
        if one.busy_prb_ratio is None:
            continue
        distance = np.hypot(people.x - x[index], people.y - y[index])
        nearer = distance < nearest
        nearest[nearer] = distance[nearer]
        full[nearer] = one.busy_prb_ratio >= BUSY_FULL
    return full
