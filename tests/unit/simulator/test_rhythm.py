import pytest

from omc.simulator.rhythm import (
    DAY,
    HOUR,
    LOCAL_OFFSET,
    TRAFFIC,
    WEEK,
    WOBBLE,
    air_temperature,
    local_day,
    start_of_local_day,
    utc_text,
)

#: Monday 2026-03-02, 00:00 in Vietnam.
MONDAY = 1_772_384_400.0


def test_a_local_day_begins_at_17_utc() -> None:
    assert utc_text(MONDAY) == "2026-03-01T17:00:00.000Z"
    assert start_of_local_day(local_day(MONDAY)) == MONDAY
    assert local_day(MONDAY - 1) == local_day(MONDAY) - 1


def test_the_busy_hour_is_in_the_evening_of_sunday() -> None:
    hours = [MONDAY + hour * HOUR for hour in range(168)]
    busiest = max(hours, key=TRAFFIC.at)
    assert (busiest - MONDAY) // DAY == 6
    assert (busiest + LOCAL_OFFSET) % DAY == 20 * HOUR
    assert TRAFFIC.at(MONDAY + 3.5 * HOUR) < 0.15 < 0.9 < TRAFFIC.at(MONDAY + 20 * HOUR)


def test_the_week_repeats() -> None:
    for hours in (0.0, 17.3, 100.9):
        time = MONDAY + hours * HOUR
        assert TRAFFIC.at(time + WEEK) == pytest.approx(TRAFFIC.at(time))


@pytest.mark.parametrize(("start", "length"), [(MONDAY + 123, 977.0), (MONDAY - 5000, 3 * DAY)])
def test_the_integral_is_that_of_the_function(start: float, length: float) -> None:
    steps = 20_000
    middle = (start + (i + 0.5) * length / steps for i in range(steps))
    by_hand = sum(TRAFFIC.at(time) for time in middle) * length / steps
    exact = TRAFFIC.integral(start + length) - TRAFFIC.integral(start)
    assert exact == pytest.approx(by_hand, rel=1e-6)


def test_the_unrest_never_turns_a_counter_back() -> None:
    for minute in range(0, 3 * 1440, 2):
        time = MONDAY + minute * 60
        lowest = TRAFFIC.at(time) + min(WOBBLE.rates(time))
        assert lowest > 0


def test_one_phase_of_the_unrest_equals_its_place_among_all() -> None:
    everything = WOBBLE.integrals(MONDAY + 777)
    assert [WOBBLE.integral(MONDAY + 777, phase) for phase in range(64)] == pytest.approx(
        everything
    )


def test_the_air_is_warm_in_july_and_cool_in_january() -> None:
    july, january = 1_784_523_600.0, 1_768_539_600.0
    assert 24 < air_temperature(july) < 38
    assert 8 < air_temperature(january) < 24
