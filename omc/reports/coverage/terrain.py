"""Hills between a station and who it reaches: heights from a GeoTIFF, in the plane of the grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import RasterioIOError
from rasterio.vrt import WarpedVRT

from omc.core.errors import ConfigurationError, Problem
from omc.reports.coverage.grid import Tile
from omc.reports.coverage.levels import Field, Window
from omc.reports.coverage.plane import Plane
from omc.reports.radio.parameters import Propagation
from omc.reports.radio.transmitters import Station

#: Places looked at along a path.
_PLACES = 24
#: Radius of the Earth by which a ray in a standard atmosphere is straight (ITU-R P.452, 4/3).
_RAY_EARTH_M = 8_500_000.0


class Terrain:
    """Heights of the ground.

    Args:
        path: GeoTIFF of metres above the sea, in any coordinate system.
        plane: That tiles lie in.
        user_m: Height of a phone above ground.
        reach_m: Stations farther away than this from a tile do not matter.

    Raises:
        ConfigurationError: it cannot be read.
    """

    def __init__(self, path: Path, plane: Plane, user_m: float, reach_m: float) -> None:
        try:
            with rasterio.open(path) as file:
                if file.crs is None:
                    raise _fault(path, "the GeoTIFF does not say its coordinate system")
        except RasterioIOError as error:
            raise _fault(path, f"cannot be read as a GeoTIFF: {error}") from None
        self._path = path
        self._plane = plane
        self._user_m = user_m
        self._reach_m = reach_m
        self._tile: Tile | None = None
        self._heights: Field = np.zeros((0, 0), dtype=np.float32)
        self._around = 0

    def edges(self, tile: Tile, window: Window, station: Station, x: float, y: float) -> Field:
        """The worst edge on the way to each cell of a window, as `knife_edge_db` takes it."""
        self._look_at(tile)
        rows = np.arange(window[0].start, window[0].stop, dtype=np.float32)[:, None]
        columns = np.arange(window[1].start, window[1].stop, dtype=np.float32)[None, :]
        own_row = np.float32((tile.north - y) / tile.size_m - 0.5)
        own_column = np.float32((x - tile.west) / tile.size_m - 0.5)
        down, right = rows - own_row, columns - own_column
        metres = np.hypot(down, right) * np.float32(tile.size_m)
        base = self._height(own_row, own_column) + np.float32(station.height_m)
        user = self._height(rows, columns) + np.float32(self._user_m)
        worst = np.full(metres.shape, -np.inf, dtype=np.float32)
        for share in np.linspace(0, 1, _PLACES + 1, dtype=np.float32)[1:-1]:
            ground = self._height(own_row + share * down, own_column + share * right)
            between = metres * metres * (share * (1 - share))
            bulge = between / np.float32(2 * _RAY_EARTH_M)
            above = ground + bulge - (base + (user - base) * share)
            with np.errstate(divide="ignore", invalid="ignore"):
                edge = above * np.sqrt(2 * metres / between)
            np.fmax(worst, edge, out=worst)
        return worst

    def _height(self, row: Field | np.float32, column: Field | np.float32) -> Field:
        rows = np.rint(row + self._around).astype(np.intp)
        columns = np.rint(column + self._around).astype(np.intp)
        last_row, last_column = (size - 1 for size in self._heights.shape)
        return np.asarray(
            self._heights[np.clip(rows, 0, last_row), np.clip(columns, 0, last_column)]
        )

    def _look_at(self, tile: Tile) -> None:
        """Read the heights of a tile and of what lies around it."""
        if tile == self._tile:
            return
        self._around = round(self._reach_m / tile.size_m) + 1
        grown = tile.grown(self._around)
        with (
            rasterio.open(self._path) as file,
            WarpedVRT(
                file,
                crs=self._plane.crs,
                transform=grown.transform,
                height=grown.rows,
                width=grown.columns,
                resampling=Resampling.bilinear,
            ) as warped,
        ):
            heights = warped.read(1, masked=True).astype(np.float32).filled(0.0)
        self._heights = np.where(np.isfinite(heights), heights, 0.0).astype(np.float32)
        self._tile = tile


def terrain_of(path: Path | None, plane: Plane, propagation: Propagation) -> Terrain | None:
    """The hills of a file; None for flat ground.

    Raises:
        ConfigurationError: it cannot be read.
    """
    if path is None:
        return None
    reach = propagation.path_loss().farthest_m
    return Terrain(path, plane, propagation.user_height_m, reach)


def _fault(path: Path, text: str) -> ConfigurationError:
    return ConfigurationError([Problem(str(path), 0, 0, text)])
