"""Whom a 5G site would reach by the radio model, and who is still without 5G."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from omc.core.geometry import distance_km
from omc.core.inventory import Inventory, Technology
from omc.core.metric import Text
from omc.core.model import SiteCode
from omc.reports.coverage.plane import Plane
from omc.reports.radio.transmitters import Transmitters
from omc.reports.readiness.candidates import cells_of_5g
from omc.reports.readiness.condition import Condition
from omc.reports.readiness.footprint import NO_SQUARES, Footprints, Squares, footprints
from omc.reports.readiness.ground import Ground
from omc.reports.readiness.score import BUSY_FULL, NEIGHBOUR_M, Surroundings


@dataclass(frozen=True, slots=True)
class Reach:
    """What lies around candidates.

    Attributes:
        candidates: Sites without 5G.
        reached: For each, the squares with people that it would cover outdoors.
        left: People of each square that have no 5G yet.
        overloaded: People in reach whose nearest 4G site is full in the busy hour, by candidate;
            None where nobody knows.
        surroundings: By candidate.
        covered: People with 5G today; None where nobody knows.
        refused: What the model was not made for -> sites whose reach nobody knows for it.
    """

    candidates: tuple[Condition, ...]
    reached: tuple[Squares, ...]
    left: NDArray[np.float64]
    overloaded: tuple[float | None, ...]
    surroundings: tuple[Surroundings, ...]
    covered: float | None
    refused: Mapping[Text, Sequence[SiteCode]]


def reach_of(
    found: Sequence[Condition],
    inventory: Inventory,
    ground: Ground,
    day: date,
    say: Callable[[str], None],
) -> Reach:
    """Predict whom every site reaches, or would.

    Args:
        found: All sites with radio.
        inventory: Their cells.
        ground: People, model, hills.
        day: On which cells are on air.
        say: Told how far it is.
    """
    candidates = [one for one in found if not one.has_5g]
    neighbours = _neighbours(candidates, found)
    if ground.layout is None:
        around = [Surroundings(None, count) for count in neighbours]
        nobody = tuple(None for _ in candidates)
        nowhere = tuple(NO_SQUARES for _ in candidates)
        return Reach(tuple(candidates), nowhere, np.empty(0), nobody, tuple(around), None, {})
    transmitters = Transmitters(ground.parameters, ground.corrections_db)
    cells = list(cells_of_5g(found, inventory, ground.parameters.candidate, day))
    stations = transmitters.stations(inventory, [Technology.G5], cells)
    seen = footprints(ground, ground.layout, stations, say)
    left = seen.people.copy()
    for one in found:
        if one.has_5g:
            left[seen.squares.get(one.site.code, NO_SQUARES)] = 0.0
    site_of = {cell.name: cell.site for cell in cells}
    refused = {
        reason: sorted({site_of[name] for name in names})
        for reason, names in transmitters.assumptions.refused.items()
    }
    unknown = {site for sites in refused.values() for site in sites}
    full = _near_full_sites(found, seen, ground.layout.plane)
    reached, around, overloaded = [], [], []
    for one, count in zip(candidates, neighbours, strict=True):
        squares = seen.squares.get(one.site.code, NO_SQUARES)
        known = one.site.code not in unknown
        reached.append(squares)
        around.append(Surroundings(float(left[squares].sum()) if known else None, count))
        overloaded.append(float(left[squares][full[squares]].sum()) if known else None)
    return Reach(
        tuple(candidates),
        tuple(reached),
        left,
        tuple(overloaded),
        tuple(around),
        float(seen.people.sum() - left.sum()),
        refused,
    )


def _neighbours(candidates: Sequence[Condition], found: Sequence[Condition]) -> list[int]:
    """Of each candidate, how many sites near by have 5G."""
    with_5g = [(one.site.longitude, one.site.latitude) for one in found if one.has_5g]
    return [
        sum(
            distance_km((one.site.longitude, one.site.latitude), place) * 1000 <= NEIGHBOUR_M
            for place in with_5g
        )
        for one in candidates
    ]


def _near_full_sites(
    found: Sequence[Condition], seen: Footprints, plane: Plane
) -> NDArray[np.bool_]:
    """Squares whose nearest site with a measured 4G load is full in the busy hour."""
    nearest = np.full(len(seen.people), np.inf)
    full = np.zeros(len(seen.people), dtype=bool)
    places = plane.positions([(one.site.longitude, one.site.latitude) for one in found])
    for one, (x, y) in zip(found, places, strict=True):
        if one.busy_prb_ratio is None:
            continue
        distance = np.hypot(seen.x - x, seen.y - y)
        nearer = distance < nearest
        nearest[nearer] = distance[nearer]
        full[nearer] = one.busy_prb_ratio >= BUSY_FULL
    return full
