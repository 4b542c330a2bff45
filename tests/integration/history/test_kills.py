"""Maintenance as a real process, killed at seeded moments while samples keep coming."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pyarrow as pa

from omc.core.clock import SystemClock
from omc.core.model import Batch, SeriesTable
from omc.history.layout import DAY_MS, day_of
from omc.history.maintenance import Maintenance, Retention
from omc.history.manifest import Manifest
from omc.history.reader import History
from omc.history.writer import ArchiveWriter
from tests.unit.history.archives import CATALOGUE, COUNTER, HOUR, LEVEL, MINUTE

KILLS = 12
#: Longest time between the begin of the work and the kill; the work takes about so long.
LONGEST_SECONDS = 0.15


def maintain(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "omc.history.maintain", str(folder), "--raw-days", "30"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Load:
    """Writes hours of two days that are over, in random order, some of them twice."""

    def __init__(self, folder: Path, randomness: Random) -> None:
        self.writer = ArchiveWriter(folder, SystemClock())
        self.start = (day_of(SystemClock().time_ms()) - 3) * DAY_MS
        self.expected: set[tuple[str, int, float]] = set()
        self._randomness = randomness
        self._table = SeriesTable()

    def write_hour(self, hour: int) -> None:
        batches = [
            self._batch(metric, site, self.start + hour * HOUR)
            for metric in (COUNTER, LEVEL)
            for site in ("VPC0001", "Trạm Tam Đảo")
        ]
        for batch in batches:
            for _ in range(self._randomness.choice([1, 1, 2])):
                self.writer.write([batch])

    def _batch(self, metric: str, site: str, start: int) -> Batch:
        series = self._table.intern(CATALOGUE.metric(metric), {"site": site})
        batch = Batch("test", 60.0)
        for minute in range(60):
            time_ms = start + minute * MINUTE
            value = float(time_ms // MINUTE % 5000 if metric == COUNTER else minute % 25)
            batch.add(series, value, time_ms)
            self.expected.add((f"{metric}{site}", time_ms, value))
        return batch


def found(folder: Path, load: Load) -> list[tuple[str, int, float]]:
    """Every sample that a reader gets."""
    history = History(folder, CATALOGUE, threads=1)
    rows = []
    for metric in (COUNTER, LEVEL):
        table = history.samples(metric, load.start, load.start + 2 * DAY_MS)
        for row in table.to_pylist():
            time_ms = round(row["time"].timestamp() * 1000)
            rows.append((f"{metric}{row['site']}", time_ms, row["value"]))
    return rows


def test_nothing_is_lost_or_there_twice_however_often_it_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    randomness = Random(4)
    load = Load(folder, randomness)
    hours = randomness.sample(range(48), 48)
    killed = 0
    for _ in range(KILLS):
        for _ in range(48 // KILLS):
            load.write_hour(hours.pop())
        process = maintain(folder)
        assert process.stderr is not None
        process.stderr.readline()  # it has begun
        time.sleep(randomness.uniform(0, LONGEST_SECONDS))
        process.kill()
        process.communicate()
        killed += process.returncode < 0
        rows = found(folder, load)
        assert len(rows) == len(set(rows))
        assert set(rows) == load.expected
    finish(folder)
    rows = found(folder, load)
    assert len(rows) == len(set(rows))
    assert set(rows) == load.expected
    assert killed >= KILLS // 3  # else the moments are not where the work is
    assert hourly(folder, load) == hourly(undisturbed(tmp_path / "other", load), load)


def undisturbed(folder: Path, load: Load) -> Path:
    """Another archive, of the same samples, that nobody disturbed."""
    other = Load(folder, Random(0))
    for hour in range(48):
        other.write_hour(hour)
    assert other.expected == load.expected
    finish(folder)
    return folder


def finish(folder: Path) -> None:
    """Let nothing be pending."""
    clock = SystemClock()
    assert Maintenance(folder, CATALOGUE, clock, Retention()).run(everything=True)


def hourly(folder: Path, load: Load) -> pa.Table:
    assert not Manifest(folder).files(["pending"])
    end = load.start + 2 * DAY_MS
    return History(folder, CATALOGUE).values(COUNTER, load.start, end, HOUR)
