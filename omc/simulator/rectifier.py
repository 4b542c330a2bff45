"""A Vertiv NetSure power system behind its SNMP controller: EES-POWER-MIB (1.3.6.1.4.1.6302.2.1).

Voltages in mV, currents in mA, battery current negative while it discharges; temperatures in
milli-degrees, as release 2.2.12 of the controller sends them.
"""

from __future__ import annotations

from collections.abc import Callable

from omc.simulator import values
from omc.simulator.device import SYSTEM_COLUMNS, SimulatedDevice
from omc.simulator.mib_tree import Column, MibTree, Rows
from omc.simulator.network import Node
from omc.simulator.seeds import unit
from omc.simulator.site_power import BatteryMode, PowerState
from omc.simulator.world import Moment, World

_EES = (1, 3, 6, 1, 4, 1, 6302, 2, 1)
_FIRST_RECTIFIER = 3
_BATTERY_TABLE = (*_EES, 2, 5, 5, 1)
_TEMPERATURES = (*_EES, 2, 7, 3, 1)
_RECTIFIERS = (*_EES, 2, 11, 4, 1)
_TEMPERATURE_ROWS = (73_778, 73_779)
_TEMPERATURE_NAMES = ("System Temperature", "Battery Temperature")
_BATTERY_ROW = 116
_NORMAL, _MINOR, _MAJOR, _CRITICAL = 2, 4, 5, 6
#: psStatusBatteryMode: float 2, mains failure 8, automatic boost charging 10.
_MODES = {
    BatteryMode.FLOAT: 2,
    BatteryMode.CHARGE: 10,
    BatteryMode.DISCHARGE: 8,
    BatteryMode.DISCONNECTED: 8,
}
_MAINS_VOLTS = 228.0


class Rectifier(SimulatedDevice):
    """The power system of a site."""

    sys_object_id = _EES
    sys_descr = "Linux ES_Controller 2.6.27.18, simulated by OMC Telemetry"
    enterprise = 6302

    def __init__(self, world: World, node: Node) -> None:
        super().__init__(world, node)
        self.plant = self.site.plant
        modules = range(_FIRST_RECTIFIER, _FIRST_RECTIFIER + self.plant.rectifiers)
        self.rows["rectifiers"] = Rows([(number,) for number in modules])
        self.rows["temperatures"] = Rows([(row,) for row in _TEMPERATURE_ROWS])
        self.rows["batteries"] = Rows([(_BATTERY_ROW,)])

    def state(self, moment: Moment) -> PowerState:
        """The plant now."""
        return moment.power(self.node.site)


def mains_volts(site: int, phase: int, moment: Moment) -> float:
    """Voltage of a phase while the mains is there: sags a little when everybody draws."""
    return _MAINS_VOLTS + 8 * (unit(site, phase, 7) - 0.5) - 6 * moment.traffic


def _status(state: PowerState) -> int:
    if state.mains:
        return _NORMAL
    if state.charge < 0.2:
        return _CRITICAL
    return _MAJOR if state.charge < 0.6 else _MINOR


def _of(oid: tuple[int, ...], read: Callable[[PowerState], bytes]) -> Column[Rectifier, Moment]:
    return Column((*_EES, *oid), "", lambda d, m, r: read(d.state(m)))


def _milli(value: float) -> bytes:
    return values.rounded(value * 1000)


def _phase(number: int) -> Column[Rectifier, Moment]:
    def column(device: Rectifier, moment: Moment, row: int) -> bytes:
        if number > device.plant.phases:
            return values.NO_READING
        if not device.state(moment).mains:
            return values.integer(0)
        return _milli(mains_volts(device.node.site, number, moment))

    return Column((*_EES, 2, 6, number), "", column)


