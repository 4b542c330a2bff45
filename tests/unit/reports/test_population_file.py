"""Population files: every form, summing to what it says, and what is wrong in one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from omc.core.errors import ConfigurationError
from omc.reports.coverage.population_file import read_settlements
from tests.unit.reports.coverage_world import MIDDLE, network, predict

PLACES = [(-2.1, -1.4)]


def _raster(path: Path, degrees: float) -> Path:
    """People in pixels that cover all communes; -200 is water, as some publishers write it."""
    count = round(0.1 / degrees)
    people = np.full((count, count), 3, dtype=np.float32)
    people[0, 0] = -200
    transform = Affine(degrees, 0, MIDDLE[0] - 0.05, 0, -degrees, MIDDLE[1] + 0.05)
    with rasterio.open(
        path, "w", driver="GTiff", height=count, width=count, count=1, dtype="float32",
        crs="EPSG:4326", transform=transform,
    ) as file:  # fmt: skip
        file.write(people, 1)
    return path


@pytest.mark.parametrize("degrees", [0.001, 0.01])
def test_a_raster_sums_to_its_pixels_inside_and_outside(degrees: float, tmp_path: Path) -> None:
    settlements = read_settlements(_raster(tmp_path / "people.tif", degrees), 100.0, 2020)
    with rasterio.open(tmp_path / "people.tif") as file:
        pixels = file.read(1)
    total = float(pixels[pixels > 0].sum())
    assert settlements.people.sum() == pytest.approx(total)
    found = predict(network(PLACES), settlements=settlements)
    inside = found.totals.people.sum()
    assert inside == pytest.approx(total * 0.64, rel=0.02)  # 0.08 of 0.1 degrees, squared
    assert found.population is not None
    assert (found.population.uniform, found.population.year) == (False, 2020)
    assert found.population.source == "people.tif"


def test_of_a_country_only_the_surroundings_are_kept_and_all_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "country.tif"
    people = np.ones((3000, 2500), dtype=np.float32)
    degrees = 0.001
    with rasterio.open(
        path, "w", driver="GTiff", height=3000, width=2500, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(degrees, 0, 104.0, 0, -degrees, 23.0),
    ) as file:  # fmt: skip
        file.write(people, 1)
    whole = read_settlements(path, 1000.0)
    near = read_settlements(path, 1000.0, within=(104.1, 22.8, 104.2, 22.9))
    assert whole.total == near.total == whole.people.sum() == people.size
    assert near.people.sum() == 1024 * 1024  # one window
    inside = (whole.longitudes < 104.2) & (whole.latitudes > 22.8)
    kept = (near.longitudes < 104.2) & (near.latitudes > 22.8)
    assert kept.sum() == inside.sum() == 200 * 200


def test_csv_and_geojson_say_the_same(tmp_path: Path) -> None:
    csv, geojson = tmp_path / "p.csv", tmp_path / "p.geojson"
    csv.write_text("kinh_do;vi_do;dan_so\n105.5;21.3;120\n105.51;21.31;30\n", encoding="utf-8")
    features = [
        {
            "type": "Feature",
            "properties": {"Population": people},
            "geometry": {"type": "Point", "coordinates": place},
        }
        for people, place in ((120, [105.5, 21.3]), (30, [105.51, 21.31]))
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    geojson.write_text(text, encoding="utf-8")
    one, other = read_settlements(csv, 100.0), read_settlements(geojson, 100.0)
    for name in ("longitudes", "latitudes", "people"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


WRONG = [
    ("p.csv", "lon,lat\n1,2\n", "p.csv:1: there is no column for people: expected population"),
    ("p.csv", "lon,lat,pop\n105,21,x\n", "p.csv:2: expected numbers"),
    ("p.csv", "lon,lat,pop\n105,21,-1\n", "p.csv:2: population: expected a number"),
    ("p.csv", "lon,lat,pop\n2105,21,1\n", "p.csv:2: expected degrees, WGS 84"),
    ("p.csv", "lon,lat,pop\n", "nobody lives in this file"),
    ("p.geojson", "{", "p.geojson:1: not valid JSON"),
    ("p.geojson", '{"features": [{"properties": {}}]}', "feature 1: expected a point"),
    ("p.tif", "no", "cannot be read as a GeoTIFF"),
    ("p.xls", "no", "expected a population file: .tif, .csv or .geojson"),
]


@pytest.mark.parametrize(("name", "text", "told"), WRONG)
def test_a_file_that_cannot_be_used_is_told_with_its_place(
    name: str, text: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=told):
        read_settlements(path, 100.0)
