"""Values as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.core.catalogue import Aggregation, Metric, MetricKind, State, Text
from omc.core.quantity_text import duration_text, number_text, value_text


def metric(name: str, unit: str, kind: MetricKind = MetricKind.GAUGE) -> Metric:
    text = Text(en="A thing.", vi="Một thứ.")
    states = {2: State(name="down", text=Text(en="Down", vi="Ngừng"), severity="critical")}
    return Metric(
        name=name,
        kind=kind,
        unit=unit,
        help=text,
        aggregation=Aggregation.LAST,
        source="test",
        states=states if kind is MetricKind.STATE else {},
    )


@pytest.mark.parametrize(
    ("name", "unit", "value", "text"),
    [
        ("dc_bus_voltage_volts", "V", 53.23, "53.23 V"),
        ("env_temperature_celsius", "Cel", 0.0, "0 °C"),
        ("battery_state_of_charge_ratio", "1", 0.985, "98.5 %"),
        ("interface_speed_bits_per_second", "bit/s", 1e9, "1 Gbit/s"),
        ("memory_size_bytes", "By", 1_158_676_480, "1.159 GB"),
        ("device_uptime_seconds", "s", 1_234_567.89, "14 d 6 h"),
        ("device_uptime_seconds", "s", 5400, "1 h 30 min"),
        ("poll_duration_seconds", "s", 0.0123, "0.012 s"),
        ("optical_rx_power_dbm", "dBm", -21.345, "-21.345 dBm"),
        ("fan_speed_rpm", "{rev}/min", 4200.0, "4\u202f200 rpm"),
        ("pon_port_onts", "1", 1234567, "1\u202f234\u202f567"),
    ],
)
def test_a_value_carries_its_unit(name: str, unit: str, value: float, text: str) -> None:
    assert value_text(metric(name, unit), value) == text


@pytest.mark.parametrize(
    ("name", "unit", "value", "text"),
    [
        ("dc_bus_voltage_volts", "V", 226.4434, "226,4 V"),
        ("memory_size_bytes", "By", 1_158_676_480, "1,159 GB"),
        ("device_uptime_seconds", "s", 93_600, "1 ngày 2 giờ"),
        ("poll_duration_seconds", "s", 1.5, "1,5 giây"),
        ("fan_speed_rpm", "{rev}/min", 42_000.4, "42\u202f000 rpm"),
    ],
)
def test_in_vietnamese_it_has_a_decimal_comma_and_is_as_exact_as_wished(
    name: str, unit: str, value: float, text: str
) -> None:
    assert value_text(metric(name, unit), value, "vi", 4) == text


def test_a_state_is_said_in_words_of_the_language() -> None:
    state = metric("interface_oper_state", "1", MetricKind.STATE)
    assert value_text(state, 2.0, "en") == "Down"
    assert value_text(state, 2.0, "vi") == "Ngừng"
    assert value_text(state, 9.0, "en") == "9"


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_any_number_has_a_text(value: float) -> None:
    assert number_text(value)
    assert duration_text(value)
