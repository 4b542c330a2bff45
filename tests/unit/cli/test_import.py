"""`omc import` as people call it: lists of others, and files that must change nothing."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from omc.cli.import_ import import_command
from omc.cli.init import init_command
from omc.core.errors import ConfigurationError
from omc.core.inventory import Inventory
from omc.core.model import AreaCode, SiteCode

SITES = """\
code,name,latitude,longitude,vendor
VP0001,Trạm Khai Quang,21.31,105.61,Nokia
VP0002,Trạm Liên Bảo,21.32,105.59,Nokia
"""

SITE_COLUMNS = "code, name, latitude, longitude, area, technologies, vendor, notes"

MISSING = "list.csv:1: the column 'code' is missing; if the file has it by another name, say so:"

AREAS = """\
code,name,level,valid_from,valid_to
25,Tỉnh Phú Thọ,province,2025-07-01,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inventory"
    folder.mkdir()
    (folder / "sites.csv").write_text(SITES, "utf-8")
    (folder / "areas.csv").write_text(AREAS, "utf-8")
    return folder


def bring(folder: Path, kind: str, name: str, content: str | bytes, *options: str) -> Result:
    file = folder.parent / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    arguments = [kind, str(file), "--inventory", str(folder), *options]
    return CliRunner().invoke(import_command, arguments)


def _problems(result: Result, folder: Path) -> list[str]:
    assert isinstance(result.exception, ConfigurationError)
    return str(result.exception).replace(f"{folder.parent}/", "").splitlines()


def test_rows_are_added_changed_and_kept(folder: Path) -> None:
    new = "code,name,latitude,longitude\nVP0002,Trạm Mới,21.32,105.59\nVP0003,Trạm Ba,21.4,105.5\n"
    result = bring(folder, "sites", "list.csv", new)
    assert result.exit_code == 0
    assert result.output == (
        f"{folder}/sites.csv: 1 added, 1 changed, 0 unchanged, 1 not in the file and kept\n"
    )
    assert (folder / "sites.csv").read_text("utf-8") == (
        "code,name,latitude,longitude,vendor\n"
        "VP0001,Trạm Khai Quang,21.31,105.61,Nokia\n"
        "VP0002,Trạm Mới,21.32,105.59,Nokia\n"
        "VP0003,Trạm Ba,21.4,105.5,\n"
    )


def test_the_same_list_again_changes_nothing(folder: Path) -> None:
    before = (folder / "sites.csv").read_bytes()
    result = bring(folder, "sites", "list.csv", SITES.replace("21.31,", "21.310,"))
    assert "0 added, 0 changed, 2 unchanged, 0 not in the file" in result.output
    assert (folder / "sites.csv").read_bytes() == before


def test_a_list_may_complete_what_is_there_with_one_more_column(folder: Path) -> None:
    result = bring(folder, "sites", "list.csv", "code;technologies\nVP0001;3G 4G\n")
    assert "1 changed" in result.output
    site = Inventory.load(folder).sites[SiteCode("VP0001")]
    assert (site.name, site.technologies) == ("Trạm Khai Quang", ("3G", "4G"))


def test_an_empty_field_empties_what_was_there(folder: Path) -> None:
    bring(folder, "sites", "list.csv", "code,vendor\nVP0001,\n")
    assert Inventory.load(folder).sites[SiteCode("VP0001")].vendor is None


def test_their_columns_are_ours_by_another_name_and_the_rest_is_left_out(folder: Path) -> None:
    theirs = "Mã trạm;Tên;Vĩ độ;Kinh độ;Ghi chú riêng\nVP0009;Trạm Chín;21,4;105,5;x\n"
    names = {"Mã trạm": "code", "tên": "name", "Vĩ độ": "latitude", "Kinh độ": "longitude"}
    options = [option for pair in names.items() for option in ("--map", "=".join(pair))]
    result = bring(folder, "sites", "list.csv", theirs, *options)
    assert result.exit_code == 0
    site = Inventory.load(folder).sites[SiteCode("VP0009")]
    assert (site.name, site.latitude, site.notes) == ("Trạm Chín", 21.4, None)


