"""A device's varbinds become samples, stable in name, never a number where there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.normalising.task_memory import EXPLORE_AFTER_MS, FORGET_AFTER, LABEL_ATTEMPTS
from collector.varbind import Value
from omc.core.model import Batch, EventKind, Quality
from tests.replayed_device import IDENTITY, ReplayedDevice, plan_of, shipped_plan

IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
BOX = "1.3.6.1.4.1.99999"
HEAD = "name: box\ntitle: A box\nevidence: mib\n"


def interfaces(*names: bytes) -> dict[str, Value]:
    """Names and states of interfaces numbered from 1."""
    walk: dict[str, Value] = {}
    for number, name in enumerate(names, start=1):
        walk |= {f"{IFX}.1.{number}": name, f"{IF}.2.{number}": b"port", f"{IF}.8.{number}": 1}
    return walk


def router(*names: bytes) -> ReplayedDevice:
    return ReplayedDevice(shipped_plan("if-mib"), interfaces(*names))


def events_of(device: ReplayedDevice) -> list[tuple[str, dict[str, str]]]:
    events = device.reader.take_events()
    assert all(event.kind is EventKind.QUALITY_CHANGED for event in events)
    assert all(IDENTITY.items() <= dict(event.labels).items() for event in events)
    return [(event.text, {k: v for k, v in event.labels if k not in IDENTITY}) for event in events]


# -- names -----------------------------------------------------------------------------------------


def test_an_interface_is_named_by_if_name() -> None:
    assert router(b"Gi0/1").poll("fast") == {'interface_oper_state{interface="Gi0/1"}': 1.0}


def test_without_if_name_if_descr_names_it_and_without_that_its_index() -> None:
    device = router(b"", b"")
    device.walk[f"{IF}.2.2"] = b""
    assert device.poll("fast") == {
        'interface_oper_state{interface="port"}': 1.0,
        'interface_oper_state{interface="2"}': 1.0,
    }


def test_interfaces_of_the_same_name_are_told_apart_by_their_index() -> None:
    device = router(b"eth", b"eth", b"lo")
    assert device.poll("fast") == {
        'interface_oper_state{interface="eth#1"}': 1.0,
        'interface_oper_state{interface="eth#2"}': 1.0,
        'interface_oper_state{interface="lo"}': 1.0,
    }


def test_an_interface_that_becomes_a_double_is_renamed_and_its_old_series_forgotten() -> None:
    device = router(b"eth")
    device.poll("fast")
    device.walk |= {f"{IFX}.1.2": b"eth", f"{IF}.2.2": b"port", f"{IF}.8.2": 1}
    device.poll("fast")
    assert set(device.poll("fast")) == {
        'interface_oper_state{interface="eth#1"}',
        'interface_oper_state{interface="eth#2"}',
    }
    assert len(device.table) == 2


def test_identity_stands_on_every_series() -> None:
    device = router(b"Gi0/1")
    batch = device.batch(device.plan.tasks[0])
    assert [series.labels for series in batch.series] == [{"interface": "Gi0/1", **IDENTITY}]


def test_a_renamed_interface_gets_a_new_series_and_leaves_nothing_behind() -> None:
    device = router(b"Gi0/1")
    device.poll("fast")
    device.walk[f"{IFX}.1.1"] = b"uplink"
    device.time_ms += 3_600_000
    assert device.poll("fast") == {'interface_oper_state{interface="uplink"}': 1.0}
    assert len(device.table) == 1


def test_labels_are_read_once_and_then_only_after_the_refresh_interval() -> None:
    device = router(b"Gi0/1")
    device.poll("fast")
    assert device.labels_asked == [f"{IF}.2", f"{IFX}.1"]
    device.poll("fast")
    assert device.labels_asked == []
    device.time_ms += 3_600_000
    device.poll("fast")
    assert device.labels_asked == [f"{IF}.2", f"{IFX}.1"]


def test_a_new_interface_waits_for_its_name() -> None:
    device = router(b"Gi0/1")
    device.poll("fast")
    device.walk |= {f"{IFX}.1.2": b"Gi0/2", f"{IF}.8.2": 2}
    assert 'interface_oper_state{interface="2"}' not in device.poll("fast")
    assert device.reader.tally.deferred == 1
    assert device.poll("fast")['interface_oper_state{interface="Gi0/2"}'] == 2.0


def test_an_interface_that_never_gets_a_name_is_known_by_its_index() -> None:
    device = router(b"Gi0/1")
    device.poll("fast")
    device.walk[f"{IF}.8.7"] = 2
    device.poll("fast")
    assert device.poll("fast")['interface_oper_state{interface="7"}'] == 2.0
    device.poll("fast")
    assert device.labels_asked == []


def test_after_a_restart_no_counter_stands_under_the_name_of_another_port() -> None:
    device = router(b"Gi0/1", b"Gi0/2")
    device.walk["1.3.6.1.2.1.1.3.0"] = 500_000
    device.poll("fast")
    names: dict[str, Value] = {f"{IFX}.1.1": b"Gi0/2", f"{IFX}.1.2": b"Gi0/1", f"{IF}.8.2": 2}
    device.walk |= {"1.3.6.1.2.1.1.3.0": 100, **names}
    assert device.poll("fast") == {"device_uptime_seconds": 1.0}
    assert device.poll("fast") == {
        "device_uptime_seconds": 1.0,
        'interface_oper_state{interface="Gi0/2"}': 1.0,
        'interface_oper_state{interface="Gi0/1"}': 2.0,
    }
    assert len(device.table) == 3


def test_rows_wait_for_labels_that_could_not_be_read_but_not_for_ever() -> None:
    device = router(b"Gi0/1")
    task = device.plan.tasks[0]
    polls = []
    for poll in range(LABEL_ATTEMPTS + 1):
        request = device.reader.labels_due(task, poll)
        if request is not None:
            device.reader.labels_complete(request, poll, complete=False)
        batch = Batch("snmp:VPC-001-R1:fast", 60.0)
        device.reader.read(task, [(f"{IF}.8.1", 1)], poll, batch)
        device.reader.finish(task, poll, batch, complete=False)
        polls.append([series.labels["interface"] for series in batch.series])
    assert polls == [[], [], ["1"], ["1"]]


def test_a_row_waits_for_the_name_of_the_row_it_is_joined_to() -> None:
    device = ReplayedDevice(shipped_plan("huawei-smartax"), interfaces(b"Gi0/1"))
    device.poll("normal")
    temperature = "1.3.6.1.4.1.2011.6.128.1.1.2.23.1.1"
    device.time_ms += EXPLORE_AFTER_MS - 180_000
    device.walk |= {f"{temperature}.1": 40}
    device.poll("normal")
    device.poll("normal")
    device.walk |= {f"{IFX}.1.2": b"GPON 0/1/2", f"{temperature}.2": 41}
    for _ in range(4):
        for key in device.poll("normal"):
            assert not key.startswith('optical_temperature_celsius{interface="2"')
    assert device.poll("normal")['optical_temperature_celsius{interface="GPON 0/1/2"}'] == 41.0


def test_labels_that_were_not_read_to_the_end_are_asked_for_again_after_five_minutes() -> None:
    device = router(b"Gi0/1")
    task = device.plan.tasks[0]
    request = device.reader.labels_due(task, 0)
    assert request is not None
    device.reader.labels_complete(request, 0, complete=False)
    assert device.reader.labels_due(task, 299_000) is None
    assert device.reader.labels_due(task, 300_000) is not None


def test_an_info_series_has_the_value_one_and_follows_its_labels() -> None:
    device = router(b"Gi0/1")
    device.walk |= {f"{IFX}.18.1": b"to VPC-002", f"{IF}.3.1": 6}
    info = 'alias="to VPC-002",description="port",interface="Gi0/1",type="ethernetCsmacd"'
    assert device.poll("normal") == {f"interface_info{{{info}}}": 1.0}
    device.walk[f"{IFX}.18.1"] = b"to VPC-003"
    device.time_ms += 3_600_000
    assert device.poll("normal") == {f"interface_info{{{info.replace('002', '003')}}}": 1.0}
    assert len(device.table) == 1


def test_an_interface_that_is_gone_has_no_info_after_the_next_look_at_the_labels() -> None:
    device = router(b"Gi0/1", b"Gi0/2")
    assert len(device.poll("normal")) == 2
    for column in (f"{IFX}.1", f"{IF}.2"):
        del device.walk[f"{column}.2"]
    device.time_ms += 3_600_000
    assert [key for key in device.poll("normal") if "Gi0/2" in key] == []


# -- which object wins -----------------------------------------------------------------------------


def test_a_64_bit_counter_is_preferred_row_by_row() -> None:
    device = router(b"Gi0/1", b"Vlan7")
    device.walk |= {f"{IFX}.6.1": 2**40, f"{IF}.10.1": 17, f"{IF}.10.2": 99}
    samples = device.poll("fast")
    assert samples['interface_receive_bytes_total{interface="Gi0/1"}'] == 2**40
    assert samples['interface_receive_bytes_total{interface="Vlan7"}'] == 99
    assert device.reader.tally.superseded == 1


def test_a_32_bit_column_that_no_row_needs_is_not_walked() -> None:
    device = router(b"Gi0/1")
    device.walk |= {f"{IFX}.6.1": 2**40, f"{IF}.10.1": 17}
    device.poll("fast")
    assert f"{IF}.10" in device.asked
    device.poll("fast")
    assert f"{IF}.10" not in device.asked
    assert f"{IFX}.6" in device.asked


def test_the_speed_comes_from_if_speed_where_if_high_speed_is_zero() -> None:
    device = router(b"Gi0/1", b"Serial0", b"Tunnel0")
    device.walk |= {
        f"{IFX}.15.1": 10_000, f"{IF}.5.1": 4_294_967_295,
        f"{IFX}.15.2": 0, f"{IF}.5.2": 128_000,
        f"{IFX}.15.3": 0, f"{IF}.5.3": 0,
    }  # fmt: skip
    speeds = {k: v for k, v in device.poll("normal").items() if "speed" in k}
    assert speeds == {
        'interface_speed_bits_per_second{interface="Gi0/1"}': 1e10,
        'interface_speed_bits_per_second{interface="Serial0"}': 128_000.0,
    }
    assert events_of(device) == []


def test_the_preferred_object_takes_its_series_back_when_it_has_a_value_again() -> None:
    device = router(b"Gi0/1")
    key = 'interface_speed_bits_per_second{interface="Gi0/1"}'
    device.walk |= {f"{IFX}.15.1": 1000, f"{IF}.5.1": 64_000}
    assert device.poll("normal")[key] == 1e9
    assert f"{IF}.5" in device.asked
    device.walk[f"{IFX}.15.1"] = 0
    device.poll("normal")
    assert device.poll("normal")[key] == 64_000
    device.walk[f"{IFX}.15.1"] = 1000
    assert device.poll("normal")[key] == 1e9
    assert device.poll("normal")[key] == 1e9


def test_two_rows_that_give_the_same_series_do_not_both_give_it() -> None:
    plan = plan_of(
        f"{HEAD}tables:\n  - name: fans\n    index: [a]\n    labels: {{sensor: fan}}\n"
        f"    metrics: [{{oid: {BOX}.1, metric: fan_speed_rpm}}]\n"
    )
    device = ReplayedDevice(plan, {f"{BOX}.1.1": 5000, f"{BOX}.1.2": 6000})
    assert device.poll() == {'fan_speed_rpm{sensor="fan"}': 5000.0}
    assert device.reader.tally.superseded == 1


# -- values that are none --------------------------------------------------------------------------

OPTICS = f"""{HEAD}tables:
  - name: optics
    index: [a]
    group: fast
    labels: {{interface: "{{a}}"}}
    metrics:
      - oid: {BOX}.1
        metric: optical_rx_power_dbm
        decode: {{scale: 0.01}}
        sentinels: {{2147483647: not_supported, -4000: no_light}}
