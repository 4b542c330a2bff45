"""What maintenance merges, closes, folds and lets go of, and when."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from omc.history.layout import Resolution
from omc.history.maintenance import Maintenance, Retention
from omc.history.manifest import Manifest
from tests.sample_data import NEW_YEAR_MS
from tests.unit.history.archives import (
    CATALOGUE,
    COUNTER,
    DAY,
    HOUR,
    LEVEL,
    MINUTE,
    Archive,
    Sample,
    labels,
)

ONE = labels(site="VPC0001", node="VPC0001-1")


def kinds(archive: Archive, kind: str, resolution: Resolution | None = None) -> int:
    return len(Manifest(archive.folder).files([kind], resolution))


def values(archive: Archive, metric: str = LEVEL, days: int = 1) -> list[float]:
    table = archive.history().samples(metric, NEW_YEAR_MS, NEW_YEAR_MS + days * DAY)
    return [float(value) for value in table["value"].to_pylist()]


def test_a_day_is_closed_an_hour_after_its_end(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.write([Sample(LEVEL, ONE, MINUTE, 20.0)])
    archive.at(DAY + HOUR - MINUTE)
    assert archive.maintain().closed == 0
    archive.at(DAY + HOUR)
    assert archive.maintain().closed == 1
    assert kinds(archive, "pending") == 0
    assert [kinds(archive, "day", r) for r in Resolution] == [1, 1, 1]


def test_files_of_an_open_day_are_merged_tier_by_tier(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    for at in range(300):
        archive.write([Sample(LEVEL, ONE, at, 20.0 + at)])
        if at % 16 == 15:
            archive.maintain()
    # 256 in one file of the second tier, 32 in two of the first, and 12 as they came.
    assert kinds(archive, "pending") == 1 + 2 + 12
    assert values(archive) == [20.0 + at for at in range(300)]


def test_late_samples_are_gathered_before_a_day_is_written_anew(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.write([Sample(LEVEL, ONE, MINUTE, 20.0)])
    archive.at(2 * DAY)
    archive.maintain()
    archive.write([Sample(LEVEL, ONE, 2 * MINUTE, 21.0)])
    assert archive.maintain().closed == 0
    assert values(archive) == [20.0, 21.0]
    archive.at(2 * DAY + 20 * MINUTE)
    assert archive.maintain().closed == 1
    assert values(archive) == [20.0, 21.0]


def test_raw_samples_go_after_their_days_and_roll_ups_after_theirs(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive", Retention(raw_days=2, roll_up_days=40))
    for day in range(5):
        archive.at(day * DAY + HOUR)
        archive.write([Sample(COUNTER, ONE, day * DAY + MINUTE, float(day))])
        archive.maintain()
    archive.at(5 * DAY + HOUR)
    archive.maintain()
    assert values(archive, COUNTER, days=5) == [3.0, 4.0]
    assert kinds(archive, "day", Resolution.HOUR) == 5
    archive.at(34 * DAY)
    assert archive.maintain().folded == 2
    assert [kinds(archive, kind, Resolution.HOUR) for kind in ("day", "month")] == [0, 1]
    increases = archive.history().values(COUNTER, NEW_YEAR_MS, NEW_YEAR_MS + 31 * DAY, DAY)
    assert increases["value"].to_pylist() == [0.0, 1.0, 1.0, 1.0, 1.0]
    archive.at(72 * DAY)
    archive.maintain()
    assert sum(kinds(archive, kind) for kind in ("day", "month", "pending")) == 0


def test_samples_that_come_after_their_day_has_only_roll_ups_change_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive", Retention(raw_days=2))
    archive.write([Sample(COUNTER, ONE, at * MINUTE, at * 1.0) for at in range(60)])
    archive.at(10 * DAY)
    archive.maintain()
    archive.write([Sample(COUNTER, ONE, 30 * MINUTE, 30.0), Sample(LEVEL, ONE, MINUTE, 20.0)])
    for _ in range(2):
        history = archive.history()
        hour = history.values(COUNTER, NEW_YEAR_MS, NEW_YEAR_MS + HOUR, HOUR)
        assert hour["value"].to_pylist() == [59.0]
        archive.at(11 * DAY)
        archive.maintain()
    # A metric that had nothing on that day gets its roll-ups.
    level = archive.history().values(LEVEL, NEW_YEAR_MS, NEW_YEAR_MS + HOUR, HOUR)
    assert level["value"].to_pylist() == [20.0]


def test_replaced_files_stay_a_while_for_their_readers_and_then_go(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.write([Sample(LEVEL, ONE, MINUTE, 20.0)])
    archive.maintain(everything=True)
    pending = list((archive.folder / "pending").rglob("*.parquet"))
    assert pending
    archive.clock.advance(1000)
    archive.maintain()
    assert not list((archive.folder / "pending").rglob("*.parquet"))


def test_what_an_interrupted_run_left_behind_is_swept_away(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.write([Sample(LEVEL, ONE, MINUTE, 20.0)])
    left = archive.folder / "raw" / "metric=x" / "2026-01-01.1.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    just_now = left.with_name("2026-01-02.1.parquet")
    just_now.write_bytes(b"half")
    long_ago = NEW_YEAR_MS / 1000 - 3600
    os.utime(left, (long_ago, long_ago))
    archive.maintain()
    assert not left.exists()
    assert just_now.exists()  # somebody may be about to let it count


def test_only_one_process_works_on_an_archive(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.write([Sample(LEVEL, ONE, MINUTE, 20.0)])
    inner: list[object] = []

    def meanwhile(_: str) -> None:
        inner.append(Maintenance(archive.folder, CATALOGUE, archive.clock, Retention()).run())

    outer = Maintenance(archive.folder, CATALOGUE, archive.clock, Retention(), say=meanwhile)
    assert outer.run(everything=True) is not None
    assert inner == [None]


def test_a_lost_or_broken_manifest_is_made_anew_from_the_files(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.write([Sample(LEVEL, ONE, MINUTE, 20.0)])
    archive.maintain(everything=True)
    archive.write([Sample(LEVEL, ONE, 2 * MINUTE, 21.0)])
    archive.maintain(everything=True)
    archive.write([Sample(LEVEL, ONE, 3 * MINUTE, 22.0)])
    path = archive.folder / "manifest.sqlite"
    for damage in (path.unlink, lambda: path.write_bytes(b"no database" * 500)):
        damage()
        assert values(archive) == [20.0, 21.0, 22.0]
        hour = archive.history().values(LEVEL, NEW_YEAR_MS, NEW_YEAR_MS + HOUR, HOUR)
        assert hour["value"].to_pylist() == [21.0]
    assert (archive.folder / "manifest.sqlite.broken").exists()


def test_many_files_of_the_dictionary_become_one(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    for number in range(9):
        archive.write([Sample(LEVEL, labels(site=f"VPC{number}"), MINUTE, 20.0)])
    archive.maintain()
    assert kinds(archive, "series") == 1
    assert archive.history().series(LEVEL).num_rows == 9


def test_the_manifest_tells_bytes_by_resolution(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.write([Sample(LEVEL, ONE, MINUTE, 20.0)])
    archive.maintain(everything=True)
    sizes = Manifest(archive.folder).sizes()
    assert set(sizes) == {"raw", "5m", "1h", "series"}
    on_disk = sum(path.stat().st_size for path in archive.folder.rglob("raw/**/*.parquet"))
    assert sizes["raw"] == on_disk


def test_a_manifest_that_is_read_is_not_written(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.write([Sample(LEVEL, ONE, MINUTE, 20.0)])
    with sqlite3.connect(archive.folder / "manifest.sqlite") as other:
        other.execute("BEGIN IMMEDIATE")
        assert values(archive) == [20.0]


def test_what_a_run_logs_does_not_stand_in_its_answer(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.write([Sample(LEVEL, ONE, MINUTE, 20.0)])
    (archive.folder / "manifest.sqlite").write_bytes(b"no manifest" * 1000)
    command = [sys.executable, "-m", "omc.history.maintain", str(archive.folder)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert "bytes" in json.loads(done.stdout)
    assert b"archive_manifest_broken" in done.stderr
