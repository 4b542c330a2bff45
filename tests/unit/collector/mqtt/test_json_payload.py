from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from collector.mqtt.counts import Result
from collector.mqtt.directory import Place
from tests.unit.collector.mqtt.reading import (
    NATIVE_TOPIC,
    NOW_MS,
    FakeDirectory,
    Reading,
    Sample,
    catalogue,
    mapping,
    shipped,
)

T = 1_767_225_600_000  # 2026-01-01T00:00:00Z
NATIVE = "bts/v1/vnp/north/VPH0123/power/rectifier-1/telemetry"
IMEI = "860123456789012"
PLACES = {
    IMEI: Place("VPH0123", "rtu-1"),
    "BTS-VPH0123": Place("VPH0123", "gateway"),
    "BTS-VPH0124": Place("VPH0124", "gateway"),
    "c0619ab1b2c3": Place("VPH0200", "solar"),
    "sensor-7": Place("VPH0007", "sensor-7"),
}


def key(metric: str, node: str = "rectifier-1", site: str = "VPH0123", **labels: str) -> str:
    pairs = sorted({"site": site, "node": node, **labels}.items())
    return metric + "{" + ",".join(f'{name}="{value}"' for name, value in pairs) + "}"


_THINGSBOARD = "tb/{site}/{device}"
_SHAPES: list[tuple[str, str, str, Any, list[Sample]]] = [
    (
        "native",
        NATIVE_TOPIC,
        NATIVE,
        {
            "v": 1,
            "site": "VPH0123",
            "device": "rectifier-1",
            "seq": 4711,
            "ts": "2026-01-01T00:00:00.000Z",
            "boot": "b7f1",
            "m": [
                {"n": "dc_bus_voltage_volts", "x": 54.16},
                {"n": "battery_current_amperes", "x": -1.2, "l": {"string": "1"}},
                {"n": "rectifier_up", "x": True, "l": {"rectifier": 3}},
                {"n": "env_temperature_celsius", "q": "not_supported"},
            ],
        },
        [
            (key("dc_bus_voltage_volts"), 54.16, T),
            (key("battery_current_amperes", string="1"), -1.2, T),
            (key("rectifier_up", rectifier="3"), 1.0, T),
        ],
    ),
    (
        "thingsboard",
        _THINGSBOARD,
        "tb/VPH0123/rectifier-1",
        {"ts": T, "values": {"dc_bus_voltage": 54.16, "battery_current": -1.2, "unknown": 1}},
        [
            (key("dc_bus_voltage_volts"), 54.16, T),
            (key("battery_current_amperes", string="1"), -1.2, T),
        ],
    ),
    (
        "thingsboard",
        _THINGSBOARD,
        "tb/VPH0123/rectifier-1",
        {"dc_bus_voltage": 54.16},
        [(key("dc_bus_voltage_volts"), 54.16, NOW_MS)],
    ),
    (
        "thingsboard",
        _THINGSBOARD,
        "tb/VPH0123/rectifier-1",
        [{"ts": T, "values": {"soc": 98}}, {"ts": T + 60_000, "values": {"soc": "97 %"}}],
        [
            (key("battery_state_of_charge_ratio", string="1"), 0.98, T),
            (key("battery_state_of_charge_ratio", string="1"), 0.97, T + 60_000),
        ],
    ),
    (
        "thingsboard-gateway",
        "v1/gateway/telemetry",
        "v1/gateway/telemetry",
        {
            "BTS-VPH0123": [{"ts": T, "values": {"soc": 98}}],
            "BTS-VPH0124": [{"ts": T, "values": {"soc": 50}}, {"ts": T + 1, "values": {"soc": 51}}],
        },
        [
            (key("battery_state_of_charge_ratio", "gateway", string="1"), 0.98, T),
            (key("battery_state_of_charge_ratio", "gateway", "VPH0124", string="1"), 0.5, T),
            (key("battery_state_of_charge_ratio", "gateway", "VPH0124", string="1"), 0.51, T + 1),
        ],
    ),
    (
        "victron",
        "N/{portal}/#",
        "N/c0619ab1b2c3/battery/512/Dc/0/Voltage",
        {"value": 54.16},
        [(key("battery_voltage_volts", "solar", "VPH0200", string="1"), 54.16, NOW_MS)],
    ),
    (
        "rtu-kv",
        "/rtu/{sn}/up",
        "/rtu/9/up",
        {
            "id": IMEI,
            "time": "2026-01-01 07:00:00",
            "data": [
                {"k": "U_DC", "v": "54,16", "u": "V"},
                {"k": "I_BAT", "v": "-12"},
                {"k": "SOC", "v": "98", "u": "%"},
                {"k": "T_ENV", "v": "28.5", "u": "°C"},
                {"k": "DOOR", "v": "1"},
                {"k": "GEN", "v": "OFF"},
                {"k": "RSSI", "v": "-77"},
            ],
        },
        [
            (key("dc_bus_voltage_volts", "rtu-1"), 54.16, T),
            (key("battery_current_amperes", "rtu-1", string="1"), -12.0, T),
            (key("battery_state_of_charge_ratio", "rtu-1", string="1"), 0.98, T),
            (key("env_temperature_celsius", "rtu-1", zone="shelter"), 28.5, T),
            (key("site_contact_active", "rtu-1", contact="door"), 1.0, T),
            (key("generator_running", "rtu-1"), 0.0, T),
        ],
    ),
    (
        "modbus-meter",
        "{site}/{device}/realtime",
        "VPH0123/meter-1/realtime",
        {
            "ts": T // 1000,
            "meter": {"Ua": 2312, "Ub": 2308, "F": 5001, "Ep": 123456},
            "temp": [281, 65535, 65524],
            "door": 1,
            "smoke": 0,
        },
        [
            (key("ac_input_voltage_volts", "meter-1", phase="L1"), 231.2, T),
            (key("ac_input_voltage_volts", "meter-1", phase="L2"), 230.8, T),
            (key("ac_input_frequency_hertz", "meter-1"), 50.01, T),
            (key("site_energy_joules_total", "meter-1"), 4_444_416_000.0, T),
            (key("env_temperature_celsius", "meter-1", zone="sensor 1"), 28.1, T),
            (key("env_temperature_celsius", "meter-1", zone="sensor 3"), -1.2, T),
            (key("site_contact_active", "meter-1", contact="door"), 1.0, T),
            (key("site_contact_active", "meter-1", contact="smoke"), 0.0, T),
        ],
    ),
    (
        "tasmota",
        "tele/{device}/SENSOR",
        "tele/sensor-7/SENSOR",
        {"Time": "2026-01-01T07:00:00", "AM2301": {"Temperature": 28.1, "Humidity": 63.5}},
        [
            (key("env_temperature_celsius", "sensor-7", "VPH0007", zone="shelter"), 28.1, T),
            (key("env_humidity_ratio", "sensor-7", "VPH0007", zone="shelter"), 0.635, T),
        ],
    ),
]


