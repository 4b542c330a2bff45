"""However a node splits, orders, repeats or delays its files, what is stored is the same."""

from __future__ import annotations

import asyncio
import gzip
import random
import tempfile
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.pm.cell_directory import CellDirectory, Reporter
from collector.pm.document import Origin
from collector.pm.extract import Extractor, PeriodKey
from collector.pm.intake import Intake, Result
from collector.pm.ledger import Ledger
from collector.pm.measurements import Measurements
from collector.pm.punctuality import Punctuality
from collector.pm.rules import RuleBook
from collector.pm.style import StyleSet
from omc.bus.local import LocalBus
from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.inventory import Cell, Inventory, Node, NodeKind, Site, Technology
from omc.core.model import AreaCode, Batch, CellName, NodeName, SeriesTable, SiteCode
from omc.core.resources import config_folder
from tests.unit.collector.pm.documents import END, END_MS, collec_file

CATALOGUE = Catalogue.load(config_folder() / "metrics")
STYLES = StyleSet.load([config_folder() / "pm"], CATALOGUE)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SITE = SiteCode("VPH001")
CELLS = [f"VPH001-L18-{number}" for number in (1, 2, 3)]
INVENTORY = Inventory(
    sites=[Site(SITE, "Vĩnh Phúc 1", 21.3, 105.6, area=AreaCode("08000"))],
    nodes=[Node(NodeName("ENB1"), NodeKind.RADIO, SITE)],
    cells=[Cell(CellName(name), SITE, Technology.G4, "B3", 1) for name in CELLS],
)
COUNTERS = ["pmRrcConnEstabAtt", "pmRrcConnEstabSucc", "pmPdcpVolDlDrb", "pmRrcConnLevSum"]
COUNTERS += ["pmRrcConnLevSamp", "pmCellDowntimeAuto", "pmCellDowntimeMan"]
RELATION_COUNTERS = ["pmHoExeAttLteIntraF", "pmHoExeSuccLteIntraF"]


class Office:
    """Everything between a file and the bus, in a folder of its own."""

    def __init__(self, folder: Path, late: float = 0.0, zone: tzinfo = ZONE) -> None:
        self.folder = folder
        self._zone = zone
        self.clock = ManualClock(time_ms=END_MS + 60_000 + round(late * 1000))
        self.batches: list[Batch] = []
        self.files = 0
        self.open()

    def open(self) -> None:
        """Begin, or begin again after the process has ended."""
        bus, table = LocalBus(), SeriesTable()
        bus.listen(self.batches.append)
        rules = RuleBook(STYLES, CATALOGUE)
        self.ledger = Ledger(self.folder / "pm.db")
        self.punctuality = Punctuality(CATALOGUE, table, 900.0, self.clock.time_ms())
        self.punctuality.restore(self.ledger.periods(0, END_MS * 2))
        self.intake = Intake(
            Extractor(CellDirectory(INVENTORY, STYLES), rules),
            Measurements(INVENTORY.cells, rules, CATALOGUE, table),
            self.punctuality,
            self.ledger,
            bus,
            self.clock,
            zone=self._zone,
            largest=1 << 26,
        )

    def take(self, content: str | bytes) -> Result:
        self.files += 1
        path = self.folder / f"{self.files}.xml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return asyncio.run(self.intake.take(path, path.name, "test"))

    def stored(self) -> dict[tuple[str, int], tuple[float, bool]]:
        """What a store has that keeps the last value of each series and time."""
        return {
            (series.key, time_ms): (value, batch.suspect)
            for batch in self.batches
            for series, value, time_ms in zip(batch.series, batch.values, batch.times, strict=True)
            if not series.metric.name.startswith("pm_")
        }

    def account(self, name: str) -> float:
        """The last value of a metric of completeness."""
        return [
            value
            for batch in self.batches
            for series, value in zip(batch.series, batch.values, strict=True)
            if series.metric.name == name
        ][-1]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def _object(cell: str) -> str:
    return f"ManagedElement=ENB1,ENBFunction=1,EUtranCellFDD={cell}"


