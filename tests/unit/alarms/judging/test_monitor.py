"""From samples to alarms: every kind of condition, on the shipped catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from omc.alarms.judging.judges import NoPast
from omc.core.model import Batch, Event, EventKind, Quality, Series
from tests.unit.alarms.watching import Watched, catalogue, rules_of, shipped_rules


def test_mains_failing_at_a_site_is_one_alarm_whichever_node_tells_it() -> None:
    watched = Watched(shipped_rules())
    rectifier = watched.series("ac_input_available", node="VYE001-REC1")
    gateway = watched.series("ac_input_available", node="VYE001-GW1")
    watched.say({rectifier: 0.0})
    watched.say({gateway: 0.0})
    assert watched.severities == {'mains_failed{site="VYE001"}': "minor"}
    watched.say({rectifier: 1.0, gateway: 1.0})
    watched.wait(60)
    assert watched.severities == {}
    assert watched.story == ["raised:minor", "cleared:cleared"]


def test_an_interface_is_down_only_if_it_is_meant_to_be_up() -> None:
    watched = Watched(shipped_rules())
    oper = watched.series("interface_oper_state", interface="Gi0/0/1")
    admin = watched.series("interface_admin_state", interface="Gi0/0/1")
    watched.say({oper: 2.0})  # nothing is known of the administrator's will
    assert watched.severities == {}
    watched.say({oper: 2.0, admin: 1.0})  # in whatever order they come
    assert list(watched.severities.values()) == ["major"]
    watched.say({oper: 2.0, admin: 2.0})
    assert watched.severities == {}


@pytest.mark.parametrize(
    ("hours", "expected"), [(3.0, None), (1.9, "minor"), (0.9, "major"), (0.4, "critical")]
)
def test_autonomy_is_judged_by_the_prediction_and_over_when_it_is_taken_back(
    hours: float, expected: str | None
) -> None:
    watched = Watched(shipped_rules())
    metric = catalogue().metric("site_time_to_dark_seconds")
    left = watched.table.intern(metric, {"site": "VYE001"})
    key = 'battery_runtime_short{site="VYE001"}'
    watched.say({left: hours * 3600})
    watched.wait(1)
    assert watched.severities.get(key) == expected
    withdrawn = Event(EventKind.QUALITY_CHANGED, "t", 0, (), Quality.DISABLED, (left,))
    watched.monitor.notice(withdrawn)
    watched.wait(1)
    assert key not in watched.severities


def test_an_alarm_of_before_a_restart_is_over_when_its_series_is_withdrawn() -> None:
    watched = Watched(shipped_rules())
    metric = catalogue().metric("site_time_to_dark_seconds")
    left = watched.table.intern(metric, {"site": "VYE001"})
    watched.say({left: 600.0})
    watched.wait(1)
    after = Watched(shipped_rules())
    after.engine.restore(watched.engine.active())
    after.monitor.restore()
    withdrawn = Event(EventKind.QUALITY_CHANGED, "t", 0, (), Quality.DISABLED, (left,))
    after.monitor.notice(withdrawn)
    after.wait(1)
    assert after.severities == {}


def test_utilisation_is_the_growth_of_a_counter_over_the_speed_of_its_port(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        """
when:
  kind: rate
  metric: interface_receive_bytes_total
  window: 5m
  per: [interface_speed_bits_per_second]
  scale: 8
  levels: {minor: "> 0.8"}
""",
    )
    watched = Watched(rules)
    octets = watched.series("interface_receive_bytes_total", interface="1")
    speed = watched.series("interface_speed_bits_per_second", interface="1")
    count = 0.0
    for busy in (0.5, 0.5, 0.9, 0.9, 0.9):
        watched.say({octets: count, speed: 1e9})
        watched.wait(60)
        count += busy * 1e9 / 8 * 60
    assert watched.story == []  # 0.9 in the last minutes, less over five of them
    for _ in range(5):
        watched.say({octets: count, speed: 1e9})
        watched.wait(60)
        count += 0.9e9 / 8 * 60
    assert list(watched.severities.values()) == ["minor"]
    assert watched.engine.active()[0].value == pytest.approx(0.9)


def test_a_counter_that_begins_anew_is_no_burst(tmp_path: Path) -> None:
    condition = """
