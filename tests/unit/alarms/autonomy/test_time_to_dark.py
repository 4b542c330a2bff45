"""Predictions against the simulator's batteries, whose end is known to the second."""

from __future__ import annotations

import statistics

import pytest

from omc.alarms.autonomy import Generator, TimeToDark
from omc.alarms.autonomy.discharge import Basis, charge_of_voltage
from omc.alarms.sorted_batch import SortedBatch
from omc.bus.local import LocalBus
from omc.core.clock import ManualClock
from omc.core.model import Batch, Event, SeriesTable
from omc.simulator.site_power import LVD_CHARGE, PowerPlant, PowerState, PowerStory
from tests.unit.alarms.small_network import small_inventory, small_topology
from tests.unit.alarms.watching import catalogue

#: Readings that a rectifier's controller gives, as steps of what it shows.
FULL = {"battery_current_amperes", "battery_state_of_charge_ratio", "dc_bus_voltage_volts"}


class Watched:
    """Sites of the small network whose power plants are the simulator's."""

    def __init__(self, bus: LocalBus | None = None) -> None:
        self.clock = ManualClock()
        self.table = SeriesTable()
        self.bus = bus or LocalBus()
        self.batches: list[Batch] = []
        self.events: list[Event] = []
        self.watched = TimeToDark(small_inventory(), small_topology(), catalogue(), self.clock)
        self.watched.attach(self.bus, self.table)
        self.bus.listen(lambda batch: self.watched.observe(SortedBatch(batch)), None)
        self.bus.listen(self.batches.append, self.events.append)

    def say(self, site: str, values: dict[str, float], node: str = "REC") -> None:
        batch = Batch(f"snmp:{site}-{node}:fast", 60.0)
        for name, value in values.items():
            metric = catalogue().metric(name)
            labels = {"site": site, "node": f"{site}-{node}"}
            if "string" in metric.labels:
                labels["string"] = "1"
            batch.add(self.table.intern(metric, labels), value, self.clock.time_ms())
        self.bus.publish(batch)

    def say_state(self, site: str, state: PowerState, readings: set[str] = FULL) -> None:
        values = {
            "ac_input_available": float(state.mains),
            "battery_current_amperes": round(state.battery_amperes, 1),
            "battery_state_of_charge_ratio": round(state.charge, 2),
            "dc_bus_voltage_volts": round(state.battery_volts, 2),
            "battery_runtime_remaining_seconds": state.runtime_seconds,
        }
        wanted = readings | {"ac_input_available"}
        self.say(site, {name: value for name, value in values.items() if name in wanted})

    def pass_minute(self) -> None:
        self.clock.advance(60.0)
        self.watched.tick()


def plant(capacity: float = 300.0, load: float = 60.0) -> PowerPlant:
    return PowerPlant(capacity, load, 4, 50.0, 1)


def discharge(
    watched: Watched, site: str, power: PowerPlant, minutes: int, readings: set[str] = FULL
) -> tuple[float, float]:
    """Live through a mains failure; returns the seconds left that are predicted, and the truth."""
    start = watched.clock.time_ms() / 1000
    story = PowerStory(power, start - 86_400, [(start, start + 86_400)])
    dark = start + next(m for m in range(2000) if story.at(start + 60 * m).dark) * 60
    for _ in range(minutes):
        watched.say_state(site, story.at(watched.clock.time_ms() / 1000), readings)
        watched.pass_minute()
    (found,) = watched.watched.sites()
    assert found.seconds is not None
    return found.seconds, dark - watched.clock.time_ms() / 1000


@pytest.mark.parametrize("capacity", [150.0, 300.0, 450.0])
@pytest.mark.parametrize("minutes", [20, 60])
def test_the_end_is_foretold_from_the_discharge_alone(capacity: float, minutes: int) -> None:
    predicted, truth = discharge(Watched(), "A", plant(capacity), minutes)
    assert predicted == pytest.approx(truth, rel=0.2)


def test_predictions_get_better_and_say_so() -> None:
    errors, confidences = [], []
    for minutes in (10, 45, 120):
        watched = Watched()
        predicted, truth = discharge(watched, "A", plant(), minutes)
        errors.append(abs(predicted / truth - 1))
        (found,) = watched.watched.sites()
        confidences.append(found.confidence)
        assert found.basis is Basis.DISCHARGE
        assert found.low is not None
        assert found.high is not None
        assert found.low < truth < found.high
    assert errors[-1] < 0.1
    assert confidences[0] < confidences[1]


def test_a_worn_battery_is_found_out_whatever_its_nameplate_and_controller_promise() -> None:
    watched = Watched()
    start = watched.clock.time_ms() / 1000
    worn = PowerStory(plant(150.0), start - 86_400, [(start, start + 86_400)])
    for _ in range(45):
        state = worn.at(watched.clock.time_ms() / 1000)
        watched.say_state("A", state)
        promised = (state.charge - LVD_CHARGE) * 300.0
        watched.say(
            "A",
            {
                "battery_capacity_ampere_hours": 300.0,
                "battery_runtime_remaining_seconds": promised / state.load_amperes * 3600,
            },
        )
        watched.pass_minute()
    (found,) = watched.watched.sites()
    dark = next(m for m in range(2000) if worn.at(start + 60 * m).dark) * 60
    truth = start + dark - watched.clock.time_ms() / 1000
    assert found.seconds == pytest.approx(truth, rel=0.2)


