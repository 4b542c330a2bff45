from collections import Counter

import pytest

from omc.core.catalogue import Catalogue
from omc.core.resources import config_folder
from omc.simulator.cell_readings import CellActivity, Period, cell_activities, cell_readings
from omc.simulator.network import Technology
from omc.simulator.reading import Reading
from omc.simulator.site_readings import environment_readings, power_readings
from omc.simulator.world import World
from tests.unit.simulator.worlds import quiet_time, world


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load(config_folder() / "metrics")


def activities(of: World) -> list[CellActivity]:
    return [activity for cells in cell_activities(of) for activity in cells]


def readings(of: World, activity: CellActivity, period: Period) -> list[Reading]:
    return list(cell_readings(of.moment(period.end), activity, period))


def total(found: list[Reading]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for metric, _, value in found:
        sums[metric] += value  # type: ignore[assignment] # a Counter of floats is fine here
    return sums


def test_every_reading_is_in_the_catalogue_with_its_labels_and_in_range(
    catalogue: Catalogue,
) -> None:
    of, now = world(40), quiet_time(40)
    moment = of.moment(now)
    found = [
        reading
        for site in of.province.sites
        for source in (environment_readings, power_readings)
        for reading in source(moment, site)
    ]
    period = Period(now - 60, now)
    for activity in activities(of):
        found.extend(readings(of, activity, period))
    assert {a.cell.technology for a in activities(of)} == set(Technology)
    for name, labels, value in found:
        metric = catalogue.metric(name)
        assert metric.in_range(value), (name, value)
        assert set(labels) <= set(metric.labels), (name, labels)
        if metric.states:
            assert value in metric.states, (name, value)


@pytest.mark.parametrize("seconds", [60, 900, 3600])
def test_nothing_succeeds_more_often_than_it_is_tried(seconds: int) -> None:
    of, now = world(), quiet_time()
    for activity in activities(of):
        sums = total(readings(of, activity, Period(now - seconds, now)))
        for name, attempts in sums.items():
            if name.endswith("_attempts"):
                successes = sums[name.replace("_attempts", "_successes")]
                assert 0 <= successes <= attempts, (activity.cell.name, name)


def test_who_sets_up_a_connection_tries_the_next_step() -> None:
    of, now = world(), quiet_time()
    for activity in activities(of):
        if activity.cell.technology is not Technology.LTE:
            continue
        sums = total(readings(of, activity, Period(now - 900, now)))
        assert sums["lte_s1sig_setup_attempts"] == sums["lte_rrc_setup_successes"]
        assert sums["lte_erab_initial_setup_attempts"] == sums["lte_s1sig_setup_successes"]


def test_periods_add_up_to_a_longer_one() -> None:
    of, now = world(), quiet_time()
    counts = ("attempts", "successes", "releases", "volume_bytes", "observed_seconds")
    for activity in activities(of)[::5]:
        whole = total(readings(of, activity, Period(now - 900, now)))
        parts: Counter[str] = Counter()
        for start in range(0, 900, 60):
            period = Period(now - 900 + start, now - 840 + start)
            parts.update(total(readings(of, activity, period)))
        for name, value in whole.items():
            if name.endswith(counts):
                assert parts[name] == pytest.approx(value, abs=30), name


def test_cells_are_busier_in_the_evening_than_before_dawn() -> None:
    of, noon = world(), quiet_time()
    evening, dawn = noon + 8 * 3600, noon - 8.5 * 3600
    for activity in activities(of)[::7]:
        busy = total(readings(of, activity, Period(evening - 900, evening)))
        calm = total(readings(of, activity, Period(dawn - 900, dawn)))
        volumes = [name for name in busy if name.endswith("volume_bytes")]
        assert volumes
        assert all(busy[name] > 3 * calm[name] for name in volumes)


def test_a_cell_without_power_counts_nothing_but_its_unavailability() -> None:
    of, now = world(), quiet_time()
    activity = activities(of)[0]
    found = readings(of, activity, Period(now - 60, now, unavailable=60))
    sums = total(found)
    prefix = found[0].metric.split("_")[0]
    assert sums[f"{prefix}_cell_unavailable_seconds"] == 60
    assert all(
        value == 0
        for name, value in sums.items()
        if name.endswith(("attempts", "successes", "volume_bytes"))
    )
