"""What a site brings along for 5G: fibre, uplink, power, battery, 4G load, tower, neighbours.

Measured values are those of the period; None is "nothing was measured", and is never taken for
good.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omc.core.inventory import Cell, Inventory, Site, Technology
from omc.core.model import SiteCode
from omc.core.topology import Place, Topology
from omc.history.reader import History
from omc.reports.document import Period
from omc.reports.seen import milliseconds
from omc.reports.sources import Sources

_HOUR_MS = 3_600_000
#: So much is read at a time of what has a value an hour of every port.
_STRETCH_MS = 4 * 24 * _HOUR_MS
#: Labels that tell ports apart.
_PORT = ["site", "node", "interface"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One site.

    Attributes:
        site: Which.
        fibre: Whether a fibre span ends there.
        protected: Whether there is a second way to the core.
        uplink_bits: Busiest hour of its busiest port, bit/s.
        uplink_speed: Of that port, bit/s.
        load_watts: Mean of the DC load.
        rectifier_ratio: Largest share of the rectifiers' capacity in use.
        runtime_seconds: Longest battery run time that was told, at the load of then.
        busy_prb_ratio: 4G downlink PRB use in the busy hour: the local hour with the largest mean.
        height_m: Highest antenna.
        has_5g: Whether it has 5G at the end of the period.
    """

    site: Site
    fibre: bool
    protected: bool
    uplink_bits: float | None
    uplink_speed: float | None
    load_watts: float | None
    rectifier_ratio: float | None
    runtime_seconds: float | None
    busy_prb_ratio: float | None
    height_m: float | None
    has_5g: bool


def conditions(sources: Sources, period: Period, say: Callable[[str], None]) -> list[Condition]:
    """Every site with radio, in the order of the inventory."""
    inventory = sources.inventory
    topology = Topology(inventory)
    measured = _Measured(sources, period, say)
    day = period.end.date() - timedelta(days=1)
    return [
        _condition(inventory, topology, measured, site, day)
        for site in inventory.sites.values()
        if inventory.cells_of.get(site.code) or site.technologies
    ]


def _condition(
    inventory: Inventory, topology: Topology, measured: _Measured, site: Site, day: date
) -> Condition:
    place = Place(site.code)
    links = topology.links(place)
    cells = inventory.cells_of.get(site.code, ())
    heights = [cell.height_m for cell in cells if cell.height_m is not None]
    bits, speed = measured.uplink.get(site.code, (None, None))
    return Condition(
        site=site,
        fibre=bool(links) or place in topology.core,
        protected=sum(topology.is_protected(link.span) for link in links) > 1,
        uplink_bits=bits,
        uplink_speed=speed,
        load_watts=measured.load.get(site.code),
        rectifier_ratio=measured.rectifiers.get(site.code),
        runtime_seconds=measured.runtime.get(site.code),
        busy_prb_ratio=measured.busy.get(site.code),
        height_m=max(heights, default=None),
        has_5g=_has_5g(site, cells, day),
    )


def _has_5g(site: Site, cells: Sequence[Cell], day: date) -> bool:
    """Whether a 5G cell is on air on a day; a site without any is believed what it radiates."""
    own = [cell for cell in cells if cell.technology is Technology.G5]
    if not own:
        return Technology.G5 in site.technologies
    return any(cell.is_on_air_on(day) for cell in own)