"""
RX = 'optical_rx_power_dbm{interface="1"}'


@pytest.mark.parametrize(
    ("value", "quality"),
    [
        (2147483647, Quality.NOT_SUPPORTED),
        (-4000, Quality.NO_LIGHT),
        (4000, Quality.OUT_OF_RANGE),
        (b"N/A", Quality.INVALID),
    ],
)
def test_a_sentinel_produces_no_sample_and_is_counted(value: Value, quality: Quality) -> None:
    device = ReplayedDevice(plan_of(OPTICS), {f"{BOX}.1.1": value})
    assert device.poll() == {}
    assert device.poll() == {}
    assert device.reader.rejected == {**dict.fromkeys(Quality, 0), quality: 2}


def test_zero_is_not_missing() -> None:
    assert ReplayedDevice(plan_of(OPTICS), {f"{BOX}.1.1": 0}).poll() == {RX: 0.0}


def test_a_change_of_quality_is_told_once_each_way() -> None:
    device = ReplayedDevice(plan_of(OPTICS), {f"{BOX}.1.1": -1234})
    told = []
    for value in (-1234, -4000, -4000, 2147483647, -1200, -1200):
        device.walk[f"{BOX}.1.1"] = value
        device.poll()
        told += [text for text, _ in events_of(device)]
    assert told == ["no_light", "not_supported", "good"]


def test_an_event_says_which_series_it_is_about() -> None:
    device = ReplayedDevice(plan_of(OPTICS), {f"{BOX}.1.1": -4000})
    device.poll()
    expected = ("no_light", {"interface": "1", "metric": "optical_rx_power_dbm"})
    assert events_of(device) == [expected]


def test_a_sentinel_of_the_nearer_profile_is_no_value_for_the_farther_one_either() -> None:
    farther = (
        HEAD + f"scalars:\n  - {{oid: {BOX}.5.0, metric: battery_temperature_celsius}}\n"
        f"  - {{oid: {BOX}.6.0, metric: env_temperature_celsius}}\n"
    )
    nearer = (
        HEAD + f"scalars:\n  - {{oid: {BOX}.5.0, metric: battery_temperature_celsius,"
        " sentinels: {0: not_supported}}\n"
    )
    walk: dict[str, Value] = {f"{BOX}.5.0": 0, f"{BOX}.6.0": 0}
    device = ReplayedDevice(plan_of(nearer, farther), walk)
    assert device.poll() == {"env_temperature_celsius": 0.0}


def test_what_was_never_supported_is_not_told() -> None:
    device = ReplayedDevice(plan_of(OPTICS), {f"{BOX}.1.1": 2147483647})
    device.poll()
    assert events_of(device) == []
    device.walk[f"{BOX}.1.1"] = -1000
    assert device.poll() == {RX: -10.0}
    assert events_of(device) == []


def test_narrower_bounds_of_a_profile_count() -> None:
    text = OPTICS.replace("decode:", "valid: {min: -32, max: -8}\n        decode:")
    device = ReplayedDevice(plan_of(text), {f"{BOX}.1.1": -3300, f"{BOX}.1.2": -3200})
    assert device.poll() == {'optical_rx_power_dbm{interface="2"}': -32.0}


# -- what other objects say ------------------------------------------------------------------------

GATED = f"""{HEAD}tables:
  - name: rectifiers
    index: [n]
    labels: {{rectifier: "{{n}}"}}
    metrics:
      - oid: {BOX}.2
        metric: rectifier_output_current_amperes
        decode: {{scale_from: {{scalar: {BOX}.9.0, map: {{0: 1, 1: 0.1}}}}}}
        valid_if: {{column: {BOX}.1, differs: [4, 6], otherwise: {{4: disabled, 6: not_supported}}}}