def test_a_value_may_be_set_for_all_rows(folder: Path) -> None:
    result = bring(folder, "sites", "l.csv", "code\nVP0001\nVP0002\n", "--set", "vendor=Ericsson")
    assert "2 changed" in result.output
    assert {site.vendor for site in Inventory.load(folder).sites.values()} == {"Ericsson"}


def test_a_kind_that_has_no_file_gets_one(folder: Path) -> None:
    result = bring(folder, "nodes", "nodes.csv", "name,kind,site\nN1,olt,VP0001\n")
    assert result.exit_code == 0
    assert (folder / "nodes.csv").read_text("utf-8") == "name,kind,site\nN1,olt,VP0001\n"


def test_a_dry_run_tells_and_writes_nothing(folder: Path) -> None:
    result = bring(folder, "sites", "list.csv", "code,vendor\nVP0001,Huawei\n", "--dry-run")
    assert "1 changed" in result.output
    assert "nothing was written" in result.output
    assert (folder / "sites.csv").read_text("utf-8") == SITES


def test_a_byte_order_mark_and_the_mode_of_the_file_are_kept(folder: Path) -> None:
    path = folder / "sites.csv"
    path.write_bytes(b"\xef\xbb\xbf" + SITES.encode())
    path.chmod(0o640)
    bring(folder, "sites", "list.csv", "code,vendor\nVP0001,Huawei\n")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfcode,")
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("kind", "content", "problem"),
    [
        ("sites", "code,name,latitude,longitude\nVP0003,x,100,105\n",
         "list.csv:2:10: latitude: found '100'; expected a number from -90 to 90"),
        ("sites", "code,vendor\nVP0003,Huawei\n", "list.csv:2: latitude: is empty"),
        ("sites", "code,vendor\nVP0001,a\nVP0001,b\n",
         "list.csv:3:1: code: site 'VP0001' is already on line 2"),
        ("sites", "code,vendr\nVP0001,a\n",
         f"list.csv:1:6: the column 'vendr' is not known; allowed: {SITE_COLUMNS}"),
        ("sites", "name,vendor\nx,a\n", "list.csv:1: the column 'code' is missing"),
        ("sites", "Mã trạm,name\nx,a\ny,b\n",
         f"{MISSING} --map \"Mã trạm=code\""),
        ("sites", "Mã trạm,name\nx,a\ny,b\n",
         f"list.csv:1:1: the column 'Mã trạm' is not known; allowed: {SITE_COLUMNS}"),
        ("sites", "code,area\nVP0001,99\n", "list.csv:2:8: area: there is no area '99'"),
        ("cells", "name,site,technology,band,sector\nC,VP9,4G,B3,1\n",
         "list.csv:2:3: site: there is no site 'VP9'"),
        ("sites", 'code,vendor\n"VP0001,a\n',
         "list.csv:2: not CSV: a quotation mark is opened in this row and never closed"),
    ],
)  # fmt: skip
def test_a_bad_file_is_told_at_its_place_and_changes_nothing(
    folder: Path, kind: str, content: str, problem: str
) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    problems = _problems(bring(folder, kind, "list.csv", content), folder)
    assert problem in problems
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_mapped_column_that_is_not_there_is_told_and_nothing_else(folder: Path) -> None:
    theirs = "Mã trạm,Tên\nVP1,a\nVP2,b\n"
    result = bring(folder, "sites", "l.csv", theirs, "--map", "Mã=code", "--map", "Tên=name")
    assert _problems(result, folder) == [
        "l.csv:1: the file has no column 'Mã'; it has: Mã trạm, Tên",
    ]


def test_headers_that_are_not_ours_make_no_errors_of_rows(folder: Path) -> None:
    theirs = "Mã trạm,Tên\nVP1,a\nVP2,b\n"
    problems = _problems(bring(folder, "sites", "l.csv", theirs), folder)
    assert len(problems) == 3
    assert not any("is already on line" in problem for problem in problems)


