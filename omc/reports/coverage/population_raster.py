"""People of a GeoTIFF's pixels, window by window: a country's file is larger than any memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio import windows
from rasterio.errors import RasterioIOError
from rasterio.warp import transform_bounds

from omc.core.errors import ConfigurationError, Problem

Array = NDArray[np.float64]
#: West, south, east, north in degrees.
Box = tuple[float, float, float, float]

#: Rows and columns that are read at once.
_WINDOW = 1024
#: A pixel is cut up until no piece is larger than half a grid cell, but into no more than so many.
_MOST_PIECES = 20


def raster_people(
    path: Path, cell_m: float, within: Box | None
) -> tuple[Array, Array, Array, float]:
    """Places of pixels with people, cut up where they are larger than half a cell.

    Args:
        path: GeoTIFF of people a pixel, in any coordinate system.
        cell_m: Side of the grid's cells.
        within: Windows that lie outside of it are only added up; None: all are read.

    Returns:
        Longitudes, latitudes and people of each piece, and the people of the whole file.

    Raises:
        ConfigurationError: it cannot be read, or does not say its coordinate system.
    """
    parts = [(np.empty(0), np.empty(0), np.empty(0))]
    total = 0.0
    try:
        with rasterio.open(path) as file:
            if file.crs is None:
                raise _fault(path, "the GeoTIFF does not say its coordinate system")
            to_degrees = pyproj.Transformer.from_crs(file.crs.to_wkt(), "EPSG:4326", always_xy=True)
            pieces = _pieces(file.transform, file.crs, cell_m)
            for window in _windows(file):
                people = _people(file, window)
                total += float(people.sum())
                if within is None or _touches(file, window, within):
                    x, y, count = _places(people, file.transform, window, pieces)
                    longitudes, latitudes = to_degrees.transform(x, y)
                    parts.append((np.asarray(longitudes), np.asarray(latitudes), count))
    except RasterioIOError as error:
        raise _fault(path, f"cannot be read as a GeoTIFF: {error}") from None
    longitudes, latitudes, count = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return longitudes, latitudes, count, total


def _fault(path: Path, text: str) -> ConfigurationError:
    return ConfigurationError([Problem(str(path), 0, 0, text)])


def _windows(file: Any) -> Iterator[windows.Window]:
    for row in range(0, file.height, _WINDOW):
        for column in range(0, file.width, _WINDOW):
            width, height = min(_WINDOW, file.width - column), min(_WINDOW, file.height - row)
            yield windows.Window(column, row, width, height)


def _people(file: Any, window: windows.Window) -> Array:
    values = file.read(1, window=window, masked=True).astype(np.float64).filled(0.0)
    values[~np.isfinite(values) | (values < 0)] = 0.0  # some publishers mark water with -200
    return np.asarray(values)


def _touches(file: Any, window: windows.Window, within: Box) -> bool:
    columns = np.array([window.col_off, window.col_off + window.width])
    rows = np.array([window.row_off, window.row_off + window.height])
    x, y = _coordinates(file.transform, np.repeat(columns, 2), np.tile(rows, 2))
    box = shapely.box(*transform_bounds(file.crs, "EPSG:4326", x.min(), y.min(), x.max(), y.max()))
    return bool(box.intersects(shapely.box(*within)))


def _coordinates(transform: Any, columns: Array, rows: Array) -> tuple[Array, Array]:
    x = transform.a * columns + transform.b * rows + transform.c
    y = transform.d * columns + transform.e * rows + transform.f
    return x, y


def _pieces(transform: Any, crs: Any, cell_m: float) -> int:
    side = max(abs(transform.a), abs(transform.e))
    metres = side * 111_320 if crs.is_geographic else side
    return max(1, min(_MOST_PIECES, math.ceil(2 * float(metres) / cell_m)))


def _places(
    people: Array, transform: Any, window: windows.Window, pieces: int
) -> tuple[Array, Array, Array]:
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
