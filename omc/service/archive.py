"""The archive in the service: its sink, and maintenance as a process of its own now and then."""

from __future__ import annotations

import asyncio
import json
import math
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import structlog
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from exporters.archive import ArchiveSink, EventArchive
from omc.core.clock import Clock
from omc.core.python_process import ProcessFailed, output_of
from omc.core.settings import Settings
from omc.history.event_writer import EventWriter
from omc.history.writer import ArchiveWriter

log = structlog.get_logger(__name__)

#: Seconds behind the start before the first run: the first polls come first.
_FIRST_RUN = 20.0


class Archive:
    """One archive: what is written, and the upkeep of what has been.

    Attributes:
        sink: Takes samples.
        events: Takes events.
        runs: Runs of maintenance by result: `done` or `failed`.
        done_at: When the last one succeeded, by `Clock.monotonic`; first the start.
        sizes: Bytes on disk by section, as the last run found them.

    Args:
        settings: Where it is and how long what is kept.
        clock: The time.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.folder = settings.archive_folder
        writer = ArchiveWriter(self.folder, clock)
        self.sink = ArchiveSink(writer, clock, settings.archive.raw_days)
        self.events = EventArchive(EventWriter(self.folder, clock), settings.archive.flush_interval)
        self.runs: Counter[str] = Counter()
        self.done_at = clock.monotonic()
        self.sizes: Mapping[str, int] = {}
        self._settings = settings.archive
        self._clock = clock
        self._is_failing = False

    async def run(self) -> None:
        """Maintain the archive until cancelled."""
        pause = min(_FIRST_RUN, self._settings.maintenance_interval)
        while True:
            await asyncio.sleep(pause)
            await self.maintain()
            pause = self._settings.maintenance_interval

    async def maintain(self) -> None:
        """Run the upkeep once; what goes wrong is counted, and told once."""
        try:
            output = await output_of(
                *("omc.history.maintain", str(self.folder)),
                *("--raw-days", str(self._settings.raw_days)),
                *("--roll-up-days", str(self._settings.roll_up_days)),
                *("--memory", f"{self._settings.maintenance_memory}B"),
            )
        except (OSError, ProcessFailed) as error:
            self._failed(str(error))
        else:
            self._done(json.loads(output))

    def _done(self, report: Mapping[str, Mapping[str, int]]) -> None:
        self.runs["done"] += 1
        self.done_at = self._clock.monotonic()
        self.sizes = report["bytes"]
        if self._is_failing:
            log.info("archive_maintenance_recovered")
        self._is_failing = False

    def _failed(self, reason: str) -> None:
        self.runs["failed"] += 1
        if not self._is_failing:
            log.error("archive_maintenance_failed", reason=reason)
        self._is_failing = True


class ArchiveMetrics(Collector):
    """How the archive is doing, read at the moment of the scrape.

    Args:
        archive: Which.
        clock: The time.
    """

    def __init__(self, archive: Archive, clock: Clock) -> None:
        self._archive = archive
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """Families as prometheus-client wants them."""
        archive = self._archive
        size = GaugeMetricFamily(
            "omc_archive_bytes", "Size of the archive on disk, by section.", labels=["section"]
        )
        for section, count in archive.sizes.items():
            size.add_metric([section], count)
        runs = CounterMetricFamily(
            "omc_archive_maintenance_runs", "Runs of maintenance, by result.", labels=["result"]
        )
        for result in ("done", "failed"):
            runs.add_metric([result], archive.runs[result])
        yield from (size, runs)
        yield GaugeMetricFamily(
            "omc_archive_maintenance_age_seconds",
            "Time since the archive was last maintained with success.",
            value=self._clock.monotonic() - archive.done_at,
        )
        yield GaugeMetricFamily(
            "omc_archive_free_bytes",
            "Space left on the disk of the archive.",
            value=_free(archive.folder),
        )
        yield CounterMetricFamily(
            "omc_archive_samples_too_old",
            "Samples that came after the days had passed for which the archive keeps samples.",
            value=archive.sink.too_old,
        )
        yield CounterMetricFamily(
            "omc_archive_events_dropped",
            "Events that were not archived because the disk was full for too long.",
            value=archive.events.dropped,
        )


def _free(folder: Path) -> float:
    """Bytes left where a folder is or will be; NaN where the disk does not answer."""
    try:
        existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        return shutil.disk_usage(existing).free
    except OSError:
        return math.nan
