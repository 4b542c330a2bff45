"""What the Prometheus view shows, and for how long."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from exporters.exposition import TEXT
from exporters.prometheus import SLICE, PrometheusView
from omc.core.clock import ManualClock
from omc.core.model import GOOD, Batch, Event, EventKind, Series, SeriesTable
from tests.sample_data import NEW_YEAR_MS, make_batch, make_metric, make_series


class _Bench:
    """A view with a clock that stands still."""

    def __init__(self, expiry_intervals: float = 3) -> None:
        self.clock = ManualClock()
        self.registry = CollectorRegistry()
        self.view = PrometheusView(self.clock, self.registry, expiry_intervals)
        self.table = SeriesTable()
        self.volts = make_series(self.table, "battery_voltage_volts", site="VP001")

    def shown(self) -> list[str]:
        """The sample lines, without comments."""
        text = "".join(self.view.slices(TEXT))
        return [line for line in text.splitlines() if not line.startswith("#")]

    def counted(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


def test_the_latest_value_of_every_series_is_shown_once_under_its_family() -> None:
    bench = _Bench()
    other = make_series(bench.table, "battery_voltage_volts", site="VP002")
    received = make_series(bench.table, "interface_receive_bytes_total", site="VP001")
    bench.view.observe(make_batch({bench.volts: 53.5, received: 10.0}))
    bench.view.observe(make_batch({other: 54.25, bench.volts: 53.25}, NEW_YEAR_MS + 1))
    assert "".join(bench.view.slices(TEXT)) == (
        "# HELP battery_voltage_volts A metric for tests.\n"
        "# TYPE battery_voltage_volts gauge\n"
        'battery_voltage_volts{site="VP001"} 53.25\n'
        'battery_voltage_volts{site="VP002"} 54.25\n'
        "# HELP interface_receive_bytes_total A metric for tests.\n"
        "# TYPE interface_receive_bytes_total counter\n"
        'interface_receive_bytes_total{site="VP001"} 10\n'
    )


def test_a_value_of_zero_is_shown() -> None:
    bench = _Bench()
    bench.view.observe(make_batch({bench.volts: 0.0}))
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 0']


def test_a_series_is_shown_for_three_intervals_and_not_longer() -> None:
    bench = _Bench()
    bench.view.observe(make_batch({bench.volts: 53.5}, interval=60.0))
    bench.clock.advance(180.0)
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 53.5']
    bench.clock.advance(0.001)
    assert bench.shown() == []
    assert len(bench.view) == 0
    assert bench.counted("omc_series") == 0
    assert bench.counted("omc_series_expired_total") == 1


def test_a_family_without_fresh_series_has_no_comments_either() -> None:
    bench = _Bench()
    bench.view.observe(make_batch({bench.volts: 53.5}))
    bench.clock.advance(181.0)
    assert "".join(bench.view.slices(TEXT)) == ""


def test_each_series_expires_by_the_interval_of_its_own_batch() -> None:
    bench = _Bench(expiry_intervals=2)
    slow = make_series(bench.table, "battery_voltage_volts", site="slow")
    bench.view.observe(make_batch({bench.volts: 53.5}, interval=10.0))
    bench.view.observe(make_batch({slow: 48.0}, interval=300.0))
    bench.clock.advance(21.0)
    assert bench.shown() == ['battery_voltage_volts{site="slow"} 48']


def test_a_new_value_prolongs_the_life_of_a_series() -> None:
    bench = _Bench()
    bench.view.observe(make_batch({bench.volts: 53.5}))
    bench.clock.advance(170.0)
    bench.view.observe(make_batch({bench.volts: 53.0}, bench.clock.time_ms()))
    bench.clock.advance(170.0)
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 53']


def test_an_expired_series_comes_back_with_its_next_value() -> None:
    bench = _Bench()
    bench.view.observe(make_batch({bench.volts: 53.5}))
    bench.clock.advance(181.0)
    assert bench.shown() == []
    bench.view.observe(make_batch({bench.volts: 52.0}, bench.clock.time_ms()))
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 52']


def test_an_older_value_does_not_replace_a_newer_one() -> None:
    bench = _Bench()
    bench.view.observe(make_batch({bench.volts: 53.5}, NEW_YEAR_MS))
    bench.view.observe(make_batch({bench.volts: 40.0}, NEW_YEAR_MS - 1))
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 53.5']
    assert bench.counted("omc_samples_passed_over_total", reason="out_of_order") == 1


def test_an_older_value_does_not_prolong_the_life_of_a_newer_one() -> None:
    bench = _Bench()
    bench.view.observe(make_batch({bench.volts: 53.5}, NEW_YEAR_MS))
    bench.clock.advance(100.0)
    bench.view.observe(make_batch({bench.volts: 40.0}, NEW_YEAR_MS - 1))
    bench.clock.advance(81.0)
    assert bench.shown() == []


def test_of_two_values_of_one_time_the_last_is_shown() -> None:
    bench = _Bench()
    bench.view.observe(make_batch([(bench.volts, 53.5), (bench.volts, 53.75)]))
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 53.75']


def test_history_in_one_batch_leaves_its_newest_value_whatever_the_order() -> None:
    bench = _Bench()
    history = Batch("mqtt:sites", 60.0)
    for age_ms, value in ((20_000, 51.0), (0, 53.0), (10_000, 52.0)):
        history.add(bench.volts, value, NEW_YEAR_MS - age_ms)
    bench.view.observe(history)
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 53']


def test_values_measured_before_the_life_of_a_series_are_not_the_present() -> None:
    bench = _Bench()
    bench.view.observe(make_batch({bench.volts: 40.0}, NEW_YEAR_MS - 180_001))
    assert bench.shown() == []
    assert len(bench.view) == 0
    assert bench.counted("omc_series_expired_total") == 0
    bench.view.observe(make_batch({bench.volts: 41.0}, NEW_YEAR_MS - 180_000))
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 41']
    bench.view.observe(make_batch({bench.volts: 40.0}, NEW_YEAR_MS - 180_001))
    assert bench.counted("omc_samples_passed_over_total", reason="stale") == 2


def test_a_source_may_change_its_series_and_their_order_from_batch_to_batch() -> None:
    bench = _Bench()
    a, b, c = (make_series(bench.table, "m", port=port) for port in "abc")
    for samples in (
        [(a, 1.0), (b, 2.0)],
        [(b, 3.0), (a, 4.0)],
        [(c, 5.0)],
        [(a, 6.0), (b, 7.0), (c, 8.0)],
        [(a, 9.0), (c, 10.0)],
    ):
        bench.view.observe(make_batch(samples))
    assert bench.shown() == ['m{port="a"} 9', 'm{port="b"} 7', 'm{port="c"} 10']


def test_a_batch_list_that_is_filled_anew_is_looked_at_anew() -> None:
    bench = _Bench()
    a, b = (make_series(bench.table, "m", port=port) for port in "ab")
    batch = make_batch({a: 1.0})
    bench.view.observe(batch)
    batch.series[0] = b
    batch.values[0] = 2.0
    bench.view.observe(batch)
    assert bench.shown() == ['m{port="a"} 1', 'm{port="b"} 2']


def test_two_sources_may_take_turns_on_one_series() -> None:
    bench = _Bench()
    bench.view.observe(make_batch({bench.volts: 1.0}, source="snmp:a"))
    bench.view.observe(make_batch({bench.volts: 2.0}, source="mqtt:b"))
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 2']


def test_a_device_whose_clock_was_set_back_is_shown_again_when_its_old_value_has_expired() -> None:
    bench = _Bench()
    ahead = NEW_YEAR_MS + 86_400_000
    bench.view.observe(make_batch({bench.volts: 53.5}, ahead))
    bench.clock.advance(60.0)
    bench.view.observe(make_batch({bench.volts: 53.0}, bench.clock.time_ms()))
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 53.5']
    bench.clock.advance(121.0)
    bench.view.observe(make_batch({bench.volts: 52.0}, bench.clock.time_ms()))
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 52']


def test_a_forgotten_series_is_gone_at_once_and_does_not_count_as_expired() -> None:
    bench = _Bench()
    bench.table.on_forget(bench.view.forget)
    bench.view.observe(make_batch({bench.volts: 53.5}))
    bench.table.forget(bench.volts)
    assert bench.shown() == []
    assert bench.counted("omc_series_expired_total") == 0
    again = make_series(bench.table, "battery_voltage_volts", site="VP001")
    bench.view.observe(make_batch({again: 50.0}, NEW_YEAR_MS - 5))
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 50']


def test_a_series_that_was_never_shown_can_be_forgotten() -> None:
    bench = _Bench()
    bench.view.forget(bench.volts)
    assert bench.shown() == []


def _many(bench: _Bench, name: str, count: int) -> Batch:
    return make_batch({make_series(bench.table, name, port=str(n)): float(n) for n in range(count)})


def test_a_large_family_is_rendered_in_slices_and_every_line_once() -> None:
    bench = _Bench()
    bench.view.observe(_many(bench, "battery_voltage_volts", 2 * SLICE + 1))
    slices = list(bench.view.slices(TEXT))
    assert [text.count("battery_voltage_volts{") for text in slices] == [SLICE, SLICE, 1]
    assert "".join(slices).count("# TYPE") == 1
    assert len(set(bench.shown())) == 2 * SLICE + 1


def test_samples_that_arrive_during_a_rendering_are_neither_torn_nor_shown_twice() -> None:
    bench = _Bench()
    bench.view.observe(_many(bench, "battery_voltage_volts", SLICE + 10))
    bench.view.observe(_many(bench, "board_temperature_celsius", 10))
    rendering = bench.view.slices(TEXT)
    first = next(rendering)
    bench.view.observe(_many(bench, "battery_voltage_volts", SLICE + 500))
    bench.view.observe(make_batch({make_series(bench.table, "new_metric"): 1.0}))
    lines = [line for line in (first + "".join(rendering)).splitlines() if line[0] != "#"]
    assert len(lines) == len(set(lines)) == SLICE + 20
    assert len(bench.shown()) == SLICE + 500 + 10 + 1


def test_a_series_that_leaves_during_a_rendering_never_lends_its_line_to_another() -> None:
    bench = _Bench()
    volts = _many(bench, "battery_voltage_volts", SLICE + 10)
    bench.view.observe(volts)
    rendering = bench.view.slices(TEXT)
    text = next(rendering)
    for series in volts.series:
        bench.view.forget(series)
    bench.view.observe(_many(bench, "board_temperature_celsius", SLICE + 10))
    text += "".join(rendering)
    assert "board_temperature" not in text
    assert text.count("battery_voltage_volts{") == SLICE
    assert len(bench.shown()) == SLICE + 10


def test_a_slot_that_another_rendering_freed_is_not_reused_before_this_one_ends() -> None:
    bench = _Bench()
    bench.view.observe(_many(bench, "battery_voltage_volts", SLICE + 10))
    rendering = bench.view.slices(TEXT)
    text = next(rendering)
    bench.clock.advance(181.0)
    assert bench.shown() == []
    bench.view.observe(_many_again(bench, "board_temperature_celsius", SLICE + 10))
    text += "".join(rendering)
    assert "board_temperature" not in text
    assert len(bench.shown()) == SLICE + 10


def test_two_renderings_at_once_free_an_expired_series_once() -> None:
    bench = _Bench()
    volts = _many(bench, "battery_voltage_volts", SLICE + 3)
    bench.view.observe(volts)
    bench.clock.advance(179.0)
    bench.view.observe(_many_again(bench, "battery_voltage_volts", SLICE))
    bench.clock.advance(2.0)
    first, second = bench.view.slices(TEXT), bench.view.slices(TEXT)
    next(first)
    next(second)
    assert "".join(first) + "".join(second) == ""
    assert bench.counted("omc_series_expired_total") == 3
    bench.view.observe(_many_again(bench, "board_temperature_celsius", 6))
    assert len(set(bench.shown())) == SLICE + 6


def _many_again(bench: _Bench, name: str, count: int) -> Batch:
    batch = _many(bench, name, count)
    for index in range(count):
        batch.times[index] = bench.clock.time_ms()
    return batch


def test_a_value_that_comes_between_two_slices_saves_its_series() -> None:
    bench = _Bench()
    volts = _many(bench, "battery_voltage_volts", SLICE + 1)
    first, second = volts.series[:2]
    bench.view.observe(volts)
    bench.clock.advance(181.0)
    bench.view.observe(make_batch({first: 1.0}, bench.clock.time_ms()))
    rendering = bench.view.slices(TEXT)
    assert next(rendering).count("battery_voltage_volts{") == 1
    bench.view.observe(make_batch({second: 2.0}, bench.clock.time_ms()))
    assert "".join(rendering) == ""
    assert bench.shown() == [f"{first.key} 1", f"{second.key} 2"]
    assert bench.counted("omc_series_expired_total") == SLICE - 1


def test_slots_of_series_that_left_are_used_again() -> None:
    bench = _Bench()
    for generation in range(5):
        metric = make_metric("battery_voltage_volts")
        series = [bench.table.intern(metric, {"port": f"{generation}-{n}"}) for n in range(100)]
        bench.view.observe(make_batch(dict.fromkeys(series, 1.0), bench.clock.time_ms()))
        assert len(bench.shown()) == 100
        bench.clock.advance(181.0)
        assert bench.shown() == []
    assert bench.view.capacity == 100


def test_an_abandoned_rendering_does_not_hold_slots_for_ever() -> None:
    bench = _Bench()
    bench.view.observe(_many(bench, "battery_voltage_volts", SLICE + 1))
    rendering = bench.view.slices(TEXT)
    next(rendering)
    bench.clock.advance(181.0)
    assert bench.shown() == []
    rendering.close()
    bench.view.observe(_many_again(bench, "board_temperature_celsius", SLICE + 1))
    assert bench.view.capacity == SLICE + 1


def test_slots_of_forgotten_series_are_used_again_after_the_next_rendering() -> None:
    bench = _Bench()
    volts = _many(bench, "battery_voltage_volts", 10)
    bench.view.observe(volts)
    for series in volts.series:
        bench.view.forget(series)
    assert len(bench.view) == 0
    assert bench.shown() == []
    bench.view.observe(_many(bench, "board_temperature_celsius", 10))
    assert bench.view.capacity == 10


def test_a_forgotten_series_that_comes_all_the_same_is_shown_once() -> None:
    bench = _Bench()
    batch = make_batch({bench.volts: 53.5})
    bench.view.observe(batch)
    bench.view.forget(bench.volts)
    bench.view.observe(batch)
    assert len(bench.view) == 1
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 53.5']


def _event(kind: EventKind, text: str, *series: Series) -> Event:
    return Event(kind, "snmp:VP001", NEW_YEAR_MS, (), text, series)


def test_a_series_whose_reading_turned_bad_vanishes_at_once_and_comes_back_with_a_value() -> None:
    bench = _Bench()
    other = make_series(bench.table, "battery_voltage_volts", site="VP002")
    bench.view.observe(make_batch({bench.volts: 53.5, other: 54.0}))
    bench.view.notice(_event(EventKind.QUALITY_CHANGED, "no_light", bench.volts))
    assert bench.shown() == ['battery_voltage_volts{site="VP002"} 54']
    bench.view.notice(_event(EventKind.QUALITY_CHANGED, GOOD, bench.volts))
    bench.view.observe(make_batch({bench.volts: 53.25, other: 54.0}, NEW_YEAR_MS + 1))
    assert sorted(bench.shown()) == [
        'battery_voltage_volts{site="VP001"} 53.25',
        'battery_voltage_volts{site="VP002"} 54',
    ]


def test_a_value_that_comes_before_the_next_scrape_is_shown_although_it_was_bad_before() -> None:
    bench = _Bench()
    bench.view.observe(make_batch({bench.volts: 53.5}))
    bench.view.notice(_event(EventKind.QUALITY_CHANGED, "no_light", bench.volts))
    bench.view.observe(make_batch({bench.volts: 53.0}))
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 53']


def test_what_a_stale_source_said_last_vanishes_at_once() -> None:
    bench = _Bench()
    other = make_series(bench.table, "battery_voltage_volts", site="VP002")
    bench.view.observe(make_batch({bench.volts: 53.5, other: 54.0}))
    bench.view.notice(_event(EventKind.SOURCE_DOWN, "unreachable", bench.volts))
    assert len(bench.shown()) == 2
    bench.view.notice(_event(EventKind.SOURCE_STALE, "unreachable", bench.volts))
    assert bench.shown() == ['battery_voltage_volts{site="VP002"} 54']


def test_a_series_with_the_number_of_a_forgotten_one_never_shows_in_its_place() -> None:
    bench = _Bench()
    bench.table.on_forget(bench.view.forget)
    bench.view.observe(make_batch({bench.volts: 53.5}))
    rendering = bench.view.slices(TEXT)
    bench.table.forget(bench.volts)
    amperes = make_series(bench.table, "battery_temperature", site="VP001")
    assert amperes.number == bench.volts.number
    bench.view.observe(make_batch({amperes: 4.0}))
    assert "".join(rendering).endswith('battery_temperature{site="VP001"} 4\n')
    bench.view.observe(make_batch({bench.volts: 53.5}))  # by one who keeps what is forgotten
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 53.5']
    bench.view.observe(make_batch({amperes: 5.0}))
    assert bench.shown() == ['battery_temperature{site="VP001"} 5']


def test_a_batch_in_which_a_series_occurs_twice_shows_its_newest_value() -> None:
    bench = _Bench()
    batch = make_batch([(bench.volts, 54.0), (bench.volts, 53.0)])
    batch.times[1] -= 1000
    bench.view.observe(batch)
    assert bench.shown() == ['battery_voltage_volts{site="VP001"} 54']
    assert bench.counted("omc_samples_passed_over_total", reason="out_of_order") == 1.0


def _vanished(bench: _Bench) -> list[tuple[str, int]]:
    """What the view tells from now on."""
    told: list[tuple[str, int]] = []
    bench.view.on_vanish(lambda series, time_ms: told.append((series.key, time_ms)))
    return told


def test_it_is_told_once_when_a_series_loses_its_reading_or_its_source() -> None:
    bench = _Bench()
    told = _vanished(bench)
    other = make_series(bench.table, "battery_voltage_volts", site="VP002")
    unseen = make_series(bench.table, "battery_voltage_volts", site="VP003")
    bench.view.observe(make_batch({bench.volts: 53.5, other: 48.0}))
    for kind, at, series in [
        (EventKind.QUALITY_CHANGED, 5, (bench.volts,)),
        (EventKind.SOURCE_STALE, 9, (bench.volts, other, unseen)),
    ]:
        bench.view.notice(Event(kind, "test", NEW_YEAR_MS + at, text="no_light", series=series))
    bench.clock.advance(1000.0)
    assert bench.shown() == []
    assert told == [(bench.volts.key, NEW_YEAR_MS + 5), (other.key, NEW_YEAR_MS + 9)]


def test_it_is_told_when_a_series_expires_even_if_nobody_scrapes() -> None:
    bench = _Bench()
    told = _vanished(bench)
    bench.view.observe(make_batch({bench.volts: 53.5}))
    bench.clock.advance(180.0)
    list(bench.view.sweep())
    assert (told, len(bench.view)) == ([], 1)
    bench.clock.advance(1.0)
    list(bench.view.sweep())
    assert (told, len(bench.view)) == ([(bench.volts.key, NEW_YEAR_MS + 181_000)], 0)
    assert bench.counted("omc_series_expired_total") == 1
    list(bench.view.sweep())
    assert len(told) == 1


def test_it_is_told_when_a_series_is_forgotten() -> None:
    bench = _Bench()
    told = _vanished(bench)
    bench.table.on_forget(bench.view.forget)
    bench.view.observe(make_batch({bench.volts: 53.5}))
    bench.clock.advance(1.0)
    bench.table.forget(bench.volts)
    list(bench.view.sweep())
    assert told == [('battery_voltage_volts{site="VP001"}', NEW_YEAR_MS + 1000)]


def test_a_sweep_during_a_scrape_takes_nothing_from_it() -> None:
    bench = _Bench()
    names = [f"VP{n:05}" for n in range(SLICE + 10)]
    rows = [(make_series(bench.table, "battery_voltage_volts", site=n), 1.0) for n in names]
    bench.view.observe(make_batch(rows[: SLICE + 5], interval=1.0))
    bench.clock.advance(2.0)
    bench.view.observe(make_batch(rows[SLICE:], bench.clock.time_ms(), interval=1.0))
    slices = bench.view.slices(TEXT)
    first = next(slices)
    bench.clock.advance(2.0)
    list(bench.view.sweep())
    assert (first + "".join(slices)).count("\nbattery_voltage_volts{") == SLICE + 10
    assert bench.view.capacity == SLICE + 10
