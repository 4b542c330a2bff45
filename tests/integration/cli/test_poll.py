"""`omc poll` as people and programs use it, against a real snmpd."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.servers.process import free_port
from tests.servers.prometheus import complaints_besides_bits
from tests.servers.snmpd import Snmpd, free_udp_port

USERS = [
    "createUser omc SHA-256 authpassword AES privpassword",
    "rouser omc priv",
    "createUser listener SHA authpassword",
    "rouser listener auth",
]
V3 = ("--user", "omc", "--auth", "sha256", "--priv", "aes128")
KEYS = {"OMC_AUTH_KEY": "authpassword", "OMC_PRIV_KEY": "privpassword"}


@pytest.fixture(scope="module")
def snmpd() -> Iterator[Snmpd]:
    with Snmpd(USERS) as server:
        yield server


def omc_poll(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "omc", "poll", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def read_json(*arguments: str, **environment: str) -> list[dict[str, Any]]:
    done = omc_poll(*arguments, "--format", "json", **environment)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_value_says_what_it_is_and_where_it_came_from(snmpd: Snmpd) -> None:
    began = datetime.now(UTC)
    samples = read_json(f"127.0.0.1:{snmpd.port}")
    assert {tuple(sample) for sample in samples} == {
        ("metric", "labels", "value", "unit", "time", "oid")
    }
    metrics = {sample["metric"] for sample in samples}
    assert {"device_uptime_seconds", "device_info", "interface_oper_state"} <= metrics
    assert {"interface_receive_bytes_total", "interface_speed_bits_per_second"} <= metrics
    times = [datetime.fromisoformat(sample["time"]) for sample in samples]
    assert all(abs(time - began) < timedelta(seconds=30) for time in times)
    assert all(sample["time"].endswith("Z") and len(sample["time"]) == 24 for sample in samples)
    read_over_snmp = [s for s in samples if not s["metric"].endswith("_info")]
    assert all(sample["oid"].startswith("1.3.6.1.") for sample in read_over_snmp)


@pytest.mark.parametrize(
    ("metric", "factor"),
    [
        ("interface_admin_state", 1.0),
        ("interface_oper_state", 1.0),
        ("interface_speed_bits_per_second", 1e6),
        ("interface_receive_errors_total", 1.0),
    ],
)
def test_values_equal_what_snmpget_reads(snmpd: Snmpd, metric: str, factor: float) -> None:
    samples = [s for s in read_json(f"127.0.0.1:{snmpd.port}") if s["metric"] == metric]
    assert samples
    for sample in samples:
        if factor == 1.0 or sample["oid"].startswith("1.3.6.1.2.1.31.1.1.1.15."):
            raw = snmpd.get(sample["oid"], "-v2c", "-cpublic", "-Oe")
            assert sample["value"] == int(raw) * factor


def test_a_counter_lies_between_two_readings_of_snmpget(snmpd: Snmpd) -> None:
    oid = "1.3.6.1.2.1.31.1.1.1.6.1"
    before = int(snmpd.get(oid))
    samples = read_json(f"127.0.0.1:{snmpd.port}")
    after = int(snmpd.get(oid))
    (sample,) = [s for s in samples if s["oid"] == oid]
    assert sample["metric"] == "interface_receive_bytes_total"
    assert before <= sample["value"] <= after


def test_names_keep_their_diacritics(snmpd: Snmpd) -> None:
    samples = read_json(f"127.0.0.1:{snmpd.port}")
    (info,) = [s for s in samples if s["metric"] == "device_info"]
    assert info["labels"]["location"] == "Vĩnh Yên"
    assert info["labels"]["name"] == "VPC0001"


def test_version_1_reads_the_same_metrics_as_far_as_it_can(snmpd: Snmpd) -> None:
    newer = {s["metric"] for s in read_json(f"127.0.0.1:{snmpd.port}")}
    older = {s["metric"] for s in read_json(f"127.0.0.1:{snmpd.port}", "--snmp-version", "1")}
    assert older <= newer
    assert {"interface_oper_state", "interface_receive_bytes_total"} <= older


def test_version_3_reads_with_authentication_and_privacy(snmpd: Snmpd) -> None:
    plain = {s["oid"] for s in read_json(f"127.0.0.1:{snmpd.port}")}
    secure = {s["oid"] for s in read_json(f"127.0.0.1:{snmpd.port}", *V3, **KEYS)}
    assert secure == plain


@pytest.mark.parametrize(
    ("user", "keys"),
    [
        (V3, {**KEYS, "OMC_AUTH_KEY": "wrong-password"}),
        (("--user", "nobody", *V3[2:]), KEYS),
        (("--user", "omc", "--auth", "md5", "--priv", "aes128"), KEYS),
    ],
    ids=["wrong key", "unknown user", "wrong algorithm"],
)
def test_refused_credentials_end_with_4_and_say_what_to_check(
    snmpd: Snmpd, user: tuple[str, ...], keys: dict[str, str]
) -> None:
    done = omc_poll(f"127.0.0.1:{snmpd.port}", *user, "--timeout", "0.5", **keys)
    assert done.returncode == 4, done.stderr
    assert "--auth-key" in done.stderr
    assert not any(secret in done.stderr for secret in keys.values())


def test_a_wrong_community_is_silence_and_says_so(snmpd: Snmpd) -> None:
    options = ("--community", "wrong-one", "--timeout", "0.2")
    done = omc_poll(f"127.0.0.1:{snmpd.port}", *options)
    assert done.returncode == 3
    assert "check --community" in done.stderr
    assert "wrong-one" not in done.stderr


def test_a_port_where_nobody_listens_is_no_matter_of_communities() -> None:
    port = free_udp_port()
    done = omc_poll(f"127.0.0.1:{port}", "--timeout", "0.2", "--retries", "0")
    assert done.returncode == 3
    said, advice = done.stderr.splitlines()
    assert said == f"omc poll: connection refused by 127.0.0.1:{port}"
    assert advice.startswith(f"  Nothing listens on UDP port {port} there: is the SNMP agent")
    assert done.stdout == ""


def test_a_name_that_nobody_knows_is_no_matter_of_communities() -> None:
    done = omc_poll("no-such-box.invalid")
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "omc poll: the name 'no-such-box.invalid' could not be resolved",
        "  Check the spelling of the name, or give the IP address.",
    ]


def test_silence_says_how_long_it_lasted_in_both_languages() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        endpoint = f"127.0.0.1:{mute.getsockname()[1]}"
        options = (endpoint, "--timeout", "0.1", "--retries", "0")
        english = omc_poll(*options)
        vietnamese = omc_poll(*options, "--language", "vi")
    assert english.returncode == vietnamese.returncode == 3
    first, *advice = english.stderr.splitlines()
    assert first == f"omc poll: no answer from {endpoint}, waited 0.1 s for each request"
    assert [line.split()[0] for line in advice] == ["Is", "A", "Old", "A"]
    first, *advice = vietnamese.stderr.splitlines()
    assert first == f"omc poll: {endpoint} không trả lời, mỗi yêu cầu đã chờ 0.1 giây"
    assert "  Sai community thì thiết bị không trả lời: hãy kiểm tra --community." in advice


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("127.0.0.1:0",), "is no ADDRESS[:PORT]"),
        (("127.0.0.1:seven",), "is no ADDRESS[:PORT]"),
        (("[::1",), "write [IPv6]:PORT"),
        (("127.0.0.1", "--snmp-version", "3"), "version 3 needs --user"),
        (("127.0.0.1", "--user", "omc", "--snmp-version", "1"), "are for version 3"),
        (("127.0.0.1", "--user", "omc", "--auth", "md5", "--auth-key", "short"), "8 characters"),
        (("127.0.0.1", "--user", "omc", "--priv", "aes128"), "privacy needs authentication"),
        (("127.0.0.1", "--user", "omc", "--auth", "sha256"), "give --auth-key or OMC_AUTH_KEY"),
        (
            (
                "127.0.0.1",
                "--user",
                "omc",
                "--auth",
                "md5",
                "--auth-key",
                "longenough",
                "--priv",
                "des",
            ),
            "give --priv-key or OMC_PRIV_KEY",
        ),
        (("127.0.0.1:0", "--language", "vi"), "với cổng từ 1 đến 65535"),
        (("127.0.0.1", "--profile", "no-such-box"), "there is no profile 'no-such-box'"),
        (("127.0.0.1", "--profile", "huawei-vrpp"), "did you mean 'huawei-vrp'?"),
        (("127.0.0.1", "--format", "xml"), "xml"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_allowed(
    arguments: tuple[str, ...], says: str
) -> None:
    done = omc_poll(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_the_prometheus_format_is_what_promtool_accepts(snmpd: Snmpd) -> None:
    done = omc_poll(f"127.0.0.1:{snmpd.port}", "--format", "prometheus")
    assert done.returncode == 0
    assert 'interface_oper_state{interface="lo"' in done.stdout
    assert complaints_besides_bits(done.stdout.encode()) == []


def test_the_influx_format_has_a_line_a_value(snmpd: Snmpd) -> None:
    endpoint = f"127.0.0.1:{snmpd.port}"
    done = omc_poll(endpoint, "--format", "influx")
    values = len(read_json(endpoint))
    lines = done.stdout.splitlines()
    assert abs(len(lines) - values) <= 2
    assert all(" value=" in line for line in lines)


def test_the_table_groups_by_topic_and_shows_units(snmpd: Snmpd) -> None:
    english = omc_poll(f"127.0.0.1:{snmpd.port}").stdout
    assert "interface_receive_bytes_total" in english
    assert "Up" in english
    assert " B" in english
    assert "values with profile generic" in english


def test_for_a_pipe_every_value_and_the_footer_are_one_line_each(snmpd: Snmpd) -> None:
    endpoint = f"127.0.0.1:{snmpd.port}"
    oids = {sample["oid"] for sample in read_json(endpoint) if sample["oid"]}
    lines = omc_poll(endpoint, "--oids", COLUMNS="40").stdout.splitlines()
    shown = {line.split()[-1] for line in lines if line}
    assert {oid for oid in oids if oid.startswith("1.3.6.1.2.1.31.")} <= shown
    assert re.fullmatch(r"\d+ values with profile generic in [\d.]+ s.*", lines[-1])


def test_the_table_speaks_vietnamese_throughout(snmpd: Snmpd) -> None:
    lines = omc_poll(f"127.0.0.1:{snmpd.port}", "--language", "vi").stdout.splitlines()
    assert lines[1].split("  ")[0] == "đối tượng"
    assert "chỉ số" in lines[1]
    assert "giá trị" in lines[1]
    assert re.fullmatch(r"\d+ giá trị, mẫu thiết bị generic, trong [\d.]+ giây.*", lines[-1])


def test_help_makes_sense_without_reading_anything_else() -> None:
    done = omc_poll("--help")
    assert done.returncode == 0
    assert "Exit codes" in done.stdout
    assert "OMC_COMMUNITY" in done.stdout


def test_a_closed_port_is_told_apart_from_wrong_usage() -> None:
    done = omc_poll(f"localhost:{free_port()}", "--timeout", "0.2")
    assert done.returncode == 3
