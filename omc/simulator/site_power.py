"""One site's -48 V plant through time: rectifiers, battery, low-voltage disconnect.

The story is a list of segments in which the mains is either there or not; within a segment charge
is a closed-form function of time, so current and state of charge agree exactly: what the battery
current says, integrated, is what the charge loses or gains (there is no loss in charging).

Discharge at the load's current until `LVD_CHARGE`, then the site is dark until the mains is back.
Recharge at a constant current up to `TAPER_CHARGE`, then falling off exponentially.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from omc.simulator.mains import Interval
from omc.simulator.rhythm import TRAFFIC

#: Charge at which the low-voltage disconnect opens its contactor, and at which charging tapers.
LVD_CHARGE = 0.10
TAPER_CHARGE = 0.90
#: Charge that counts as full: the mode is float again, the current its trickle.
FULL_CHARGE = 0.999

#: Charging current as a share of the capacity (I10, ten-hour rate).
_CHARGE_RATE = 0.10
#: Seconds a site's equipment needs from power-up until it answers.
BOOT_SECONDS = 75.0

#: Rest voltage of a 24-cell lead battery under the ten-hour load, by charge.
_DISCHARGE_CURVE = (
    (0.00, 42.0), (0.10, 43.2), (0.20, 45.4), (0.40, 47.4), (0.60, 48.8),
    (0.80, 49.9), (0.95, 50.8), (1.00, 51.4),
)  # fmt: skip
_FLOAT_VOLTS = 54.0
_BOOST_VOLTS = 55.6


class BatteryMode(IntEnum):
    """What the battery is doing, with no vendor's numbers."""

    FLOAT = 0
    CHARGE = 1
    DISCHARGE = 2
    DISCONNECTED = 3


@dataclass(frozen=True, slots=True)
class PowerPlant:
    """What stands at a site.

    Attributes:
        capacity_ah: Of all battery strings together, at the ten-hour rate.
        load_amperes: What the equipment draws in the busy hour of an average day.
        rectifiers: How many modules.
        rectifier_amperes: Rated output of one module.
        phases: 1 or 3.
    """

    capacity_ah: float
    load_amperes: float
    rectifiers: int
    rectifier_amperes: float
    phases: int

    def load_at(self, time: float) -> float:
        """Load current: most of it constant, the rest with the traffic."""
        return self.load_amperes * (_IDLE + (1 - _IDLE) * TRAFFIC.at(time))

    def load_between(self, start: float, end: float) -> float:
        """Ampere-seconds drawn from start to end."""
        busy = TRAFFIC.integral(end) - TRAFFIC.integral(start)
        return self.load_amperes * (_IDLE * (end - start) + (1 - _IDLE) * busy)

    @property
    def charge_amperes(self) -> float:
        """Constant charging current, limited by what the rectifiers leave over."""
        spare = self.rectifiers * self.rectifier_amperes - self.load_amperes
        return max(min(self.capacity_ah * _CHARGE_RATE, spare), 1.0)


_IDLE = 0.78


@dataclass(frozen=True, slots=True)
class PowerState:
    """The plant at one moment.

    Attributes:
        mains: Whether the mains is there.
        dark: Nothing at the site has power, or it is still starting.
        charge: Of the battery, 0..1.
        battery_volts: Also the bus voltage.
        battery_amperes: Negative while it discharges.
        load_amperes: 0 when dark.
        rectifier_amperes: All modules together.
        mode: What the battery is doing.
        runtime_seconds: Until the disconnect at the present load.
        last_outage: The outage that lasts or was the last; None if there was none for days.
        boot_time: When the equipment last came up.
    """

    mains: bool
    dark: bool
    charge: float
    battery_volts: float
    battery_amperes: float
    load_amperes: float
    rectifier_amperes: float
    mode: BatteryMode
    runtime_seconds: float
    last_outage: Interval | None
    boot_time: float


@dataclass(frozen=True, slots=True)
class _Segment:
    """A stretch of time with one law: mains there or not, starting at a known charge."""

    start: float
    mains: bool
    charge: float
    dark_from: float
    boot_time: float
    outage: Interval | None