def test_the_examples_of_the_document_work_on_what_omc_init_writes(tmp_path: Path) -> None:
    assert CliRunner().invoke(init_command, [str(tmp_path)]).exit_code == 0
    ring = [[105.5, 21.3], [105.6, 21.3], [105.6, 21.4], [105.5, 21.4], [105.5, 21.3]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    properties = {"ma_xa": "08999", "ten_xa": "Xã Mới"}
    (tmp_path / "communes.geojson").write_text(
        _geojson({"type": "Feature", "properties": properties, "geometry": geometry}), "utf-8"
    )
    stations = "Mã trạm,Tên trạm,Ghi chú\nVP0001,Trạm Một,\n"
    (tmp_path / "stations.csv").write_text(stations, "utf-8")
    document = Path(__file__).parents[3] / "docs" / "configuration.md"
    text = document.read_text("utf-8").replace("\\\n", " ")
    commands = re.findall(r"^    omc import (.+)$", text, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        kind, file, *options = shlex.split(command)
        arguments = [kind, str(tmp_path / file), "-c", str(tmp_path / "omc.yaml"), *options]
        result = CliRunner().invoke(import_command, arguments)
        assert result.exception is None, result.exception
    inventory = Inventory.load(tmp_path / "inventory")
    assert inventory.areas[AreaCode("08999")][0].name == "Xã Mới"
    assert inventory.sites[SiteCode("VP0001")].name == "Trạm Một"


def test_a_unit_older_than_its_parent_is_told_with_both_periods(folder: Path) -> None:
    options = [*MAPPED[:-2], "--set", "valid_from=2020-01-01"]
    features = _geojson(_feature("08716", dan_so=1))
    (problem,) = _problems(bring(folder, "areas", "c.geojson", features, *options), folder)
    assert problem.endswith(
        "parent: '25' is not valid for the whole period: needed from 2020-01-01, "
        "'25' is valid from 2025-07-01"
    )


def test_a_geojson_without_our_code_says_what_it_has_instead(folder: Path) -> None:
    result = bring(folder, "areas", "c.geojson", _geojson(_feature("08716")))
    (problem,) = _problems(result, folder)
    assert problem.startswith("c.geojson: no feature has the property 'code'; name theirs with")
    assert problem.endswith("they have: ma_xa, ten")


def test_a_fault_of_the_old_rows_is_told_in_the_old_file(folder: Path) -> None:
    (folder / "sites.csv").write_text(SITES.replace("VP0002,", "VP0001,"), "utf-8")
    result = bring(folder, "sites", "list.csv", "code,vendor\nVP0005,a\n")
    assert isinstance(result.exception, ConfigurationError)


def test_what_is_kept_in_yaml_is_not_rewritten(folder: Path) -> None:
    (folder / "nodes.yaml").write_text("nodes: []\n", "utf-8")
    result = bring(folder, "nodes", "list.csv", "name,kind\nN1,olt\n")
    (problem,) = _problems(result, folder)
    assert problem.startswith("inventory/nodes.yaml: an import writes CSV; turn this file into CSV")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--map", "x"), "--map: found 'x'; expected two sides with '='"),
        (("--map", "x=lat"), "--map: 'lat' is no column of sites; allowed: code, name, latitude"),
        (("--set", "lat=1"), "--set: 'lat' is no column of sites; allowed: code, name, latitude"),
    ],
)
def test_a_wrong_option_is_told(folder: Path, options: tuple[str, ...], message: str) -> None:
    result = bring(folder, "sites", "list.csv", SITES, *options)
    assert result.exit_code == 2
    assert message in result.output


def _geojson(*features: dict[str, Any], **members: Any) -> str:
    content = {"type": "FeatureCollection", **members, "features": features}
    return json.dumps(content, indent=1, ensure_ascii=False)