@pytest.mark.parametrize(("name", "template", "topic", "payload", "samples"), _SHAPES)
def test_every_shape_of_the_field_is_read(
    name: str, template: str, topic: str, payload: Any, samples: list[Sample]
) -> None:
    reading = Reading(shipped()[name], template, directory=FakeDirectory(PLACES))
    assert reading.read(topic, payload) in (Result.ACCEPTED, Result.PARTIAL)
    assert reading.samples() == samples


@pytest.mark.parametrize(
    ("payload", "metric", "value"),
    [
        (b"54.16", "dc_bus_voltage_volts", 54.16),
        (b'"54.16"', "dc_bus_voltage_volts", 54.16),
        (b"54,16 V\n", "dc_bus_voltage_volts", 54.16),
        (b"ON", "generator_running", 1.0),
        (b'"off"', "generator_running", 0.0),
        (b"true", "generator_running", 1.0),
        (b"1", "generator_running", 1.0),
        (b"1.0", "generator_running", 1.0),
        (b"running", "generator_running", 1.0),
    ],
)
def test_a_bare_value_is_read_with_its_name_from_the_topic(
    payload: bytes, metric: str, value: float
) -> None:
    reading = Reading(shipped()["scalar"], "sites/{site}/{device}/{metric}")
    assert reading.read(f"sites/VPH0123/rectifier-1/{metric}", payload) is Result.ACCEPTED
    assert reading.samples() == [(key(metric), value, NOW_MS)]


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("{metric: dc_bus_voltage_volts}", 54.16, 54.16),
        ("{metric: dc_bus_voltage_volts}", 0, 0.0),
        ("{metric: dc_bus_voltage_volts}", "0", 0.0),
        ("{metric: dc_bus_voltage_volts}", "54.16 Vdc", 54.16),
        ("{metric: dc_bus_voltage_volts, scale: 0.01}", 5416, 54.16),
        ("{metric: dc_bus_voltage_volts, scale: 0.001, unit: mV}", "54160 mV", 54.16),
        ("{metric: env_temperature_celsius, offset: -273.15}", 300.15, 27.0),
        ("{metric: env_temperature_celsius, scale: 0.1, signed: 16}", 65524, -1.2),
        ("{metric: env_temperature_celsius, signed: 8}", "244", -12.0),
        ("{metric: env_temperature_celsius, signed: 16}", -12, -12.0),
        ("{metric: site_contact_active, bit: 2}", 5, 1.0),
        ("{metric: site_contact_active, bit: 1}", 5, 0.0),
        ("{metric: site_contact_active, invert: true}", 1, 0.0),
        ("{metric: site_contact_active, invert: true}", "OFF", 1.0),
        ("{metric: site_contact_active, on: normal, off: active}", True, 0.0),
        ("{metric: site_contact_active, states: {Open: active, Closed: normal}}", "OPEN", 1.0),
        ("{metric: site_contact_active, states: {Open: active, Closed: normal}}", "closed ", 0.0),
        ("{metric: battery_mode, states: {3: float, 4: boost}}", 3, "float"),
        ("{metric: battery_mode, states: {3: float, 4: boost}}", "4", "boost"),
        ("{metric: battery_mode}", "Float", "float"),
        ("{metric: env_humidity_ratio, scale: 0.01, unit: '%'}", "63,5 %", 0.635),
    ],
)
def test_a_value_becomes_a_number_in_the_metrics_unit(
    rule: str, value: Any, expected: float | str
) -> None:
    reading = Reading(mapping(f"values: {{x: {rule}}}"), "{site}/{node}")
    assert reading.read("S/N", {"x": value}) is Result.ACCEPTED
    if isinstance(expected, str):
        code = catalogue().metric("battery_mode").state_code(expected)
        assert code is not None
        expected = float(code)
    assert [sample[1] for sample in reading.samples()] == [expected]