"""


def test_a_status_column_gates_its_row() -> None:
    walk: dict[str, Value] = {f"{BOX}.9.0": 1}
    for row, status in ((1, 1), (2, 4), (3, 6)):
        walk |= {f"{BOX}.1.{row}": status, f"{BOX}.2.{row}": 123}
    device = ReplayedDevice(plan_of(GATED), walk)
    assert device.poll() == {'rectifier_output_current_amperes{rectifier="1"}': 12.3}
    assert device.reader.rejected[Quality.DISABLED] == 1
    assert device.reader.rejected[Quality.NOT_SUPPORTED] == 1


def test_a_gate_that_changes_counts_in_the_same_poll() -> None:
    device = ReplayedDevice(plan_of(GATED), {f"{BOX}.9.0": 0, f"{BOX}.1.1": 1, f"{BOX}.2.1": 7})
    assert list(device.poll().values()) == [7.0]
    device.walk[f"{BOX}.1.1"] = 4
    assert device.poll() == {}
    assert [text for text, _ in events_of(device)] == ["disabled"]
    device.walk[f"{BOX}.1.1"] = 1
    assert list(device.poll().values()) == [7.0]
    assert [text for text, _ in events_of(device)] == ["good"]
    assert len(device.table) == 1


def test_a_scale_that_changes_is_used_after_the_labels_were_read_anew() -> None:
    device = ReplayedDevice(plan_of(GATED), {f"{BOX}.9.0": 0, f"{BOX}.1.1": 1, f"{BOX}.2.1": 70})
    device.poll()
    device.walk[f"{BOX}.9.0"] = 1
    device.time_ms += 3_600_000
    assert list(device.poll().values()) == [7.0]


def test_a_profile_may_gate_everything_on_a_scalar() -> None:
    text = GATED.replace(
        "tables:", f"valid_if: {{scalar: {BOX}.8.0, equals: 2, otherwise: offline}}\ntables:", 1
    )
    walk: dict[str, Value] = {
        f"{BOX}.9.0": 0, f"{BOX}.8.0": 2, f"{BOX}.1.1": 1, f"{BOX}.2.1": 7,
    }  # fmt: skip
    device = ReplayedDevice(plan_of(text), walk)
    assert list(device.poll().values()) == [7.0]
    device.walk[f"{BOX}.8.0"] = 3
    assert device.poll() == {}
    assert device.reader.rejected[Quality.OFFLINE] == 1


def test_tables_may_share_a_column_and_take_the_rows_that_fit_their_index() -> None:
    def table(name: str, code: int, metric: str) -> str:
        return (
            f"  - name: {name}\n"
            f"    index: [port, {{name: what, fields: {{code: "
            f"{{shift: 0, bits: 8, equals: {code}}}}}}}]\n"
            f"    labels: {{interface: '{{port}}'}}\n"
            f"    metrics: [{{oid: {BOX}.1, metric: {metric}, decode: {{scale: 0.1}}}}]\n"
        )

    text = f"{HEAD}tables:\n" + table("rx", 5, "optical_rx_power_dbm")
    text += table("tx", 4, "optical_tx_power_dbm")
    walk: dict[str, Value] = {f"{BOX}.1.7.4": -20, f"{BOX}.1.7.5": -113, f"{BOX}.1.7.6": 1}
    device = ReplayedDevice(plan_of(text), walk)
    assert device.poll() == {
        'optical_rx_power_dbm{interface="7"}': -11.3,
        'optical_tx_power_dbm{interface="7"}': -2.0,
    }
    assert device.reader.tally.unmatched == 1


NAMED = f"""{HEAD}tables:
  - name: values
    index: [n]
    texts:
      name: {{column: {BOX}.1}}
    metrics:
      - oid: {BOX}.2
        sentinels: {{2147483647: not_supported}}
        choose:
          column: {BOX}.1
          cases:
            - {{when: ^Bus Voltage$, metric: dc_bus_voltage_volts, decode: {{scale: 0.01}}}}
            - when: Temp
              metric: env_temperature_celsius
              labels: {{zone: "{{name}}"}}
              decode: {{scale: 0.1}}
              sentinels: {{-999: invalid}}