def _feature(code: str, ring: list[list[float]] | None = None, **properties: Any) -> dict[str, Any]:
    corners = ring or [[105.5, 21.3], [105.6, 21.3], [105.6, 21.4], [105.5, 21.4], [105.5, 21.3]]
    return {
        "type": "Feature",
        "properties": {"ma_xa": code, "ten": f"Xã {code}", **properties},
        "geometry": {"type": "Polygon", "coordinates": [corners]},
    }


NOT_DEGREES = "expected degrees: longitude -180 to 180, latitude -90 to 90 (WGS 84)"
METRES = (
    "; metres? say which with a member crs in the file, such as "
    '{"type": "name", "properties": {"name": "EPSG:3405"}}'
)
NO_COUNT = "expected a whole number from 0 to 2000000000, digits only"

MAPPED = [
    *("--map", "ma_xa=code", "--map", "ten=name", "--map", "dan_so=population"),
    *("--set", "level=commune", "--set", "parent=25", "--set", "valid_from=2025-07-01"),
]


def test_areas_come_from_geojson_with_their_boundary_and_size(folder: Path) -> None:
    east = [[105.6, 21.3], [105.7, 21.3], [105.7, 21.4], [105.6, 21.4], [105.6, 21.3]]
    text = _geojson(_feature("08716", dan_so=78317.0), _feature("08869", east))
    result = bring(folder, "areas", "communes.geojson", text, *MAPPED)
    assert result.exit_code == 0
    assert "2 added, 0 changed, 0 unchanged, 1 not in the file and kept" in result.output
    area = Inventory.load(folder).areas[AreaCode("08716")][0]
    assert (area.name, area.parent, area.population) == ("Xã 08716", "25", 78317)
    assert area.area_km2 == pytest.approx(114.9, abs=0.1)
    assert area.geometry is not None
    assert area.geometry[0][0][2] == (105.6, 21.4)


#: A square kilometre of VN-2000, and where its south-west corner is in WGS 84.
VN_2000 = [
    ("EPSG:3405", (560_000, 2_350_000), (105.580168, 21.249687)),
    ("urn:ogc:def:crs:EPSG::9208", (560_000, 2_350_000), (105.329970, 21.243320)),
    ("EPSG:4756", (105.6, 21.3), (105.601887, 21.299018)),
]


def _square(corner: tuple[float, float]) -> list[list[float]]:
    side = 1000.0 if corner[0] > 180 else 0.01
    (x, y), steps = corner, ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    return [[x + side * east, y + side * north] for east, north in steps]


@pytest.mark.parametrize(("name", "corner", "degrees"), VN_2000)
def test_areas_in_a_declared_coordinate_system_land_where_they_are(
    name: str, corner: tuple[float, float], degrees: tuple[float, float], folder: Path
) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    text = _geojson(_feature("08716", _square(corner)), crs=crs)
    result = bring(folder, "areas", "communes.geojson", text, *MAPPED)
    assert result.exit_code == 0, result.output
    area = Inventory.load(folder).areas[AreaCode("08716")][0]
    assert area.geometry is not None
    assert area.geometry[0][0][0] == pytest.approx(degrees, abs=2e-6)
    assert area.area_km2 == pytest.approx(1.0 if corner[0] > 180 else 1.15, abs=0.01)


IMPLAUSIBLE = [
    ((105.6, 21.3), "whose coordinates are metres, and has degrees"),
    ((2_350_000, 560_000), "far from where that is used"),  # north before east
]


@pytest.mark.parametrize(("corner", "why"), IMPLAUSIBLE)
def test_areas_that_cannot_lie_in_their_coordinate_system_are_refused(
    corner: tuple[float, float], why: str, folder: Path
) -> None:
    crs = {"type": "name", "properties": {"name": "EPSG:3405"}}
    text = _geojson(_feature("08716", _square(corner)), crs=crs)
    (problem,) = _problems(bring(folder, "areas", "c.geojson", text, *MAPPED), folder)
    assert problem.startswith("c.geojson:10:3: feature 1: ")
    assert why in problem