@pytest.mark.parametrize(
    ("rule", "value", "reason"),
    [
        ("{metric: dc_bus_voltage_volts}", None, "missing"),
        ("{metric: dc_bus_voltage_volts}", "", "missing"),
        ("{metric: dc_bus_voltage_volts}", "NaN", "missing"),
        ("{metric: dc_bus_voltage_volts}", " n/a ", "missing"),
        ("{metric: dc_bus_voltage_volts}", "-", "missing"),
        ("{metric: dc_bus_voltage_volts, missing: [65535]}", 65535, "missing"),
        ("{metric: dc_bus_voltage_volts, missing: [65535]}", "65535", "missing"),
        ("{metric: dc_bus_voltage_volts, missing: [65535]}", "65535.0 V", "missing"),
        ("{metric: dc_bus_voltage_volts, missing: [ERR]}", "err", "missing"),
        ("{metric: dc_bus_voltage_volts, missing: [-9999], scale: 0.1}", -9999, "missing"),
        ("{metric: dc_bus_voltage_volts}", 65535, "out_of_range"),
        ("{metric: dc_bus_voltage_volts}", 1e999, "missing"),
        ("{metric: dc_bus_voltage_volts}", "1e999", "out_of_range"),
        ("{metric: dc_bus_voltage_volts}", 10**400, "out_of_range"),
        ("{metric: dc_bus_voltage_volts}", "abc", "not_a_number"),
        ("{metric: dc_bus_voltage_volts}", [1], "not_a_number"),
        ("{metric: dc_bus_voltage_volts}", {"a": 1}, "not_a_number"),
        ("{metric: dc_bus_voltage_volts}", "54160 mV", "wrong_unit"),
        ("{metric: site_contact_active}", 7, "unknown_state"),
        ("{metric: site_contact_active}", "ajar", "unknown_state"),
        ("{metric: site_contact_active}", 0.5, "unknown_state"),
        ("{metric: site_contact_active, states: {Open: active}}", "1", "unknown_state"),
        ("{metric: site_contact_active, bit: 2}", 5.5, "not_a_number"),
    ],
)
def test_what_is_no_value_makes_no_sample_and_is_counted(
    rule: str, value: Any, reason: str
) -> None:
    reading = Reading(mapping(f"values: {{x: {rule}}}"), "{site}/{node}")
    reading.read("S/N", {"x": value})
    assert reading.samples() == []
    assert reading.rejected == {reason: 1}