"""


def test_a_name_column_chooses_the_metric() -> None:
    walk: dict[str, Value] = {}
    rows = [(b"Bus Voltage", 5401), (b"Room Temp", 391), (b"Serial", 7), (b"Batt Temp", 2147483647),
            (b"Roof Temp", -999)]  # fmt: skip
    for row, (name, value) in enumerate(rows, start=1):
        walk |= {f"{BOX}.1.{row}": name, f"{BOX}.2.{row}": value}
    device = ReplayedDevice(plan_of(NAMED), walk)
    assert device.poll() == {
        "dc_bus_voltage_volts": 54.01,
        'env_temperature_celsius{zone="Room Temp"}': 39.1,
    }
    assert device.reader.tally.ignored == 1
    assert device.reader.rejected[Quality.NOT_SUPPORTED] == 1
    assert device.reader.rejected[Quality.INVALID] == 1


def test_one_object_may_have_several_meanings() -> None:
    plan = plan_of(
        f"{HEAD}scalars:\n"
        f"  - {{oid: {BOX}.1.0, metric: ac_input_available, decode: {{mask: 256}}}}\n"
        f"  - {{oid: {BOX}.1.0, metric: generator_running,"
        " decode: {bits: {1: running, 2: stopped}}}\n"
    )
    device = ReplayedDevice(plan, {f"{BOX}.1.0": 257})
    expected = {"ac_input_available": 1.0, "generator_running": 1.0}
    assert device.poll() == expected
    device.walk[f"{BOX}.1.0"] = 2
    assert device.poll() == {"ac_input_available": 0.0, "generator_running": 0.0}


def test_a_label_may_come_from_a_joined_table_and_from_bit_fields() -> None:
    plan = plan_of(
        f"""{HEAD}tables:
  - name: boards
    index: [frame, slot]
    texts: {{kind: {{column: {BOX}.5}}}}
    labels: {{board: ["{{kind}} {{slot}}", "{{slot}}"]}}
  - name: ports
    index:
      - {{name: port, fields: {{frame: {{shift: 16, bits: 8}}, slot: {{shift: 8, bits: 8}}}}}}
    texts:
      board: {{label: boards.board, by: [frame, slot]}}
      alias: {{column: {BOX}.6, by: [frame, slot]}}
    labels: {{sensor: "{{board}}/{{alias}}/{{slot}}"}}
    metrics: [{{oid: {BOX}.7, metric: fan_speed_rpm}}]
