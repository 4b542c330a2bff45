"""Where 5G should go: the greedy choice keeps its bound, and what is not measured counts as 0."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.core.inventory import (
    Area,
    AreaLevel,
    Cell,
    Inventory,
    Site,
    Span,
    SpanName,
    Technology,
)
from omc.core.model import AreaCode, CellName, SiteCode
from omc.core.settings import CoverageSettings, ReaderSettings
from omc.reports import periods
from omc.reports.coverage.population import PopulationBasis
from omc.reports.coverage.prediction import Spell, Where
from omc.reports.coverage.study import Ground as StudyGround
from omc.reports.coverage.study import study
from omc.reports.document import Value
from omc.reports.files import FORMATS, write_files
from omc.reports.radio.transmitters import Transmitters
from omc.reports.readiness.candidates import cells_of_5g
from omc.reports.readiness.condition import Condition, conditions
from omc.reports.readiness.footprint import Footprints, footprints
from omc.reports.readiness.greedy import GUARANTEE, choose
from omc.reports.readiness.ground import SPACING_M, Ground, ground_of
from omc.reports.readiness.report import readiness_report
from omc.reports.readiness.score import WEIGHTS, Need, Surroundings, reasons, scored
from omc.reports.readiness.study import Wish
from omc.reports.sources import Sources
from tests.sample_data import NEW_YEAR_MS
from tests.unit.history.archives import CATALOGUE, HOUR, Archive, Sample, labels
from tests.unit.reports.sample_document import ZONE

PLACES = 12


@given(
    st.lists(st.sets(st.integers(0, PLACES - 1)), min_size=1, max_size=7),
    st.lists(st.integers(0, 100), min_size=PLACES, max_size=PLACES),
    st.integers(1, 4),
)
def test_the_greedy_choice_is_as_near_the_best_as_it_says(
    reach: list[set[int]], people: list[int], most: int
) -> None:
    def covered(sets: tuple[set[int], ...]) -> int:
        return sum(people[place] for place in set().union(*sets))

    best = max(covered(some) for some in combinations(reach, min(most, len(reach))))
    reached = [np.array(sorted(places), dtype=np.intp) for places in reach]
    chosen = choose(reached, np.array(people, dtype=float), most)
    assert chosen.people == covered(tuple(reach[c.index] for c in chosen.choices))
    assert chosen.people >= GUARANTEE * best - 1e-9
    assert best <= chosen.at_best + 1e-9
    gains = [choice.people for choice in chosen.choices]
    assert gains == sorted(gains, reverse=True)
    assert len({choice.index for choice in chosen.choices}) == len(gains) <= most


SITE = Site(SiteCode("A"), "Trạm A", 21.3, 105.6)
KNOWN = Condition(SITE, True, True, 2e8, 1e10, 2500.0, 0.4, 8 * 3600.0, 0.8, 42.0, False)
UNKNOWN = Condition(SITE, True, False, None, None, None, None, None, None, None, False)


def test_a_score_without_measurements_is_lower_and_says_what_is_missing() -> None:
    around = Surroundings(5000.0, 1)
    best, blind = scored([(KNOWN, around), (UNKNOWN, around)])
    assert best.score == best.at_most > 0.9
    assert blind.score < best.score
    assert blind.at_most == pytest.approx(
        1 - WEIGHTS[Need.FIBRE] * 0.3 - WEIGHTS[Need.NEIGHBOURS] * 0.5
    )
    assert "not measured: uplink, rectifiers, battery, 4G load, tower" in reasons(
        blind, "en"
    ).replace("Not", "not")
    assert sum(WEIGHTS.values()) == pytest.approx(1)


def test_reasons_are_words_in_both_languages() -> None:
    weak = replace(KNOWN, fibre=False, rectifier_ratio=0.95)
    (one,) = scored([(weak, Surroundings(5000.0, 0))])
    assert reasons(one, "en") == (
        "4G at 80 % in the busy hour; 5,000 people in reach; uplink has 9.8 Gbit/s free; "
        "battery lasts 4 h 0 min with 5G; antennas at 42 m. "
        "But no fibre; rectifiers at 95 %; no 5G near by."
    ).replace("4 h 0 min", "4\u00a0h\u00a00\u00a0min")
    assert reasons(one, "vi").startswith("4G giờ cao điểm 80 %; 5.000 dân trong tầm phủ")


SQUARE = ((105.5, 21.2), (105.7, 21.2), (105.7, 21.4), (105.5, 21.4), (105.5, 21.2))
INVENTORY = Inventory(
    areas=[
        Area(AreaCode("1"), "Xã Một", AreaLevel.COMMUNE, population=9000, geometry=((SQUARE,),))
    ],
    sites=[
        Site(SiteCode(code), f"Trạm {code}", 21.3, longitude, AreaCode("1"))
        for code, longitude in (("A", 105.51), ("B", 105.512), ("C", 105.65), ("D", 105.6))
    ],
    cells=[
        Cell(CellName(f"{code}-1"), SiteCode(code), technology, band, 1, height_m=30)
        for code, technology, band in (
            ("A", Technology.G4, "B3"),
            ("B", Technology.G4, "B3"),
            ("C", Technology.G4, "B3"),
            ("D", Technology.G5, "n78"),
        )
    ],
    spans=[Span(SpanName(f"S-{a}{b}"), a, b, 3.0) for a, b in (("D", "A"), ("D", "B"), ("D", "C"))],
)


LAST = date(2026, 1, 10)
PERIOD = periods.days(LAST, LAST, ZONE)


def seen(inventory: Inventory, wish: CoverageSettings) -> tuple[Footprints, Ground]:
    """Whom every site reaches with 5G."""
    ground = ground_of(inventory, LAST, wish)
    assert ground.layout is not None
    found = conditions(_sources(Path(), None, inventory), PERIOD, lambda work: None)
    cells = cells_of_5g(found, inventory, ground.parameters.candidate, LAST)
    stations = Transmitters(ground.parameters).stations(inventory, [Technology.G5], cells)
    return footprints(ground, ground.layout, stations), ground


def test_people_add_up_to_their_source() -> None:
    people, ground = seen(INVENTORY, CoverageSettings())
    assert people.people.sum() == pytest.approx(9000)
    assert ground.basis == PopulationBasis(True, "commune", None, 9000)


@pytest.mark.parametrize("areas", [INVENTORY.areas.values(), []])
def test_people_that_somebody_counted_are_where_they_were_counted(
    areas: Iterable[Iterable[Area]], tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("longitude,latitude,population\n105.55,21.3,120\n105.65,21.3,80\n")
    inventory = Inventory(
        areas=[area for known in areas for area in known],
        sites=INVENTORY.sites.values(),
        cells=INVENTORY.cells.values(),
    )
    people, ground = seen(inventory, CoverageSettings(population=path, population_year=2024))
    assert ground.layout is not None
    x, y = ground.layout.plane.forward(np.array([105.55, 105.65]), np.array([21.3, 21.3]))
    assert people.people.tolist() == [120, 80]
    assert people.x == pytest.approx(x, abs=SPACING_M / 2)
    assert people.y == pytest.approx(y, abs=SPACING_M / 2)
    assert ground.basis == PopulationBasis(False, "people.csv", 2024, 200)
    assert people.squares[SiteCode("C")].tolist() == [1]


def test_an_imagined_cell_reaches_whom_the_coverage_report_says_it_would_cover() -> None:
    candidates, ground = seen(INVENTORY, CoverageSettings())
    assert ground.layout is not None
    only = [
        one
        for one in conditions(_sources(Path(), None), PERIOD, lambda work: None)
        if not one.has_5g
    ]
    cells = list(cells_of_5g(only, INVENTORY, ground.parameters.candidate, LAST))
    transmitters = Transmitters(ground.parameters)
    for one in only:
        own = [cell for cell in cells if cell.site == one.site.code]
        covered = study(
            StudyGround(INVENTORY, ground.layout, ground.parameters),
            transmitters.stations(INVENTORY, [Technology.G5], own),
            [Technology.G5],
            [Spell({cell.name: 1.0 for cell in own})],
        ).totals.covered
        people = candidates.people[candidates.squares[one.site.code]].sum()
        assert people > 50
        assert people == pytest.approx(
            float(covered[Technology.G5, Where.OUTDOORS, 0].people.sum())
        )


def test_an_imagined_cell_looks_where_the_4g_of_its_site_looks() -> None:
    looking_east = [replace(cell, azimuth=90.0) for cell in INVENTORY.cells.values()]
    inventory = Inventory(
        areas=INVENTORY.areas[AreaCode("1")], sites=INVENTORY.sites.values(), cells=looking_east
    )
    everywhere, _ = seen(INVENTORY, CoverageSettings())
    east, ground = seen(inventory, CoverageSettings())
    assert ground.layout is not None
    ((x, _),) = ground.layout.plane.positions([(105.65, 21.3)])
    reached = east.x[east.squares[SiteCode("C")]]
    assert reached.max() - x > 3 * (x - reached.min())
    assert len(reached) < len(everywhere.squares[SiteCode("C")])


def test_whom_a_site_reaches_that_the_model_was_not_made_for_is_unknown_and_said(
    tmp_path: Path,
) -> None:
    low = [
        replace(cell, height_m=5.0) if cell.site == "C" else cell
        for cell in INVENTORY.cells.values()
    ]
    inventory = Inventory(
        areas=INVENTORY.areas[AreaCode("1")], sites=INVENTORY.sites.values(), cells=low
    )
    sources = _sources(tmp_path, None, inventory)
    document = readiness_report(sources, PERIOD, "en", Wish(), lambda work: None)
    ranking = document.table("ranking")
    people = {row[1]: row[ranking.position("people")] for row in ranking.rows}
    assert people["C"] is None
    assert people["A"] is not None
    assert any("1 sites cannot be predicted" in line for line in document.basis)


def test_people_are_those_of_the_file_that_coverage_takes_unless_another_is_given(
    tmp_path: Path,
) -> None:
    usual, other = tmp_path / "usual.csv", tmp_path / "other.csv"
    usual.write_text("longitude,latitude,population\n105.65,21.3,80\n")
    other.write_text("longitude,latitude,population\n105.65,21.3,90\n")
    coverage = CoverageSettings(population=usual, population_year=2024)
    settings = ReaderSettings(data=tmp_path, inventory=tmp_path, coverage=coverage)
    sources = replace(_sources(tmp_path, None), settings=settings)

    def people(wish: Wish) -> Value:
        document = readiness_report(sources, PERIOD, "en", wish, lambda work: None)
        return document.table("next_sites").rows[0][3]

    assert people(Wish()) == pytest.approx(80)
    assert people(Wish(population=other)) == pytest.approx(90)


def test_who_lives_where_is_unknown_and_not_nobody(tmp_path: Path) -> None:
    areas = [replace(area, population=None) for areas in INVENTORY.areas.values() for area in areas]
    inventory = Inventory(
        areas=areas, sites=INVENTORY.sites.values(), cells=INVENTORY.cells.values()
    )
    sources = _sources(tmp_path, None, inventory)
    document = readiness_report(sources, PERIOD, "en", Wish(), lambda work: None)
    ranking = document.table("ranking")
    places = {column.key: place for place, column in enumerate(ranking.columns)}
    for row in ranking.rows:
        assert row[places["people"]] is row[places["overloaded_people"]] is None
        assert row[places["mark_people"]] is None
        assert "people in reach" in str(row[places["reasons"]]).split("ot measured: ")[1]
        assert row[places["at_most"]] > row[places["score"]]  # type: ignore[operator]
    assert any("Population not known" in line for line in document.basis)


def test_the_next_site_is_not_the_neighbour_of_the_one_before(tmp_path: Path) -> None:
    settings = ReaderSettings(data=tmp_path, inventory=tmp_path)
    sources = Sources(settings, INVENTORY, CATALOGUE, None, datetime(2026, 1, 20, tzinfo=ZONE))
    period = periods.days(date(2026, 1, 10), date(2026, 1, 10), ZONE)
    document = readiness_report(sources, period, "vi", Wish(2), lambda work: None)
    chosen = [str(row[1]) for row in document.table("next_sites").rows]
    assert "C" in chosen
    assert len(chosen) == 2  # nearly all around A is covered with B, and the other way round
    assert [row[1] for row in document.table("ranking").rows] != []
    assert any("Không có kho lưu trữ" in line for line in document.basis)
    written = write_files(document, FORMATS, tmp_path / "out")
    assert all(path.stat().st_size for path in written)


def prb(cell: str, hour: int, used: float) -> Sample:
    """PRB use of a cell in an hour of the period (before it, where the number is negative)."""
    end = PERIOD.start_ms - NEW_YEAR_MS + (hour + 1) * HOUR
    names = labels(site=cell[0], cell=cell, direction="dl")
    return Sample("lte_prb_utilisation_ratio", names, end, used, 3600.0, 3600.0)


def test_a_site_that_told_its_load_only_outside_of_the_period_is_as_one_that_never_did(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path / "archive")
    archive.write([prb("A-1", hour, 0.2 + hour / 100) for hour in range(24)])
    archive.write([prb("B-1", -48, 0.9)])  # and C nothing at all
    sources = _sources(tmp_path, archive)
    of_site = {one.site.code: one for one in conditions(sources, PERIOD, lambda work: None)}
    assert of_site[SiteCode("A")].busy_prb_ratio == pytest.approx(0.43)
    assert of_site[SiteCode("B")].busy_prb_ratio is None
    assert of_site[SiteCode("C")].busy_prb_ratio is None


BUSIEST = [0, 95, 96, 191]  # the first and last hours of stretches that are read at a time


@pytest.mark.parametrize("busiest", BUSIEST)
def test_an_uplink_is_as_busy_as_the_busiest_hour_of_its_busiest_port(
    busiest: int, tmp_path: Path
) -> None:
    period = periods.days(date(2026, 1, 10), date(2026, 1, 17), ZONE)
    start = period.start_ms - NEW_YEAR_MS
    samples = []
    for port, (usual, most) in {"slow": (1e6, 2e6), "fast": (1e7, 3e7)}.items():  # bytes an hour
        names = labels(site="A", node="R-A", interface=port)
        speed = 1e9 if port == "fast" else 1e8
        samples.append(Sample("interface_speed_bits_per_second", names, start + HOUR, speed))
        count = 0.0
        for hour in range(-1, 8 * 24):
            count += most if hour == busiest else usual
            at = start + (hour + 1) * HOUR - 1
            samples.append(Sample("interface_receive_bytes_total", names, at, count, 3600.0))
    archive = Archive(tmp_path / "archive")
    archive.write(samples)
    of_site = conditions(_sources(tmp_path, archive), period, lambda work: None)
    (one,) = [own for own in of_site if own.site.code == "A"]
    assert one.uplink_bits == pytest.approx(3e7 * 8 / 3600)
    assert one.uplink_speed == 1e9


def test_uplinks_of_many_days_take_no_more_memory_than_those_of_a_few(tmp_path: Path) -> None:
    period = periods.days(date(2026, 1, 5), date(2026, 1, 16), ZONE)
    start = period.start_ms - NEW_YEAR_MS
    archive = Archive(tmp_path / "archive")
    archive.write(
        Sample("interface_receive_bytes_total", names, start + hour * HOUR, 1e6 * hour, 3600.0)
        for names in (labels(site="A", node="R-A", interface=str(port)) for port in range(60))
        for hour in range(12 * 24)
    )
    sources = _sources(tmp_path, archive)
    conditions(sources, PERIOD, lambda work: None)  # what is imported late is there now
    tracemalloc.start()
    try:
        conditions(sources, period, lambda work: None)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1_000_000  # the 17,280 hours as objects of Python take several times as much


AIRED = [
    ((None, None), True),
    ((date(2026, 1, 10), None), True),
    ((date(2026, 1, 11), None), False),  # planned
    ((None, date(2026, 1, 10)), False),  # retired
]


@pytest.mark.parametrize(("aired", "has_5g"), AIRED)
def test_a_site_has_5g_while_a_cell_of_it_is_on_air(
    aired: tuple[date | None, date | None], has_5g: bool, tmp_path: Path
) -> None:
    site = replace(SITE, technologies=(Technology.G4, Technology.G5))
    own = Cell(CellName("A-1"), SITE.code, Technology.G5, "n78", 1)
    cell = replace(own, on_air_from=aired[0], on_air_to=aired[1])
    sources = _sources(tmp_path, None, Inventory(sites=[site], cells=[cell]))
    (one,) = conditions(sources, PERIOD, lambda work: None)
    assert one.has_5g is has_5g
    told = _sources(tmp_path, None, Inventory(sites=[site]))  # of which no cell is known
    assert conditions(told, PERIOD, lambda work: None)[0].has_5g


def _sources(folder: Path, archive: Archive | None, inventory: Inventory = INVENTORY) -> Sources:
    settings = ReaderSettings(data=folder, inventory=folder)
    now = datetime(2026, 1, 20, tzinfo=ZONE)
    history = None if archive is None else archive.history()
    return Sources(settings, inventory, CATALOGUE, history, now)
