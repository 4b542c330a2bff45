"""Keeping the archive in shape: closing days, merging files, letting go of what is too old.

One run does what is due and ends. Only one process at a time works on an archive; it may be killed
at any moment.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.history.compaction import (
    FAN_OUT,
    Workshop,
    close_day,
    fold_month,
    merge_dictionary,
    merge_events,
    merge_pending,
)
from omc.history.database import connect
from omc.history.layout import SETTLE_MS, Resolution, day_name, day_of, month_of
from omc.history.manifest import FileEntry, Manifest
from omc.history.parquet_file import UNFINISHED

#: Late samples of a closed day are gathered for so long before its files are written anew.
_GATHER_MS = 900_000
#: Files that were replaced stay for so long, for those who are reading them.
_GRACE_MS = 900_000


@dataclass(frozen=True)
class Retention:
    """How many days are kept: raw samples, and both roll-ups."""

    raw_days: int = 30
    roll_up_days: int = 3 * 366


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did: how often each thing."""

    merged: int = 0
    closed: int = 0
    folded: int = 0
    expired: int = 0


class Maintenance:
    """Keeps one archive.

    Args:
        folder: The archive's.
        catalogue: Tells how metrics are rolled up.
        clock: Tells which days are over.
        retention: How long what is kept.
        memory: Limit of DuckDB's; more is spilled to disk.
        settle_ms: How long samples are waited for after a day is over.
        say: Called with each piece of work that is begun.
    """

    def __init__(
        self,
        folder: Path,
        catalogue: Catalogue,
        clock: Clock,
        retention: Retention,
        memory: str = "512MB",
        settle_ms: int = SETTLE_MS,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._folder = folder
        self._catalogue = catalogue
        self._clock = clock
        self._retention = retention
        self._memory = memory
        self._settle_ms = settle_ms
        self._say = say

    def run(self, *, everything: bool = False) -> Report | None:
        """Do what is due; None when another process is at it.

        Args:
            everything: Close every day at once, also such that are not over.

        Raises:
            OSError: a file cannot be written or read.
            sqlite3.OperationalError: likewise the manifest.
            duckdb.Error: likewise.
        """
        with _alone(self._folder) as alone:
            if not alone:
                return None
            manifest = Manifest(self._folder)
            self._sweep(manifest)
            with connect(self._folder, self._memory, threads=1) as connection:
                shop = Workshop(manifest, connection, self._catalogue, self._clock)
                merged, closed = self._tidy_pending(shop, everything=everything)
                merged += merge_dictionary(shop) + self._tidy_events(shop)
                folded = self._fold_months(shop)
            expired = self._expire(manifest)
            return Report(merged, closed, folded, expired)

    def _tidy_pending(self, shop: Workshop, *, everything: bool) -> tuple[int, int]:
        now = self._clock.time_ms()
        first_open = day_of(now - self._settle_ms)
        merged = closed = 0
        pending = shop.manifest.files(["pending"])
        for day in sorted({entry.first_day for entry in pending}):
            if everything or (day < first_open and self._is_due(shop, day)):
                self._say(f"closing {day_name(day)}")
                closed += close_day(shop, day)
            elif day >= first_open:
                while merge_pending(shop, day):
                    self._say(f"merged files of {day_name(day)}")
                    merged += 1
        return merged, closed

    def _tidy_events(self, shop: Workshop) -> int:
        first_open = day_of(self._clock.time_ms() - self._settle_ms)
        days = {entry.first_day for entry in shop.manifest.files(["events"])}
        return sum(merge_events(shop, day, is_over=day < first_open) for day in sorted(days))

    def _is_due(self, shop: Workshop, day: int) -> bool:
        """Whether what is pending of a day that is over should be taken in now."""
        pending = shop.manifest.files(["pending"], days=(day, day))
        waited = self._clock.time_ms() - min(entry.written_ms for entry in pending)
        never_closed = not shop.manifest.files(["day"], Resolution.RAW, days=(day, day))
        return never_closed or len(pending) >= FAN_OUT or waited >= _GATHER_MS

    def _fold_months(self, shop: Workshop) -> int:
        """Fold months whose raw samples are gone, so that nothing can change them any more."""
        last_final = day_of(self._clock.time_ms()) - self._retention.raw_days - 1
        due = {
            (entry.resolution, entry.metrics[0], month_of(entry.first_day))
            for entry in shop.manifest.files(["day"])
            if entry.resolution is not Resolution.RAW and month_of(entry.first_day)[1] < last_final
        }
        for resolution, metric, (first, _) in sorted(due):
            self._say(f"folding a month of {metric}")
            fold_month(shop, resolution, metric, first)
        return len(due)

    def _expire(self, manifest: Manifest) -> int:
        """Let files no longer count whose last day is too old."""
        today = day_of(self._clock.time_ms())
        expired = [
            entry.path
            for entry in manifest.files(["pending", "day", "month", "events"])
            if entry.last_day < today - self._days_kept(entry)
        ]
        if expired:
            manifest.replace((), expired, self._clock.time_ms())
        return len(expired)

    def _days_kept(self, entry: FileEntry) -> int:
        """Samples are kept for a while, all else for as long as roll-ups."""
        is_samples = entry.resolution is Resolution.RAW and entry.kind != "events"
        return self._retention.raw_days if is_samples else self._retention.roll_up_days

    def _sweep(self, manifest: Manifest) -> None:
        """Delete what was replaced a while ago, and what an interrupted run left behind."""
        long_ago = self._clock.time_ms() - _GRACE_MS
        old = manifest.replaced_before(long_ago)
        for path in old:
            (self._folder / path).unlink(missing_ok=True)
        manifest.forget(old)
        known = manifest.known_paths()
        for pattern in ("*.parquet", f"*{UNFINISHED}"):
            for file in self._folder.rglob(pattern):
                name = file.relative_to(self._folder).as_posix()
                if name not in known and file.stat().st_mtime * 1000 < long_ago:
                    file.unlink(missing_ok=True)
        shutil.rmtree(self._folder / "temporary", ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Hold the archive's lock during the block; False when another process has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "maintenance.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
