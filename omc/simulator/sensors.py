"""Sensors of a device: ENTITY-MIB and ENTITY-SENSOR-MIB over them (RFC 6933, RFC 3433)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from omc.simulator import values
from omc.simulator.device import SimulatedDevice
from omc.simulator.mib_tree import Column, Rows
from omc.simulator.world import Moment

_ENTITY = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1)
_SENSOR = (1, 3, 6, 1, 2, 1, 99, 1, 1, 1)
_CLASS_SENSOR = 8


class SensorType(IntEnum):
    """EntitySensorDataType."""

    VOLTS_AC = 3
    VOLTS_DC = 4
    AMPERES = 5
    WATTS = 6
    CELSIUS = 8
    PERCENT_HUMIDITY = 9
    TRUTH = 12


#: EntitySensorDataScale.
MILLI, UNITS = 8, 9


@dataclass(frozen=True, slots=True)
class Sensor:
    """One sensor.

    Attributes:
        index: entPhysicalIndex.
        name: entPhysicalName.
        kind: What it measures.
        scale: EntitySensorDataScale.
        precision: Decimal places in the integer it reports.
        read: The measurement in units of `scale`; None where it is unavailable.
    """

    index: int
    name: str
    kind: SensorType
    scale: int
    precision: int
    read: Callable[[Moment], float | None]


class HasSensors(SimulatedDevice):
    """A device with sensors, in the order of their index."""

    sensors: tuple[Sensor, ...] = ()

    def set_sensors(self, sensors: list[Sensor]) -> None:
        """Take the sensors and make the rows of the tables."""
        self.sensors = tuple(sorted(sensors, key=lambda sensor: sensor.index))
        self.rows["sensors"] = Rows([(sensor.index,) for sensor in self.sensors])


Read = Callable[[HasSensors, Moment, int], bytes]


def _value(device: HasSensors, moment: Moment, row: int) -> bytes:
    sensor = device.sensors[row]
    reading = sensor.read(moment)
    return values.integer(0 if reading is None else round(reading * 10**sensor.precision))


def _status(device: HasSensors, moment: Moment, row: int) -> bytes:
    """EntitySensorStatus: ok 1, unavailable 2."""
    return values.integer(2 if device.sensors[row].read(moment) is None else 1)


def _fixed(read: Callable[[Sensor], bytes]) -> Read:
    return lambda device, moment, row: read(device.sensors[row])


def _columns(base: tuple[int, ...], readers: dict[int, Read]) -> list[Column[HasSensors, Moment]]:
    return [Column((*base, number), "sensors", read) for number, read in readers.items()]


#: Both MIBs, for trees of devices that are `HasSensors`.
SENSOR_COLUMNS: tuple[Column[HasSensors, Moment], ...] = (
    *_columns(
        _ENTITY,
        {
            2: _fixed(lambda s: values.text(s.name)),
            4: _fixed(lambda s: values.integer(0)),
            5: _fixed(lambda s: values.integer(_CLASS_SENSOR)),
            6: _fixed(lambda s: values.integer(s.index)),
            7: _fixed(lambda s: values.text(s.name)),
        },
    ),
    *_columns(
        _SENSOR,
        {
            1: _fixed(lambda s: values.integer(s.kind)),
            2: _fixed(lambda s: values.integer(s.scale)),
            3: _fixed(lambda s: values.integer(s.precision)),
            4: _value,
            5: _status,
        },
    ),
)
