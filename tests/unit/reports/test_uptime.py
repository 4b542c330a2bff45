"""Up time read from an archive equals what plain Python makes of the same samples, and the truth.

Histories are random: outages, gaps in the data, samples that come late, maintenance windows that
overlap, an outage that is not over; over the edges of days, months and years, and over nights in
which clocks are changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from omc.alarms.life.maintenance import MaintenanceWindow
from omc.core.inventory import (
    Cell,
    Inventory,
    Node,
    NodeKind,
    Pon,
    Site,
    Span,
    SpanName,
    Technology,
)
from omc.core.model import CellName, NodeName, SiteCode
from omc.core.settings import ReaderSettings
from omc.reports import periods
from omc.reports.document import Period
from omc.reports.past_alarms import PastAlarm, PastAlarms
from omc.reports.sources import Sources
from omc.reports.uptime import UptimeReader
from tests.sample_data import NEW_YEAR_MS
from tests.unit.history.archives import CATALOGUE, DAY, Archive, Sample, labels

HANOI, BERLIN = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Berlin")
STEP = 300
POLL = 60

NODES = {"R1": "A", "R2": "A", "R3": "B"}
INVENTORY = Inventory(
    sites=[Site(SiteCode(code), code, 21.0, 105.0) for code in "AB"],
    nodes=[
        Node(NodeName(name), NodeKind.ROUTER, SiteCode(site), address="10.0.0.1", credentials="c")
        for name, site in NODES.items()
    ],
    spans=[Span(SpanName("S"), "A", "B", 3.0)],
    pons=[Pon(NodeName("R3"), "0/1")],
    cells=[
        Cell(CellName(name), SiteCode(site), Technology.G4, "B3", 1)
        for name, site in (("A-1", "A"), ("B-1", "B"))
    ],
)

CASES = [
    ("over the year", date(2025, 12, 31), date(2026, 1, 1), HANOI),
    ("over the month", date(2026, 1, 31), date(2026, 2, 1), HANOI),
    ("clocks forward", date(2026, 3, 29), date(2026, 3, 29), BERLIN),
    ("clocks back", date(2026, 10, 25), date(2026, 10, 25), BERLIN),
]


@dataclass
class Story:
    """What really happened, in seconds since the Unix epoch.

    Attributes:
        down: Down times of each node.
        deaf: Times in which nothing was heard of anything.
        windows: Maintenance of site A.
    """

    down: dict[str, list[tuple[int, int]]]
    deaf: list[tuple[int, int]]
    windows: list[tuple[int, int]]


def inside(moment: float, times: Iterable[tuple[int, int]]) -> bool:
    return any(start <= moment < end for start, end in times)


def some_times(
    dice: Random, start: int, end: int, most: int, longest: int
) -> list[tuple[int, int]]:
    begins = sorted(dice.randrange(start, end) for _ in range(dice.randrange(most + 1)))
    return [(begin, begin + dice.randrange(30, longest)) for begin in begins]


def a_story(dice: Random, start: int, end: int) -> Story:
    down = {name: some_times(dice, start - 7200, end, 6, 6 * 3600) for name in NODES}
    down["R2"] += down["R1"][:2]  # so that a whole site is down now and then
    return Story(
        down, some_times(dice, start, end, 3, 4 * 3600), some_times(dice, start, end, 3, 5 * 3600)
    )


def polls(story: Story, dice: Random, start: int, until: int) -> list[Sample]:
    found = []
    for name, site in NODES.items():
        phase = dice.uniform(0, POLL)
        for number in range((until - start) // POLL + 180):
            at = start - 3 * 3600 + number * POLL + phase
            if at < until and not inside(at, story.deaf):
                value = 0.0 if inside(at, story.down[name]) else 1.0
                moment = round(at * 1000) - NEW_YEAR_MS
                where = labels(site=site, node=name)
                found.append(Sample("omc_poll_success", where, moment, value, float(POLL)))
    return found


@dataclass
class Expected:
    """Seconds as the brute-force implementation counts them."""

    up: float = 0.0
    down: float = 0.0
    planned: float = 0.0


def brute_force(
    samples: Iterable[Sample], start: int, end: int, windows: list[tuple[int, int]]
) -> tuple[dict[str, Expected], dict[str, dict[int, list[float]]]]:
    """Nodes, and seconds up and down in each step of each node."""
    series: dict[str, list[Sample]] = defaultdict(list)
    for one in sorted(samples, key=lambda one: one.at):
        series[dict(one.labels)["node"]].append(one)
    nodes: dict[str, Expected] = {}
    steps: dict[str, dict[int, list[float]]] = {}
    for name, row in series.items():
        mine: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for before, one in pairwise(row):
            moment = (one.at + NEW_YEAR_MS) / 1000
            if start <= moment < end and one.at // DAY - before.at // DAY <= 1:
                held = min((one.at - before.at) / 1000, 3 * POLL)
                mine[int(moment // STEP * STEP)][int(before.value)] += held
        expected = nodes[name] = Expected()
        for moment, (down, up) in mine.items():
            expected.up += up
            expected.down += down
            if NODES[name] == "A":
                expected.planned += covered(moment, down, windows)
        steps[name] = mine
    return nodes, steps


def covered(moment: float, down: float, windows: list[tuple[int, int]]) -> float:
    last = int(moment) + STEP
    first = last - max(STEP, round(down * 1000) / 1000)
    moments = [first + number * 0.5 for number in range(int((last - first) * 2))]
    return min(down, sum(0.5 for m in moments if inside(m + 0.25, windows)))


@pytest.fixture
def make_reader(tmp_path: Path) -> Callable[..., UptimeReader]:
    def make(
        archive: Archive, period: Period, now: datetime, alarms: PastAlarms | None = None
    ) -> UptimeReader:
        settings = ReaderSettings(
            data=tmp_path,
            inventory=tmp_path,
            timezone=str(period.start.tzinfo),
        )
        sources = Sources(settings, INVENTORY, CATALOGUE, archive.history(), now)
        return UptimeReader(sources, period, alarms or PastAlarms(INVENTORY))

    return make


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("name", "first", "last", "zone"), CASES, ids=[c[0] for c in CASES])
def test_up_time_equals_brute_force_and_the_truth(
    name: str,
    first: date,
    last: date,
    zone: ZoneInfo,
    seed: int,
    tmp_path: Path,
    make_reader: Callable[..., UptimeReader],
) -> None:
    dice = Random(f"{name} {seed}")
    period = periods.days(first, last, zone)
    start, end = period.start_ms // 1000, period.end_ms // 1000
    story = a_story(dice, start, end)
    now = end - 5 * 3600 if seed == 0 else end + 3600  # a period that is not over
    samples = polls(story, dice, start, min(now, end + 600))
    dice.shuffle(samples)
    archive = Archive(tmp_path / "archive")
    archive.write(samples[: len(samples) * 2 // 3])
    archive.at((end + 3 * 86_400) * 1000 - NEW_YEAR_MS)
    archive.maintain(everything=True)
    archive.write(samples[len(samples) * 2 // 3 :])  # the rest comes days late
    windows = [
        MaintenanceWindow(f"w{number}", begins * 1000, ends * 1000, "x", sites=("A",))
        for number, (begins, ends) in enumerate(story.windows)
    ]
    reader = make_reader(
        archive, period, datetime.fromtimestamp(now, zone), PastAlarms(INVENTORY, windows)
    )
    until = min(now, end)
    expected, steps = brute_force(samples, start, until, story.windows)
    for node, uptime in reader.nodes().items():
        found, wanted = uptime.availability, expected[node]
        assert found.total == pytest.approx(until - start, abs=0.01)
        assert found.up == pytest.approx(min(wanted.up, until - start - wanted.down), abs=0.01)
        assert found.unplanned + found.planned == pytest.approx(wanted.down, abs=0.01)
        assert found.planned == pytest.approx(wanted.planned, abs=1.0 + 0.6 * len(story.windows))
        assert sum(o.seconds for o in uptime.outages) == pytest.approx(wanted.down, abs=0.01)
        check_against_the_truth(found.unplanned + found.planned, story, node, start, until)
    check_sites(reader, steps, until)


def check_against_the_truth(down: float, story: Story, node: str, start: int, until: int) -> None:
    """Each edge of an outage or of a gap is told to a poll, and a gap hides what is in it."""
    heard = [m for m in range(start, until, 10) if not inside(m, story.deaf)]
    truth = sum(10 for moment in heard if inside(moment, story.down[node]))
    edges = 2 * len(story.down[node]) + 2 * len(story.deaf) + 2
    assert abs(down - truth) <= edges * (POLL + 10) + len(story.deaf) * 3 * POLL


def check_sites(reader: UptimeReader, steps: dict[str, dict[int, list[float]]], until: int) -> None:
    """A site is down where all of its nodes are."""
    moments = {moment for name in ("R1", "R2") for moment in steps[name]}
    dead = {m for m in moments if _down(steps, m) > 0 and _up(steps, m) < 1}
    wanted = 0.0
    for moment in moments:
        if moment in dead:
            wanted += _down(steps, moment)
        elif dead & {moment - STEP, moment + STEP} and _down(steps, moment) > 0:
            wanted += max(min(_down(steps, moment), STEP - _up(steps, moment)), 0.0)
    site = reader.sites()["A"].availability
    assert site.unplanned + site.planned == pytest.approx(wanted, abs=0.01)
    one, other = (reader.nodes()[name].availability for name in ("R1", "R2"))
    assert site.unknown <= min(one.unknown, other.unknown) + STEP


def _up(steps: dict[str, dict[int, list[float]]], moment: int) -> float:
    return max(steps[name][moment][1] if moment in steps[name] else 0.0 for name in ("R1", "R2"))


def _down(steps: dict[str, dict[int, list[float]]], moment: int) -> float:
    return max(steps[name][moment][0] if moment in steps[name] else 0.0 for name in ("R1", "R2"))


HOUR = 3600
ONE_DAY = periods.days(date(2026, 1, 10), date(2026, 1, 10), HANOI)
MIDNIGHT = ONE_DAY.start_ms // 1000
LATER = datetime(2026, 1, 20, tzinfo=HANOI)


def pm(cell: str, at: int, lost: float, cause: str = "fault", length: int = 900) -> list[Sample]:
    """Counters of a cell for the period that ends `at` seconds after midnight."""
    moment = (MIDNIGHT + at) * 1000 - NEW_YEAR_MS
    site = cell[0]
    names = labels(cell=cell, site=site)
    with_cause = labels(cell=cell, site=site, cause=cause)
    return [
        Sample("lte_cell_observed_seconds", names, moment, length, length, length),
        Sample("lte_cell_unavailable_seconds", with_cause, moment, lost, length, length),
    ]


def a_day(cell: str, lost: dict[int, tuple[float, str]], gaps: Iterable[int] = ()) -> list[Sample]:
    """A day of quarters of an hour by number; what is lost in some, and nothing told of others."""
    return [
        sample
        for quarter in range(96)
        if quarter not in set(gaps)
        for sample in pm(cell, (quarter + 1) * 900, *lost.get(quarter, (0.0, "fault")))
    ]


def test_a_cells_lost_time_is_told_apart_by_cause(
    tmp_path: Path, make_reader: Callable[..., UptimeReader]
) -> None:
    archive = Archive(tmp_path / "archive")
    archive.write(
        a_day(
            "A-1",
            {
                0: (900.0, "energy_saving"),
                10: (600.0, "fault"),
                11: (900.0, "fault"),
                12: (300.0, "fault"),
                40: (900.0, "manual_intervention"),
                95: (450.0, "fault"),
            },
        )
    )
    uptime = make_reader(archive, ONE_DAY, LATER).cells(Technology.G4)["A-1"]
    seconds = uptime.availability
    assert (seconds.unplanned, seconds.planned, seconds.saving) == (2250.0, 900.0, 900.0)
    assert seconds.unknown == 0
    first, second = uptime.outages
    assert (first.seconds, second.seconds) == (1800.0, 450.0)
    assert first.start_ms == (MIDNIGHT + 10 * 900 + 300) * 1000


AIRED = [
    (None, None, True),
    (date(2026, 1, 10), date(2026, 1, 11), True),
    (date(2026, 1, 11), None, False),  # planned
    (None, date(2026, 1, 10), False),  # retired
]


@pytest.mark.parametrize(("first", "end", "told"), AIRED)
def test_a_cell_that_was_never_on_air_in_the_period_is_no_unknown_time(
    first: date | None, end: date | None, told: bool, tmp_path: Path
) -> None:
    cell = replace(INVENTORY.cells[CellName("A-1")], on_air_from=first, on_air_to=end)
    inventory = Inventory(sites=INVENTORY.sites.values(), cells=[cell])
    settings = ReaderSettings(data=tmp_path, inventory=tmp_path, timezone=str(HANOI))
    sources = Sources(settings, inventory, CATALOGUE, None, LATER)
    found = UptimeReader(sources, ONE_DAY, PastAlarms(inventory)).cells(Technology.G4)
    assert list(found) == (["A-1"] if told else [])


def test_two_causes_one_after_the_other_are_one_outage(
    tmp_path: Path, make_reader: Callable[..., UptimeReader]
) -> None:
    archive = Archive(tmp_path / "archive")
    archive.write(
        a_day(
            "A-1",
            {
                10: (900.0, "transport_problem"),
                11: (900.0, "fault"),
                12: (900.0, "transport_problem"),
            },
        )
    )
    (outage,) = make_reader(archive, ONE_DAY, LATER).cells(Technology.G4)["A-1"].outages
    assert outage.seconds == 2700.0


def test_a_cell_that_tells_nothing_is_down_while_its_site_is_and_else_unknown(
    tmp_path: Path, make_reader: Callable[..., UptimeReader]
) -> None:
    archive = Archive(tmp_path / "archive")
    archive.write(a_day("A-1", {}, gaps=range(8, 16)))  # two hours
    dark = (MIDNIGHT + 2 * HOUR, MIDNIGHT + 3 * HOUR)
    story = Story({"R1": [dark], "R2": [dark], "R3": []}, [], [])
    archive.write(polls(story, Random(1), MIDNIGHT, MIDNIGHT + 24 * HOUR))
    cells = make_reader(archive, ONE_DAY, LATER).cells(Technology.G4)
    seconds = cells["A-1"].availability
    assert seconds.unplanned == pytest.approx(HOUR, abs=POLL)
    assert seconds.unknown == pytest.approx(HOUR, abs=POLL)
    assert cells["B-1"].availability.unknown == 24 * HOUR
    assert cells["B-1"].availability.proved == 0


def test_a_span_is_down_while_a_cut_is_known_and_up_while_an_end_is_polled(
    tmp_path: Path, make_reader: Callable[..., UptimeReader]
) -> None:
    archive = Archive(tmp_path / "archive")
    archive.write(
        polls(
            Story({name: [] for name in NODES}, [], []), Random(1), MIDNIGHT, MIDNIGHT + 12 * HOUR
        )
    )
    cut = PastAlarm(
        "fibre_cut", {"span": "S"}, frozenset(), (MIDNIGHT - HOUR) * 1000, (MIDNIGHT + HOUR) * 1000
    )
    spans = make_reader(archive, ONE_DAY, LATER, PastAlarms(INVENTORY, (), [cut])).spans()
    seconds = spans["S"].availability
    assert seconds.unplanned == HOUR
    assert seconds.up == pytest.approx(11 * HOUR, abs=5 * POLL)
    unsaid = make_reader(archive, ONE_DAY, LATER, PastAlarms(INVENTORY, kept=False)).spans()
    assert unsaid["S"].availability.completeness == 0


@pytest.mark.parametrize(
    ("since", "cut", "up", "down"),
    [
        (-1, None, 24, 0),
        (6, None, 18, 0),
        (30, None, 0, 0),
        (6, (4, 8), 16, 4),  # what is known of a cut counts also before
        (30, (-100, None), 0, 24),
    ],
)
def test_nothing_is_known_of_a_span_before_the_history_of_alarms_begins(
    tmp_path: Path,
    make_reader: Callable[..., UptimeReader],
    since: int,
    cut: tuple[int, int | None] | None,
    up: int,
    down: int,
) -> None:
    archive = Archive(tmp_path / "archive")
    story = Story({name: [] for name in NODES}, [], [])
    archive.write(polls(story, Random(1), MIDNIGHT, MIDNIGHT + 25 * HOUR))
    start, end = cut or (-9, -8)
    times = [(MIDNIGHT + hour * HOUR) * 1000 if hour is not None else None for hour in (start, end)]
    past = PastAlarm("fibre_cut", {"span": "S"}, frozenset(), times[0] or 0, times[1])
    alarms = PastAlarms(INVENTORY, (), [past], since_ms=(MIDNIGHT + since * HOUR) * 1000)
    seconds = make_reader(archive, ONE_DAY, LATER, alarms).spans()["S"].availability
    assert seconds.up == pytest.approx(up * HOUR, abs=5 * POLL)
    assert seconds.unplanned == pytest.approx(down * HOUR)
    assert seconds.unknown == pytest.approx((24 - up - down) * HOUR, abs=5 * POLL)


def test_while_the_service_itself_was_cut_off_nothing_is_known_of_any_device(
    tmp_path: Path, make_reader: Callable[..., UptimeReader]
) -> None:
    archive = Archive(tmp_path / "archive")
    lost = (MIDNIGHT + 2 * HOUR, MIDNIGHT + 4 * HOUR)
    story = Story({name: [lost] for name in NODES}, [], [])
    archive.write(polls(story, Random(1), MIDNIGHT, MIDNIGHT + 24 * HOUR))
    cut_off = PastAlarm(
        "collector_cut_off", {}, frozenset(), (lost[0] + POLL) * 1000, lost[1] * 1000
    )
    reader = make_reader(archive, ONE_DAY, LATER, PastAlarms(INVENTORY, (), [cut_off]))
    for found in (reader.nodes()["R1"], reader.sites()["A"]):
        assert found.availability.unplanned == pytest.approx(0, abs=2 * POLL)
        assert found.availability.unknown == pytest.approx(2 * HOUR, abs=3 * POLL)


def test_without_an_archive_everything_is_unknown(tmp_path: Path) -> None:
    settings = ReaderSettings(data=tmp_path, inventory=tmp_path)
    sources = Sources(settings, INVENTORY, CATALOGUE, None, LATER)
    reader = UptimeReader(sources, ONE_DAY, PastAlarms(INVENTORY, kept=False))
    everything = [*reader.nodes().values(), *reader.sites().values(), *reader.pons().values()]
    everything += [*reader.cells(Technology.G4).values()]
    assert {uptime.availability.completeness for uptime in everything} == {0.0}