#: Object, counter, value, end of period: what a node has to tell.
Fact = tuple[str, str, int, str]


def _facts(seed: int) -> list[Fact]:
    values = random.Random(seed)
    ends = [END, "2026-11-24T07:00:00+07:00"]
    facts = [
        (_object(cell), counter, values.randint(0, 10_000), end)
        for end in ends
        for cell in CELLS
        for counter in COUNTERS
    ]
    for cell in CELLS:
        for number in range(3):
            relation = f"{_object(cell)},EUtranCellRelation={number}"
            facts += [(relation, name, values.randint(0, 99), END) for name in RELATION_COUNTERS]
    return facts


def _file(facts: list[Fact]) -> str:
    """A document of some facts, one object after the other, one group for each end."""
    parts = []
    for end in dict.fromkeys(fact[3] for fact in facts):
        inside = [fact for fact in facts if fact[3] == end]
        for name in dict.fromkeys(fact[0] for fact in inside):
            own = [fact for fact in inside if fact[0] == name]
            counters = [fact[1] for fact in own]
            parts.append(
                collec_file(
                    {name: [str(fact[2]) for fact in own]}, counters, vendor="Ericsson", end=end
                )
            )
    head, _, rest = parts[0].partition("<measData>")
    groups = [part.partition("<measData>")[2].partition("</measData>")[0] for part in parts]
    tail = rest.partition("</measData>")[2]
    return head + "".join(f"<measData>{group}</measData>" for group in groups) + tail


@settings(max_examples=12)
@given(
    seed=st.integers(0, 3),
    files=st.integers(1, 6),
    shuffle=st.randoms(use_true_random=False),
    repeats=st.lists(st.integers(0, 5), max_size=3),
    restart_after=st.integers(0, 8),
    late=st.sampled_from([0.0, 3600.0, 86_400.0]),
)
def test_splitting_ordering_repeating_delaying_and_restarting_change_nothing(
    seed: int,
    files: int,
    shuffle: random.Random,
    repeats: list[int],
    restart_after: int,
    late: float,
) -> None:
    facts = _facts(seed)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as many:
        whole = Office(Path(one))
        whole.take(_file(facts))
        shuffle.shuffle(facts)
        parts = [_file(part) for n in range(files) if (part := facts[n::files])]
        sent = parts + [parts[n % len(parts)] for n in repeats]
        shuffle.shuffle(sent)
        split = Office(Path(many), late)
        for number, content in enumerate(sent):
            if number == restart_after:
                split.open()
            split.take(content)
        assert split.stored() == whole.stored()
        for metric in ("pm_periods_expected", "pm_periods_received"):
            assert split.account(metric) == whole.account(metric) == 1


PLAIN = collec_file({_object(CELLS[0]): ["100", "90"]}, COUNTERS[:2], vendor="Ericsson")
CORRECTED = collec_file({_object(CELLS[0]): ["100", "95"]}, COUNTERS[:2], vendor="Ericsson")
SUCCESSES = 'lte_rrc_setup_successes{cell="VPH001-L18-1",node="ENB1",site="VPH001"}'


def test_a_file_that_comes_twice_counts_once_and_is_counted(office: Office) -> None:
    assert office.take(PLAIN) is Result.READ
    before = len(office.batches)
    assert office.take(PLAIN) is Result.REPEATED
    assert office.take(gzip.compress(PLAIN.encode())) is Result.REPEATED
    assert office.account("pm_files_duplicate") == 2
    assert all("account" in batch.source for batch in office.batches[before:])


def test_a_corrected_file_takes_the_place_of_the_first_and_a_late_copy_of_that_does_not(
    office: Office,
) -> None:
    office.take(PLAIN)
    assert office.stored()[SUCCESSES, END_MS] == (90.0, False)
    assert office.take(CORRECTED) is Result.CORRECTED
    assert office.take(PLAIN) is Result.REPEATED
    assert office.stored()[SUCCESSES, END_MS] == (95.0, False)


