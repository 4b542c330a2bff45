"""One discharge of a site's battery, and how long it will go on.

The battery itself is measured while it discharges: the charge that is drawn (its current over time)
against what the state of charge loses gives the capacity that it really has, which after years is
not that of its nameplate. Until enough has been drawn, what is known from before serves: the
capacity measured in an earlier discharge, the controller's own estimate, the nameplate. Whatever is
known is weighted by how uncertain it is.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from omc.alarms.autonomy.regression import Line

#: Charge at which the low-voltage disconnect opens, where batteries are left some for their health.
EMPTY_CHARGE = 0.10
#: Voltage at which it opens, where the controller does not say it (48 V lead-acid plants).
DISCONNECT_VOLTS = 43.2

#: Standard deviations, relative to the time left. Engineering judgement.
#: Of every one, for the load to come and for meters of charge; where the voltage stands for it.
_FORECAST, _VOLTAGE_FORECAST = 0.10, 0.30
_LEARNED = 0.12
_CONTROLLER = 0.30
_NAMEPLATE = 0.35
_BOUND = 0.25
#: Of a charge that is reported, and of one that follows from the voltage.
_CHARGE_ERROR, _VOLTAGE_CHARGE_ERROR = 0.02, 0.12
#: A slope less sure than this tells nothing yet; one surer than that makes nameplates idle.
_LEAST_SURE_SLOPE, _SURE_SLOPE = 0.5, 0.15
#: Two points nearer together than this (seconds) are one.
_SPACING = 20.0
#: Points that the present load, and the fall of the voltage, are taken from.
_RECENT = 20
#: Voltage below which it falls ever faster, and by how much it has to over the recent points.
_KNEE_VOLTS, _LEAST_FALL_VOLTS = 47.0, 0.15
#: Half width of the interval that holds four of five outcomes, in standard deviations.
_FOUR_OF_FIVE = 1.2816
#: What a prediction is to be right within, for its confidence.
_RIGHT_WITHIN = 0.20

#: Voltage under the ten-hour load of 24 lead-acid cells by charge: 2.10 V a cell when full, 1.80 V
#: when empty, as data sheets of valve-regulated batteries have it. Engineering judgement between.
_LEAD_ACID = (
    (0.00, 43.2), (0.10, 44.9), (0.20, 45.9), (0.30, 46.7), (0.50, 48.0), (0.80, 49.4),
    (1.00, 50.4),
)  # fmt: skip


class Basis(StrEnum):
    """What a prediction rests on most."""

    DISCHARGE = "discharge"
    LEARNED = "learned"
    CONTROLLER = "controller"
    NAMEPLATE = "nameplate"
    VOLTAGE = "voltage"


class Point(NamedTuple):
    """What was read at one moment; None is what is not known.

    Attributes:
        seconds: Unix time.
        amperes: Drawn from the battery, positive.
        charge: State of charge, 0..1.
        volts: Of the DC bus or the battery.
    """

    seconds: float
    amperes: float | None = None
    charge: float | None = None
    volts: float | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a battery besides its discharge; None is what is not.

    Attributes:
        learned_ampere_hours: Capacity that an earlier discharge has shown.
        rated_ampere_hours: Capacity by the nameplate, times the state of health.
        controller_seconds: Time left, as the controller estimates it now.
        disconnect_volts: Where the low-voltage disconnect opens.
    """

    learned_ampere_hours: float | None = None
    rated_ampere_hours: float | None = None
    controller_seconds: float | None = None
    disconnect_volts: float | None = None


class Estimate(NamedTuple):
    """A prediction.

    Attributes:
        seconds: Until the disconnect opens.
        deviation: Standard deviation, relative to the seconds.
        basis: What it rests on most.
    """

    seconds: float
    deviation: float
    basis: Basis

    @property
    def confidence(self) -> float:
        """0..1: how likely the site goes dark within 20 % of the time that is told."""
        return math.erf(_RIGHT_WITHIN / (self.deviation * math.sqrt(2)))

    @property
    def interval(self) -> tuple[float, float]:
        """Seconds between which four of five such sites go dark."""
        factor = math.exp(_FOUR_OF_FIVE * self.deviation)
        return self.seconds / factor, self.seconds * factor


