"""What a site's gateway measures itself: environment and power, under catalogue names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from omc.simulator.network import Site
from omc.simulator.reading import NO_LABELS, Reading
from omc.simulator.rectifier import mains_volts
from omc.simulator.seeds import stream, unit
from omc.simulator.site_power import BatteryMode, PowerState
from omc.simulator.world import Moment

_SHELTER = {"zone": "shelter"}
_OUTDOOR = {"zone": "outdoor"}
_STRING = {"string": "1"}
_PHASES = ({"phase": "L1"}, {"phase": "L2"}, {"phase": "L3"})
_ESSENTIAL = {"stage": "essential"}
_DOOR, _SMOKE, _WATER, _MAINS = (
    {"contact": name} for name in ("door", "smoke", "water", "mains_fail")
)
#: battery_mode of the catalogue: float 1, boost 2, discharge 4, disconnected 5.
_MODES = {
    BatteryMode.FLOAT: 1,
    BatteryMode.CHARGE: 2,
    BatteryMode.DISCHARGE: 4,
    BatteryMode.DISCONNECTED: 5,
}
_COOLING_FROM = 25.5


def environment_readings(moment: Moment, site: Site) -> Iterator[Reading]:
    """Temperatures, humidity, contacts, cooling."""
    power = moment.power(site.index)
    indoor = moment.indoor(site.index)
    yield Reading("env_temperature_celsius", _SHELTER, round(indoor, 1))
    yield Reading("env_temperature_celsius", _OUTDOOR, round(moment.air + unit(site.index, 2), 1))
    yield Reading("env_humidity_ratio", _SHELTER, round(moment.indoor_humidity(site.index), 3))
    yield Reading("cooling_running", _SHELTER, 1 if power.mains and indoor > _COOLING_FROM else 0)
    yield Reading("site_contact_active", _DOOR, int(door_is_open(moment, site)))
    yield Reading("site_contact_active", _SMOKE, 0)
    yield Reading("site_contact_active", _WATER, 0)
    yield Reading("site_contact_active", _MAINS, int(not power.mains))


def power_readings(moment: Moment, site: Site) -> Iterator[Reading]:
    """Mains, DC bus and battery, as the gateway's own meters see them."""
    power = moment.power(site.index)
    story = moment.world.power_story(site.index, moment.day)
    yield Reading("ac_input_available", NO_LABELS, int(power.mains))
    for phase in range(site.plant.phases):
        volts = mains_volts(site.index, phase + 1, moment) if power.mains else 0.0
        yield Reading("ac_input_voltage_volts", _PHASES[phase], round(volts, 1))
    yield Reading("ac_outage_seconds_total", NO_LABELS, round(story.outage_seconds(moment.time), 1))
    yield Reading("dc_bus_voltage_volts", NO_LABELS, round(power.battery_volts, 2))
    yield Reading("dc_load_current_amperes", NO_LABELS, round(power.load_amperes, 2))
    yield Reading(
        "dc_load_power_watts", NO_LABELS, round(power.load_amperes * power.battery_volts, 1)
    )
    yield Reading("site_energy_joules_total", NO_LABELS, round(story.load_joules(moment.time)))
    yield from _battery(power)


def _battery(power: PowerState) -> Iterator[Reading]:
    yield Reading("battery_voltage_volts", _STRING, round(power.battery_volts, 2))
    yield Reading("battery_current_amperes", _STRING, round(power.battery_amperes, 2))
    yield Reading("battery_state_of_charge_ratio", _STRING, round(power.charge, 4))
    yield Reading("battery_runtime_remaining_seconds", _STRING, round(power.runtime_seconds))
    yield Reading("battery_mode", _STRING, _MODES[power.mode])
    yield Reading("lvd_connected", _ESSENTIAL, int(power.mode is not BatteryMode.DISCONNECTED))


def door_is_open(moment: Moment, site: Site) -> bool:
    """Whether a technician is there."""
    visit = _visit(moment.world.province.seed, site.index, moment.day)
    return visit is not None and visit[0] <= moment.hour < visit[1]


@lru_cache(maxsize=4096)
def _visit(seed: int, site: int, day: int) -> tuple[float, float] | None:
    """Hours from and to of a visit: about one a fortnight, in working hours, up to an hour."""
    chance = stream(seed, "visit", site, day)
    if chance.random() >= 1 / 14:
        return None
    start = chance.uniform(8.0, 16.5)
    return start, start + chance.uniform(0.1, 1.2)
