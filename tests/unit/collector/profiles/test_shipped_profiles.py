"""What the shipped profiles make of small walks, written by hand from the facts of the MIBs."""

from __future__ import annotations

import pytest

from collector.profiles.plan import compile_plan
from collector.profiles.poll_task import Sweep
from collector.varbind import Value
from omc.core.model import Quality
from tests.replayed_device import (
    ReplayedDevice,
    shipped_catalogue,
    shipped_plan,
    shipped_profiles,
)

SYSTEM: dict[str, Value] = {
    "1.3.6.1.2.1.1.1.0": b"Router CSR-2400",
    "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.9.1.2102",
    "1.3.6.1.2.1.1.3.0": 123_456_789,
    "1.3.6.1.2.1.1.4.0": b"noc@example.net",
    "1.3.6.1.2.1.1.5.0": b"VPC-001-R1",
    "1.3.6.1.2.1.1.6.0": "Vĩnh Yên".encode(),
}
SENSOR, ENTITY = "1.3.6.1.2.1.99.1.1.1", "1.3.6.1.2.1.47.1.1.1.1"
XPON = "1.3.6.1.4.1.2011.6.128.1.1.2"
STATISTICS = "1.3.6.1.4.1.2011.6.128.1.1.4"
PORT = 0xFA000000 + (1 << 13) + (15 << 8)  # 0/1/15


def read(profile: str, walk: dict[str, Value]) -> tuple[dict[str, float], ReplayedDevice]:
    device = ReplayedDevice(shipped_plan(profile), walk)
    return device.poll(), device


@pytest.mark.parametrize("name", shipped_profiles().names)
def test_every_shipped_profile_compiles(name: str) -> None:
    plan = compile_plan(shipped_profiles().resolve(name), shipped_catalogue())
    assert plan.tasks
    assert plan.profile == name


@pytest.mark.parametrize("name", shipped_profiles().names)
def test_every_shipped_object_is_named_as_in_its_mib(name: str) -> None:
    profile = shipped_profiles().get(name)
    rules = [*profile.scalars, *(rule for table in profile.tables for rule in table.metrics)]
    assert [rule for rule in rules if rule.oid and not rule.object] == []
    assert profile.mibs or not rules


def test_any_agent_tells_who_it_is_and_how_long_it_runs() -> None:
    labels = (
        'contact="noc@example.net",description="Router CSR-2400",location="Vĩnh Yên",'
        'name="VPC-001-R1",object_id="1.3.6.1.4.1.9.1.2102",vendor="Cisco"'
    )
    samples, _ = read("generic", SYSTEM)
    assert samples == {
        "device_uptime_seconds": 1_234_567.89,
        f"device_info{{{labels}}}": 1.0,
    }


def test_the_engine_time_is_preferred_to_an_uptime_that_wraps() -> None:
    samples, _ = read("system", {**SYSTEM, "1.3.6.1.6.3.10.2.1.3.0": 44_586_944})
    assert samples["device_uptime_seconds"] == 44_586_944


