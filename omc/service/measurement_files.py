"""Measurement files in the service: sources of the settings, accounts of nodes, what is counted."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Never

import structlog
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from collector.pm.cell_directory import CellDirectory
from collector.pm.extract import Extractor
from collector.pm.folder import Folder
from collector.pm.intake import Intake
from collector.pm.ledger import LEDGER_FILE, Ledger
from collector.pm.measurements import Measurements
from collector.pm.offers import Place
from collector.pm.puller import Puller
from collector.pm.punctuality import LOOK_INTERVAL, Punctuality
from collector.pm.rules import RuleBook
from collector.pm.spool import clean
from collector.pm.web import WebAccess, WebFolder
from omc.bus.base import Bus
from omc.core.clock import Clock
from omc.core.model import Event, EventKind, Quality, SeriesTable
from omc.core.settings import FolderSource, HttpSource, PmSource, Settings, SftpSource
from omc.service.file_announcements import has_file
from omc.service.installation import Installation

log = structlog.get_logger(__name__)

#: Days that files and periods are remembered.
_REMEMBERED_MS = 35 * 86_400_000
_RESTORED_MS = 7 * 86_400_000
_CLEAN_EVERY = 60


class MeasurementFiles(Collector):
    """Everything that reads measurement files. Does nothing where the settings have no source.

    Args:
        installation: What people wrote.
        table: Interns series.
        bus: Takes samples.
        clock: The time.

    Attributes:
        pullers: One a source.
        intake: Takes their files in.
    """

    def __init__(
        self, installation: Installation, table: SeriesTable, bus: Bus, clock: Clock
    ) -> None:
        settings = installation.settings
        self._bus = bus
        self._clock = clock
        self._keep_ms = round(settings.pm.keep * 1000)
        self._ledger = Ledger(settings.data / LEDGER_FILE)
        self._punctuality = self._accounts(installation, table)
        self.intake = self._intake(installation, table)
        spool = settings.pm.spool or settings.data / "pm"
        self._spools = [spool / source.name for source in settings.pm.sources]
        self._sources = settings.pm.sources
        self.pullers = [
            self._puller(source, settings, spool / source.name) for source in self._sources
        ]

    def _accounts(self, installation: Installation, table: SeriesTable) -> Punctuality:
        written, now_ms = installation.settings.pm, self._clock.time_ms()
        accounts = Punctuality(installation.catalogue, table, written.deadline, now_ms)
        accounts.expect(installation.inventory, written.expect)
        accounts.restore(self._ledger.periods(now_ms - _RESTORED_MS, now_ms + _RESTORED_MS))
        return accounts

    def _intake(self, installation: Installation, table: SeriesTable) -> Intake:
        inventory, catalogue = installation.inventory, installation.catalogue
        rules = RuleBook(installation.styles, catalogue)
        directory = CellDirectory(inventory, installation.styles)
        return Intake(
            Extractor(directory, rules),
            Measurements(inventory.cells, rules, catalogue, table),
            self._punctuality,
            self._ledger,
            self._bus,
            self._clock,
            zone=installation.settings.timezone,
            largest=installation.settings.pm.largest,
        )

    def _puller(self, source: PmSource, settings: Settings, spool: Path) -> Puller:
        place = _place(source, settings.pm.largest, self._clock)
        return Puller(
            source.name,
            place,
            source.interval,
            self.intake,
            self._ledger,
            spool,
            self._bus,
            self._clock,
        )

    def announced(self, location: str) -> bool:
        """A file is said to be ready: look soon where it is.

        Args:
            location: Of the file, a URI or a path.

        Returns:
            Whether any source is there.
        """
        known = False
        for source, puller in zip(self._sources, self.pullers, strict=True):
            if has_file(source, location):
                puller.look_soon()
                known = True
        return known

    async def run(self) -> None:
        """Read all sources until cancelled."""
        await self._clean_spools()
        async with asyncio.TaskGroup() as group:
            for puller in self.pullers:
                group.create_task(puller.run(), name=f"pm:{puller.name}")
            group.create_task(self._keep_accounts(), name="pm:accounts")

    async def _keep_accounts(self) -> Never:
        looks = 0
        while True:
            await asyncio.sleep(LOOK_INTERVAL)
            self.look()
            looks += 1
            if looks % _CLEAN_EVERY == 0:
                await self.forget()

    async def forget(self) -> None:
        """Let go of what is too old: counters, names of files, and parts of transfers."""
        now_ms = self._clock.time_ms()
        before = (now_ms - self._keep_ms, now_ms - _REMEMBERED_MS)
        try:
            async with self._ledger.turn:
                await asyncio.to_thread(self._ledger.forget, *before)
        except sqlite3.Error as error:  # there may be room again the next time
            log.warning("pm_ledger_not_cleaned", reason=str(error))
        await self._clean_spools()

    async def _clean_spools(self) -> None:
        for spool in self._spools:
            await asyncio.to_thread(clean, spool)

    def look(self) -> None:
        """Tell of periods that did not come, and how long nodes have been silent."""
        now_ms = self._clock.time_ms()
        gone = self._punctuality.forgive(now_ms)
        if gone:
            text = Quality.OFFLINE.value
            self._bus.emit(
                Event(EventKind.QUALITY_CHANGED, "pm:ages", now_ms, (), text, tuple(gone))
            )
        for batch in self._punctuality.missing(now_ms):
            self._bus.publish(batch)
        ages = self._punctuality.ages(now_ms)
        if ages.series:
            self._bus.publish(ages)

    @property
    def samples(self) -> int:
        """Samples handed on since the start."""
        return self.intake.counts.samples

    @property
    def rejected(self) -> dict[str, int]:
        """Values that became no sample, by reason."""
        return dict(self.intake.counts.rejected)

    def collect(self) -> Iterator[Metric]:
        """Families as prometheus-client wants them."""
        files = CounterMetricFamily(
            "omc_pm_files",
            "Measurement files by source and result.",
            labels=["pm_source", "result"],
        )
        for (source, result), count in self.intake.counts.files.items():
            files.add_metric([source, result], count)
        up = GaugeMetricFamily(
            "omc_pm_source_up",
            "Whether the last look at a source of measurement files succeeded.",
            labels=["pm_source"],
        )
        waiting = GaugeMetricFamily(
            "omc_pm_files_waiting",
            "Measurement files that a source offers and that are not read yet.",
            labels=["pm_source"],
        )
        for puller in self.pullers:
            if puller.is_up is not None:
                up.add_metric([puller.name], float(puller.is_up))
            waiting.add_metric([puller.name], puller.waiting)
        yield from (files, up, waiting)


def _place(source: PmSource, largest: int, clock: Clock) -> Place:
    match source:
        case FolderSource():
            delete = source.after == "delete"
            return Folder(source.path, source.pattern, source.settle, clock, delete=delete)
        case SftpSource():
            return _sftp(source, largest)
        case HttpSource():
            return _web(source, largest)


def _sftp(source: SftpSource, largest: int) -> Place:
    # Who asks no such server need not hold the 20 MB that its protocol takes.
    from collector.pm.sftp import SftpAccess, SftpFolder

    access = SftpAccess(
        source.host,
        source.port,
        source.user,
        source.known_hosts,
        source.password.get_secret_value() if source.password else None,
        source.key,
        source.passphrase.get_secret_value() if source.passphrase else None,
    )
    delete = source.after == "delete"
    return SftpFolder(access, source.folder, source.pattern, largest, delete=delete)


def _web(source: HttpSource, largest: int) -> Place:
    tls = source.tls
    access = WebAccess(
        source.url,
        source.timeout,
        source.user,
        source.password.get_secret_value() if source.password else None,
        source.token.get_secret_value() if source.token else None,
        tls.ca if tls else None,
        tls.certificate if tls else None,
        tls.key if tls else None,
    )
    return WebFolder(access, source.pattern, largest)
