"""What one device last said of a site's power."""

from __future__ import annotations

from collections.abc import Mapping

from omc.alarms.autonomy.discharge import Discharge, Known, Point
from omc.core.model import Series

_PRESENT = 1.0
#: Mains is there while any phase has more than this, as `ac_input_available` has it.
MAINS_VOLTS = 160.0
#: `battery_mode`.
_TEST, _DISCHARGE = 3.0, 4.0
#: A battery that gives less than this is not discharging: shunts are not exact.
_LEAST_AMPERES = 1.0
#: A discharge that has taken so much of the charge, measured so well, is remembered.
_LEARNED_FALL, _LEARNED_ERROR = 0.15, 0.12

#: Readings by battery string; a total has no string.
ByString = dict[str, float]


class Plant:
    """A device that knows of a battery: a rectifier's controller, a gateway, a UPS.

    Attributes:
        mains: Whether mains is there; None if it does not know.
        time_ms: When it was last heard, Unix milliseconds.
        discharge: The discharge that lasts; None while there is none.
        generator: `generator_running` as a code; None where there is no generator.
    """

    def __init__(self) -> None:
        self.mains: bool | None = None
        self.time_ms = 0
        self.discharge: Discharge | None = None
        self.generator: float | None = None
        self._values: dict[str, ByString] = {}
        self._phases: ByString = {}
        self._learned: float | None = None

    def take(self, series: Series, value: float, time_ms: int) -> None:
        """Note one reading of one of `READ`."""
        name = series.metric.name
        self.time_ms = max(self.time_ms, time_ms)
        if name == "ac_input_available":
            self.mains = value == _PRESENT
        elif name == "ac_input_voltage_volts":
            self._phases[series.labels.get("phase", "")] = value
            self.mains = max(self._phases.values()) > MAINS_VOLTS
        elif name == "generator_running":
            self.generator = value
        else:
            self._values.setdefault(name, {})[series.labels.get(READ[name], "")] = value

    def settle(self) -> None:
        """All readings of one moment are there: begin, go on with, or end a discharge."""
        if not self.is_discharging:
            self._end()
            return
        point = Point(self.time_ms / 1000, self.amperes, self.charge, self.volts)
        if self.discharge is None:
            self.discharge = Discharge(point)
        else:
            self.discharge.add(point)

    def _end(self) -> None:
        """Remember what the battery has shown to hold."""
        ended, self.discharge = self.discharge, None
        if ended is None or ended.capacity is None or ended.fall < _LEARNED_FALL:
            return
        capacity, error = ended.capacity
        if error < _LEARNED_ERROR and ended.last.amperes is not None:
            self._learned = capacity

    @property
    def is_discharging(self) -> bool:
        """Whether the battery carries the site, a test of the battery left out."""
        modes = set(self._values.get("battery_mode", {}).values())
        if _TEST in modes and self.mains is not False:
            return False
        current = self._total("battery_current_amperes")
        if current is not None:
            return current <= -_LEAST_AMPERES
        return self.mains is False or _DISCHARGE in modes

    @property
    def amperes(self) -> float | None:
        """What is drawn from the battery, or by the load while nothing else feeds it."""
        current = self._total("battery_current_amperes")
        return self._total("dc_load_current_amperes") if current is None else -current

    @property
    def charge(self) -> float | None:
        """State of charge of the weakest string, 0..1."""
        return self._least("battery_state_of_charge_ratio")

    @property
    def volts(self) -> float | None:
        """Of the DC bus, or of the battery."""
        bus = self._least("dc_bus_voltage_volts")
        return self._least("battery_voltage_volts") if bus is None else bus

    @property
    def known(self) -> Known:
        """What is known besides the discharge."""
        rated, health = self._total("battery_capacity_ampere_hours"), self._health()
        stages = self._values.get("lvd_disconnect_voltage_volts", {})
        return Known(
            self._learned,
            rated * health if rated is not None else None,
            self._least("battery_runtime_remaining_seconds"),
            # What is switched off last keeps the site alive.
            min(stages.values()) if stages else None,
        )

    def _health(self) -> float:
        return min(self._least("battery_state_of_health_ratio") or 1.0, 1.0)

    def _total(self, name: str) -> float | None:
        """Over all strings: a total, where one is told, is not added to its parts."""
        values = self._values.get(name)
        if not values:
            return None
        return values[""] if "" in values else sum(values.values())

    def _least(self, name: str) -> float | None:
        values = self._values.get(name)
        return min(values.values()) if values else None


#: What is read, and the label that tells its strings or stages apart.
READ: Mapping[str, str] = {
    "ac_input_available": "",
    "ac_input_voltage_volts": "phase",
    "generator_running": "",
    "battery_mode": "string",
    "battery_current_amperes": "string",
    "battery_voltage_volts": "string",
    "battery_state_of_charge_ratio": "string",
    "battery_state_of_health_ratio": "string",
    "battery_capacity_ampere_hours": "string",
    "battery_runtime_remaining_seconds": "string",
    "dc_bus_voltage_volts": "",
    "dc_load_current_amperes": "",
    "lvd_disconnect_voltage_volts": "stage",
}