def test_sensors_are_scaled_and_sorted_by_what_they_measure() -> None:
    rows = [
        # name, type, scale, precision, value, status
        (b"Board temperature", 8, 9, 1, 415, 1),
        (b"Fan 1", 10, 9, 0, 5400, 1),
        (b"Supply", 4, 8, 0, 53_900, 1),
        (b"Humidity", 9, 9, 0, 61, 1),
        (b"Door", 12, 9, 0, 1, 1),
        (b"Broken", 8, 9, 0, 99, 3),
        (b"Absent", 8, 9, 0, 0, 2),
        (b"Overflow", 8, 9, 0, 1_000_000_000, 1),
        (b"TenGigE0/0/1 Rx Power", 6, 8, 4, 3555, 1),
        (b"TenGigE0/0/1 Tx Power", 6, 8, 4, 10_000, 1),
        (b"TenGigE0/0/2 Rx Power", 6, 8, 4, 0, 1),
        (b"TenGigE0/0/1 Transceiver Temperature", 8, 9, 1, 352, 1),
        (b"TenGigE0/0/1 Bias Current", 5, 8, 2, 3412, 1),
        (b"subslot 0/1 transceiver 2 Rx Power Sensor", 1, 9, 1, -77, 1),
        (b"subslot 0/1 transceiver 2 Tx Power Sensor", 1, 9, 1, -68, 1),
        (b"subslot 0/1 transceiver 2 Supply Voltage Sensor", 4, 8, 1, 32_744, 1),
    ]
    walk: dict[str, Value] = {}
    for row, (name, *values) in enumerate(rows, start=1):
        walk[f"{ENTITY}.7.{row}"] = name
        for column, value in zip((1, 2, 3, 4, 5), values, strict=True):
            walk[f"{SENSOR}.{column}.{row}"] = value
    samples, device = read("entity-sensor", walk)
    assert samples == pytest.approx(
        {
            'board_temperature_celsius{sensor="Board temperature"}': 41.5,
            'fan_speed_rpm{sensor="Fan 1"}': 5400.0,
            'sensor_voltage_volts{sensor="Supply"}': 53.9,
            'sensor_humidity_ratio{sensor="Humidity"}': 0.61,
            'sensor_active{sensor="Door"}': 1.0,
            'optical_rx_power_dbm{interface="TenGigE0/0/1"}': -4.4916,
            'optical_tx_power_dbm{interface="TenGigE0/0/1"}': 0.0,
            'optical_temperature_celsius{interface="TenGigE0/0/1"}': 35.2,
            'optical_bias_current_amperes{interface="TenGigE0/0/1"}': 0.03412,
            'optical_rx_power_dbm{interface="subslot 0/1 transceiver 2"}': -7.7,
            'optical_tx_power_dbm{interface="subslot 0/1 transceiver 2"}': -6.8,
            'optical_supply_voltage_volts{interface="subslot 0/1 transceiver 2"}': 3.2744,
        },
        abs=1e-6,
    )
    assert {q: n for q, n in device.reader.rejected.items() if n} == {
        Quality.INVALID: 1,
        Quality.NOT_SUPPORTED: 1,
        Quality.OUT_OF_RANGE: 1,
        Quality.NO_LIGHT: 1,
    }


def test_memory_and_disks_are_told_apart_and_counted_in_bytes() -> None:
    storage = "1.3.6.1.2.1.25.2.3.1"
    walk: dict[str, Value] = {
        f"{storage}.2.1": "1.3.6.1.2.1.25.2.1.2",
        f"{storage}.3.1": b"Physical memory",
        f"{storage}.4.1": 1024,
        f"{storage}.5.1": 2_000_000,
        f"{storage}.6.1": 500_000,
        f"{storage}.2.31": "1.3.6.1.2.1.25.2.1.4",
        f"{storage}.3.31": b"/",
        f"{storage}.4.31": 4096,
        f"{storage}.5.31": -1_000_000_000,  # 2^32 - 10^9 units: Integer32 cannot say it
        f"{storage}.6.31": 0,
        "1.3.6.1.2.1.25.3.3.1.2.196608": 37,
    }
    samples, _ = read("host-resources", walk)
    assert samples == {
        'memory_size_bytes{board="Physical memory"}': 2_048_000_000.0,
        'memory_used_bytes{board="Physical memory"}': 512_000_000.0,
        'storage_size_bytes{storage="/"}': (2**32 - 10**9) * 4096.0,
        'storage_used_bytes{storage="/"}': 0.0,
        'cpu_utilisation_ratio{board="196608"}': 0.37,
    }