class PowerStory:
    """A site's power from `start` on, when its battery is full and its equipment boots.

    Args:
        plant: What stands there.
        start: Where the story begins.
        outages: Of the site's commune, ascending and merged.
    """

    def __init__(self, plant: PowerPlant, start: float, outages: Sequence[Interval]) -> None:
        self._plant = plant
        self._segments = self._tell(start, outages)
        self._starts = [segment.start for segment in self._segments]
        self._dark = [
            (segment.dark_from, segment.outage[1] + BOOT_SECONDS)
            for segment in self._segments
            if segment.outage and segment.dark_from < segment.outage[1]
        ]

    def _tell(self, start: float, outages: Sequence[Interval]) -> list[_Segment]:
        segments = [_Segment(start, True, 1.0, math.inf, start, None)]
        for lost, back in outages:
            if back <= start:
                continue
            previous = segments[-1]
            charge = self._recharged(previous, max(lost, start))
            dark_from = self._dark_from(max(lost, start), charge)
            boot = previous.boot_time
            outage = (max(lost, start), back)
            segments.append(_Segment(outage[0], False, charge, dark_from, boot, outage))
            left = self._discharged(segments[-1], back)
            boot = back + BOOT_SECONDS if dark_from < back else boot
            segments.append(_Segment(back, True, left, math.inf, boot, outage))
        return segments

    def _dark_from(self, start: float, charge: float) -> float:
        """When the disconnect opens: the load's integral is monotone, so halve the interval."""
        usable = (charge - LVD_CHARGE) * self._plant.capacity_ah * 3600
        if usable <= 0:
            return start
        low = start + usable / self._plant.load_amperes / 1.1
        high = start + usable / (self._plant.load_amperes * _IDLE)
        while high - low > 0.5:
            middle = (low + high) / 2
            if self._plant.load_between(start, middle) < usable:
                low = middle
            else:
                high = middle
        return high

    def _discharged(self, segment: _Segment, time: float) -> float:
        end = min(time, segment.dark_from)
        used = self._plant.load_between(segment.start, end) / (self._plant.capacity_ah * 3600)
        return max(segment.charge - used, 0.0)

    def _recharged(self, segment: _Segment, time: float) -> float:
        return self._charging(segment, time)[0]

    def _charging(self, segment: _Segment, time: float) -> tuple[float, float]:
        """Charge and charging current at a time in a segment with mains."""
        capacity, current = self._plant.capacity_ah * 3600, self._plant.charge_amperes
        passed = time - segment.start
        constant = max(TAPER_CHARGE - segment.charge, 0.0) * capacity / current
        if passed < constant:
            return segment.charge + passed * current / capacity, current
        missing = 1 - max(segment.charge, TAPER_CHARGE)
        decay = math.exp(-(passed - constant) * current / ((1 - TAPER_CHARGE) * capacity))
        missing *= decay
        return 1 - missing, current * missing / (1 - TAPER_CHARGE)

    def at(self, time: float) -> PowerState:
        """The plant at a time."""
        segment = self._segments[max(bisect_right(self._starts, time) - 1, 0)]
        return self._with_mains(segment, time) if segment.mains else self._without(segment, time)

    def outage_seconds(self, time: float) -> float:
        """Seconds without mains since the story began."""
        return sum(
            min(segment.outage[1], time) - segment.start
            for segment in self._segments
            if not segment.mains and segment.outage and segment.start < time
        )

    def dark_seconds(self, start: float, end: float) -> float:
        """Seconds between two times in which the equipment was not working."""
        return sum(max(min(b, end) - max(a, start), 0.0) for a, b in self._dark)

    def load_joules(self, time: float) -> float:
        """Energy the equipment has drawn since the story began, at the nominal voltage."""
        start = self._starts[0]
        charge = self._plant.load_between(start, max(time, start))
        for dark, back in self._dark:
            if dark < time:
                charge -= self._plant.load_between(dark, min(back, time))
        return charge * _FLOAT_VOLTS

    @property
    def eventful(self) -> bool:
        """Whether anything but mains ever happens."""
        return len(self._segments) > 1

    def _with_mains(self, segment: _Segment, time: float) -> PowerState:
        charge, current = self._charging(segment, max(time, segment.start))
        full = charge >= FULL_CHARGE
        starting = time < segment.boot_time
        load = self._plant.load_at(time)
        volts = _FLOAT_VOLTS if full else _charging_volts(charge)
        return PowerState(
            mains=True,
            dark=starting,
            charge=charge,
            battery_volts=volts,
            battery_amperes=current,
            load_amperes=load,
            rectifier_amperes=load + current,
            mode=BatteryMode.FLOAT if full else BatteryMode.CHARGE,
            runtime_seconds=self._runtime(charge, load),
            last_outage=segment.outage,
            boot_time=segment.boot_time,
        )

    def _without(self, segment: _Segment, time: float) -> PowerState:
        charge = self._discharged(segment, time)
        dark = time >= segment.dark_from
        load = 0.0 if dark else self._plant.load_at(time)
        return PowerState(
            mains=False,
            dark=dark,
            charge=charge,
            battery_volts=_discharge_volts(charge),
            battery_amperes=-load,
            load_amperes=load,
            rectifier_amperes=0.0,
            mode=BatteryMode.DISCONNECTED if dark else BatteryMode.DISCHARGE,
            runtime_seconds=0.0 if dark else self._runtime(charge, load),
            last_outage=segment.outage,
            boot_time=segment.boot_time,
        )

    def _runtime(self, charge: float, load: float) -> float:
        usable = max(charge - LVD_CHARGE, 0.0) * self._plant.capacity_ah * 3600
        return usable / load


def _discharge_volts(charge: float) -> float:
    for (low, low_volts), (high, high_volts) in itertools.pairwise(_DISCHARGE_CURVE):
        if charge <= high:
            share = (charge - low) / (high - low)
            return low_volts + (high_volts - low_volts) * max(share, 0.0)
    return _DISCHARGE_CURVE[-1][1]


def _charging_volts(charge: float) -> float:
    """Rises with the charge to the boost voltage, which is held through the taper."""
    share = min(charge / TAPER_CHARGE, 1.0)
    return _discharge_volts(charge) + (_BOOST_VOLTS - _discharge_volts(charge)) * (
        0.55 + 0.45 * share
    )