when: {kind: rate, metric: interface_receive_errors_total, window: 5m, levels: {minor: "> 10"}}
"""
    watched = Watched(rules_of(tmp_path, condition))
    errors = watched.series("interface_receive_errors_total", interface="1")
    for count in (1e9, 1e9 + 60, 30.0, 90.0):
        watched.say({errors: count})
        watched.wait(60)
    assert watched.story == []


def test_a_ratio_is_judged_once_a_period_when_all_its_parts_are_there() -> None:
    watched = Watched(shipped_rules())
    tries = watched.series("lte_rrc_setup_attempts", cell="VYE001-L18-1")
    done = watched.series("lte_rrc_setup_successes", cell="VYE001-L18-1")
    watched.say({tries: 1000.0}, 900)
    assert watched.severities == {}
    watched.say({done: 900.0}, 900)
    key = 'lte_rrc_setup_success_low{cell="VYE001-L18-1",node="VYE001-RTR1",site="VYE001"}'
    assert watched.severities == {key: "major"}
    watched.wait(900, step=300)
    watched.say({tries: 1000.0, done: 999.0}, 900)
    assert watched.severities == {}


def test_causes_of_one_part_are_added_before_the_division() -> None:
    watched = Watched(shipped_rules())
    values: dict[Series, float] = {}
    for cause, tried, succeeded in (("mo-data", 600.0, 600.0), ("mt-access", 400.0, 300.0)):
        labels = {"cell": "VYE001-L18-1", "cause": cause}
        values[watched.series("lte_rrc_setup_attempts", **labels)] = tried
        values[watched.series("lte_rrc_setup_successes", **labels)] = succeeded
    watched.say(values, 900)
    assert watched.changes[0].alarm.value == pytest.approx(0.9)


def test_a_ratio_of_a_few_attempts_means_nothing() -> None:
    watched = Watched(shipped_rules())
    tries = watched.series("lte_rrc_setup_attempts", cell="VYE001-L18-1")
    done = watched.series("lte_rrc_setup_successes", cell="VYE001-L18-1")
    watched.say({tries: 10.0, done: 2.0}, 900)
    assert watched.severities == {}


def test_absence_is_noticed_by_the_clock(tmp_path: Path) -> None:
    condition = """
when: {kind: absence, metric: env_temperature_celsius, after: 15m, severity: minor}
"""
    watched = Watched(rules_of(tmp_path, condition))
    room = watched.series("env_temperature_celsius", zone="room")
    watched.say({room: 24.0})
    watched.wait(899)
    assert watched.severities == {}
    watched.wait(2)
    assert list(watched.severities.values()) == ["minor"]
    watched.say({room: 24.0})
    assert watched.story == ["raised:minor", "cleared:cleared"]


def test_what_is_absent_because_its_device_is_gone_is_no_alarm_of_its_own(tmp_path: Path) -> None:
    condition = """
when: {kind: absence, metric: dc_bus_voltage_volts, after: 15m, severity: minor}
only_if: [{metric: omc_poll_success, states: [succeeded], unknown: true}]
"""
    watched = Watched(rules_of(tmp_path, condition))
    bus, polls = watched.series("dc_bus_voltage_volts"), watched.series("omc_poll_success")
    watched.say({bus: 53.5, polls: 0.0})
    watched.wait(1000)
    assert watched.severities == {}
    watched.say({polls: 1.0})  # it answers, and does not say it
    watched.wait(2)
    assert list(watched.severities.values()) == ["minor"]
    watched.say({polls: 0.0})
    watched.wait(2)
    assert watched.severities == {}


def test_two_metrics_of_one_object_are_compared(tmp_path: Path) -> None:
    condition = """