def test_one_value_may_feed_several_metrics() -> None:
    text = (
        "values: {di: [{metric: site_contact_active, bit: 0, labels: {contact: door}},"
        " {metric: site_contact_active, bit: 1, labels: {contact: smoke}}]}"
    )
    reading = Reading(mapping(text), "{site}/{node}")
    reading.read("S/N", {"di": 2})
    assert [sample[1] for sample in reading.samples()] == [0.0, 1.0]


def test_a_key_that_stands_twice_with_different_values_is_dropped_alone() -> None:
    reading = Reading(shipped()["thingsboard"], _THINGSBOARD)
    payload = b'{"dc_bus_voltage":54.1,"temperature":20,"temperature":21}'
    assert reading.read("tb/VPH0123/rectifier-1", payload) is Result.PARTIAL
    assert reading.samples() == [(key("dc_bus_voltage_volts"), 54.1, NOW_MS)]
    assert reading.rejected == {"duplicate_key": 1}


def test_a_document_that_was_cut_off_is_counted_and_those_before_it_are_read() -> None:
    reading = Reading(shipped()["thingsboard"], _THINGSBOARD)
    payload = b'{"dc_bus_voltage":54.1}{"dc_bus_volt'
    assert reading.read("tb/VPH0123/rectifier-1", payload) is Result.PARTIAL
    assert len(reading.samples()) == 1
    assert reading.rejected == {"trailing_garbage": 1}


def native(**changes: Any) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "v": 1,
        "ts": T,
        "m": [{"n": "dc_bus_voltage_volts", "x": 54.16}],
    }
    return payload | changes


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"site": "VPH0999"}, "identity_mismatch"),
        ({"device": "rectifier-2"}, "identity_mismatch"),
        ({"site": ["VPH0123"]}, "identity_invalid"),
        ({"ts": T + 86_400_000}, "time_future"),
        ({"ts": "2026-01-01 00:00:00"}, "time_without_zone"),
        ({"m": {"n": "dc_bus_voltage_volts", "x": 1}}, "no_record"),
        ({"m": [1]}, "no_record"),
        ({"m": [{"n": ["x"], "x": 1}]}, "no_record"),
        ({"m": [{"n": "dc_bus_voltage_volts", "x": 1, "l": "1"}]}, "no_record"),
        ({"m": [{"n": "dc_bus_voltage_milli", "x": 1}]}, "unknown_metric"),
        ({"m": [{"n": "dc_bus_voltage_volts", "x": 1, "l": {"site": "X"}}]}, "unknown_label"),
        ({"m": [{"n": "battery_voltage_volts", "x": 1, "l": {"n": "1"}}]}, "unknown_label"),
        ({"m": [{"n": "battery_voltage_volts", "x": 1, "l": {"string": ""}}]}, "label_invalid"),
        ({"m": [{"n": "battery_voltage_volts", "x": 1, "l": {"string": 1.5}}]}, "label_invalid"),
        ({"m": [{"n": "battery_voltage_volts", "x": 1, "l": {"string": []}}]}, "label_invalid"),
        (
            {"m": [{"n": "battery_voltage_volts", "x": 1, "l": {"string": "\ud800"}}]},
            "label_invalid",
        ),
        ({"m": [{"n": "dc_bus_voltage_volts", "x": 1, "q": "offline"}]}, "bad_quality"),
    ],
)
def test_what_a_native_message_may_not_say_is_refused_by_reason(
    changes: dict[str, Any], reason: str
) -> None:
    reading = Reading(shipped()["native"], NATIVE_TOPIC)
    assert reading.read(NATIVE, native(**changes)) is Result.REJECTED
    assert reading.samples() == []
    assert reading.rejected == {reason: 1}


