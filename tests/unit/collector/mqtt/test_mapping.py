from __future__ import annotations

from pathlib import Path

import pytest

from collector.mqtt.mapping import MappingSet
from collector.mqtt.topic_template import TopicTemplate
from omc.core.errors import ConfigurationError
from tests.unit.collector.mqtt.reading import catalogue, shipped

_HEAD = "about: A test.\ninterval: 60s\n"

_FAULTS = [
    ("values: {x: dc_bus_milli}", "3:13: 'dc_bus_milli' is no metric of the catalogue"),
    (
        "values:\n  x: {metric: battery_voltage_volts, labels: {n: '1'}}",
        "4:38: battery_voltage_volts has no label 'n'; allowed: string",
    ),
    (
        "values:\n  x:\n    - metric: site_online\n    - {metric: site_online, on: up}",
        "6:33: site_online has no state 'up'; its states: offline, online",
    ),
    (
        "values:\n  x: {metric: dc_bus_voltage_volts, states: {1: on}}",
        "4:37: dc_bus_voltage_volts has no state 'on'; its states: none",
    ),
    (
        "values: {x: {metric: site_online, scale: 2}}",
        "3:42: site_online is a state: it has no scale",
    ),
    (
        "values: {x: {metric: dc_bus_voltage_volts, scale: 0}}",
        "3:51: scale: 0 is no change of units",
    ),
    (
        "values: {x: {metric: battery_mode, invert: true}}",
        "3:44: battery_mode has other states than 0 and 1: use `states`",
    ),
    (
        "values: {x: {metric: rectifier_load_ratio}}",
        "3:22: rectifier_load_ratio is computed or described here: no device sends it",
    ),
    (
        "values: {x: {metric: dc_bus_voltage_volts, labels: {}, factor: 2}}",
        (
            "3:56: the key 'factor' is not known here; allowed: bit, invert, labels, metric, "
            "missing, off, offset, on, scale, signed, states, unit"
        ),
    ),
    ("values: {a..b: dc_bus_voltage_volts}", "3:10: path 'a..b': not understood from '.b' on"),
    ("", "1:1: the key 'values' is missing: nothing would be read"),
    (
        "kind: status\nvalues: {x: dc_bus_voltage_volts}",
        "4:10: dc_bus_voltage_volts is no state, and this is a status mapping",
    ),
    (
        "values: {x: lte_rrc_setup_attempts}",
        "3:10: lte_rrc_setup_attempts is the sum of a period: the key 'period' is missing",
    ),
    (
        "names: catalogue\nsite: '{site'",
        "4:7: '{site' is no template: text, and names as in {site}",
    ),
    ("names: catalogue\nrecords: 'a['", "4:10: path 'a[': not understood from '[' on"),
    (
        "names: catalogue\ntime: {path: ts, zone: Asia/Hanoi}",
        "4:24: there is no time zone 'Asia/Hanoi'; Vietnam is Asia/Ho_Chi_Minh",
    ),
    ("names: catalogue\nencoding: gbq", "4:11: there is no encoding 'gbq'"),
    ("names: catalogue\nfields: {Site: site}", "4:1: field 'Site' is not lower_snake_case"),
    (
        "names: catalogue\nread: {form: table}",
        "4:14: form: found 'table'; allowed: object, list, topic",
    ),
    ("names: catalogue\nread: {at: data}", "4:1: the key 'form' is missing"),
    ("names: catalogue\nread: {form: list, name: k}", "4:1: the key 'value' is missing"),
    (
        "payload: sparkplug\nnames: catalogue\ntime: {path: ts}",
        "1:1: the key 'time' is not for Sparkplug payloads",
    ),
    (
        "names: catalogue\nonline: site_online",
        "1:1: the key 'online' is for Sparkplug payloads only",
    ),
    (
        "payload: sparkplug\nnames: catalogue\nonline: dc_bus_voltage_volts",
        "5:1: dc_bus_voltage_volts is no state",
    ),
    (
        "payload: sparkplug\nvalues: {'a/#/b': dc_bus_voltage_volts}",
        "4:10: # may only stand at the end of a topic",
    ),
    ("names: all", "3:8: names: found 'all'; expected 'mapped' or 'catalogue'"),
]


@pytest.mark.parametrize(("text", "fault"), _FAULTS)
def test_a_mapping_that_is_wrong_says_where_and_why(text: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "vendor.yaml"
    path.write_text(_HEAD + text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as wrong:
        MappingSet.load([tmp_path], catalogue())
    assert [str(problem).removeprefix(f"{path}:") for problem in wrong.value.problems] == [fault]


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("interval: 1\nvalues: {x: y}", encoding="utf-8")
    with pytest.raises(ConfigurationError) as wrong:
        MappingSet.load([tmp_path], catalogue())
    assert len(wrong.value.problems) == 6


def test_a_mapping_of_ones_own_replaces_the_shipped_one_of_that_name(tmp_path: Path) -> None:
    text = f"{_HEAD}values: {{x: dc_bus_voltage_volts}}"
    for name in ("native", "own"):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    first = tmp_path / "first"
    first.mkdir()
    (first / "native.yaml").write_text(f"{_HEAD}names: catalogue", encoding="utf-8")
    mappings = MappingSet.load([first, tmp_path], catalogue())
    assert mappings.names == ["native", "own"]
    assert mappings["native"].names == "mapped"


_TOPICS = {
    "modbus-meter": "{site}/{device}/realtime",
    "native": "bts/v1/{operator}/{region}/{site}/{device_class}/{device}/telemetry",
    "native-status": "bts/v1/{operator}/{region}/{site}/{device_class}/{device}/state",
    "rtu-kv": "{imei}/data",
    "scalar": "sites/{site}/{device}/{metric}",
    "sparkplug": "spBv1.0/#",
    "sparkplug-gateway": "spBv1.0/vendor/#",
    "tasmota": "tele/{device}/SENSOR",
    "tasmota-status": "tele/{device}/LWT",
    "thingsboard": "tb/{site}/{device}/telemetry",
    "thingsboard-gateway": "v1/gateway/telemetry",
    "victron": "N/{portal}/#",
}


def test_every_shipped_mapping_fits_the_topic_that_its_file_names() -> None:
    assert shipped().names == sorted(_TOPICS)
    for name, topic in _TOPICS.items():
        assert shipped()[name].fault_with(TopicTemplate.parse(topic)) is None


@pytest.mark.parametrize(
    "topic", ["sites/#", "spBv1.0/{group}/NDATA/{edge}", "spBv1.0/a/NDATA/#", "spBv1.0"]
)
def test_sparkplug_needs_all_messages_of_its_edge_nodes(topic: str) -> None:
    fault = shipped()["sparkplug"].fault_with(TopicTemplate.parse(topic))
    assert fault == "Sparkplug is read as a whole: expected spBv1.0/# or spBv1.0/GROUP/#"


def test_a_mapping_that_needs_a_name_which_nobody_gives_says_so() -> None:
    fault = shipped()["scalar"].fault_with(TopicTemplate.parse("sites/{site}"))
    assert fault == "the mapping needs {device}, {metric}, which the topic does not name"
