"""A console's world over the small network of the alarm tests, and values put there by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from dashboards.console.world import ConsoleWorld, LatestValues
from omc.alarms.desk import AlarmDesk, AlarmWorld
from omc.alarms.prober import NoProber
from omc.api.access import Doorman
from omc.core.clock import ManualClock
from omc.core.model import Batch, Latest, Series, SeriesTable
from omc.core.settings import AlarmSettings, ConsoleSettings
from omc.core.topology import Topology
from omc.reports.desk import ReportDesk
from omc.reports.maker import ReportMaker
from tests.unit.alarms.small_network import small_inventory
from tests.unit.alarms.watching import catalogue, shipped_rules

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class Values:
    """The newest values, as they are put here."""

    def __init__(self) -> None:
        self._table = SeriesTable()
        self._latest: dict[Series, Latest] = {}

    def put(self, metric: str, value: float, labels: Mapping[str, str], time_ms: int = 0) -> Latest:
        """A value was read."""
        series = self._table.intern(catalogue().metric(metric), labels)
        latest = self._latest[series] = Latest(series, value, time_ms)
        return latest

    def latest(self, metric: str) -> Iterable[Latest]:
        """Those of one metric."""
        return [found for found in self._latest.values() if found.series.metric.name == metric]

    def latest_of(self, series: Series) -> Latest | None:
        """That of one series."""
        return self._latest.get(series)


def make_desk(folder: Path, clock: ManualClock) -> AlarmDesk:
    """Alarms of the small network, by the shipped rules."""
    world = AlarmWorld(shipped_rules(), catalogue(), small_inventory(), ZONE, "vi", folder)
    return AlarmDesk(world, AlarmSettings(core=("C",)), clock, NoProber())


def make_world(
    folder: Path, clock: ManualClock, desk: AlarmDesk, values: LatestValues | None = None
) -> ConsoleWorld:
    """What pages are made from."""
    inventory = small_inventory()
    return ConsoleWorld(
        settings=ConsoleSettings(),
        language="vi",
        timezone=ZONE,
        inventory=inventory,
        topology=Topology(inventory, ("C",)),
        catalogue=catalogue(),
        desk=desk,
        report_desk=ReportDesk(ReportMaker(folder / "omc.yaml", folder), folder, clock),
        doorman=Doorman([], [], ""),
        clock=clock,
        values=values or Values(),
        fleet=lambda: None,
        traps=None,
        self_report=lambda: Batch("self", 60.0),
        data=folder,
        reports=folder,
        populations=None,
        archive=None,
        is_secure=False,
        version="1",
    )
