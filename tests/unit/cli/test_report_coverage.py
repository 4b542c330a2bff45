"""`omc report coverage` as a planner calls it, over a small archive."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboards.console.texts import LANGUAGES, Texts
from omc.cli import main_group
from omc.cli.report import REPORTS
from omc.core.inventory import Cell, Kind, Span, SpanName, Technology
from omc.core.model import AreaCode, CellName, SiteCode
from omc.reports.maker import PROGRESS
from tests.inventory_csv import csv_of_rows
from tests.unit.history.archives import DAY, HOUR, Archive, Sample, labels
from tests.unit.reports.coverage_world import MIDDLE, communes, network
from tests.unit.reports.sample_document import ZONE

PLACES = [(-2.1, -1.4), (1.7, 2.2), (2.4, -2.6)]
#: Vietnam is seven hours ahead: its first day of the year begins so many milliseconds before UTC's.
LOCAL_DAY = -7 * HOUR


def _samples() -> Iterable[Sample]:
    """Two days of hourly values; one cell is out in every second hour, five are silent."""
    for number, name in enumerate(("S0-B3-1", "S0-B3-2", "S0-B3-3", "S1-B3-1")):
        for hour in range(48):
            at = LOCAL_DAY + (hour + 1) * HOUR
            where = {"site": name[:2], "cell": name}
            out = 3600.0 if name == "S1-B3-1" and hour % 2 else 0.0
            busy = 0.9 if hour % 24 == 20 and number == 0 else 0.2
            for metric, more, value in (
                ("lte_cell_observed_seconds", {}, 3600.0),
                ("lte_cell_unavailable_seconds", {"cause": "fault"}, out),
                ("lte_prb_utilisation_ratio", {"direction": "dl"}, busy),
                ("lte_prb_available", {"direction": "dl"}, 100.0),
                ("lte_pdcp_volume_bytes", {"direction": "dl"}, 1e9 * (1 + (hour % 24 == 20))),
                ("lte_connected_users", {}, 10.0),
            ):
                yield Sample(metric, labels(**where, **more), at, value, 3600.0, 3600.0)


#: On air until the period began, of a band that nobody knows.
_GONE = Cell(
    CellName("S0-gone"),
    SiteCode("S0"),
    Technology.G4,
    "B99",
    4,
    on_air_to=date(2026, 1, 1),
)


def _new_at_s2(cell: Cell) -> Cell:
    """The cells of one site came on air with the period."""
    return replace(cell, on_air_from=date(2026, 1, 1)) if cell.site == "S2" else cell


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation")
    inventory = network(PLACES)
    route = ((MIDDLE[0] - 0.01, MIDDLE[1] + 0.01), (MIDDLE[0] + 0.01, MIDDLE[1] + 0.01))
    spans = [
        Span(SpanName("BB-1"), "S0", "S1", 6.0, geometry=route),
        Span(SpanName("BB-2"), "S1", "S2", 4.0),
    ]
    (folder / "inventory").mkdir()
    for kind, rows in (
        (Kind.AREAS, communes()),
        (Kind.SITES, inventory.sites.values()),
        (Kind.CELLS, [*map(_new_at_s2, inventory.cells.values()), _GONE]),
        (Kind.SPANS, spans),
    ):
        path = folder / "inventory" / f"{kind.value}.csv"
        path.write_text(csv_of_rows(kind, rows), encoding="utf-8")
    text = "inventory: inventory\ndata: data\ncoverage: {grid_m: 200}\n"
    (folder / "omc.yaml").write_text(text, encoding="utf-8")
    archive = Archive(folder / "data" / "archive")
    archive.at(4 * DAY)
    archive.write(_samples())
    archive.maintain(everything=True)
    return folder


def report(folder: Path, *arguments: str, name: str = "coverage") -> Result:
    days = ("--from", "2026-01-01", "--to", "2026-01-02")
    config = ("-c", str(folder / "omc.yaml"), "-o", str(folder / "out"))
    return CliRunner().invoke(main_group, ["report", name, *config, *days, *arguments])


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    path = folder / "out" / f"coverage-commune-2026-01-01_2026-01-02-en.{table}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def made(folder: Path) -> Path:
    result = report(folder, "--format", "csv,geojson,xlsx", "--language", "en")
    assert result.exit_code == 0, result.output
    return folder


def test_cover_is_there_by_area_with_what_it_is_weighed_by(made: Path) -> None:
    found = rows(made, "cover_4g")
    assert [row["code"] for row in found] == ["00", "01", "02", "03", ""]
    assert [row["sites"] for row in found] == ["1", "1", "0", "1", "3"]
    assert float(found[-1]["people"]) == pytest.approx(90_000)
    first, second = float(found[0]["area_outdoors"]), float(found[0]["area_outdoors_available"])
    assert first == pytest.approx(second)  # S0 worked all the time
    assert 0 < float(found[3]["area_outdoors_available"]) < float(found[3]["area_outdoors"])
    assert float(found[1]["people_outdoors_available"]) == 0  # S2 said nothing


def test_a_site_that_came_on_air_is_the_change_since_the_period_before(made: Path) -> None:
    changes = {row["code"]: float(row["people_outdoors_change"]) for row in rows(made, "cover_4g")}
    assert changes["01"] > 5
    assert changes["02"] == 0
    assert 0 < changes[""] < changes["01"]


def test_outages_cost_the_people_of_their_area_hours_without_4g(made: Path) -> None:
    costs = {row["area"]: row for row in rows(made, "person_hours")}
    a_third, hours = float(costs["Xã Lập Thạch"]["people"]) / 3, 24  # one of three cells, of S1
    assert float(costs["Xã Lập Thạch"]["unknown_hours"]) == pytest.approx(a_third * hours, rel=0.01)
    assert float(costs["Xã Tam Đảo"]["all_hours"]) == 0


def test_nothing_is_said_of_cells_that_are_off_air_in_the_period(made: Path) -> None:
    assert list((made / "out").glob("*.cover_4g.csv"))
    assert not list((made / "out").glob("*.left_out.csv"))


def test_nothing_is_said_of_the_availability_of_what_was_never_measured(made: Path) -> None:
    assert {row["area_outdoors_available"] for row in rows(made, "cover_3g")} == {""}


def test_loads_are_ratios_of_sums_and_busy_hours_are_local(made: Path) -> None:
    load = {(row["technology"], row["code"]): row for row in rows(made, "load")}
    first = load["4G", "00"]
    assert float(first["prb_mean"]) == pytest.approx((142 * 0.2 + 2 * 0.9) / 144)
    assert float(first["prb_busy_hour"]) == pytest.approx((0.9 + 0.2 + 0.2) / 3)
    assert (first["busy_cells"], first["measured_cells"]) == ("1", "3")
    assert float(first["users_mean"]) == pytest.approx(30)
    assert float(first["traffic_gigabytes"]) == pytest.approx(3 * (48 + 2))
    last = load["4G", "03"]
    assert float(last["availability_proved"]) == pytest.approx(1 / 6)
    assert float(last["availability_at_most"]) == pytest.approx(5 / 6)
    assert float(last["fault"]) == pytest.approx(1 / 6)
    assert float(last["unknown"]) == pytest.approx(2 / 3)


def test_cables_count_where_they_lie_and_else_at_their_ends(made: Path) -> None:
    found = {row["code"]: float(row["route_km"]) for row in rows(made, "fibre")}
    assert found == pytest.approx({"00": 0, "01": 2, "02": 3, "03": 5, "": 10})


def test_gaps_are_ranked_and_name_site_and_fibre(made: Path) -> None:
    found = rows(made, "gaps_4g")
    people = [float(row["people"]) for row in found]
    assert people == sorted(people, reverse=True)
    assert found[0]["span"] == "BB-1"
    assert float(found[0]["span_km"]) < 5


def test_layers_can_be_put_on_any_map(made: Path) -> None:
    path = made / "out" / "coverage-commune-2026-01-01_2026-01-02-en.cover_4g.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    assert len(collection["features"]) == 4
    assert 0 <= collection["features"][0]["properties"]["people_outdoors"] <= 1


@pytest.mark.parametrize("name", REPORTS)
def test_what_is_being_done_is_told_in_words_that_the_console_has(folder: Path, name: str) -> None:
    wish = ("--progress", "--format", "html", "-o", str(folder / "steps"))
    result = report(folder, *wish, name=name)
    assert result.exit_code == 0, result.output
    steps = [line.removeprefix(PROGRESS) for line in result.stderr.splitlines()]
    assert steps[0] == "inventory"
    assert "html" in steps
    for language in LANGUAGES:
        words = Texts.load(language, ZONE).group("report_step")
        assert {step.partition(": ")[0] for step in steps} - {"html"} <= words.keys()


WRONG = [
    (("--area", "Tam Dai"), "did you mean Xã Tam Đảo?"),
    (("--level", "district"), "no areas of level district on 2026-01-02"),
    (("--geography", "1999-01-01"), "no areas of level commune on 1999-01-01"),
    (("--technology", "6G"), "'6G' is not one of"),
]


@pytest.mark.parametrize(("arguments", "text"), WRONG)
def test_what_cannot_be_reported_is_told(
    folder: Path, arguments: tuple[str, ...], text: str
) -> None:
    result = report(folder, "--format", "csv", *arguments)
    assert result.exit_code == 2
    assert text in " ".join(result.output.split())


def test_one_area_and_technology_can_be_asked_for_by_a_name_without_diacritics(
    folder: Path,
) -> None:
    arguments = ("--area", "dao tru", "--technology", "4G", "--format", "csv")
    result = report(folder, *arguments, "-o", str(folder / "one"))
    assert result.exit_code == 0, result.output
    (path,) = (folder / "one").glob("*.cover_4g.csv")
    assert path.name == "coverage-commune-2026-01-01_2026-01-02-dao-tru-4g-vi.cover_4g.csv"
    assert not list((folder / "one").glob("*.left_out.csv"))  # sites of other areas lie in those
    assert "Xã Đạo Trù" in path.read_text(encoding="utf-8-sig")
    assert not list((folder / "one").glob("*.cover_3g.csv"))


def test_of_an_area_without_a_boundary_and_of_all_together_nobody_knows_the_people(
    folder: Path,
) -> None:
    areas = folder / "inventory" / "areas.csv"
    kept = areas.read_text(encoding="utf-8")
    more = [*communes(), replace(communes()[4], code=AreaCode("99"), geometry=None)]
    areas.write_text(csv_of_rows(Kind.AREAS, more), encoding="utf-8")
    try:
        out = folder / "blind"
        result = report(folder, "--technology", "4G", "--format", "csv", "-o", str(out))
    finally:
        areas.write_text(kept, encoding="utf-8")
    assert result.exit_code == 0, result.output
    (path,) = out.glob("*.cover_4g.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        people = {row["code"]: row["people"] for row in csv.DictReader(file)}
    assert float(people["00"]) == pytest.approx(9000)
    assert (people["99"], people[""]) == ("", "")


def test_where_nobody_knows_the_people_the_headlines_are_of_the_ground(folder: Path) -> None:
    areas = folder / "inventory" / "areas.csv"
    kept = areas.read_text(encoding="utf-8")
    areas.write_text(csv_of_rows(Kind.AREAS, communes(people=None)), encoding="utf-8")
    try:
        out = folder / "unpeopled"
        result = report(folder, "--technology", "4G", "--format", "html", "-o", str(out))
    finally:
        areas.write_text(kept, encoding="utf-8")
    assert result.exit_code == 0, result.output
    (path,) = out.glob("*.html")
    text = path.read_text(encoding="utf-8")
    assert "4G: diện tích được phủ ngoài trời" in text
    assert "4G: dân số được phủ ngoài trời" not in text
