"""Drive tests: levels that somebody measured, and what they say of the model.

The model's median is compared with what was measured at the same places, which are squares of the
grid: of many measurements in one their mean counts. The mean difference of a technology is added to
all its levels. Below thirty places a technology is left as it is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from omc.core.errors import ConfigurationError, Problem
from omc.core.inventory import Cell, Inventory, Technology
from omc.core.inventory.csv_file import read_text
from omc.reports.coverage.clutter import clutter_db
from omc.reports.coverage.layout import Layout
from omc.reports.coverage.prediction import NOT_REACHED_DBM, Obstruction, Prediction, Spell
from omc.reports.radio.parameters import RadioParameters
from omc.reports.radio.transmitters import Transmitters

Array = NDArray[np.float64]

_LEAST_PLACES = 30
#: So far below the threshold the model still tells levels, so that weak places are compared too.
_BELOW_DB = 25.0
_COLUMNS = {
    "longitude": ("longitude", "lon", "lng"),
    "latitude": ("latitude", "lat"),
    "technology": ("technology", "rat"),
    "level": ("level_dbm", "rsrp", "rscp", "ss_rsrp"),
}


@dataclass(frozen=True, slots=True)
class DriveTest:
    """Measured levels of one technology.

    Attributes:
        longitudes: Degrees, WGS 84.
        latitudes: Degrees.
        levels_dbm: RSCP, RSRP or SS-RSRP outdoors.
    """

    longitudes: Array
    latitudes: Array
    levels_dbm: Array


@dataclass(frozen=True, slots=True)
class Correction:
    """What a drive test says of one technology.

    Attributes:
        places: Squares of the grid where a level was measured and the model has one.
        mean_db: Measured less predicted: what is added to all levels; not added below the least
            number of places.
        sigma_db: Spread of the differences around their mean.
    """

    places: int
    mean_db: float
    sigma_db: float

    @property
    def applied_db(self) -> float:
        """What is added to levels."""
        return self.mean_db if self.places >= _LEAST_PLACES else 0.0


def read_drive_test(path: Path) -> dict[Technology, DriveTest]:
    """Read a CSV with columns longitude, latitude, technology and level_dbm.

    Raises:
        ConfigurationError: it cannot be read; the first line at fault.
    """
    text = read_text(path)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    header = [name.strip().lower() for name in next(reader, [])]
    places = {what: _column(path, header, what) for what in _COLUMNS}
    rows: dict[Technology, list[tuple[float, float, float]]] = {}
    for row in reader:
        if not any(row):
            continue
        try:
            technology = Technology(row[places["technology"]].strip().upper())
            longitude, latitude, level = (
                float(row[places[what]]) for what in ("longitude", "latitude", "level")
            )
        except (ValueError, IndexError):
            expected = "expected longitude, latitude, level in dBm and 3G, 4G or 5G"
            raise _fault(path, expected, reader.line_num) from None
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90 and -160 <= level <= 0):
            raise _fault(path, "expected degrees, WGS 84, and dBm of -160 to 0", reader.line_num)
        rows.setdefault(technology, []).append((longitude, latitude, level))
    return {technology: DriveTest(*np.array(own).T) for technology, own in rows.items()}


def _column(path: Path, header: Sequence[str], what: str) -> int:
    found = next((header.index(name) for name in _COLUMNS[what] if name in header), None)
    if found is None:
        expected = " or ".join(_COLUMNS[what])
        raise _fault(path, f"there is no column for {what}: expected {expected}", 1)
    return found


def _fault(path: Path, text: str, line: int = 0) -> ConfigurationError:
    return ConfigurationError([Problem(str(path), line, 0, text)])


def corrections(
    tests: Mapping[Technology, DriveTest],
    inventory: Inventory,
    cells: Sequence[Cell],
    parameters: RadioParameters,
    layout: Layout,
    obstruction: Obstruction | None = None,
) -> dict[Technology, Correction]:
    """Compare drive tests with the medians of the model.

    Args:
        tests: By technology.
        inventory: Sites.
        cells: On air when it was measured.
        parameters: Of the model that is to be corrected.
        layout: Areas, plane and people; places outside of its tiles are left out.
        obstruction: Terrain; None for flat ground.
    """
    medians = _telling_medians(parameters)
    on_air = Spell({cell.name: 1.0 for cell in cells})
    found = {}
    for technology, test in tests.items():
        stations = Transmitters(medians).stations(inventory, [technology], cells)
        threshold = medians.technologies.technologies[technology].threshold_dbm
        work = Prediction(stations, layout.plane, {technology: threshold}, [on_air])
        xs, ys = layout.plane.forward(test.longitudes, test.latitudes)
        differences = [np.zeros(0)]
        for tile in layout.tiles:
            index = tile.index(xs, ys)
            inside = index >= 0
            if inside.any():
                clutter = clutter_db(tile, layout.population, medians.propagation)
                levels = work.on(tile, clutter, obstruction).levels[technology]
                squares, measured = _mean_of_squares(index[inside], test.levels_dbm[inside])
                predicted = levels.ravel()[squares]
                known = predicted > NOT_REACHED_DBM
                differences.append(measured[known] - predicted[known])
        both = np.concatenate(differences)
        mean, sigma = (float(both.mean()), float(both.std())) if both.size else (0.0, 0.0)
        found[technology] = Correction(int(both.size), mean, sigma)
    return found


def _mean_of_squares(
    index: NDArray[np.int64], levels_dbm: Array
) -> tuple[NDArray[np.int64], Array]:
    """Squares that were measured in, and the mean level of each."""
    squares, place, count = np.unique(index, return_inverse=True, return_counts=True)
    return squares, np.bincount(place, weights=levels_dbm) / count


def _telling_medians(parameters: RadioParameters) -> RadioParameters:
    """The same model, asked for medians, and also far below the thresholds."""
    technologies = {
        name: of.model_copy(update={"threshold_dbm": of.threshold_dbm - _BELOW_DB})
        for name, of in parameters.technologies.technologies.items()
    }
    return replace(
        parameters,
        propagation=parameters.propagation.model_copy(update={"location_probability": 0.5}),
        technologies=parameters.technologies.model_copy(update={"technologies": technologies}),
    )
