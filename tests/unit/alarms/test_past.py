"""What series used to be, from an archive."""

from __future__ import annotations

from pathlib import Path

import pytest

from omc.alarms.past import ArchivePast
from omc.core.model import Series
from tests.unit.alarms.watching import Watched, shipped_rules
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


async def test_last_week_is_the_mean_period_of_the_same_hour(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    quarter = HOUR // 4
    sums = {5 * HOUR: 1.0, 5 * HOUR + quarter: 100.0, 6 * HOUR: 300.0, 6 * HOUR + quarter: 999.0}
    archive.write(Sample(VOLUME, CELL, at, v, 900.0, 900.0) for at, v in sums.items())
    archive.clock.advance((7 * DAY + 5.5 * HOUR) / 1000)
    past = _past(archive)
    await past.read()
    # Periods that end at 5:15 ... 6:00 are of the hour that begins at 5:00.
    assert past.last_week(_series(archive, VOLUME, CELL)) == pytest.approx(200.0)


async def test_without_an_archive_nothing_is_known(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "made")
    past = ArchivePast(tmp_path / "nothing", shipped_rules(), archive.clock)
    await past.read()
    assert past.last_week(_series(archive, VOLUME, CELL)) is None


async def test_a_sleeping_cell_is_found_by_the_same_hour_of_last_week(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    quarter = HOUR // 4
    busy = [Sample(VOLUME, CELL, i * quarter, 4e9, 900.0, 900.0) for i in range(7 * 96)]
    archive.write(busy)
    archive.clock.advance(7 * DAY / 1000)
    past = _past(archive)
    await past.read()
    watched = Watched(shipped_rules(), past)
    state = watched.series("lte_cell_state", cell="VYE001-L18-1")
    volume = watched.series(VOLUME, cell="VYE001-L18-1", direction="dl")
    watched.say({state: 1.0, volume: 3.9e9}, 900)
    watched.wait(1801, step=60)
    assert watched.severities == {}
    watched.say({state: 1.0, volume: 1e6}, 900)
    watched.wait(1801, step=60)
    assert watched.severities == {'lte_cell_sleeping{cell="VYE001-L18-1",site="VYE001"}': "major"}