def test_a_neighbour_stands_at_the_port_where_it_was_heard() -> None:
    remote, local = "1.0.8802.1.1.2.1.4.1.1", "1.0.8802.1.1.2.1.3.7.1"
    walk: dict[str, Value] = {
        "1.3.6.1.2.1.31.1.1.1.1.7": b"Gi0/7",
        f"{remote}.4.0.7.1": 4,
        f"{remote}.5.0.7.1": b"ABCDEF",
        f"{remote}.6.0.7.1": 5,
        f"{remote}.7.0.7.1": b"Te0/1",
        f"{remote}.9.0.7.1": b"VPC-002-R1",
        f"{local}.2.9": 5,
        f"{local}.3.9": b"mgmt0",
        f"{remote}.4.0.9.1": 7,
        f"{remote}.5.0.9.1": b"switch",
        f"{remote}.6.0.9.1": 3,
        f"{remote}.7.0.9.1": b"\x00\x1b\x21\x0a\xbb\xcc",
    }
    samples, _ = read("lldp", walk)
    router = 'interface="Gi0/7",remote_chassis="41:42:43:44:45:46"'
    switch = 'interface="mgmt0",remote_chassis="switch",remote_port="00:1b:21:0a:bb:cc"'
    assert {key for key in samples if key.startswith("lldp")} == {
        f'lldp_neighbour_info{{{router},remote_name="VPC-002-R1",remote_port="Te0/1"}}',
        f"lldp_neighbour_info{{{switch}}}",
    }


def test_a_ups_reads_in_base_units_and_its_placeholders_are_none() -> None:
    ups = "1.3.6.1.2.1.33.1"
    walk: dict[str, Value] = {
        f"{ups}.1.1.0": b"Omnia", f"{ups}.1.2.0": b"U-3000",
        f"{ups}.2.1.0": 2, f"{ups}.2.2.0": 0, f"{ups}.2.3.0": 42, f"{ups}.2.4.0": 97,
        f"{ups}.2.5.0": 2170, f"{ups}.2.6.0": -35, f"{ups}.2.7.0": 65535,
        f"{ups}.3.1.0": 4, f"{ups}.4.1.0": 3, f"{ups}.4.2.0": 499, f"{ups}.6.1.0": 0,
        f"{ups}.3.3.1.2.1": 501, f"{ups}.3.3.1.3.1": 231, f"{ups}.3.3.1.4.1": 655350,
        f"{ups}.4.4.1.2.1": 230, f"{ups}.4.4.1.3.1": 22, f"{ups}.4.4.1.4.1": 490,
        f"{ups}.4.4.1.5.1": 18,
    }  # fmt: skip
    samples, device = read("generic", walk)
    assert samples == {
        "ups_battery_status": 2.0,
        "ups_on_battery_seconds": 0.0,
        "battery_runtime_remaining_seconds": 2520.0,
        "battery_state_of_charge_ratio": 0.97,
        "ups_battery_voltage_volts": 217.0,
        "battery_current_amperes": -3.5,
        "ups_input_line_bads_total": 4.0,
        "ups_output_source": 3.0,
        "ups_output_frequency_hertz": 49.9,
        "ups_alarms_present": 0.0,
        'ac_input_frequency_hertz{phase="L1"}': 50.1,
        'ac_input_voltage_volts{phase="L1"}': 231.0,
        'ups_output_voltage_volts{line="1"}': 230.0,
        'ups_output_current_amperes{line="1"}': 2.2,
        'ups_output_power_watts{line="1"}': 490.0,
        'ups_output_load_ratio{line="1"}': 0.18,
        'device_info{model="U-3000",vendor="Omnia"}': 1.0,
    }
    assert device.reader.rejected[Quality.NOT_SUPPORTED] == 2


def ont(number: int, **values: int) -> dict[str, Value]:
    """Rows of one ONT: run state, down cause, distance, and optics."""
    columns = {
        "state": "46.1.15", "cause": "46.1.24", "metres": "46.1.20",
        "rx": "51.1.4", "tx": "51.1.3", "olt_rx": "51.1.6", "bias": "51.1.2",
        "millivolts": "51.1.5", "celsius": "51.1.1",
    }  # fmt: skip
    return {f"{XPON}.{columns[name]}.{PORT}.{number}": value for name, value in values.items()}