def test_samples_stand_at_the_end_of_their_period_and_say_how_long_it_was(office: Office) -> None:
    office.take(PLAIN)
    batch = office.batches[0]
    assert batch.period == batch.interval == 900
    assert set(batch.times) == {END_MS}
    stamp = 'lte_cell_period_end_timestamp_seconds{cell="VPH001-L18-1",node="ENB1",site="VPH001"}'
    assert office.stored()[stamp, END_MS] == (END_MS / 1000, False)


def test_what_a_node_marks_as_suspect_is_kept_and_marked(office: Office) -> None:
    marked = PLAIN.replace("</measValue>", "<suspect>true</suspect></measValue>")
    office.take(marked)
    assert office.stored()[SUCCESSES, END_MS] == (90.0, True)
    assert office.account("pm_periods_suspect") == 1
    office.take(CORRECTED)
    assert office.stored()[SUCCESSES, END_MS] == (95.0, False)
    assert office.account("pm_periods_suspect") == 0


def test_a_damaged_file_counts_up_to_the_damage_and_the_whole_one_completes_it(
    office: Office,
) -> None:
    cells = {_object(cell): ["100", "90"] for cell in CELLS}
    whole = collec_file(cells, COUNTERS[:2], vendor="Ericsson")
    assert office.take(whole[: whole.index("L18-2")]) is Result.DAMAGED
    assert {name for (name, _) in office.stored() if "successes" in name} == {SUCCESSES}
    assert office.take(whole) is Result.CORRECTED
    assert len([name for (name, _) in office.stored() if "successes" in name]) == 3
    details = {file.result: file.detail for file in office.ledger.files(5)}
    assert "ends too early" in details["damaged"]


@pytest.mark.parametrize(
    ("content", "result"),
    [
        ("nonsense", Result.REFUSED),
        (b"\x1f\x8b\x08 cut", Result.REFUSED),
        (collec_file({"EUtranCellFDD=X": ["1"]}, ["pmRrcConnEstabAtt"]), Result.FOREIGN),
        (PLAIN.replace("2026-11-24T07:15", "2036-11-24T07:15"), Result.FOREIGN),
    ],
)
def test_what_tells_nothing_is_no_sample(
    office: Office, content: str | bytes, result: Result
) -> None:
    assert office.take(content) is result
    assert office.batches == []
    assert office.take(PLAIN) is Result.READ


def test_a_period_from_a_clock_that_is_ahead_is_counted(office: Office) -> None:
    office.take(PLAIN.replace("2026-11-24T07:15", "2026-11-24T07:45"))
    assert office.intake.counts.rejected == {"future": 2}


def test_values_that_are_no_numbers_are_counted_and_cost_no_other(office: Office) -> None:
    for text in ("1_000", "nan", "inf", "0x10", "12,5"):
        office.intake.counts.rejected.clear()
        office.take(PLAIN.replace(">100<", f">{text}<"))
        assert office.intake.counts.rejected == {"not_a_number": 1}
    assert office.stored()[SUCCESSES, END_MS] == (90.0, False)


def test_values_out_of_range_are_counted_and_left_out(office: Office) -> None:
    office.take(PLAIN.replace(">100<", ">-100<"))
    assert office.intake.counts.rejected == {"out_of_range": 1}
    assert {name for name, _ in office.stored() if "attempts" in name} == set()


def test_names_that_a_file_invents_are_bounded(office: Office) -> None:
    directory = CellDirectory(INVENTORY, STYLES)
    cell = INVENTORY.cells[CellName(CELLS[0])]
    names = {directory.reporter(Origin(label=f"N{n}"), cell).node for n in range(6000)}
    assert len(names) == 5001
    assert directory.reporter(Origin(label="ENB1"), cell).node == "ENB1"
    relations = {f"{_object(CELLS[0])},EUtranCellRelation={n}": ["1"] for n in range(3000)}
    office.take(collec_file(relations, ["pmHoExeAttLteIntraF"], vendor="Ericsson"))
    assert office.intake.counts.rejected == {"too_many_objects": 1000}