class Discharge:
    """A discharge from its first reading on.

    Attributes:
        began: Unix time.
        last: The newest point.
    """

    def __init__(self, first: Point) -> None:
        self.began = first.seconds
        self.last = first
        self._first_charge = _charge(first)
        self._drawn = 0.0
        self._steps = Line()
        self._recent: deque[Point] = deque([first], maxlen=_RECENT)

    def add(self, point: Point) -> None:
        """Take in a reading; one too near to the last is passed over."""
        before, passed = self.last, point.seconds - self.last.seconds
        if passed < _SPACING:
            return
        drawn = passed / 3600 * (_flow(before) + _flow(point)) / 2
        old, new = _charge(before), _charge(point)
        if old is not None and new is not None and old != new:
            # Charges are told in steps, and only where one ends is it known what is left.
            self._steps.add(self._drawn + drawn / 2, (old + new) / 2, drawn)
        self._drawn += drawn
        self.last = point
        self._recent.append(point)

    @property
    def fall(self) -> float:
        """By how much the charge has fallen."""
        charge, first = _charge(self.last), self._first_charge
        return first - charge if charge is not None and first is not None else 0.0

    @property
    def capacity(self) -> tuple[float, float] | None:
        """Ampere-hours that the discharge shows, and their relative error; None if not yet.

        Where no current is known, the hours that the whole charge lasts.
        """
        slope = self._steps.slope
        if slope is None or slope >= 0:
            return None
        error = self._steps.slope_error / -slope
        return (-1 / slope, error) if error < _LEAST_SURE_SLOPE else None

    def estimate(self, known: Known) -> Estimate | None:
        """How long it will go on from the last point; None while nothing is known."""
        estimate = _combined(self._estimates(known))
        bound = self._voltage_bound(known.disconnect_volts or DISCONNECT_VOLTS)
        if bound is not None and (estimate is None or bound < estimate.seconds):
            return Estimate(bound, _BOUND, Basis.VOLTAGE)
        return estimate

    def _estimates(self, known: Known) -> Iterator[Estimate]:
        measured = self.capacity
        is_sure = measured is not None and measured[1] < _SURE_SLOPE
        if known.controller_seconds is not None and not is_sure:
            yield Estimate(max(known.controller_seconds, 1.0), _CONTROLLER, Basis.CONTROLLER)
        charge = self._charge_now()
        if charge is None:
            return
        forecast, unsure = _FORECAST, _CHARGE_ERROR
        if self.last.charge is None:
            forecast, unsure = _VOLTAGE_FORECAST, _VOLTAGE_CHARGE_ERROR
        left = max(charge - EMPTY_CHARGE, 0.001)
        for ampere_hours, error, basis in self._capacities(known):
            if basis is not Basis.NAMEPLATE or not is_sure:
                seconds = left * ampere_hours * 3600 / self._load()
                deviation = math.hypot(error, forecast, min(unsure / left, 1.0))
                yield Estimate(max(seconds, 1.0), deviation, basis)

    def _capacities(self, known: Known) -> Iterator[tuple[float, float, Basis]]:
        """Ampere-hours, how uncertain they are, and where they are from."""
        if self.capacity is not None:
            yield (*self.capacity, Basis.DISCHARGE)
        if self.last.amperes is None:
            return  # hours, not ampere-hours, are all that is measured
        if known.learned_ampere_hours is not None:
            yield known.learned_ampere_hours, _LEARNED, Basis.LEARNED
        if known.rated_ampere_hours is not None:
            yield known.rated_ampere_hours, _NAMEPLATE, Basis.NAMEPLATE

    def _charge_now(self) -> float | None:
        """The charge between two of its steps, as soon as there are enough of them."""
        charge = _charge(self.last)
        return self._steps.at(self._drawn) if self.capacity is not None else charge

    def _load(self) -> float:
        return max(sum(map(_flow, self._recent)) / len(self._recent), 0.1)

    def _voltage_bound(self, disconnect: float) -> float | None:
        """Seconds that are left at most if the voltage goes on to fall as it does.

        Near its end a battery's voltage falls ever faster, so that a straight line shows too long a
        time; and it tells of a battery that is weaker than its own state of charge believes.
        """
        points = [(p.seconds, p.volts) for p in self._recent if p.volts is not None]
        if len(points) < _RECENT // 2 or points[-1][1] > _KNEE_VOLTS:
            return None
        if points[0][1] - points[-1][1] < _LEAST_FALL_VOLTS:
            return None
        line = Line()
        for seconds, volts in points:
            line.add(seconds, volts)
        if line.slope is None or line.slope_error > -line.slope * _LEAST_SURE_SLOPE:
            return None
        return max((disconnect - line.at(points[-1][0])) / line.slope, 1.0)


def _flow(point: Point) -> float:
    """What is drawn; where that is not known, hours take the place of ampere-hours."""
    return 1.0 if point.amperes is None else point.amperes


def _charge(point: Point) -> float | None:
    if point.charge is not None:
        return point.charge
    return None if point.volts is None else charge_of_voltage(point.volts)


def charge_of_voltage(volts: float) -> float:
    """The charge of a 48 V lead-acid battery under load, roughly."""
    for (low, low_volts), (high, high_volts) in pairwise(_LEAD_ACID):
        if volts < high_volts:
            share = (volts - low_volts) / (high_volts - low_volts)
            return max(low + (high - low) * share, 0.0)
    return 1.0


def _combined(estimates: Iterable[Estimate]) -> Estimate | None:
    """All of them, each weighted by how sure it is; relative errors add up on a logarithm."""
    weighted = [(1 / estimate.deviation**2, estimate) for estimate in estimates]
    if not weighted:
        return None
    total = sum(weight for weight, _ in weighted)
    mean = sum(weight * math.log(estimate.seconds) for weight, estimate in weighted) / total
    _, best = max(weighted)
    return Estimate(math.exp(mean), total**-0.5, best.basis)