def test_an_olt_reads_its_onts_and_the_silent_ones_are_offline() -> None:
    none = 2147483647
    walk: dict[str, Value] = {
        f"{XPON}.43.1.3.{PORT}.5": b"HWTC\x1a\x2b\x3c\x4d",
        f"{XPON}.43.1.9.{PORT}.5": b"FTTH-0001-005",
        **ont(5, state=1, cause=13, metres=2345, rx=-2134, tx=221, olt_rx=8413, bias=12,
              millivolts=3280, celsius=0),
        **ont(6, state=2, cause=2, metres=-1, rx=none, tx=none, olt_rx=none, bias=none,
              millivolts=none, celsius=none),
    }  # fmt: skip
    samples, device = read("huawei-smartax", walk)
    labels = 'ont="5",pon="0/1/15"'
    readings = {key: value for key, value in samples.items() if key.endswith(f"{{{labels}}}")}
    assert readings == {
        f"pon_ont_up{{{labels}}}": 1.0,
        f"pon_ont_last_down_cause{{{labels}}}": 7.0,
        f"pon_ont_distance_metres{{{labels}}}": 2345.0,
        f"pon_ont_rx_power_dbm{{{labels}}}": -21.34,
        f"pon_ont_tx_power_dbm{{{labels}}}": 2.21,
        f"pon_olt_rx_power_dbm{{{labels}}}": -15.87,
        f"pon_ont_bias_current_amperes{{{labels}}}": 0.012,
        f"pon_ont_supply_voltage_volts{{{labels}}}": 3.28,
        f"pon_ont_temperature_celsius{{{labels}}}": 0.0,
    }
    info = 'description="FTTH-0001-005",ont="5",pon="0/1/15",serial="HWTC1A2B3C4D"'
    assert samples[f"pon_ont_info{{{info}}}"] == 1.0
    silent = {key.partition("{")[0]: v for key, v in samples.items() if 'ont="6"' in key}
    assert silent == {"pon_ont_up": 0.0, "pon_ont_last_down_cause": 1.0}
    assert device.reader.rejected[Quality.OFFLINE] == 7


def test_an_olt_reads_its_ports_and_boards() -> None:
    musa, none = "1.3.6.1.4.1.2011.2.6.7.1.1.2.1", 2147483647
    walk: dict[str, Value] = {
        "1.3.6.1.2.1.31.1.1.1.1." + str(PORT): b"GPON 0/1/15",
        f"{XPON}.21.1.10.{PORT}": 1,
        f"{XPON}.21.1.16.{PORT}": 32,
        f"{XPON}.23.1.1.{PORT}": 41,
        f"{XPON}.23.1.2.{PORT}": 326,
        f"{XPON}.23.1.3.{PORT}": 18,
        f"{XPON}.23.1.4.{PORT}": 341,
        f"{STATISTICS}.21.1.15.{PORT}": 2**40,
        f"{STATISTICS}.21.1.30.{PORT}": 2**43,
        f"{musa}.5.0.1": 23, f"{musa}.6.0.1": 48, f"{musa}.10.0.1": 39,
        f"{musa}.5.0.3": -1, f"{musa}.6.0.3": -1, f"{musa}.10.0.3": none,
        "1.3.6.1.4.1.2011.6.3.3.2.1.8.0.1": 2,
        "1.3.6.1.4.1.2011.6.3.3.2.1.8.0.2": 1,
        "1.3.6.1.4.1.2011.6.3.3.2.1.8.0.3": 7,
    }  # fmt: skip
    samples, device = read("huawei-smartax", walk)
    assert samples == {
        'cpu_utilisation_ratio{board="0/1"}': 0.23,
        'memory_utilisation_ratio{board="0/1"}': 0.48,
        'board_temperature_celsius{sensor="0/1"}': 39.0,
        'board_state{board="0/1"}': 1.0,
        'board_state{board="0/3"}': 4.0,
        'pon_port_up{pon="0/1/15"}': 1.0,
        'pon_port_onts{pon="0/1/15",state="registered"}': 32.0,
        'pon_olt_tx_power_dbm{pon="0/1/15"}': 3.41,
        'pon_port_bytes_total{direction="upstream",pon="0/1/15"}': 2.0**40,
        'pon_port_bytes_total{direction="downstream",pon="0/1/15"}': 2.0**43,
        'optical_temperature_celsius{interface="GPON 0/1/15"}': 41.0,
        'optical_supply_voltage_volts{interface="GPON 0/1/15"}': 3.26,
        'optical_bias_current_amperes{interface="GPON 0/1/15"}': 0.018,
        'device_info{vendor="Huawei"}': 1.0,
        'interface_info{interface="GPON 0/1/15"}': 1.0,
    }
    assert device.reader.rejected[Quality.NOT_SUPPORTED] == 4


