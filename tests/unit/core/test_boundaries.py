"""Boundaries that are brought in: mended where nothing changes, else refused with the place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from click.testing import CliRunner, Result

from omc.cli import main_group
from omc.core.inventory import Inventory
from omc.core.model import AreaCode

WEST, SOUTH, SIDE = 105.5, 21.3, 0.04


def box(column: int, row: int) -> shapely.Polygon:
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    return shapely.box(west, south, west + SIDE, south + SIDE)


def bring(folder: Path, *shapes: shapely.Geometry, extra: tuple[str, ...] = ()) -> Result:
    """Import areas A, B, C, ... with these boundaries."""
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "properties": {"code": chr(65 + number), "name": f"Xã {number}"},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for number, shape in enumerate(shapes)
    ]
    path = folder / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return run(folder, path, *extra)


def run(folder: Path, path: Path, *extra: str) -> Result:
    inventory = folder / "inventory"
    inventory.mkdir(exist_ok=True)
    arguments = ["import", "areas", str(path), "--inventory", str(inventory)]
    return CliRunner().invoke(main_group, [*arguments, "--set", "level=commune", *extra])


def boundary(folder: Path, code: str) -> shapely.MultiPolygon:
    (area,) = Inventory.load(folder / "inventory").areas[AreaCode(code)]
    assert area.geometry is not None
    return shapely.MultiPolygon([(outer, holes) for outer, *holes in area.geometry])


def test_neighbours_are_taken_as_they_are(tmp_path: Path) -> None:
    result = bring(tmp_path, box(0, 0), box(1, 0))
    assert (result.exit_code, result.stderr) == (0, "")
    assert boundary(tmp_path, "A").area == pytest.approx(SIDE**2)


def test_rings_are_turned(tmp_path: Path) -> None:
    assert bring(tmp_path, shapely.Polygon(box(0, 0).exterior.coords[::-1])).exit_code == 0
    (polygon,) = shapely.get_parts(boundary(tmp_path, "A"))
    assert polygon.exterior.is_ccw


def test_a_small_loop_is_cut_apart_and_told(tmp_path: Path) -> None:
    corners = [
        (0, 0),
        (1, 0),
        (1, 1),
        (0.502, 1),
        (0.499, 1.001),
        (0.501, 1.001),
        (0.498, 1),
        (0, 1),
    ]
    points = [(WEST + x * SIDE, SOUTH + y * SIDE) for x, y in corners]
    result = bring(tmp_path, shapely.Polygon(points))
    assert result.exit_code == 0, result.output
    assert "A: crossed itself, cut apart" in result.stderr
    assert shapely.is_valid(boundary(tmp_path, "A"))


def test_a_boundary_that_crosses_itself_is_refused_with_the_place(tmp_path: Path) -> None:
    corners = [(0, 0), (1, 1), (1, 0), (0, 1)]
    points = [(WEST + x * SIDE, SOUTH + y * SIDE) for x, y in corners]
    result = bring(tmp_path, shapely.Polygon(points))
    assert isinstance(result.exception, Exception)
    assert "feature 1: geometry: crosses itself" in str(result.exception)
    assert "105.52 21.32" in str(result.exception)
    assert not (tmp_path / "inventory" / "areas.csv").exists()


def test_areas_that_overlap_are_refused_and_slivers_are_told(tmp_path: Path) -> None:
    half = shapely.transform(box(0, 0), lambda points: points + np.array([SIDE / 2, 0]))
    result = bring(tmp_path, box(0, 0), half)
    assert "feature 2: geometry: B overlaps A by 9.19 km2" in str(result.exception)
    thin = shapely.transform(box(1, 0), lambda points: points - np.array([SIDE / 500, 0]))
    result = bring(tmp_path, box(0, 0), thin)
    assert result.exit_code == 0
    assert "B overlaps A by 0.037 km2: a sliver, left so" in result.stderr


def test_areas_of_different_times_may_lie_on_each_other(tmp_path: Path) -> None:
    assert bring(tmp_path, box(0, 0), extra=("--set", "valid_to=2025-07-01")).exit_code == 0
    later = shapely.transform(box(0, 0), lambda points: points + np.array([SIDE / 2, 0]))
    extra = ("--set", "valid_from=2025-07-01", "--set", "code=Z")
    assert bring(tmp_path, later, extra=extra).exit_code == 0


def test_a_gap_between_areas_is_told(tmp_path: Path) -> None:
    around = shapely.box(WEST, SOUTH, WEST + 3 * SIDE, SOUTH + 3 * SIDE)
    result = bring(tmp_path, around.difference(box(1, 1)))
    assert result.exit_code == 0
    assert "a gap of 18.374 km2" in result.stderr


def test_a_geopackage_is_read_in_its_own_coordinates(tmp_path: Path) -> None:
    path = tmp_path / "areas.gpkg"
    square = shapely.box(554_000, 2_355_000, 558_000, 2_359_000)  # metres of UTM zone 48
    pyogrio.raw.write(
        path,
        geometry=np.array([shapely.to_wkb(square)], dtype=object),
        field_data=[np.array([text], dtype=object) for text in ("07123", "Xã Đạo Trù")],
        fields=["code", "ten"],
        geometry_type="Polygon",
        crs="EPSG:32648",
        layer="communes",
    )
    result = run(tmp_path, path, "--map", "ten=name", "--map", "code=code")
    assert result.exit_code == 0, result.output
    (area,) = Inventory.load(tmp_path / "inventory").areas[AreaCode("07123")]
    assert area.name == "Xã Đạo Trù"
    assert area.area_km2 == pytest.approx(16.0, abs=0.02)
    assert boundary(tmp_path, "07123").centroid.x == pytest.approx(105.54, abs=0.01)


def test_a_layer_that_is_not_there_and_a_file_that_is_no_geopackage_are_told(
    tmp_path: Path,
) -> None:
    path = tmp_path / "areas.gpkg"
    path.write_text("no", encoding="utf-8")
    result = run(tmp_path, path)
    assert "areas.gpkg: cannot be read" in str(result.exception)