@pytest.mark.parametrize("topic", ["tb/ VPH/n", "tb/VPH\n/n", "tb/VPH0123/" + "x" * 65, 'tb/"/n'])
def test_an_identifier_from_a_topic_has_to_be_one(topic: str) -> None:
    reading = Reading(shipped()["thingsboard"], _THINGSBOARD)
    assert reading.read(topic, {"soc": 1}) is Result.REJECTED
    assert reading.rejected == {"identity_invalid": 1}


def test_a_site_that_is_not_in_the_inventory_is_refused_until_it_is() -> None:
    closed = FakeDirectory(no_sites=("VPH0123",))
    reading = Reading(shipped()["native"], NATIVE_TOPIC, directory=closed)
    assert reading.read(NATIVE, native()) is Result.REJECTED
    assert reading.rejected == {"unknown_site": 1}
    closed._no_sites = ()
    assert reading.read(NATIVE, native()) is Result.ACCEPTED


def test_a_device_that_is_not_in_the_inventory_is_refused() -> None:
    reading = Reading(shipped()["rtu-kv"], "{imei}/data")
    assert reading.read("1/data", {"id": "1", "data": []}) is Result.REJECTED
    assert reading.rejected == {"unknown_device": 1}


def test_retained_telemetry_without_a_time_of_its_own_is_no_sample() -> None:
    reading = Reading(shipped()["thingsboard"], _THINGSBOARD)
    assert reading.read("tb/S/N", {"soc": 98}, retained=True) is Result.REJECTED
    assert reading.rejected == {"retained": 1}


def test_retained_telemetry_keeps_the_time_at_which_it_was_true() -> None:
    reading = Reading(shipped()["native"], NATIVE_TOPIC)
    assert reading.read(NATIVE, native(), retained=True) is Result.ACCEPTED
    assert [time for _, _, time in reading.samples()] == [T]


def test_a_retained_status_is_taken_as_what_is_now() -> None:
    reading = Reading(
        shipped()["native-status"],
        "bts/v1/{operator}/{region}/{site}/{device_class}/{device}/state",
    )
    topic = "bts/v1/vnp/north/VPH0123/gateway/gw-1/state"
    payload = {"online": False, "ts": "2020-01-01T00:00:00Z"}
    assert reading.read(topic, payload, retained=True) is Result.ACCEPTED
    assert reading.samples() == [(key("site_online", "gw-1"), 0.0, NOW_MS)]


@pytest.mark.parametrize(("payload", "code"), [(b"Online", 1.0), (b"Offline", 0.0)])
def test_a_tasmota_last_will_tells_whether_it_is_connected(payload: bytes, code: float) -> None:
    reading = Reading(
        shipped()["tasmota-status"], "tele/{device}/LWT", directory=FakeDirectory(PLACES)
    )
    reading.read("tele/sensor-7/LWT", payload, retained=True)
    assert reading.samples() == [(key("site_online", "sensor-7", "VPH0007"), code, NOW_MS)]


def test_sums_of_a_period_go_into_a_batch_of_that_period() -> None:
    sums = [metric.name for metric in catalogue() if metric.period_sum and "cell" in metric.labels]
    message = native(m=[{"n": sums[0], "x": 12, "l": {"cell": "VPH0123-1"}}])
    reading = Reading(shipped()["native"], NATIVE_TOPIC)
    assert reading.read(NATIVE, message) is Result.REJECTED
    assert reading.rejected == {"no_period": 1}
    assert reading.read(NATIVE, message | {"period": 900, "suspect": True}) is Result.ACCEPTED
    assert reading.read(NATIVE, native()) is Result.ACCEPTED
    batches = reading.reader.take()
    assert {(b.period, b.suspect, len(b)) for b in batches} == {(900.0, True, 1), (None, False, 1)}


