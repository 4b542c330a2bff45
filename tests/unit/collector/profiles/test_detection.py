"""Which profile a device gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.profiles.detection import Candidate, Detection, detect
from collector.profiles.profile import Profile
from omc.core.yaml_source import parse_yaml, validate
from tests.replayed_device import shipped_profiles

NET_SNMP = "1.3.6.1.4.1.8072.3.2.10"
RULES = {
    "vertiv": f"[{{sys_object_id: {NET_SNMP}, sys_descr: ES_Controller}}]",
    "smu": f"[{{sys_object_id: {NET_SNMP}, probe: 1.3.6.1.4.1.2011.6.164.1.1.1.4.0}}]",
    "linux": f"[{{sys_object_id: {NET_SNMP}, sys_descr: ^Linux}}]",
    "net-snmp": "[{sys_object_id: 1.3.6.1.4.1.8072}]",
    "olt": "[{sys_object_id: [1.3.6.1.4.1.2011.2.80, 1.3.6.1.4.1.2011.2.80.8]}]",
    "huawei": "[{sys_object_id: 1.3.6.1.4.1.2011}]",
    "genset": "[{sys_descr: C2LAN SNMP}]",
    "ups": "[{probe: 1.3.6.1.2.1.33.1.1.4.0}]",
}


def profile(name: str, rules: str) -> Profile:
    text = f"{{name: {name}, title: T, evidence: mib, detect: {rules}}}"
    return validate(parse_yaml(text, Path("p.yaml")), Profile)


PROFILES = [profile(name, rules) for name, rules in RULES.items()]


@pytest.mark.parametrize(
    ("sys_object_id", "sys_descr", "answers", "expected"),
    [
        ("1.3.6.1.4.1.2011.2.80.8.1", "", {}, "olt"),
        (".1.3.6.1.4.1.2011.2.80.8", "", {}, "olt"),
        ("1.3.6.1.4.1.2011.2.801", "", {}, "huawei"),
        ("1.3.6.1.4.1.20111", "", {}, "generic"),
        (NET_SNMP, "Linux ES_Controller 2.6", {}, "linux"),
        (NET_SNMP, "ES_Controller", {}, "vertiv"),
        (NET_SNMP, "BusyBox", {"1.3.6.1.4.1.2011.6.164.1.1.1.4.0": b"V1"}, "smu"),
        (NET_SNMP, "BusyBox", {"1.3.6.1.4.1.2011.6.164.1.1.1.4.0": None}, "net-snmp"),
        (NET_SNMP, "BusyBox", {}, "net-snmp"),
        ("0.0", "C2LAN SNMP agent", {}, "genset"),
        ("0.0", "", {"1.3.6.1.2.1.33.1.1.4.0": b"V1"}, "ups"),
        ("", "", {}, "generic"),
    ],
)
def test_a_device_is_told_by_prefix_then_text_then_probe(
    sys_object_id: str, sys_descr: str, answers: dict[str, bytes | None], expected: str
) -> None:
    assert detect(PROFILES, sys_object_id, sys_descr).decide(answers) == expected


def test_nothing_is_probed_behind_a_certain_answer() -> None:
    assert detect(PROFILES, "1.3.6.1.4.1.2011.2.80.8", "").probes == ()


def test_a_probe_stands_before_the_profile_without_condition() -> None:
    assert detect(PROFILES, NET_SNMP, "BusyBox").candidates == (
        Candidate("smu", "1.3.6.1.4.1.2011.6.164.1.1.1.4.0"),
        Candidate("net-snmp"),
    )


def test_candidates_that_do_not_answer_leave_the_generic_profile() -> None:
    assert Detection((Candidate("smu", "1.3"),)).decide({}) == "generic"


@pytest.mark.parametrize(
    ("sys_object_id", "sys_descr", "expected"),
    [
        ("1.3.6.1.4.1.2011.2.248", "Huawei Integrated Access Software", "huawei-smartax"),
        ("1.3.6.1.4.1.2011.2.999", "Huawei Integrated Access Software", "huawei-smartax"),
        ("1.3.6.1.4.1.2011.2.999", "Huawei Versatile Routing Platform", "huawei-vrp"),
        ("1.3.6.1.4.1.2011.2.999", "Another Huawei thing", "generic"),
        ("1.3.6.1.4.1.6302.2.1", "", "vertiv-ees"),
        (NET_SNMP, "Linux ES_Controller 2.6.27.18", "vertiv-ees"),
        (NET_SNMP, "Linux router 6.1", "generic"),
        ("1.3.6.1.4.1.9.1.2102", "Cisco IOS Software [Gibraltar], ASR920", "cisco-ios-xe"),
    ],
)
def test_shipped_profiles_know_their_devices(
    sys_object_id: str, sys_descr: str, expected: str
) -> None:
    assert shipped_profiles().detect(sys_object_id, sys_descr).decide({}) == expected
