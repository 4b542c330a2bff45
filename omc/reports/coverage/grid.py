"""A grid of square cells over areas, worked through tile by tile so that memory stays flat.

Rows run from north to south, columns from west to east. Edges are multiples of the cell's size, so
that two reports lie on the same grid.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio import Affine
from rasterio.features import rasterize
from shapely.geometry.base import BaseGeometry

#: Rows and columns of a tile: at 100 m, 51 km.
TILE_CELLS = 512

Index = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of grid cells.

    Attributes:
        west: Edge, metres of the plane.
        north: Edge, metres of the plane.
        rows: How many.
        columns: How many.
        size_m: Side of a cell.
    """

    west: float
    north: float
    rows: int
    columns: int
    size_m: float

    @property
    def xs(self) -> NDArray[np.float64]:
        """Middles of the columns."""
        return self.west + (np.arange(self.columns, dtype=np.float64) + 0.5) * self.size_m

    @property
    def ys(self) -> NDArray[np.float64]:
        """Middles of the rows, falling."""
        return self.north - (np.arange(self.rows, dtype=np.float64) + 0.5) * self.size_m

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north edges."""
        south = self.north - self.rows * self.size_m
        return self.west, south, self.west + self.columns * self.size_m, self.north

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def transform(self) -> Affine:
        """From column and row to metres."""
        return Affine(self.size_m, 0, self.west, 0, -self.size_m, self.north)

    def grown(self, cells: int) -> Tile:
        """The same with so many cells more on each side."""
        more = cells * self.size_m
        return Tile(
            self.west - more,
            self.north + more,
            self.rows + 2 * cells,
            self.columns + 2 * cells,
            self.size_m,
        )

    def around(self, x: float, y: float, metres: float) -> tuple[slice, slice] | None:
        """Rows and columns whose middles may be within a distance of a place; None for none."""
        first_row = max(0, math.floor((self.north - y - metres) / self.size_m))
        last_row = min(self.rows, math.ceil((self.north - y + metres) / self.size_m))
        first_column = max(0, math.floor((x - metres - self.west) / self.size_m))
        last_column = min(self.columns, math.ceil((x + metres - self.west) / self.size_m))
        if first_row >= last_row or first_column >= last_column:
            return None
        return slice(first_row, last_row), slice(first_column, last_column)

    def index(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """Flat index of the cell that each place lies in; -1 for places outside."""
        column = np.floor((x - self.west) / self.size_m).astype(np.int64)
        row = np.floor((self.north - y) / self.size_m).astype(np.int64)
        inside = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        return np.where(inside, row * self.columns + column, -1)

    def which(self, areas: Sequence[BaseGeometry]) -> Index:
        """For each cell the position of the area that its middle lies in, counted from 1.

        0 where there is none. Areas are in metres of the plane.
        """
        box = shapely.box(*self.bounds)
        inside = [
            (area, place)
            for place, area in enumerate(areas, start=1)
            if not area.is_empty and area.intersects(box)
        ]
        if not inside:
            return np.zeros(self.shape, dtype=np.int32)
        found = rasterize(
            inside, out_shape=self.shape, transform=self.transform, fill=0, dtype="int32"
        )
        return np.asarray(found, dtype=np.int32)


def tiles(areas: Sequence[BaseGeometry], size_m: float, most: int = TILE_CELLS) -> Iterator[Tile]:
    """Tiles that cover areas, which are in metres of the plane; those that touch none are left out.

    The last ones of a row or column are as small as the areas allow.
    """
    west, south, east, north = shapely.total_bounds(list(areas))
    first_column, last_column = math.floor(west / size_m), math.ceil(east / size_m)
    first_row, last_row = math.floor(-north / size_m), math.ceil(-south / size_m)
    tree = shapely.STRtree(list(areas))
    for row in range(first_row, last_row, most):
        for column in range(first_column, last_column, most):
            rows = min(most, last_row - row)
            columns = min(most, last_column - column)
            tile = Tile(column * size_m, -row * size_m, rows, columns, size_m)
            if len(tree.query(shapely.box(*tile.bounds), predicate="intersects")):
                yield tile
