"""Levels of a station's cells at the cells of a grid: distance, bearing, pattern, hills."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omc.reports.coverage.grid import Tile
from omc.reports.radio.diffraction import knife_edge_db
from omc.reports.radio.transmitters import STEP_M, Layer, Sector

Field = NDArray[np.float32]
Steps = NDArray[np.intp]
Window = tuple[slice, slice]


@dataclass(frozen=True, slots=True)
class Sight:
    """Cells of a window as a station sees them: distance in steps, bearing in whole degrees."""

    steps: Steps
    bearings: Steps


@dataclass(frozen=True, slots=True)
class Levels:
    """Of a layer along its main lobe, at each cell of a window; see `Reach`."""

    outdoors: Field
    indoors: Field
    elevation: Field


def sight_of(tile: Tile, window: Window, x: float, y: float, north: float) -> Sight:
    """What a station at a place sees.

    Args:
        tile: Where.
        window: Rows and columns of it.
        x: Metres of the tile's plane.
        y: Likewise.
        north: Degrees of true north, clockwise from the plane's y axis.
    """
    east = (tile.xs[window[1]] - x).astype(np.float32)[None, :]
    northwards = (tile.ys[window[0]] - y).astype(np.float32)[:, None]
    steps = (np.hypot(east, northwards) * np.float32(1 / STEP_M)).astype(np.intp)
    bearings = np.degrees(np.arctan2(east, northwards)) + np.float32(360.5 - north)
    return Sight(steps, bearings.astype(np.intp) % 360)


def levels_of(layer: Layer, sight: Sight, edges: Field | None) -> Levels:
    """Levels of a layer; `edges` are those of `knife_edge_db`, None for flat ground."""
    reach = layer.reach
    outdoors, indoors, elevation = (
        np.take(table, sight.steps, mode="clip")
        for table in (reach.outdoors, reach.indoors, reach.elevation_db)
    )
    if edges is not None:
        shade = knife_edge_db(edges, reach.frequency_mhz)
        outdoors -= shade
        indoors -= shade
    return Levels(outdoors, indoors, elevation)


def pattern_of(sector: Sector, layer: Layer, levels: Levels, sight: Sight) -> Field:
    """Attenuation of an antenna towards each cell (TR 38.901 table 7.3-1: the floor is of both)."""
    pattern = np.take(sector.azimuth_db, sight.bearings, mode="clip")
    pattern += levels.elevation
    return np.maximum(pattern, np.float32(-layer.floor_db), out=pattern)