def test_tables_of_onts_are_swept_gently() -> None:
    tasks = {task.name: task for task in shipped_plan("huawei-smartax").tasks}
    onts_of_port = "1.3.6.1.4.1.2011.6.128.1.1.2.21.1.16"
    assert tasks["slow/ont_optics"].sweep == Sweep(900.0, 600, 0.7, by_rows_of=onts_of_port)
    assert {column.max_repetitions for column in tasks["slow/ont_optics"].columns} == {10}
    assert [name for name, task in tasks.items() if task.sweep is None] == ["fast", "normal"]


EES = "1.3.6.1.4.1.6302.2.1.2"


def rectifier_walk() -> dict[str, Value]:
    return {
        f"{EES}.1.0": 2, f"{EES}.2.0": 54_559, f"{EES}.3.0": 3989, f"{EES}.5.1.0": 54_580,
        f"{EES}.5.2.0": -12_000, f"{EES}.5.3.0": 97, f"{EES}.6.1.0": 234_803,
        f"{EES}.6.2.0": 2147483647, f"{EES}.8.0": 2, f"{EES}.9.0": 2,
        f"{EES}.7.3.1.2.73778": 21_198, f"{EES}.7.3.1.3.73778": b"System Temperature 1",
        f"{EES}.7.3.1.2.73779": 25, f"{EES}.7.3.1.3.73779": b"System Temperature 2",
        f"{EES}.7.3.1.2.73780": -5500, f"{EES}.7.3.1.3.73780": b"Outdoor",
        f"{EES}.7.3.1.4.73778": 1, f"{EES}.7.3.1.4.73779": 2, f"{EES}.7.3.1.4.73780": 1,
        f"{EES}.11.4.1.6.3": 845, f"{EES}.11.4.1.7.3": b"Rectifier#1", f"{EES}.11.4.1.8.3": 2,
    }  # fmt: skip


def test_a_rectifier_reads_in_volts_and_amperes() -> None:
    samples, device = read("vertiv-ees", rectifier_walk())
    assert samples == {
        "site_power_status": 1.0,
        "dc_bus_voltage_volts": 54.559,
        "dc_load_current_amperes": 3.989,
        "battery_voltage_volts": 54.58,
        "battery_current_amperes": -12.0,
        "battery_state_of_charge_ratio": 0.97,
        'ac_input_voltage_volts{phase="L1"}': 234.803,
        "battery_mode": 1.0,
        "ac_input_available": 1.0,
        'env_temperature_celsius{zone="System Temperature 1"}': 21.198,
        'env_temperature_celsius{zone="Outdoor"}': -5.5,
        'battery_temperature_celsius{string="System Temperature 2"}': 25.0,
        'power_part_status{part="communication"}': 1.0,
        'rectifier_output_current_amperes{rectifier="1"}': 0.845,
        'rectifier_up{rectifier="1"}': 1.0,
        'device_info{model="NetSure",vendor="Vertiv"}': 1.0,
    }
    assert device.reader.rejected[Quality.NOT_SUPPORTED] == 1


def test_a_controller_that_lost_its_rectifiers_tells_nothing_old() -> None:
    samples, device = read("vertiv-ees", {**rectifier_walk(), f"{EES}.8.0": 3})
    assert set(samples) == {'device_info{model="NetSure",vendor="Vertiv"}'}
    assert device.reader.rejected[Quality.OFFLINE] == 16
