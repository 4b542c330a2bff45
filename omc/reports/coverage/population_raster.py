"""People of a GeoTIFF's pixels, read where they are wanted: a country's file fits no memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from numpy.typing import NDArray
from rasterio import windows
from rasterio.errors import RasterioIOError
from rasterio.warp import transform_bounds

from omc.core.errors import ConfigurationError, Problem

Array = NDArray[np.float64]
#: West, south, east, north in degrees.
Box = tuple[float, float, float, float]
#: Longitudes, latitudes and people of places.
Places = tuple[Array, Array, Array]

#: Rows and columns that are read at once to add up the whole file.
_WINDOW = 1024
#: A pixel is cut up until no piece is larger than half a grid cell, but into no more than so many.
_MOST_PIECES = 20


class PeopleRaster:
    """A GeoTIFF of people a pixel, in any coordinate system.

    Args:
        path: Of the file.
        cell_m: Side of the grid's cells: pixels larger than half of it are cut up.

    Attributes:
        total: People of the whole file.

    Raises:
        ConfigurationError: it cannot be read, or does not say its coordinate system.
    """

    def __init__(self, path: Path, cell_m: float) -> None:
        self._path = path
        self._cell_m = cell_m
        with self._opened() as file:
            if file.crs is None:
                raise _fault(path, "the GeoTIFF does not say its coordinate system")
            self.total = sum(float(_people(file, window).sum()) for window in _windows(file))

    def places(self, within: Box) -> Places:
        """The pieces of all pixels with people that touch a box; others may be among them.

        Raises:
            ConfigurationError: the file cannot be read any more.
        """
        with self._opened() as file:
            window = _window_of(file, within)
            if window is None:
                return np.empty(0), np.empty(0), np.empty(0)
            pieces = _pieces(file.transform, file.crs, self._cell_m)
            x, y, people = _cut(_people(file, window), file.transform, window, pieces)
            to_degrees = pyproj.Transformer.from_crs(file.crs.to_wkt(), "EPSG:4326", always_xy=True)
            longitudes, latitudes = to_degrees.transform(x, y)
            return np.asarray(longitudes), np.asarray(latitudes), people

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        try:
            with rasterio.open(self._path) as file:
                yield file
        except RasterioIOError as error:
            raise _fault(self._path, f"cannot be read as a GeoTIFF: {error}") from None


def _fault(path: Path, text: str) -> ConfigurationError:
    return ConfigurationError([Problem(str(path), 0, 0, text)])


def _windows(file: Any) -> Iterator[windows.Window]:
    for row in range(0, file.height, _WINDOW):
        for column in range(0, file.width, _WINDOW):
            width, height = min(_WINDOW, file.width - column), min(_WINDOW, file.height - row)
            yield windows.Window(column, row, width, height)


def _window_of(file: Any, box: Box) -> windows.Window | None:
    """Rows and columns that a box in degrees touches; None for none."""
    west, south, east, north = transform_bounds("EPSG:4326", file.crs, *box)
    if not np.all(np.isfinite([west, south, east, north])):
        return None  # so far off that the file's projection does not know it
    x, y = np.array([west, east, west, east]), np.array([south, south, north, north])
    columns, rows = _coordinates(~file.transform, x, y)
    first_column, first_row = (max(0, math.floor(edge.min())) for edge in (columns, rows))
    width = min(file.width, math.ceil(columns.max())) - first_column
    height = min(file.height, math.ceil(rows.max())) - first_row
    if width <= 0 or height <= 0:
        return None
    return windows.Window(first_column, first_row, width, height)


def _people(file: Any, window: windows.Window) -> Array:
    values = file.read(1, window=window, masked=True).astype(np.float64).filled(0.0)
    values[~np.isfinite(values) | (values < 0)] = 0.0  # some publishers mark water with -200
    return np.asarray(values)


def _coordinates(transform: Any, columns: Array, rows: Array) -> tuple[Array, Array]:
    x = transform.a * columns + transform.b * rows + transform.c
    y = transform.d * columns + transform.e * rows + transform.f
    return x, y


def _pieces(transform: Any, crs: Any, cell_m: float) -> int:
    side = max(abs(transform.a), abs(transform.e))
    metres = side * 111_320 if crs.is_geographic else side
    return max(1, min(_MOST_PIECES, math.ceil(2 * float(metres) / cell_m)))


def _cut(people: Array, transform: Any, window: windows.Window, pieces: int) -> Places:
    """Coordinates of the file, and people, of the pieces of all pixels that have any."""
    rows, columns = np.nonzero(people)
    inner = (np.arange(pieces) + 0.5) / pieces
    across, down = (grid.ravel() for grid in np.meshgrid(inner, inner))
    x, y = _coordinates(
        transform,
        (window.col_off + columns[:, None] + across[None, :]).ravel(),
        (window.row_off + rows[:, None] + down[None, :]).ravel(),
    )
    return x, y, np.repeat(people[rows, columns] / pieces**2, pieces**2)
