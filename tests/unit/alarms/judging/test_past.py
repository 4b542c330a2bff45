"""What series used to be, from an archive."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from omc.alarms.judging.past import ArchivePast
from omc.alarms.wording.impact import Impact
from omc.alarms.wording.message import MessageWriter
from omc.core.inventory import Inventory
from omc.core.model import Series
from omc.history.weekly_profile import Usual
from tests.shortage import nothing_more_to_open
from tests.unit.alarms.watching import Watched, rules_of, shipped_rules
from tests.unit.history.archives import CATALOGUE, DAY, HOUR, Archive, Sample

PORT = (("interface", "Gi0/1"), ("node", "VYE001-RTR1"), ("site", "VYE001"))
CELL = (
    ("cell", "VYE001-L18-1"),
    ("direction", "dl"),
    ("node", "VYE001-RTR1"),
    ("site", "VYE001"),
)
POWER, VOLUME = "optical_rx_power_dbm", "lte_pdcp_volume_bytes"


def _past(archive: Archive) -> ArchivePast:
    return ArchivePast(archive.folder, shipped_rules(), archive.clock)


def _series(archive: Archive, metric: str, labels: tuple[tuple[str, str], ...]) -> Series:
    return archive.table.intern(CATALOGUE.metric(metric), dict(labels))


async def test_the_median_of_a_week_is_not_moved_by_one_bad_day(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    values = [-18.0] * (6 * 24) + [-30.0] * 24
    archive.write(Sample(POWER, PORT, i * HOUR, v, 3600.0) for i, v in enumerate(values))
    archive.clock.advance(7 * DAY / 1000)
    past = _past(archive)
    series = _series(archive, POWER, PORT)
    assert past.median_7d(series) is None  # nothing has been read
    await past.read()
    assert past.median_7d(series) == pytest.approx(-18.0, abs=0.1)


async def test_a_past_that_cannot_be_asked_for_now_stays_as_it_was(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    past = _past(archive)
    with capture_logs() as logs, nothing_more_to_open():
        await past.read()
    assert [line["event"] for line in logs] == ["past_not_read"]


async def test_a_median_of_one_day_says_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write(Sample(POWER, PORT, i * HOUR, -18.0, 3600.0) for i in range(24))
    archive.clock.advance(DAY / 1000)
    past = _past(archive)
    await past.read()
    assert past.median_7d(_series(archive, POWER, PORT)) is None


async def test_a_quarter_ago_is_the_median_of_the_week_that_ended_ninety_days_ago(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path)
    ont = (("node", "O"), ("ont", "3"), ("pon", "0/1/0"), ("site", "VYE001"))
    light = "pon_ont_rx_power_dbm"
    archive.write(Sample(light, ont, i * HOUR, -19.0, 3600.0) for i in range(7 * 24))
    archive.clock.advance(97 * DAY / 1000)
    past = _past(archive)
    await past.read()
    assert past.quarter_ago(_series(archive, light, ont)) == pytest.approx(-19.0, abs=0.1)
    assert past.median_7d(_series(archive, light, ont)) is None


async def test_last_week_is_the_mean_period_of_the_same_hour(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    archive = Archive(tmp_path)
    quarter = HOUR // 4
    sums = {5 * HOUR: 1.0, 5 * HOUR + quarter: 100.0, 6 * HOUR: 300.0, 6 * HOUR + quarter: 999.0}
    archive.write(Sample(VOLUME, CELL, at, v, 900.0, 900.0) for at, v in sums.items())
    archive.clock.advance((7 * DAY + 5.5 * HOUR) / 1000)
    when = (
        "when: {kind: past, metric: lte_pdcp_volume_bytes, past: last_week, levels: {major: < 1}}"
    )
    rules = rules_of(tmp_path_factory.mktemp("rules"), when)
    past = ArchivePast(archive.folder, rules, archive.clock)
    await past.read()
    # Periods that end at 5:15 ... 6:00 are of the hour that begins at 5:00.
    assert past.last_week(_series(archive, VOLUME, CELL)) == pytest.approx(200.0)


async def test_without_an_archive_nothing_is_known(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "made")
    past = ArchivePast(tmp_path / "nothing", shipped_rules(), archive.clock)
    await past.read()
    assert past.last_week(_series(archive, VOLUME, CELL)) is None


async def test_a_period_is_measured_by_its_own_hour_and_not_by_that_of_its_arrival(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path)
    quarter = HOUR // 4
    volume = {5: 1e9, 6: 4e9}  # what the cell carries from 5 and from 6 o'clock on
    archive.write(
        Sample(VOLUME, CELL, hour * HOUR + i * quarter, carried, 900.0, 900.0)
        for hour, carried in volume.items()
        for i in range(1, 5)
    )
    archive.clock.advance((7 * DAY + 6.05 * HOUR) / 1000)
    past = _past(archive)
    await past.read()
    six = archive.clock.time_ms() // HOUR * HOUR
    series = _series(archive, VOLUME, CELL)
    usual = [past.usual(series, six + offset) for offset in (-HOUR, 0, quarter, HOUR, HOUR + 1)]
    assert [u.value if u else None for u in usual] == [None, 1e9, 4e9, 4e9, None]


async def test_a_sleeping_cell_is_found_by_the_same_hour_of_last_week(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    quarter = HOUR // 4
    busy = [Sample(VOLUME, CELL, i * quarter, 4e9, 900.0, 900.0) for i in range(7 * 96)]
    archive.write(busy)
    archive.clock.advance(7 * DAY / 1000)
    past = _past(archive)
    await past.read()
    watched = Watched(shipped_rules(), past)
    watched.clock.advance((archive.clock.time_ms() - watched.clock.time_ms()) / 1000 + 900)
    state = watched.series("lte_cell_state", cell="VYE001-L18-1")
    volume = watched.series(VOLUME, cell="VYE001-L18-1", direction="dl")
    watched.say({state: 1.0, volume: 3.9e9}, 900)
    watched.wait(1801, step=60)
    assert watched.severities == {}
    watched.say({state: 1.0, volume: 1e6}, 900)
    watched.wait(1801, step=60)
    assert watched.severities == {'lte_cell_sleeping{cell="VYE001-L18-1",site="VYE001"}': "major"}


class _Usual:
    """A past in which every cell carries as much as it likes to."""

    def __init__(self, value: float, spread: float = 0.2) -> None:
        self._usual = Usual(value, spread)

    def usual(self, series: Series, time_ms: int) -> Usual | None:
        return self._usual

    def median_7d(self, series: Series) -> float | None:
        return None

    quarter_ago = last_week = median_7d


def _carried(watched: Watched, **volumes: float) -> None:
    """One period of cells that are up."""
    values: dict[Series, float] = {}
    for cell, volume in volumes.items():
        values[watched.series("lte_cell_state", cell=cell)] = 1.0
        values[watched.series(VOLUME, cell=cell, direction="dl")] = volume
    watched.say(values, 900)
    watched.wait(900, step=60)


def test_a_cell_that_carries_a_tenth_of_the_usual_is_sick_and_none_of_it_asleep() -> None:
    watched = Watched(shipped_rules(), _Usual(1e9))
    for _ in range(4):
        _carried(watched, sick=1e8, asleep=1e6, well=0.6e9)
    assert watched.severities == {
        'lte_cell_sleeping{cell="sick",site="VYE001"}': "warning",
        'lte_cell_sleeping{cell="asleep",site="VYE001"}': "major",
    }


def test_a_cell_that_varies_much_surprises_nobody() -> None:
    watched = Watched(shipped_rules(), _Usual(1e9, spread=0.9))
    for _ in range(4):
        _carried(watched, restless=1e8)
    assert watched.severities == {}


def test_what_the_whole_network_carries_less_of_puts_no_cell_to_sleep() -> None:
    watched = Watched(shipped_rules(), _Usual(1e9))
    for _ in range(4):
        _carried(watched, **{f"c{number}": 1e8 for number in range(100)}, asleep=1e6)
    assert watched.severities == {'lte_cell_sleeping{cell="asleep",site="VYE001"}': "major"}


def test_where_next_to_nothing_is_usual_nothing_is_said() -> None:
    watched = Watched(shipped_rules(), _Usual(1e6))
    for _ in range(4):
        _carried(watched, idle=0.0)
    assert watched.severities == {}


def test_the_verdict_is_told_in_a_sentence() -> None:
    watched = Watched(shipped_rules(), _Usual(1e9))
    for _ in range(4):
        _carried(watched, asleep=1e7)
    [alarm] = watched.engine.active()
    rule = shipped_rules()[alarm.rule]
    told = {
        language: MessageWriter(Inventory(), CATALOGUE, UTC, language).write(alarm, rule, Impact())
        for language in ("en", "vi")
    }
    assert "Carries 1% of what is usual at this hour of the week" in told["en"].text
    assert "Chỉ mang 1% mức thường lệ của giờ này trong tuần" in told["vi"].text
