"""Patches that nobody covers: where they are, who lives there, and what is nearest to them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize, shapes
from shapely.geometry.base import BaseGeometry

from omc.core.inventory import Inventory, Site, Span, SpanName, Technology
from omc.core.model import AreaCode
from omc.reports.coverage.grid import Index, Tile
from omc.reports.coverage.plane import Plane
from omc.reports.coverage.prediction import Mask


@dataclass(frozen=True, slots=True)
class Gap:
    """One connected patch within one area that is not covered outdoors.

    Attributes:
        technology: That does not reach it.
        area: It lies in.
        patch: In metres of the plane.
        km2: Its ground.
        people: Who live in it; None where nobody knows.
        site: The nearest site.
        site_km: How far that is from the patch's middle.
        span: The nearest cable whose route is known.
        span_km: Likewise.
    """

    technology: Technology
    area: AreaCode
    patch: BaseGeometry
    km2: float
    people: float | None
    site: Site | None = None
    site_km: float | None = None
    span: SpanName | None = None
    span_km: float | None = None


@dataclass(frozen=True, slots=True)
class Rank:
    """Which gaps are kept: the rest only count in sums.

    Attributes:
        most: For each technology.
        least_km2: Smaller ones are edges of cells, not places.
    """

    most: int = 100
    least_km2: float = 0.05


class GapFinder:
    """Collects gaps of tiles; those that a tile's edge cuts in two become one again.

    Args:
        areas: Code of each area, in the order of the grid's index.
        cell_km2: Ground of a cell of the grid.
        rank: Which ones are kept.
    """

    def __init__(self, areas: Sequence[AreaCode], cell_km2: float, rank: Rank) -> None:
        self._areas = areas
        self._cell_km2 = cell_km2
        self._rank = rank
        self._found: dict[tuple[Technology, int], list[tuple[BaseGeometry, float, float]]] = {}

    def add(
        self,
        tile: Tile,
        which: Index,
        people: NDArray[np.float64] | None,
        covered: Mapping[Technology, Mask],
    ) -> None:
        """Look for gaps on a tile."""
        for technology, mask in covered.items():
            open_cells = np.where(mask, 0, which).astype(np.int32)
            patches = [
                (shapely.geometry.shape(patch), int(place))
                for patch, place in shapes(
                    open_cells, mask=open_cells > 0, transform=tile.transform
                )
            ]
            if patches:
                self._count(technology, tile, open_cells, people, patches)

    def _count(
        self,
        technology: Technology,
        tile: Tile,
        open_cells: Index,
        people: NDArray[np.float64] | None,
        patches: Sequence[tuple[BaseGeometry, int]],
    ) -> None:
        numbered = ((patch, number) for number, (patch, _) in enumerate(patches, start=1))
        labels = rasterize(
            numbered, out_shape=tile.shape, transform=tile.transform, fill=0, dtype="int32"
        )
        flat = np.where(open_cells > 0, labels, 0).ravel()
        cells = np.bincount(flat, minlength=len(patches) + 1)[1:]
        weights = np.zeros(flat.size) if people is None else people.ravel()
        living = np.bincount(flat, weights, minlength=len(patches) + 1)[1:]
        for (patch, place), count, inhabitants in zip(patches, cells, living, strict=True):
            own = self._found.setdefault((technology, place), [])
            own.append((patch, float(count) * self._cell_km2, float(inhabitants)))

    def ranked(self, surroundings: Surroundings, *, people_known: bool) -> list[Gap]:
        """The largest gaps of each technology: most people first, then most ground."""
        found = [
            Gap(technology, self._areas[place - 1], patch, km2, people if people_known else None)
            for (technology, place), pieces in self._found.items()
            for patch, km2, people in _joined(pieces)
            if km2 >= self._rank.least_km2
        ]
        found.sort(key=lambda gap: (-(gap.people or 0.0), -gap.km2, gap.area))
        kept: dict[Technology, list[Gap]] = {}
        for gap in found:
            of_technology = kept.setdefault(gap.technology, [])
            if len(of_technology) < self._rank.most:
                of_technology.append(surroundings.of(gap))
        return [gap for technology in Technology for gap in kept.get(technology, [])]


def _joined(
    pieces: Sequence[tuple[BaseGeometry, float, float]],
) -> Iterable[tuple[BaseGeometry, float, float]]:
    """Pieces that share an edge put together."""
    if len(pieces) == 1:
        return pieces
    whole = shapely.get_parts(shapely.union_all([patch for patch, _, _ in pieces]))
    tree = shapely.STRtree(whole)
    middles = shapely.point_on_surface([patch for patch, _, _ in pieces])
    sums = np.zeros((len(whole), 2))
    for piece, place in zip(*tree.query(middles, predicate="within"), strict=True):
        sums[place] += pieces[piece][1:]
    return [(patch, *map(float, both)) for patch, both in zip(whole, sums, strict=True)]


class Surroundings:
    """Sites and cables, to tell what is nearest.

    Args:
        inventory: Its sites, and spans with a route.
        plane: That gaps lie in.
    """

    def __init__(self, inventory: Inventory, plane: Plane) -> None:
        self._sites = list(inventory.sites.values())
        longitudes = np.array([site.longitude for site in self._sites])
        latitudes = np.array([site.latitude for site in self._sites])
        places = np.column_stack(plane.forward(longitudes, latitudes))
        self._places = np.array([shapely.Point(place) for place in places], dtype=object)
        self._site_tree = shapely.STRtree(self._places)
        self._spans = [s for s in inventory.spans.values() if s.geometry is not None]
        lines = [plane.flattened(_line(span)) for span in self._spans]
        self._lines = np.array(lines, dtype=object)
        self._span_tree = shapely.STRtree(lines)

    def of(self, gap: Gap) -> Gap:
        """The gap with what is nearest to it."""
        middle = shapely.point_on_surface(gap.patch)
        site, site_km = _nearest(self._site_tree, self._places, middle)
        span, span_km = _nearest(self._span_tree, self._lines, middle)
        return Gap(
            gap.technology,
            gap.area,
            gap.patch,
            gap.km2,
            gap.people,
            None if site is None else self._sites[site],
            site_km,
            None if span is None else self._spans[span].name,
            span_km,
        )


def _nearest(
    tree: shapely.STRtree, things: NDArray[np.object_], middle: BaseGeometry
) -> tuple[int | None, float | None]:
    found = tree.nearest(middle)
    if found is None:
        return None, None
    metres = float(shapely.distance(things[int(found)], middle))
    return int(found), metres / 1000 if math.isfinite(metres) else None


def _line(span: Span) -> shapely.LineString:
    return shapely.LineString(span.geometry or ())
