"""A small UPS for the equipment on mains voltage: UPS-MIB (RFC 1628)."""

from __future__ import annotations

from omc.simulator import values
from omc.simulator.device import SYSTEM_COLUMNS, SimulatedDevice
from omc.simulator.mib_tree import Column, MibTree, Rows
from omc.simulator.network import Node
from omc.simulator.rectifier import mains_volts
from omc.simulator.seeds import unit
from omc.simulator.world import Moment, World

_UPS = (1, 3, 6, 1, 2, 1, 33, 1)
_RATED_WATTS = 2700.0
#: Seconds its battery lasts at half load, and what it takes to charge it again.
_AUTONOMY, _RECHARGE = 5400.0, 14_400.0
_CELLS_VOLTS = 72.0


class Ups(SimulatedDevice):
    """A UPS of 3 kVA."""

    sys_object_id = (1, 3, 6, 1, 4, 1, 8072, 3, 2, 10)
    sys_descr = "UPS U-3000, simulated by OMC Telemetry"

    def __init__(self, world: World, node: Node) -> None:
        super().__init__(world, node)
        self.rows["lines"] = Rows([(1,)])

    def load(self, moment: Moment) -> float:
        """Share of the rated power."""
        return 0.22 + 0.25 * unit(self.node.index, 2) + 0.05 * moment.traffic

    def on_battery(self, moment: Moment) -> float:
        """Seconds without mains; 0 with."""
        power = moment.power(self.node.site)
        if power.mains or power.last_outage is None:
            return 0.0
        return moment.time - power.last_outage[0]

    def charge(self, moment: Moment) -> float:
        """0..1."""
        power = moment.power(self.node.site)
        if power.last_outage is None:
            return 1.0
        lost, back = power.last_outage
        drained = min((min(back, moment.time) - lost) / _AUTONOMY, 0.95)
        if not power.mains:
            return 1 - drained
        return min(1 - drained + (moment.time - back) / _RECHARGE, 1.0)


def _battery_status(ups: Ups, moment: Moment, row: int) -> bytes:
    """upsBatteryStatus: normal 2, low 3, depleted 4."""
    charge = ups.charge(moment)
    return values.integer(2 if charge > 0.2 else 3 if charge > 0.06 else 4)


def _with_mains(moment: Moment, ups: Ups, value: float) -> bytes:
    return values.rounded(value if moment.power(ups.node.site).mains else 0.0)


def _watts(ups: Ups, moment: Moment) -> float:
    return _RATED_WATTS * ups.load(moment)


def _volts(ups: Ups, moment: Moment) -> float:
    return mains_volts(ups.node.site, 1, moment)


_COLUMNS: tuple[Column[Ups, Moment], ...] = (
    Column((*_UPS, 1, 1), "", lambda d, m, r: values.text("Omnia")),
    Column((*_UPS, 1, 2), "", lambda d, m, r: values.text("U-3000")),
    Column((*_UPS, 2, 1), "", _battery_status),
    Column((*_UPS, 2, 2), "", lambda d, m, r: values.rounded(d.on_battery(m))),
    Column(
        (*_UPS, 2, 3), "", lambda d, m, r: values.rounded(_AUTONOMY * d.charge(m) / 60)
    ),
    Column((*_UPS, 2, 4), "", lambda d, m, r: values.rounded(100 * d.charge(m))),
    Column(
        (*_UPS, 2, 5), "",
        lambda d, m, r: values.rounded(10 * _CELLS_VOLTS * (0.88 + 0.14 * d.charge(m))),
    ),
    Column(
        (*_UPS, 2, 6), "",
        lambda d, m, r: values.rounded(
            -10 * _watts(d, m) / _CELLS_VOLTS if d.on_battery(m) else 4.0
        ),
    ),
    Column((*_UPS, 2, 7), "", lambda d, m, r: values.rounded(m.indoor(d.node.site) + 4)),
    Column((*_UPS, 3, 1), "", lambda d, m, r: values.counter32(0)),
    Column((*_UPS, 3, 2), "", lambda d, m, r: values.integer(1)),
    Column((*_UPS, 3, 3, 1, 2), "lines", lambda d, m, r: _with_mains(m, d, 500)),
    Column((*_UPS, 3, 3, 1, 3), "lines", lambda d, m, r: _with_mains(m, d, _volts(d, m))),
    Column(
        (*_UPS, 3, 3, 1, 4), "lines",
        lambda d, m, r: _with_mains(m, d, 10 * _watts(d, m) / 0.92 / _volts(d, m)),
    ),
    Column((*_UPS, 3, 3, 1, 5), "lines", lambda d, m, r: _with_mains(m, d, _watts(d, m) / 0.92)),
    Column((*_UPS, 4, 1), "", lambda d, m, r: values.integer(5 if d.on_battery(m) else 3)),
    Column((*_UPS, 4, 2), "", lambda d, m, r: values.integer(500)),
    Column((*_UPS, 4, 3), "", lambda d, m, r: values.integer(1)),
    Column((*_UPS, 4, 4, 1, 2), "lines", lambda d, m, r: values.integer(230)),
    Column(
        (*_UPS, 4, 4, 1, 3), "lines", lambda d, m, r: values.rounded(10 * _watts(d, m) / 230)
    ),
    Column((*_UPS, 4, 4, 1, 4), "lines", lambda d, m, r: values.rounded(_watts(d, m))),
    Column((*_UPS, 4, 4, 1, 5), "lines", lambda d, m, r: values.rounded(100 * d.load(m))),
    Column(
        (*_UPS, 6, 1), "", lambda d, m, r: values.gauge(1 if d.on_battery(m) else 0)
    ),
)  # fmt: skip

UPS_TREE: MibTree[Ups, Moment] = MibTree([*SYSTEM_COLUMNS, *_COLUMNS])
