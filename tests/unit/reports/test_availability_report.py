"""The availability report of a small network of which everything is known beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from omc.alarms import AlarmStore, ChangeKind, Severity
from omc.alarms.desk import STORE_FILE
from omc.alarms.life.alarm import Alarm, Change
from omc.alarms.life.maintenance import MaintenanceWindow
from omc.core.inventory import (
    Area,
    AreaLevel,
    Cell,
    Inventory,
    Node,
    NodeKind,
    Site,
    Span,
    SpanName,
    Technology,
)
from omc.core.model import AreaCode, CellName, NodeName, SiteCode
from omc.core.settings import ReaderSettings
from omc.reports import periods
from omc.reports.availability_report.report import availability_report
from omc.reports.document import Document, Language
from omc.reports.files import FORMATS, write_files
from omc.reports.outage_cost.causes import Cause, Causes
from omc.reports.outage_cost.cost import Inhabited, cost_by_area
from omc.reports.outages import Outage
from omc.reports.past_alarms import PastAlarm, PastAlarms
from omc.reports.sources import Sources
from omc.reports.uptime import UptimeReader
from tests.sample_data import NEW_YEAR_MS
from tests.unit.history.archives import CATALOGUE, Archive, Sample, labels
from tests.unit.reports.sample_document import ZONE

PERIOD = periods.days(date(2026, 1, 10), date(2026, 1, 10), ZONE)
MIDNIGHT = PERIOD.start_ms
MINUTE, HOUR = 60_000, 3_600_000
SQUARE = ((105.5, 21.2), (105.7, 21.2), (105.7, 21.4), (105.5, 21.4), (105.5, 21.2))

INVENTORY = Inventory(
    areas=[
        Area(
            AreaCode("1"),
            "Xã Tam Đảo",
            AreaLevel.COMMUNE,
            population=9000,
            population_year=2025,
            geometry=((SQUARE,),),
        )
    ],
    sites=[Site(SiteCode(c), f"Trạm {c}", 21.3, 105.6, AreaCode("1")) for c in "AB"],
    nodes=[
        Node(NodeName(f"R-{c}"), NodeKind.ROUTER, SiteCode(c), address="10.0.0.1") for c in "AB"
    ],
    cells=[
        Cell(CellName(f"{c}-{n}"), SiteCode(c), Technology.G4, "B3", n)
        for c in "AB"
        for n in (1, 2)
    ],
    spans=[Span(SpanName("S"), "A", "B", 3.0)],
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """A day in which site B is down from six to eight, and has no mains before."""
    archive = Archive(tmp_path_factory.mktemp("archive"))
    dark = range(6 * 60, 8 * 60)
    samples = []
    for minute in range(-5, 24 * 60 + 5):
        at = MIDNIGHT + minute * MINUTE - NEW_YEAR_MS
        for site in "AB":
            up = 0.0 if site == "B" and minute in dark else 1.0
            where = labels(site=site, node=f"R-{site}")
            samples.append(Sample("omc_poll_success", where, at, up))
            if up and minute % 5 == 0:
                mains = 0.0 if site == "B" and 4 * 60 <= minute < 6 * 60 else 1.0
                samples.append(Sample("ac_input_available", where, at, mains, 300.0))
    for quarter in range(96):
        at = MIDNIGHT + (quarter + 1) * 15 * MINUTE - NEW_YEAR_MS
        for name in INVENTORY.cells:
            lost = 900.0 if name[0] == "B" and 24 <= quarter < 32 else 0.0
            cell = {"cell": name, "site": name[0]}
            pm = (at, lost, 900.0, 900.0)
            samples.append(
                Sample("lte_cell_unavailable_seconds", labels(**cell, cause="fault"), *pm)
            )
            pm = (at, 900.0, 900.0, 900.0)
            samples.append(Sample("lte_cell_observed_seconds", labels(**cell), *pm))
    archive.write(samples)
    return archive


@pytest.fixture
def sources(archive: Archive, tmp_path: Path) -> Sources:
    settings = ReaderSettings(data=tmp_path, inventory=tmp_path)
    now = datetime(2026, 1, 20, 12, tzinfo=ZONE)
    return Sources(settings, INVENTORY, CATALOGUE, archive.history(), now)


def report(sources: Sources, language: Language = "vi") -> Document:
    return availability_report(sources, PERIOD, language, lambda work: None)


def test_every_kind_is_judged_by_what_is_known_of_it(sources: Sources) -> None:
    document = report(sources, "en")
    kinds = {row[0]: row for row in document.table("kinds").rows}
    assert kinds["Sites"][2] == pytest.approx(46 / 48, abs=1e-3)
    assert kinds["4G cells"][2] == pytest.approx(46 / 48)
    assert kinds["Fibre spans"][2] is None  # no history of alarms: nothing is said of spans
    targets = {row[0]: row for row in document.table("targets").rows}
    assert targets["Sites"][2:5] == (1, 1, 0)
    assert targets["Fibre spans"][2:5] == (0, 0, 1)
    assert any("No history of alarms" in line for line in document.basis)


async def test_an_alarm_that_is_open_since_before_the_oldest_change_read_is_still_known(
    sources: Sources,
) -> None:
    store = AlarmStore(sources.settings.data / STORE_FILE)
    cut_ms, noise_ms = MIDNIGHT - 90 * 24 * HOUR, MIDNIGHT - 80 * 24 * HOUR
    severity = Severity.CRITICAL
    cut = Alarm("fibre_cut", (("span", "S"),), severity, severity, cut_ms, cut_ms)
    other = Alarm("mains_failed", (("site", "A"),), severity, severity, noise_ms, noise_ms)
    for alarm in (cut, other):
        store.record(Change(alarm, ChangeKind.RAISED, alarm.raised_ms))
    await store.flush()
    alarms = PastAlarms.read(sources.settings.data, INVENTORY, PERIOD.start_ms)
    (found,) = alarms.of_rule("fibre_cut")
    assert (found.start_ms, found.end_ms) == (cut_ms, None)
    seconds = UptimeReader(sources, PERIOD, alarms).spans()["S"].availability
    assert (seconds.unplanned, seconds.up) == (24 * 3600, 0)


async def test_what_was_before_the_oldest_change_that_is_kept_is_not_known_and_said_so(
    sources: Sources,
) -> None:
    store = AlarmStore(sources.settings.data / STORE_FILE)
    assert not PastAlarms.read(sources.settings.data, INVENTORY, PERIOD.start_ms).kept
    first_ms = MIDNIGHT + 18 * HOUR
    alarm = Alarm(
        "mains_failed", (("site", "A"),), Severity.MAJOR, Severity.MAJOR, first_ms, first_ms
    )
    store.record(Change(alarm, ChangeKind.RAISED, first_ms))
    await store.flush()
    document = report(sources, "en")
    kinds = {row[0]: row for row in document.table("kinds").rows}
    assert kinds["Fibre spans"][2] == pytest.approx(6 / 24, abs=1e-2)
    assert any("history of alarms begins on 2026-01-10 at 18:00" in s for s in document.basis)


def test_an_outage_after_the_loss_of_mains_is_put_down_to_it(sources: Sources) -> None:
    rows = report(sources, "en").table("outages").rows
    assert [(row[0], row[1], row[7]) for row in rows] == [("Sites", "B", "mains")]
    assert rows[0][5] == pytest.approx(2 * 3600, abs=60)


def test_what_went_down_with_its_site_is_counted_there_and_not_listed_again(
    sources: Sources,
) -> None:
    (row,) = report(sources, "en").table("outages").rows
    assert row[8] == 3  # the router and both cells


def test_person_hours_are_peoples_share_times_the_hours(sources: Sources) -> None:
    (row,) = report(sources, "en").table("person_hours").rows
    assert row[0] == "Xã Tam Đảo"
    assert row[3] == pytest.approx(9000 / 2 * 2)  # half the commune for two hours, by the mains
    assert row[7] == pytest.approx(9000)


def test_planned_work_is_not_held_against_a_site(sources: Sources) -> None:
    window = MaintenanceWindow("w", MIDNIGHT + 6 * HOUR, MIDNIGHT + 8 * HOUR, "x", areas=("1",))
    alarms = PastAlarms(INVENTORY, [window])
    reader = UptimeReader(sources, PERIOD, alarms)
    seconds = reader.sites()["B"].availability
    assert seconds.planned == pytest.approx(2 * 3600, abs=60)
    assert seconds.unplanned == pytest.approx(0, abs=60)
    (cost,) = cost_by_area(
        INVENTORY,
        reader.cells(Technology.G4),
        Causes(alarms, {}),
        dict.fromkeys(INVENTORY.sites, AreaCode("1")),
        {AreaCode("1"): Inhabited("Xã Tam Đảo", 9000)},
    )
    assert cost.person_hours[Cause.PLANNED] == pytest.approx(9000)


CUT = PastAlarm("fibre_cut", {"span": "S"}, frozenset({"B"}), 5 * HOUR, 9 * HOUR)


@pytest.mark.parametrize(
    ("alarms", "cause"),
    [
        ([CUT], Cause.FIBRE),
        ([replace(CUT, rule="site_dark", labels={"site": "X"})], Cause.MAINS),
        (
            [replace(CUT, rule="site_lost", labels={"site": "B"}, places=frozenset())],
            Cause.EQUIPMENT,
        ),
        ([replace(CUT, rule="mains_failed", labels={"site": "B"})], Cause.MAINS),
        ([replace(CUT, start_ms=0, end_ms=HOUR)], Cause.UNKNOWN),
        ([replace(CUT, places=frozenset({"A"}))], Cause.UNKNOWN),
    ],
)
def test_a_cause_is_the_root_that_was_active_and_names_the_site(
    alarms: list[PastAlarm], cause: Cause
) -> None:
    outage = Outage(6 * HOUR, 8 * HOUR, 7200.0)
    assert Causes(PastAlarms(INVENTORY, (), alarms), {}).of("B", outage) is cause


def test_the_regulations_are_named_with_clauses_and_who_can_tell(sources: Sources) -> None:
    rows = report(sources, "en").table("regulation").rows
    assert {row[0] for row in rows} == {"QCVN 81:2019/BTTTT", "QCVN 126:2021/BTTTT"}
    first = next(row for row in rows if row[1] == "2.1.1")
    assert first[3] == "≥ 95 %"
    assert first[4] is None
    assert first[6] == "drive tests only"


def test_a_network_without_archive_gets_an_open_report(sources: Sources) -> None:
    document = report(replace(sources, history=None), "en")
    assert any("There is no archive" in line for line in document.basis)
    assert all(row[2] is None for row in document.table("kinds").rows)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_format_takes_the_report(
    sources: Sources, tmp_path: Path, language: Language
) -> None:
    written = write_files(report(sources, language), FORMATS, tmp_path / "out")
    assert all(path.stat().st_size for path in written)