def test_publishers_cannot_make_series_without_bound() -> None:
    reading = Reading(shipped()["thingsboard"], _THINGSBOARD, limit=3)
    results = [reading.read(f"tb/S/N{i}", {"dc_bus_voltage": 54}) for i in range(5)]
    assert results == [Result.ACCEPTED] * 3 + [Result.REJECTED] * 2
    assert reading.rejected == {"too_many_series": 2}
    assert len(reading.table) == 3


def test_a_series_that_was_forgotten_is_made_anew() -> None:
    reading = Reading(shipped()["thingsboard"], _THINGSBOARD, limit=1)
    reading.read("tb/S/N", {"dc_bus_voltage": 54})
    (batch,) = reading.reader.take()
    reading.table.forget(batch.series[0])
    reading.read("tb/S/N", {"dc_bus_voltage": 54})
    (again,) = reading.reader.take()
    assert again.series[0] is not batch.series[0]
    assert list(reading.table) == again.series


def test_the_second_message_of_a_device_uses_the_same_series_objects() -> None:
    reading = Reading(shipped()["native"], NATIVE_TOPIC)
    for _ in range(2):
        reading.read(NATIVE, native())
    (batch,) = reading.reader.take()
    assert batch.series[0] is batch.series[1]
    assert batch.source == "mqtt:test"
    assert batch.interval == 60.0


def test_a_fault_is_logged_once_by_reason_with_a_short_sample() -> None:
    reading = Reading(shipped()["native"], NATIVE_TOPIC)
    with capture_logs() as lines:
        for _ in range(3):
            reading.read(NATIVE, b"\x00\xffnot json \n" + b"x" * 1000)
        reading.read(NATIVE, native(m=[{"n": "invented", "x": 1}, {"n": "invented", "x": 2}]))
        reading.read(NATIVE, native(m=[{"n": "dc_bus_voltage_volts", "x": None}]))
    assert [(line["reason"], line["detail"]) for line in lines] == [
        ("not_json", "not_json"),
        ("unknown_metric", "invented"),
    ]
    assert len(lines[0]["sample"]) < 120
    assert lines[0]["sample"].startswith("\\x00\\xffnot json \\n")
    assert reading.rejected == {"not_json": 3, "unknown_metric": 2, "missing": 1}


def test_a_message_whose_values_are_all_missing_is_accepted_and_one_without_any_ignored() -> None:
    reading = Reading(shipped()["thingsboard"], _THINGSBOARD)
    assert reading.read("tb/S/N", {"soc": None}) is Result.ACCEPTED
    assert reading.read("tb/S/N", {"other": 1}) is Result.IGNORED
    assert reading.counts.messages == {Result.ACCEPTED: 1, Result.IGNORED: 1}


def test_a_mapping_that_wants_a_name_nobody_gives_does_not_fit_the_topic() -> None:
    with pytest.raises(ValueError, match=r"the mapping needs \{device\}, \{site\}"):
        Reading(shipped()["thingsboard"], "tb/{imei}")


_FIELD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["n", "x", "l", "q", "m", "ts", "site", "k", "v", "values", "data", "id"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


_DOCUMENTS = [name for name in shipped().names if not shipped()[name].is_sparkplug]


@given(st.sampled_from(_DOCUMENTS), _FIELD | st.binary(max_size=100), st.booleans())
def test_no_payload_costs_more_than_itself(name: str, content: Any, retained: bool) -> None:
    templates = {
        "thingsboard-gateway": "v1/gateway/telemetry",
        "victron": "{portal}/{site}/{device}/#",
    }
    template = templates.get(name, "{site}/{device}/{metric}/{rest}")
    directory = FakeDirectory({"d": Place("s", "n"), "p": Place("s", "n")})
    reading = Reading(shipped()[name], template, directory=directory)
    payload = content if isinstance(content, bytes) else json.dumps(content).encode()
    topic = "v1/gateway/telemetry" if template.startswith("v1") else "p/d/m/x"
    reading.read(topic, payload, retained=retained)
    assert "internal_error" not in reading.rejected
    assert sum(reading.counts.messages.values()) == 1
    assert reading.counts.samples == len(reading.samples())
