"""Population by place, as statisticians publish it: GeoTIFF grids, CSV, GeoJSON of points."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from omc.core.errors import ConfigurationError, Problem
from omc.core.inventory.csv_file import read_text
from omc.reports.coverage.population_folder import POINTS, RASTERS
from omc.reports.coverage.population_raster import Box, PeopleRaster, Places

Array = NDArray[np.float64]

_COLUMNS = {
    "longitude": ("longitude", "lon", "lng", "x", "kinh_do"),
    "latitude": ("latitude", "lat", "y", "vi_do"),
    "people": ("population", "people", "pop", "dan_so"),
}


@dataclass(frozen=True, slots=True)
class Settlements:
    """People at places that are kept.

    Attributes:
        longitudes: Degrees, WGS 84.
        latitudes: Degrees.
        people: At each place.
        source: Name of the file.
        year: Of the count; None where nobody said.
    """

    longitudes: Array
    latitudes: Array
    people: Array
    source: str
    year: int | None

    @property
    def total(self) -> float:
        """People in the whole file."""
        return float(self.people.sum())

    def places(self, within: Box) -> Places:
        """Those in a box, its edges with it."""
        west, south, east, north = within
        inside = (self.longitudes >= west) & (self.longitudes <= east)
        inside &= (self.latitudes >= south) & (self.latitudes <= north)
        return self.longitudes[inside], self.latitudes[inside], self.people[inside]


@dataclass(frozen=True, slots=True)
class RasterSettlements:
    """People of a raster, read anew for each place that is asked for.

    Attributes:
        raster: The file.
        source: Its name.
        year: Of the count; None where nobody said.
    """

    raster: PeopleRaster
    source: str
    year: int | None

    @property
    def total(self) -> float:
        """People in the whole file."""
        return self.raster.total

    def places(self, within: Box) -> Places:
        """Those in a box; others may be among them."""
        return self.raster.places(within)


def read_settlements(
    path: Path, cell_m: float, year: int | None = None
) -> Settlements | RasterSettlements:
    """Read a population file by its ending: .tif, .csv, .geojson or .json.

    Args:
        path: The file.
        cell_m: Side of the grid's cells: larger pixels are cut up, their people spread evenly.
        year: Of the count.

    Raises:
        ConfigurationError: the file cannot be read, or counts nobody.
    """
    suffix = path.suffix.lower()
    found: Settlements | RasterSettlements
    if suffix in RASTERS:
        found = RasterSettlements(PeopleRaster(path, cell_m), path.name, year)
    elif suffix in POINTS:
        read = _csv if suffix == ".csv" else _geojson
        found = Settlements(*read(path), path.name, year)
    else:
        raise _fault(path, "expected a population file: .tif, .csv or .geojson")
    if found.total <= 0:
        raise _fault(path, "nobody lives in this file")
    return found


def _fault(path: Path, text: str, line: int = 0) -> ConfigurationError:
    return ConfigurationError([Problem(str(path), line, 0, text)])


def _csv(path: Path) -> tuple[Array, Array, Array]:
    text = read_text(path)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    header = [name.strip().lower() for name in next(reader, [])]
    places = [_column(path, header, what) for what in _COLUMNS]
    rows: list[list[float]] = []
    for row in reader:
        if not any(row):
            continue
        try:
            rows.append([float(row[place]) for place in places])
        except (ValueError, IndexError):
            expected = "expected numbers for longitude, latitude and population"
            raise _fault(path, expected, reader.line_num) from None
        _check(path, rows[-1], reader.line_num)
    return _columns(rows)


def _column(path: Path, header: Sequence[str], what: str) -> int:
    for name in _COLUMNS[what]:
        if name in header:
            return header.index(name)
    expected = " or ".join(_COLUMNS[what])
    raise _fault(path, f"there is no column for {what}: expected {expected}", 1)


def _geojson(path: Path) -> tuple[Array, Array, Array]:
    try:
        data = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise _fault(path, f"not valid JSON: {error.msg}", error.lineno) from None
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        raise _fault(path, "expected a GeoJSON FeatureCollection of points")
    rows = []
    for number, feature in enumerate(features, start=1):
        try:
            longitude, latitude = feature["geometry"]["coordinates"][:2]
            properties = {name.lower(): value for name, value in feature["properties"].items()}
            people = next(properties[name] for name in _COLUMNS["people"] if name in properties)
            rows.append([float(longitude), float(latitude), float(people)])
        except (KeyError, TypeError, ValueError, AttributeError, StopIteration):
            expected = "expected a point with a property population"
            raise _fault(path, f"feature {number}: {expected}") from None
        _check(path, rows[-1], 0)
    return _columns(rows)


def _check(path: Path, row: Sequence[float], line: int) -> None:
    longitude, latitude, people = row
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise _fault(path, "expected degrees, WGS 84", line)
    if not 0 <= people < math.inf:
        raise _fault(path, "population: expected a number that is not negative", line)


def _columns(rows: Sequence[Sequence[float]]) -> tuple[Array, Array, Array]:
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]