class _Measured:
    """What the archive says of all sites in the period."""

    def __init__(self, sources: Sources, period: Period, say: Callable[[str], None]) -> None:
        self.busy: dict[SiteCode, float] = {}
        self.load: dict[SiteCode, float] = {}
        self.rectifiers: dict[SiteCode, float] = {}
        self.runtime: dict[SiteCode, float] = {}
        self.uplink: dict[SiteCode, tuple[float, float | None]] = {}
        history = sources.history
        if history is None:
            return
        self._history: History = history
        self._range = (period.start_ms, period.end_ms)
        say("4G busy hours")
        self.busy = self._busy_hours(sources)
        say("power")
        self.load = self._of_sites("dc_load_power_watts", np.mean)
        self.rectifiers = self._of_sites("rectifiers_used_capacity_ratio", np.max)
        self.runtime = self._of_sites("battery_runtime_remaining_seconds", np.max)
        say("uplinks")
        self.uplink = self._uplinks()

    def _busy_hours(self, sources: Sources) -> dict[SiteCode, float]:
        """Largest mean of one local hour of the day; cells weigh by their resource blocks."""
        where = {"direction": "dl"}
        metric = "lte_prb_utilisation_ratio"
        table = self._history.values(
            *(metric, *self._range, _HOUR_MS, ["series"]), where=where, sort=False
        )
        if not len(table):
            return {}
        labels = self._history.series(metric, where)
        cells = [dict(pairs).get("cell", "") for pairs in labels.column("labels").to_pylist()]
        blocks = self._blocks(where)
        site_names = labels.column("site").to_pylist()
        number_of = {site: number for number, site in enumerate(sorted(set(site_names)))}
        numbers = labels.column("series").to_numpy()
        order = np.argsort(numbers)
        row = order[np.searchsorted(numbers[order], table.column("series").to_numpy())]
        site_of = np.array([number_of[site] for site in site_names])
        weight_of = np.array([blocks.get(cell, 1.0) for cell in cells])
        hour = self._local_hours(milliseconds(table.column("time")), sources)
        slot = site_of[row] * 24 + hour
        size = len(number_of) * 24
        weights = weight_of[row]
        used = np.bincount(slot, weights * table.column("value").to_numpy(), size)
        whole = np.bincount(slot, weights, size)
        with np.errstate(invalid="ignore"):
            means = (used / whole).reshape(len(number_of), 24)
        busiest = np.fmax.reduce(means, axis=1)  # NaN where nothing was told in the period
        return {
            SiteCode(site): float(busy)
            for site, busy in zip(number_of, busiest, strict=True)
            if np.isfinite(busy)
        }

    def _blocks(self, where: dict[str, str]) -> dict[str, float]:
        """Resource blocks of each cell."""
        table = self._history.values("lte_prb_available", *self._range, None, ["cell"], where)
        return {cell: value for cell, _, value in _rows(table)}

    @staticmethod
    def _local_hours(moments: NDArray[np.int64], sources: Sources) -> NDArray[np.int64]:
        """Local hour of the day of each moment."""
        different, place = np.unique(moments, return_inverse=True)
        hours = [datetime.fromtimestamp(ms / 1000, sources.zone).hour for ms in different.tolist()]
        return np.array(hours, dtype=np.int64)[place]

    def _of_sites(
        self, metric: str, combine: Callable[[list[float]], Any]
    ) -> dict[SiteCode, float]:
        table = self._history.values(metric, *self._range, _HOUR_MS, ["site"], sort=False)
        values: dict[SiteCode, list[float]] = defaultdict(list)
        for site, _, value in _rows(table):
            values[site].append(value)
        return {site: float(combine(found)) for site, found in values.items()}

    def _uplinks(self) -> dict[SiteCode, tuple[float, float | None]]:
        """Busiest hour of the busiest port of each site's devices, and the speed of the port."""
        speed = "interface_speed_bits_per_second"
        table = self._history.values(speed, *self._range, None, _PORT, sort=False)
        speeds = {(site, node, port): value for site, node, port, _, value in _rows(table)}
        found: dict[SiteCode, tuple[float, float | None]] = {}
        for metric in ("interface_receive_bytes_total", "interface_transmit_bytes_total"):
            for site, node, port, value in self._busiest_hours(metric):
                bits = 8 * value / (_HOUR_MS / 1000)
                if site not in found or bits > found[site][0]:
                    found[site] = (bits, speeds.get((site, node, port)))
        return found

    def _busiest_hours(self, metric: str) -> Iterator[tuple[SiteCode, str, str, float]]:
        """Site, node, port and largest value of an hour, port by port and stretch by stretch."""
        start, end = self._range
        for first in range(start, end, _STRETCH_MS):
            last = min(first + _STRETCH_MS, end)
            hours = self._history.values(metric, first, last, _HOUR_MS, _PORT, sort=False)
            yield from _rows(hours.group_by(_PORT).aggregate([("value", "max")]))


def _rows(table: Any) -> Any:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)