def test_late_and_missing_periods_are_told_at_their_own_time(office: Office) -> None:
    office.take(PLAIN)
    office.clock.advance(2 * 900 + 900)
    missing = office.punctuality.missing(office.clock.time_ms())
    assert [set(batch.times) for batch in missing] == [{END_MS + 900_000}, {END_MS + 1_800_000}]
    assert [list(batch.values) for batch in missing] == [[1, 0, 0, 0, 0]] * 2
    assert office.punctuality.missing(office.clock.time_ms()) == []
    office.take(PLAIN.replace("T07:15:00", "T07:30:00"))
    assert set(office.batches[-1].times) == {END_MS + 900_000}
    assert list(office.batches[-1].values) == [1, 1, 1, 0, 0]


def test_a_period_that_came_before_an_earlier_one_was_due_leaves_that_one_missing(
    office: Office,
) -> None:
    office.take(PLAIN)
    office.clock.advance(2 * 900)
    office.take(PLAIN.replace("T07:15:00", "T07:45:00"))
    office.clock.advance(3600)
    missing = office.punctuality.missing(office.clock.time_ms())
    assert [min(batch.times) for batch in missing][:2] == [END_MS + 900_000, END_MS + 2_700_000]


def test_the_age_of_the_last_report_grows_until_a_silent_node_is_let_go(office: Office) -> None:
    office.take(PLAIN)
    office.clock.advance(7200)
    ages = office.punctuality.ages(office.clock.time_ms())
    assert list(ages.values) == [7260.0]
    assert ages.series[0].labels == {"site": "VPH001", "node": "ENB1", "area": "08000"}
    assert office.punctuality.forgive(office.clock.time_ms()) == []
    office.clock.advance(8 * 86_400)
    assert office.punctuality.forgive(office.clock.time_ms()) == ages.series
    assert len(office.punctuality) == 0


def test_an_expected_node_that_never_reports_owes_from_the_start(office: Office) -> None:
    office.punctuality.expect(INVENTORY, ["ENB*"])
    office.clock.advance(7200)
    assert len(office.punctuality.missing(office.clock.time_ms())) >= 6
    assert office.punctuality.ages(office.clock.time_ms()).values[0] >= 7200
    office.take(PLAIN.replace("T07:15:00", "T05:15:00"))  # all that it has to tell is old
    assert office.punctuality.ages(office.clock.time_ms()).values[0] == 2 * 3600 + 60 + 7200


def test_counters_are_forgotten_before_the_periods_they_belong_to(office: Office) -> None:
    office.take(PLAIN)
    key = PeriodKey(Reporter("ENB1", "VPH001", "08000"), END_MS, 900)
    known = office.ledger.period(key)
    assert known is not None
    assert known[1].size == 2
    office.ledger.forget(END_MS + 1, 0)
    known = office.ledger.period(key)
    assert known is not None
    assert known[1].size == 0
    office.ledger.forget(END_MS + 1, END_MS + 1)
    assert office.ledger.period(key) is None


class Nowhere(tzinfo):
    """A time zone with a bug."""

    def utcoffset(self, _: datetime | None) -> timedelta:
        raise RuntimeError("no such place")

    def dst(self, _: datetime | None) -> None:
        """Nobody asks."""

    def tzname(self, _: datetime | None) -> None:
        """Nobody asks."""


def test_a_bug_that_one_file_meets_costs_that_file_and_no_other(tmp_path: Path) -> None:
    office = Office(tmp_path, zone=Nowhere())
    assert office.take(PLAIN.replace(END, END.removesuffix("+07:00"))) is Result.REFUSED
    assert office.take(PLAIN) is Result.READ
    (refused,) = (one for one in office.ledger.files(2) if one.result == Result.REFUSED)
    assert refused.detail == "internal error: RuntimeError: no such place"


def test_a_damaged_ledger_is_set_aside_and_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "pm.db").write_bytes(b"this is no database" * 100)
    office = Office(tmp_path)
    assert office.take(PLAIN) is Result.READ
    assert (tmp_path / "pm.db.damaged-1").exists()