"""
    )
    walk: dict[str, Value] = {f"{BOX}.5.0.3": b"CPU", f"{BOX}.6.0.3": b"main", f"{BOX}.7.768": 9}
    device = ReplayedDevice(plan, walk)
    assert device.poll() == {'fan_speed_rpm{sensor="CPU 3/main/3"}': 9.0}
    device.walk[f"{BOX}.5.0.3"] = b"MPU"
    device.time_ms += 3_600_000
    assert device.poll() == {'fan_speed_rpm{sensor="MPU 3/main/3"}': 9.0}


def test_a_label_may_come_from_the_row_that_another_column_points_at() -> None:
    plan = plan_of(
        f"""{HEAD}tables:
  - name: contacts
    index: [switch]
    texts: {{device: {{column: {BOX}.5, via: {BOX}.6}}}}
    labels: {{contact: ["{{device}}", "{{switch}}"]}}
    metrics:
      - {{oid: {BOX}.7, metric: site_contact_active, decode: {{states: {{1: normal, 2: active}}}}}}
"""
    )
    walk: dict[str, Value] = {
        f"{BOX}.5.51": b"door", f"{BOX}.5.52": b"smoke",
        f"{BOX}.6.1": 52, f"{BOX}.6.2": 0, f"{BOX}.7.1": 1, f"{BOX}.7.2": 2,
    }  # fmt: skip
    device = ReplayedDevice(plan, walk)
    smoke, nameless = 'site_contact_active{contact="smoke"}', 'site_contact_active{contact="2"}'
    assert device.poll() == {smoke: 0.0, nameless: 1.0}
    device.walk[f"{BOX}.6.2"] = 51
    device.time_ms += 3_600_000
    assert device.poll() == {smoke: 0.0, 'site_contact_active{contact="door"}': 1.0}


def test_a_row_whose_index_makes_no_sense_is_not_read() -> None:
    device = router(b"Gi0/1")
    device.walk[f"{IF}.8.1.2"] = 1
    assert len(device.poll("fast")) == 1
    assert device.reader.tally.unmatched == 1


# -- what is not there, or not any more ------------------------------------------------------------


def test_scalars_and_columns_that_the_device_lacks_are_asked_for_once_an_hour() -> None:
    device = ReplayedDevice(shipped_plan(), {"1.3.6.1.2.1.1.3.0": 100, **interfaces(b"Gi0/1")})
    device.poll("fast")
    everything = len(device.asked)
    device.poll("fast")
    assert sorted(device.asked) == ["1.3.6.1.2.1.1.3.0", f"{IF}.8"]
    device.time_ms += EXPLORE_AFTER_MS
    device.poll("fast")
    assert len(device.asked) == everything


def test_a_poll_that_broke_off_says_nothing_about_what_is_missing() -> None:
    device = router(b"Gi0/1")
    device.walk.clear()
    device.poll("fast", complete=False)
    device.poll("fast", complete=False)
    assert f"{IFX}.6" in device.asked


def test_a_row_that_is_gone_for_good_is_forgotten() -> None:
    device = router(b"Gi0/1", b"Gi0/2")
    device.poll("fast")
    del device.walk[f"{IF}.8.2"]
    for _ in range(FORGET_AFTER - 1):
        device.poll("fast")
    assert len(device.table) == 2
    device.poll("fast")
    device.poll("fast")
    assert len(device.table) == 1


def test_a_row_that_comes_back_in_time_keeps_its_series() -> None:
    device = router(b"Gi0/1", b"Gi0/2")
    before = device.batch(device.plan.tasks[0]).series
    for _ in range(3):
        gone = device.walk.pop(f"{IF}.8.2")
        device.poll("fast")
        device.poll("fast")
        device.walk[f"{IF}.8.2"] = gone
        assert device.batch(device.plan.tasks[0]).series == before


def test_broken_off_polls_do_not_make_rows_forgotten() -> None:
    device = router(b"Gi0/1", b"Gi0/2")
    device.poll("fast")
    del device.walk[f"{IF}.8.2"]
    for _ in range(3 * FORGET_AFTER):
        device.poll("fast", complete=False)
    assert len(device.table) == 2


def test_a_closed_reader_leaves_no_series_behind() -> None:
    device = ReplayedDevice(shipped_plan(), {"1.3.6.1.2.1.1.3.0": 100, **interfaces(b"a", b"a")})
    device.poll()
    assert len(device.table) > 3
    device.reader.close()
    assert len(device.table) == 0


def test_a_batch_tells_where_each_value_came_from_and_when() -> None:
    device = router(b"Gi0/1", b"Gi0/2")
    device.time_ms = 777
    batch = device.batch(device.plan.tasks[0])
    assert batch.origins == [f"{IF}.8.1", f"{IF}.8.2"]
    assert list(batch.times) == [777, 777]


def test_pages_of_one_poll_are_stamped_one_by_one() -> None:
    device = router(b"Gi0/1", b"Gi0/2")
    task = device.plan.tasks[0]
    device.batch(task)
    batch = Batch("snmp:VPC-001-R1:fast", 60.0)
    device.reader.read(task, [(f"{IF}.8.1", 1)], 1000, batch)
    device.reader.read(task, [(f"{IF}.8.2", 2)], 1025, batch)
    assert list(batch.times) == [1000, 1025]
    assert list(batch.values) == [1.0, 2.0]


def test_repeated_rows_and_any_order_of_columns_are_taken_as_they_come() -> None:
    device = router(b"Gi0/1", b"Gi0/2")
    task = device.plan.tasks[0]
    device.batch(task)
    batch = Batch("snmp:VPC-001-R1:fast", 60.0)
    device.reader.read(task, [(f"{IF}.8.2", 2), (f"{IF}.8.1", 1), (f"{IF}.8.1", 1)], 1, batch)
    assert list(batch.values) == [2.0, 1.0, 1.0]


def test_the_busiest_cpu_is_known_to_sweeps() -> None:
    board = "1.3.6.1.4.1.2011.2.6.7.1.1.2.1.5"
    device = ReplayedDevice(
        shipped_plan("huawei-smartax"), {f"{board}.0.1": 20, f"{board}.0.9": 91}
    )
    assert device.reader.cpu_ratio is None
    device.poll("fast")
    assert device.reader.cpu_ratio == 0.91


VALUES = st.one_of(st.none(), st.integers(-(2**31), 2**64 - 1), st.floats(), st.binary(max_size=12))
SUFFIXES = st.sampled_from(["1", "2", "3", "0", "1.2", "4294967295", "x", ""])
COLUMNS = st.sampled_from(
    [
        *(f"{IF}.{column}" for column in (2, 5, 7, 8, 9, 10, 14)),
        *(f"{IFX}.{column}" for column in (1, 6, 15, 18)),
        *(f"1.3.6.1.2.1.99.1.1.1.{column}" for column in (1, 4, 5)),
        *(f"1.3.6.1.2.1.25.2.3.1.{column}" for column in (2, 5)),
        "1.3.6.1.2.1.47.1.1.1.1.7",
        "1.3.6.1.2.1.1.3",
        "1.9",
    ]
)
VARBINDS = st.lists(st.tuples(st.builds("{}.{}".format, COLUMNS, SUFFIXES), VALUES), max_size=25)


@given(polls=st.lists(VARBINDS, min_size=1, max_size=4))
def test_every_varbind_is_a_sample_rejected_or_accounted_for(
    polls: list[list[tuple[str, Value]]],
) -> None:
    """In whatever a device sends, labels included, nothing raises and nothing is lost."""
    device = ReplayedDevice(shipped_plan(), {})
    reader, task = device.reader, device.plan.tasks[-1]
    sent = samples = 0
    for now, varbinds in enumerate(polls):
        batch = Batch("snmp:VPC-001-R1:normal", 60.0)
        request = reader.labels_due(task, now)
        if request is not None:
            reader.read_labels(varbinds)
            reader.labels_complete(request, now)
        reader.read(task, varbinds, now, batch)
        sent, samples = sent + len(varbinds), samples + len(batch)
        assert len(batch.times) == len(batch.values) == len(batch.series)
        reader.finish(task, now, batch)
    tally = reader.tally
    others = tally.superseded + tally.ignored + tally.deferred + tally.absent + tally.unmatched
    assert sent == samples + sum(reader.rejected.values()) + others
