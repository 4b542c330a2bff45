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
WORLD = (-180.0, -90.0, 180.0, 90.0)


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
    assert settlements.total == pytest.approx(total)
    found = predict(network(PLACES), settlements=settlements)
    inside = found.totals.people.sum()
    assert inside == pytest.approx(total * 0.64, rel=0.02)  # 0.08 of 0.1 degrees, squared
    assert found.population is not None
    assert (found.population.uniform, found.population.year) == (False, 2020)
    assert found.population.source == "people.tif"


@pytest.mark.parametrize(("crs", "transform"), [
    ("EPSG:4326", Affine(0.001, 0, 104.0, 0, -0.001, 23.0)),
    ("EPSG:32648", Affine(96.0, 24.0, 397_000.0, 24.0, -96.0, 2_540_000.0)),
])  # fmt: skip
def test_of_a_country_no_more_is_read_than_a_place_takes(
    crs: str, transform: Affine, tmp_path: Path
) -> None:
    path = tmp_path / "country.tif"
    people = np.random.default_rng(1).random((3000, 2500)).astype(np.float32)
    with rasterio.open(
        path, "w", driver="GTiff", height=3000, width=2500, count=1, dtype="float32",
        crs=crs, transform=transform,
    ) as file:  # fmt: skip
        file.write(people, 1)
    settlements = read_settlements(path, 250.0)
    assert settlements.total == pytest.approx(float(people.sum(dtype=np.float64)))
    box = (104.5, 21.8, 104.6, 21.9)
    near = settlements.places(box)
    assert len(near[0]) < 60_000
    counts = []
    whole = settlements.places((103.0, 18.0, 109.0, 24.0))
    for longitudes, latitudes, count in (near, whole):
        inside = (longitudes > box[0]) & (longitudes < box[2])
        inside &= (latitudes > box[1]) & (latitudes < box[3])
        counts.append((inside.sum(), count[inside].sum()))
    assert counts[0] == pytest.approx(counts[1])
    assert counts[0][0] > 9_000
    assert all(len(column) == 0 for column in settlements.places((10.0, 50.0, 11.0, 51.0)))


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
    one, other = (read_settlements(path, 100.0).places(WORLD) for path in (csv, geojson))
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert one[2].tolist() == [120, 30]


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
