"""Hills, and drive tests: what they take away from cover and add to the model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from omc.core.errors import ConfigurationError
from omc.core.inventory import AreaLevel, Inventory, Technology
from omc.reports.coverage.clutter import clutter_db
from omc.reports.coverage.drive_test import corrections, read_drive_test
from omc.reports.coverage.grid import Tile
from omc.reports.coverage.layout import lay_out
from omc.reports.coverage.plane import Plane
from omc.reports.coverage.prediction import NOT_REACHED_DBM, Prediction, Spell
from omc.reports.coverage.terrain import Terrain
from omc.reports.geography import geography
from omc.reports.radio.diffraction import knife_edge_db
from omc.reports.radio.transmitters import Station, Transmitters
from tests.unit.reports.coverage_world import DAY, MIDDLE, PARAMETERS, network, site

PLANE = Plane(*MIDDLE)
CENTRE = PLANE.positions([MIDDLE])[0]
TILE = Tile(CENTRE[0] - 2000, CENTRE[1] + 2000, 40, 40, 100.0)
STATION = Station(site(0, 0, 0), 30.0, ())

# ITU-R P.526-15, 4.1: J(v) of equation 31
EDGES = [(-1.0, 0.0), (-0.78, 0.0), (0.0, 6.03), (1.0, 13.93), (2.4, 20.54)]


@pytest.mark.parametrize(("v", "loss"), EDGES)
def test_an_edge_takes_what_p_526_says(v: float, loss: float) -> None:
    wave = 299_792_458.0 / 1.8425e9
    edges = np.array([v * np.sqrt(wave)], dtype=np.float32)
    assert knife_edge_db(edges, 1842.5)[0] == pytest.approx(loss, abs=0.05)


def _heights(path: Path, ridge_m: float) -> Path:
    """Flat ground with a ridge from north to south, 500 to 700 m east of the middle."""
    heights = np.zeros((600, 600), dtype=np.float32)
    heights[:, 325:335] = ridge_m
    transform = Affine(20, 0, CENTRE[0] - 6000, 0, -20, CENTRE[1] + 6000)
    with rasterio.open(
        path, "w", driver="GTiff", height=600, width=600, count=1, dtype="float32",
        crs=PLANE.crs, transform=transform,
    ) as file:  # fmt: skip
        file.write(heights, 1)
    return path


def test_flat_ground_takes_nothing_and_a_ridge_shades_what_is_behind_it(tmp_path: Path) -> None:
    everywhere = slice(0, 40), slice(0, 40)
    losses = []
    for number, ridge in enumerate((0.0, 80.0)):
        terrain = Terrain(_heights(tmp_path / f"{number}.tif", ridge), PLANE, 1.5, 3000.0)
        edges = terrain.edges(TILE, everywhere, STATION, *CENTRE)
        losses.append(knife_edge_db(edges, 1842.5))
    flat, hilly = losses
    assert flat.max() < 1.0
    assert np.array_equal(hilly[:, :24], flat[:, :24])  # west of the ridge
    assert hilly[20, 30:].min() > 10  # behind it
    assert hilly[20, 39] < hilly[20, 28]  # the shade is deepest at its foot


def test_heights_without_coordinate_system_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "heights.tif"
    path.write_bytes(b"no")
    with pytest.raises(ConfigurationError, match="cannot be read as a GeoTIFF"):
        Terrain(path, PLANE, 1.5, 3000.0)


def _measured(inventory: Inventory, offset_db: float, places: int, path: Path) -> Path:
    """A drive test that finds everywhere so much more than the model's median."""
    technology = Technology.G4
    layout = lay_out(inventory, geography(inventory, AreaLevel.COMMUNE, DAY), 100.0)
    medians = PARAMETERS.propagation.model_copy(update={"location_probability": 0.5})
    parameters = replace(PARAMETERS, propagation=medians)
    stations = Transmitters(parameters).stations(inventory, [technology], inventory.cells.values())
    on_air = Spell(dict.fromkeys(inventory.cells, 1.0))
    work = Prediction(stations, layout.plane, {technology: -110.0}, [on_air])
    (tile,) = layout.tiles
    clutter = clutter_db(tile, layout.population, medians)
    levels = work.on(tile, clutter).levels[technology]
    rows, columns = np.nonzero(levels > NOT_REACHED_DBM)
    chosen = np.linspace(0, len(rows) - 1, places).astype(int)
    lines = ["longitude,latitude,technology,rsrp"]
    for row, column in zip(rows[chosen], columns[chosen], strict=True):
        longitude, latitude = layout.plane.degrees(tile.xs[column], tile.ys[row])
        lines.append(f"{longitude:.7f},{latitude:.7f},4g,{levels[row, column] + offset_db:.3f}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("places", "applied"), [(200, -6.5), (20, 0.0)])
def test_a_drive_test_corrects_the_model_by_its_mean_difference(
    places: int, applied: float, tmp_path: Path
) -> None:
    inventory = network([(-2.1, -1.4), (1.7, 2.2)])
    path = _measured(inventory, -6.5, places, tmp_path / "drive.csv")
    layout = lay_out(inventory, geography(inventory, AreaLevel.COMMUNE, DAY), 100.0)
    cells = list(inventory.cells.values())
    found = corrections(read_drive_test(path), inventory, cells, PARAMETERS, layout)
    correction = found[Technology.G4]
    assert correction.places == places
    assert correction.mean_db == pytest.approx(-6.5, abs=0.05)
    assert correction.sigma_db == pytest.approx(0, abs=0.05)
    assert correction.applied_db == pytest.approx(applied, abs=0.05)


WRONG = [
    ("lon,lat,technology\n1,2,4G\n", "there is no column for level: expected level_dbm or rsrp"),
    ("lon,lat,technology,rsrp\n105,21,4G,x\n", "drive.csv:2: expected longitude, latitude, level"),
    ("lon,lat,technology,rsrp\n105,21,4G,-90\n105,21,6G,-90\n", "drive.csv:3"),
    ("lon,lat,technology,rsrp\n105,121,4G,-90\n", "expected degrees, WGS 84"),
]


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_a_drive_test_that_cannot_be_read_is_told_with_its_line(
    text: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "drive.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=told):
        read_drive_test(path)
