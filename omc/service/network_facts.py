"""What the inventory says and which alarms there are, as samples on the bus.

With these, whoever reads the metrics can group measurements by area or technology, and sees alarms
beside what caused them, without asking anything but the database that holds the metrics.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import Callable, Iterable

from omc.alarms.life.alarm import Alarm
from omc.alarms.severity import Severity
from omc.bus.base import Bus
from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.core.inventory import Inventory
from omc.core.model import Batch, Series, SeriesTable, label_text

#: Seconds between two publications of the inventory: it does not change while the service runs.
INVENTORY_INTERVAL = 300.0
#: Seconds between two publications of the alarms.
ALARM_INTERVAL = 5.0
#: A storm must not flood the database: of more roots than these only the worst have a series.
MOST_ALARMS = 1000

_ROLES = ("root", "child", "suppressed")
_IDENTITY = ("site", "node")


class NetworkFacts:
    """Publishes `site_info`, `cell_info`, `omc_alarms_active` and `alarm_active`.

    Args:
        inventory: The network.
        active: The active alarms, asked every time.
        catalogue: Owns the metrics.
        table: The process's interned series.
        bus: Where the samples go.
        clock: Stamps them.
    """

    def __init__(
        self,
        inventory: Inventory,
        active: Callable[[], Iterable[Alarm]],
        catalogue: Catalogue,
        table: SeriesTable,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._active = active
        self._table = table
        self._bus = bus
        self._clock = clock
        self._count = catalogue.metric("omc_alarms_active")
        self._alarm = catalogue.metric("alarm_active")
        self._inventory = [
            table.intern(catalogue.metric(name), labels) for name, labels in _written(inventory)
        ]
        self._shown: set[Series] = set()

    async def run(self) -> None:
        """Publish again and again until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._repeat(self._say_inventory, INVENTORY_INTERVAL), name="sites")
            group.create_task(self._repeat(self._say_alarms, ALARM_INTERVAL), name="alarm-series")

    async def _repeat(self, say: Callable[[], Batch], interval: float) -> None:
        while True:
            self._bus.publish(say())
            await asyncio.sleep(interval)

    def _say_inventory(self) -> Batch:
        batch = Batch("self:inventory", INVENTORY_INTERVAL)
        batch.extend(self._inventory, [1.0] * len(self._inventory), self._clock.time_ms())
        return batch

    def _say_alarms(self) -> Batch:
        batch = Batch("self:alarms", ALARM_INTERVAL)
        now = self._clock.time_ms()
        active = list(self._active())
        counts = Counter((alarm.severity.word, _role(alarm)) for alarm in active)
        roots = (alarm for alarm in active if _role(alarm) == "root")
        worst = heapq.nlargest(MOST_ALARMS, roots, key=lambda alarm: alarm.severity)
        shown = {self._table.intern(self._alarm, _labels(alarm)) for alarm in worst}
        for severity in Severity:
            for role in _ROLES if severity is not Severity.CLEARED else ():
                labels = {"severity": severity.word, "role": role}
                batch.add(self._table.intern(self._count, labels), counts[severity.word, role], now)
        batch.extend(list(shown), [1.0] * len(shown), now)
        for gone in self._shown - shown:
            self._table.forget(gone)
        self._shown = shown
        return batch


def _written(inventory: Inventory) -> Iterable[tuple[str, dict[str, str]]]:
    """The series of the inventory: metric and labels."""
    for site in inventory.sites.values():
        area = inventory.areas[site.area][-1] if site.area in inventory.areas else None
        yield (
            "site_info",
            {
                "site": site.code,
                "site_name": site.name,
                "area": area.code if area else "",
                "area_name": area.name if area else "",
            },
        )
    for cell in inventory.cells.values():
        yield (
            "cell_info",
            {
                "site": cell.site,
                "cell": cell.name,
                "technology": cell.technology.value,
                "band": cell.band,
            },
        )


def _role(alarm: Alarm) -> str:
    if alarm.suppressed is not None:
        return "suppressed"
    return "root" if alarm.root is None else "child"


def _labels(alarm: Alarm) -> dict[str, str]:
    identity = {name: alarm.label(name) for name in _IDENTITY}
    rest = {name: value for name, value in alarm.labels if name not in _IDENTITY}
    words = label_text(rest).strip("{}").replace('"', "")
    return {**identity, "rule": alarm.rule, "severity": alarm.severity.word, "object": words}