def test_where_no_charge_is_told_the_voltage_has_to_do_and_confidence_is_low() -> None:
    watched = Watched()
    readings = {"battery_current_amperes", "dc_bus_voltage_volts"}
    predicted, truth = discharge(watched, "A", plant(), 60, readings)
    assert 0.4 < predicted / truth < 2.5
    (found,) = watched.watched.sites()
    assert found.confidence < 0.6


def test_without_any_reading_but_mains_there_is_a_site_and_no_prediction() -> None:
    watched = Watched()
    watched.say("A", {"ac_input_available": 0.0})
    (found,) = watched.watched.sites()
    assert found.seconds is None
    assert found.confidence == 0.0


def test_sites_are_ranked_by_their_end_and_show_what_goes_with_them() -> None:
    watched = Watched()
    for site, seconds in (("A", 9000.0), ("E", 3000.0), ("B", 5000.0)):
        watched.say(site, {"ac_input_available": 0.0, "battery_runtime_remaining_seconds": seconds})
    found = watched.watched.sites()
    assert [site.site for site in found] == ["E", "B", "A"]
    assert found[0].behind == ("F", "G")
    assert found[0].basis is Basis.CONTROLLER


def test_predictions_are_published_every_minute_and_taken_back_when_mains_returns() -> None:
    watched = Watched()
    watched.say("A", {"ac_input_available": 0.0, "battery_runtime_remaining_seconds": 600.0})
    watched.pass_minute()
    batch = watched.batches[-1]
    published = {s.key: v for s, v in zip(batch.series, batch.values, strict=True)}
    assert published['site_time_to_dark_seconds{site="A"}'] == pytest.approx(540.0)
    assert 0 < published['site_time_to_dark_confidence_ratio{site="A"}'] < 1
    watched.say("A", {"ac_input_available": 1.0})
    watched.pass_minute()
    assert [event.series[0].key for event in watched.events] == [
        'site_time_to_dark_seconds{site="A"}'
    ]
    assert watched.watched.sites() == []


def test_what_a_gateway_stored_while_it_was_away_is_the_past() -> None:
    watched = Watched()
    watched.say("A", {"ac_input_available": 1.0})
    old = Batch("mqtt:sites", 60.0)
    labels = {"site": "A", "node": "A-REC"}
    mains = watched.table.intern(catalogue().metric("ac_input_available"), labels)
    old.add(mains, 0.0, watched.clock.time_ms() - 3_600_000)
    watched.bus.publish(old)
    assert watched.watched.sites() == []


def test_a_generator_that_carries_the_site_ends_the_discharge_and_one_that_failed_is_told() -> None:
    watched = Watched()
    on_battery = {"ac_input_available": 0.0, "battery_current_amperes": -40.0}
    watched.say("A", on_battery | {"generator_running": 2.0})
    assert [site.generator for site in watched.watched.sites()] == [Generator.FAILED]
    watched.say("A", {"battery_current_amperes": 12.0, "generator_running": 1.0})
    assert watched.watched.sites() == []


def test_a_battery_test_is_no_outage() -> None:
    watched = Watched()
    watched.say(
        "A", {"ac_input_available": 1.0, "battery_mode": 3.0, "battery_current_amperes": -40.0}
    )
    assert watched.watched.sites() == []


def test_what_a_discharge_has_shown_is_remembered_for_the_next() -> None:
    watched = Watched()
    discharge(watched, "A", plant(200.0), 90)
    watched.say("A", {"ac_input_available": 1.0, "battery_current_amperes": 20.0})
    again = {"battery_current_amperes": -60.0, "battery_state_of_charge_ratio": 1.0}
    watched.say("A", again | {"ac_input_available": 0.0, "dc_bus_voltage_volts": 51.0})
    (found,) = watched.watched.sites()
    assert found.basis is Basis.LEARNED
    assert found.seconds == pytest.approx(0.9 * 200 / 60 * 3600, rel=0.15)


def test_over_many_plants_the_spread_is_as_wide_as_it_says() -> None:
    hits, ratios = 0, []
    plants = [
        plant(50.0 * size, 8.0 * size + more) for size in (2, 4, 6, 8) for more in (0.0, 5.0, 10.0)
    ]
    for power in plants:
        watched = Watched()
        predicted, truth = discharge(watched, "A", power, 30)
        (found,) = watched.watched.sites()
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= truth <= found.high
        ratios.append(abs(predicted / truth - 1))
    assert statistics.median(ratios) < 0.1
    assert hits >= 0.75 * len(plants)


def test_voltage_tells_a_charge_between_empty_and_full() -> None:
    charges = [charge_of_voltage(volts) for volts in (42.0, 44.9, 48.0, 52.0)]
    assert charges == pytest.approx([0.0, 0.1, 0.5, 1.0])
