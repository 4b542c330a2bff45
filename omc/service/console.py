"""The console in the service: its pages, given what they look at."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

from collector.snmp.trap_log import TrapLog
from dashboards.console.console import Console
from dashboards.console.world import ConsoleWorld, Fleet, LatestValues
from omc.alarms.desk import AlarmDesk
from omc.api.access import Doorman
from omc.core.clock import Clock
from omc.core.model import Batch
from omc.core.topology import Topology
from omc.reports.desk import ReportDesk
from omc.service.installation import Installation


def make_console(
    installation: Installation,
    desk: AlarmDesk,
    report_desk: ReportDesk,
    doorman: Doorman,
    clock: Clock,
    values: LatestValues,
    fleet: Callable[[], Fleet | None],
    traps: TrapLog | None,
    self_report: Callable[[], Batch],
) -> Console:
    """A console of one service.

    Args:
        installation: What it shows, and how.
        desk: The alarms.
        report_desk: Where reports are ordered.
        doorman: Knows who may come in.
        clock: The time.
        values: The newest values.
        fleet: How polling goes.
        traps: Which have been heard; None where nobody listens.
        self_report: What the service counts of itself.

    Raises:
        OSError: the data folder cannot be written.
    """
    settings = installation.settings
    return Console(
        ConsoleWorld(
            settings=settings.console,
            language=settings.language,
            timezone=settings.timezone,
            inventory=installation.inventory,
            topology=Topology(installation.inventory, settings.alarms.core),
            catalogue=installation.catalogue,
            desk=desk,
            report_desk=report_desk,
            doorman=doorman,
            clock=clock,
            values=values,
            fleet=fleet,
            traps=traps,
            self_report=self_report,
            data=settings.data,
            reports=settings.report_folder,
            populations=settings.coverage.population_folder,
            archive=settings.archive_folder if settings.archive.enabled else None,
            is_secure=settings.api.tls is not None or settings.api.behind_proxy,
            version=version("omc-telemetry"),
        )
    )
