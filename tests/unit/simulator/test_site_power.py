"""The battery's story: current and charge tell the same, and nothing comes from nowhere."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omc.simulator.site_power import (
    BOOT_SECONDS,
    LVD_CHARGE,
    BatteryMode,
    PowerPlant,
    PowerStory,
)

START = 1_772_384_400.0
HOUR = 3600.0
PLANT = PowerPlant(
    capacity_ah=200.0, load_amperes=50.0, rectifiers=3, rectifier_amperes=50.0, phases=1
)


def story(*outages: tuple[float, float]) -> PowerStory:
    return PowerStory(PLANT, START, [(START + a * HOUR, START + b * HOUR) for a, b in outages])


def test_with_mains_a_full_battery_rests_in_float() -> None:
    state = story().at(START + 5 * HOUR)
    assert state.mains
    assert not state.dark
    assert state.mode is BatteryMode.FLOAT
    assert (state.charge, state.battery_amperes, state.battery_volts) == (1.0, 0.0, 54.0)
    assert state.rectifier_amperes == pytest.approx(state.load_amperes)


def test_without_mains_the_battery_carries_the_load_and_its_voltage_falls() -> None:
    told = story((1, 3))
    states = [told.at(START + HOUR + minute * 60) for minute in range(0, 120, 5)]
    for state in states:
        assert not state.mains
        assert state.mode is BatteryMode.DISCHARGE
        assert state.rectifier_amperes == 0
        assert state.battery_amperes == -state.load_amperes < 0
    for earlier, later in itertools.pairwise(states):
        assert later.charge < earlier.charge
        assert later.battery_volts < earlier.battery_volts
        assert later.runtime_seconds < earlier.runtime_seconds


@settings(max_examples=40)
@given(
    lost=st.floats(0.2, 20),
    length=st.floats(0.02, 12),
    gap=st.floats(0.1, 12),
    second=st.floats(0.02, 6),
)
def test_what_the_current_says_is_what_the_charge_does(
    lost: float, length: float, gap: float, second: float
) -> None:
    again = lost + length + gap
    told = story((lost, lost + length), (again, again + second))
    begin, end, steps = START, START + (again + second + 6) * HOUR, 2500
    width = (end - begin) / steps
    ampere_seconds = math.fsum(
        told.at(begin + (i + 0.5) * width).battery_amperes * width for i in range(steps)
    )
    change = told.at(end).charge - told.at(begin).charge
    # A step that straddles a jump of the current (mains lost, back, disconnect) errs by its width.
    allowed = 12 * width * 60 / (PLANT.capacity_ah * 3600)
    assert ampere_seconds / (PLANT.capacity_ah * 3600) == pytest.approx(change, abs=allowed)


def test_the_disconnect_makes_the_site_dark_until_the_mains_is_back_and_it_has_booted() -> None:
    told = story((1, 20))
    first = told.at(START + 1.01 * HOUR)
    dark_at = START + 1.01 * HOUR + first.runtime_seconds
    late = told.at(START + 15 * HOUR)
    assert (late.dark, late.mode) == (True, BatteryMode.DISCONNECTED)
    assert (late.load_amperes, late.battery_amperes, late.runtime_seconds) == (0, 0, 0)
    assert late.charge == pytest.approx(LVD_CHARGE, abs=1e-3)
    # The runtime was foretold for the load of that minute; the load changes by a tenth.
    assert not told.at(dark_at - 1800).dark
    assert told.at(dark_at + 1800).dark
    back = START + 20 * HOUR
    assert told.at(back + BOOT_SECONDS - 1).dark
    awake = told.at(back + BOOT_SECONDS + 1)
    assert not awake.dark
    assert awake.boot_time == back + BOOT_SECONDS
    assert told.dark_seconds(START, START + 30 * HOUR) == pytest.approx(
        back + BOOT_SECONDS - dark_at, abs=1800
    )


def test_a_short_failure_restarts_nothing() -> None:
    assert story((1, 1.5)).at(START + 4 * HOUR).boot_time == START


def test_recharge_tapers_off_and_ends_full() -> None:
    told = story((1, 3))
    currents = [told.at(START + hour * HOUR).battery_amperes for hour in (3.1, 8, 12, 20, 30)]
    assert currents[0] == pytest.approx(20.0)
    assert all(a >= b > 0 for a, b in itertools.pairwise(currents))
    assert told.at(START + 48 * HOUR).mode is BatteryMode.FLOAT


def test_outages_and_energy_are_counted() -> None:
    told = story((1, 2), (5, 5.5))
    assert told.outage_seconds(START + 1.25 * HOUR) == pytest.approx(0.25 * HOUR)
    assert told.outage_seconds(START + 10 * HOUR) == pytest.approx(1.5 * HOUR)
    joules = told.load_joules(START + 10 * HOUR)
    assert 0.75 * 50 * 54 * 10 * HOUR < joules < 50 * 54 * 10 * HOUR
