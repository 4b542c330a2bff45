"""What the console is given by the service: the seam between pages and everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from collector.snmp.trap_log import TrapLog
from omc.alarms.desk import AlarmDesk
from omc.api.access import Doorman
from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.core.inventory import Inventory
from omc.core.model import Batch, Latest, Series
from omc.core.settings import ConsoleSettings
from omc.core.topology import Topology
from omc.reports.desk import ReportDesk


class LatestValues(Protocol):
    """The newest value of every series that has not expired."""

    def latest(self, metric: str) -> Iterable[Latest]:
        """Those of one metric."""
        ...

    def latest_of(self, series: Series) -> Latest | None:
        """That of one series; None if it has none any more."""
        ...


class Fleet(Protocol):
    """How polling goes."""

    @property
    def failing(self) -> dict[str, str]:
        """Nodes whose last poll failed, and why, as one word."""
        ...

    def states(self) -> dict[str, int]:
        """How many nodes are `answering`, `failing` and `waiting` for their first poll."""
        ...


@dataclass(frozen=True, slots=True)
class ConsoleWorld:
    """Everything that pages are made from.

    Attributes:
        settings: Of the console.
        language: Of those who have not chosen one, `vi` or `en`.
        timezone: Of the people who look.
        inventory: The network.
        topology: It as a graph.
        catalogue: All metrics.
        desk: The alarms.
        report_desk: Where reports are ordered.
        doorman: Who may come in.
        clock: The time.
        values: The newest values.
        fleet: Asked for how polling goes; None until it has begun.
        traps: Which have been heard; None where nobody listens.
        self_report: What the service counts of itself, now.
        data: Folder for what is kept.
        reports: Folder of reports.
        populations: Folder of files of where people live, to choose from for a report; or None.
        archive: Folder of the archive; None if nothing is archived.
        is_secure: People reach it over HTTPS: cookies are sent over nothing else.
        version: Of the product.
    """

    settings: ConsoleSettings
    language: Literal["vi", "en"]
    timezone: ZoneInfo
    inventory: Inventory
    topology: Topology
    catalogue: Catalogue
    desk: AlarmDesk
    report_desk: ReportDesk
    doorman: Doorman
    clock: Clock
    values: LatestValues
    fleet: Callable[[], Fleet | None]
    traps: TrapLog | None
    self_report: Callable[[], Batch]
    data: Path
    reports: Path
    populations: Path | None
    archive: Path | None
    is_secure: bool
    version: str
