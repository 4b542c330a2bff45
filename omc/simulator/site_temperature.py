"""How warm a site's shelter is: cooled while there is mains, warming up while there is none."""

from __future__ import annotations

import math

from omc.simulator.seeds import unit
from omc.simulator.site_power import PowerState

_SETPOINT = 26.0
#: Without cooling the equipment's own heat lifts the shelter by this much above it.
_HEAT = 11.0
_WARM_UP = 2700.0
_COOL_DOWN = 1300.0


def shelter_temperature(site: int, air: float, power: PowerState, time: float) -> float:
    """Degrees Celsius inside, from the outdoor air and the last mains failure.

    The air conditioner runs on mains alone, so the warmth rises while the mains is away and goes
    back after it has returned.
    """
    base = _SETPOINT + 2.4 * unit(site, 5) + 0.12 * (air - _SETPOINT)
    if power.last_outage is None:
        return base
    lost, back = power.last_outage
    reach = _HEAT + 0.6 * max(air - _SETPOINT, 0.0)
    if not power.mains:
        return base + reach * (1 - math.exp(-(time - lost) / _WARM_UP))
    peak = reach * (1 - math.exp(-(back - lost) / _WARM_UP))
    return base + peak * math.exp(-(time - back) / _COOL_DOWN)