when:
  kind: difference
  metric: ac_input_voltage_volts
  minus: rectifier_input_voltage_volts
  levels: {warning: ["> 10", "< -10"]}
"""
    with pytest.raises(Exception, match="has the label 'rectifier'"):
        rules_of(tmp_path, condition)
    condition = condition.replace("ac_input_voltage_volts", "rectifier_output_voltage_volts")
    watched = Watched(rules_of(tmp_path, condition.replace("rectifier_input", "dc_bus")))
    module = watched.series("rectifier_output_voltage_volts", rectifier="1")
    bus = watched.series("dc_bus_voltage_volts")
    watched.say({module: 53.0, bus: 53.5})
    watched.say({module: 30.0, bus: 53.5})
    assert watched.changes[0].alarm.value == pytest.approx(-23.5)


class _LastWeek(NoPast):
    def median_7d(self, series: Series) -> float | None:
        return -18.0


def test_a_port_that_receives_less_than_it_used_to_is_told_before_it_fails() -> None:
    watched = Watched(shipped_rules(), _LastWeek())
    power = watched.series("optical_rx_power_dbm", interface="1")
    watched.say({power: -19.0})
    watched.wait(601)
    assert watched.severities == {}
    watched.say({power: -21.5})
    watched.wait(601)
    assert list(watched.severities.values()) == ["minor"]
    assert watched.changes[-1].alarm.value == pytest.approx(-3.5)


def test_where_no_past_is_known_nothing_is_said_about_it() -> None:
    watched = Watched(shipped_rules())
    watched.say({watched.series("optical_rx_power_dbm", interface="1"): -21.5})
    watched.wait(601)
    assert watched.severities == {}


def test_a_scope_chooses_objects_by_patterns_of_their_labels() -> None:
    watched = Watched(shipped_rules())
    smoke = watched.series("site_contact_active", contact="smoke")
    door = watched.series("site_contact_active", contact="door")
    other = watched.series("site_contact_active", contact="mains_fail")
    watched.say({smoke: 1.0, door: 1.0, other: 1.0})
    watched.wait(31)
    assert watched.severities == {
        'smoke_or_fire{contact="smoke",site="VYE001"}': "critical",
        'door_open{contact="door",site="VYE001"}': "warning",
    }


def test_history_that_comes_late_and_suspect_periods_raise_nothing() -> None:
    watched = Watched(shipped_rules())
    mains = watched.series("ac_input_available")
    old = Batch("test", 60.0)
    old.add(mains, 0.0, watched.clock.time_ms() - 3_600_000)
    watched.judge(old)
    suspect = Batch("test", 60.0, suspect=True)
    suspect.add(mains, 0.0, watched.clock.time_ms())
    watched.judge(suspect)
    assert watched.story == []


def test_a_disabled_object_has_no_alarm_and_one_without_light_keeps_it() -> None:
    watched = Watched(shipped_rules())
    power = watched.series("optical_rx_power_dbm", interface="1")
    watched.say({power: -29.0})
    watched.wait(121)
    event = Event(EventKind.QUALITY_CHANGED, "test", 0, text="no_light", series=(power,))
    watched.monitor.notice(event)
    assert len(watched.severities) == 1
    event = Event(EventKind.QUALITY_CHANGED, "test", 0, text="disabled", series=(power,))
    watched.monitor.notice(event)
    assert watched.severities == {}


def test_a_series_that_leaves_takes_its_alarm_with_it() -> None:
    watched = Watched(shipped_rules())
    mains = watched.series("ac_input_available")
    watched.say({mains: 0.0})
    watched.table.forget(mains)
    watched.wait(61)
    assert watched.severities == {}


def test_after_a_restart_the_first_good_word_ends_what_was_so_before() -> None:
    before = Watched(shipped_rules())
    before.say({before.series("ac_input_available"): 0.0})
    after = Watched(shipped_rules())
    after.engine.restore(before.engine.active())
    after.monitor.restore()
    after.say({after.series("ac_input_available"): 1.0})
    after.wait(61)
    assert after.story == ["cleared:cleared"]