def test_the_same_geojson_again_changes_nothing(folder: Path) -> None:
    for _ in range(2):
        result = bring(folder, "areas", "c.geojson", _geojson(_feature("08716")), *MAPPED)
    assert "0 added, 0 changed, 1 unchanged" in result.output


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "c.geojson:1:2: not valid JSON: Expecting property name enclosed in double quotes"),
        ('{"type": "Feature"}', "c.geojson: expected a GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": 1}',
         "c.geojson: features: expected a list of features"),
        (_geojson(crs={"type": "name", "properties": {"name": "EPSG:999999"}}),
         "c.geojson: crs: there is no coordinate system 'EPSG:999999'"),
        (_geojson(crs={"type": "link"}),
         "c.geojson: crs: there is no coordinate system 'None'"),
        (_geojson({"properties": {"other": 1}, "geometry": None}),
         "c.geojson: no feature has the property 'ma_xa'; they have: other"),
        (_geojson(_feature("1"), _feature("2", [[105, 21], [106, 21], [106, 22], [105, 22]])),
         "c.geojson:38:3: feature 2: geometry: expected rings that end where they begin"),
        (_geojson(_feature("1", [[560000, 1], [570000, 1], [570000, 2], [560000, 1]])),
         f"c.geojson:4:3: feature 1: geometry: {NOT_DEGREES}{METRES}"),
        (_geojson({"properties": {"ma_xa": "1"}, "geometry": {"type": "Point"}}),
         "c.geojson:4:3: feature 1: geometry: expected a Polygon or MultiPolygon"),
        (_geojson({"properties": {"ma_xa": "1"}, "geometry": {"type": "Polygon",
                                                              "coordinates": [[["a", 1]]]}}),
         "c.geojson:4:3: feature 1: geometry: expected rings of longitude and latitude pairs"),
        (_geojson(_feature("1", dan_so="many")),
         f"c.geojson:4:3: feature 1: population: found 'many'; {NO_COUNT}"),
    ],
)  # fmt: skip
def test_a_bad_geojson_is_told_at_its_place_and_changes_nothing(
    folder: Path, text: str, problem: str
) -> None:
    assert problem in _problems(bring(folder, "areas", "c.geojson", text, *MAPPED), folder)
    assert (folder / "areas.csv").read_text("utf-8") == AREAS


def test_geojson_is_for_areas_only(folder: Path) -> None:
    result = bring(folder, "sites", "c.geojson", _geojson())
    assert result.exit_code == 2
    assert "GeoJSON is read for areas only" in result.output


def test_a_code_with_several_periods_needs_to_be_told_apart(folder: Path) -> None:
    periods = "25,Phú Thọ cũ,province,,2025-07-01\n"
    (folder / "areas.csv").write_text(AREAS + periods, "utf-8")
    result = bring(folder, "areas", "l.csv", "code,population\n25,1\n")
    text = "l.csv:2:1: code: '25' has several periods; add the column valid_from"
    assert _problems(result, folder) == [text]
    result = bring(folder, "areas", "l.csv", "code,valid_from,population\n25,2025-07-01,3663600\n")
    assert "0 added, 1 changed" in result.output


def test_the_folder_comes_from_the_settings_where_none_is_given(folder: Path) -> None:
    (folder.parent / "omc.yaml").write_text("inventory: inventory\ndata: data\n", "utf-8")
    (folder.parent / "list.csv").write_text("code,vendor\nVP0001,Huawei\n", "utf-8")
    arguments = ["sites", str(folder.parent / "list.csv"), "-c", str(folder.parent / "omc.yaml")]
    assert CliRunner().invoke(import_command, arguments).exit_code == 0
    assert Inventory.load(folder).sites[SiteCode("VP0001")].vendor == "Huawei"


def test_nothing_is_left_beside_the_file_that_was_replaced(folder: Path) -> None:
    bring(folder, "sites", "list.csv", "code,vendor\nVP0001,Huawei\n")
    assert sorted(path.name for path in folder.iterdir()) == ["areas.csv", "sites.csv"]