def temperature_of(device: Rectifier, moment: Moment, row: int) -> float:
    """Degrees Celsius of a sensor: 0 in the cabinet, 1 at the battery, which heats when charged."""
    if row == 0:
        return moment.indoor(device.node.site) + 2.0
    charging = max(device.state(moment).battery_amperes, 0.0) / device.plant.capacity_ah
    return moment.indoor(device.node.site) - 1.0 + 20 * charging


def _module_current(device: Rectifier, moment: Moment, row: int) -> bytes:
    """Modules share the load, each a little differently."""
    share = 1 + 0.06 * (unit(device.node.index, row, 6) - 0.5)
    return _milli(device.state(moment).rectifier_amperes / device.plant.rectifiers * share)


_COLUMNS: tuple[Column[Rectifier, Moment], ...] = (
    Column((*_EES, 1, 1), "", lambda d, m, r: values.text("Vertiv Tech Co.,Ltd.")),
    Column((*_EES, 1, 3), "", lambda d, m, r: values.text("2.2.12")),
    Column((*_EES, 1, 6), "", lambda d, m, r: values.text(f"0320{d.node.index:07d}")),
    _of((2, 1), lambda s: values.integer(_status(s))),
    _of((2, 2), lambda s: _milli(s.battery_volts)),
    _of((2, 3), lambda s: _milli(s.load_amperes)),
    Column(
        (*_EES, 2, 4), "",
        lambda d, m, r: values.rounded(
            100 * d.state(m).rectifier_amperes / (d.plant.rectifiers * d.plant.rectifier_amperes)
        ),
    ),
    _of((2, 5, 1), lambda s: _milli(s.battery_volts)),
    _of((2, 5, 2), lambda s: _milli(s.battery_amperes)),
    _of((2, 5, 3), lambda s: values.rounded(100 * s.charge)),
    Column((*_BATTERY_TABLE, 1), "batteries", lambda d, m, r: values.integer(_BATTERY_ROW)),
    Column((*_BATTERY_TABLE, 2), "batteries", lambda d, m, r: _milli(d.state(m).battery_amperes)),
    Column((*_BATTERY_TABLE, 3), "batteries", lambda d, m, r: values.text("Battery 1")),
    _phase(1),
    _phase(2),
    _phase(3),
    Column(
        (*_TEMPERATURES, 1),
        "temperatures",
        lambda d, m, r: values.integer(_TEMPERATURE_ROWS[r]),
    ),
    Column((*_TEMPERATURES, 2), "temperatures", lambda d, m, r: _milli(temperature_of(d, m, r))),
    Column((*_TEMPERATURES, 3), "temperatures", lambda d, m, r: values.text(_TEMPERATURE_NAMES[r])),
    Column((*_TEMPERATURES, 4), "temperatures", lambda d, m, r: values.integer(2 - r)),
    Column((*_TEMPERATURES, 5), "temperatures", lambda d, m, r: values.integer(3)),
    _of((2, 8), lambda s: values.integer(2)),
    _of((2, 9), lambda s: values.integer(_MODES[s.mode])),
    Column((*_RECTIFIERS, 1), "rectifiers", lambda d, m, r: values.integer(r + _FIRST_RECTIFIER)),
    Column((*_RECTIFIERS, 2), "rectifiers", lambda d, m, r: values.text("1R482000e3")),
    Column(
        (*_RECTIFIERS, 5), "rectifiers",
        lambda d, m, r: values.text(f"15{d.node.index:05d}{r:04d}"),
    ),
    Column((*_RECTIFIERS, 6), "rectifiers", _module_current),
    Column((*_RECTIFIERS, 7), "rectifiers", lambda d, m, r: values.text(f"Rectifier#{r + 1}")),
    Column(
        (*_RECTIFIERS, 8), "rectifiers",
        lambda d, m, r: values.integer(2 if d.state(m).mains else 3),
    ),
)  # fmt: skip

RECTIFIER_TREE: MibTree[Rectifier, Moment] = MibTree([*SYSTEM_COLUMNS, *_COLUMNS])
