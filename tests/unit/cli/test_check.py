"""`omc check` as people call it: a process, its output and its exit code."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from omc.core.resources import config_folder
from tests.unit.history.archives import LEVEL, MINUTE, Archive, Sample, labels

BROKEN = Path(__file__).parents[1] / "core" / "broken_settings"


def omc(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / "omc"), *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, **environment},
        timeout=60,
    )


@pytest.fixture
def started(tmp_path: Path) -> Path:
    """A folder fresh from `omc init`."""
    folder = tmp_path / "province"
    assert omc("init", folder).returncode == 0
    return folder


def test_what_init_writes_is_in_order(started: Path) -> None:
    result = omc("check", "-c", started / "omc.yaml")
    assert result.stderr == ""
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"{started / 'omc.yaml'} is in order."
    found = {line[:15].strip(): line[15:].split(maxsplit=1) for line in lines[1:]}
    assert found["sites"] == ["3", "3G 3, 4G 3, 5G 1"]
    assert found["nodes"] == [
        "7",
        "olt 1, other 1, rectifier 1, router 3, sensor 1; 6 polled over SNMP",
    ]
    assert found["spans"] == ["2", "11.5 km of route"]
    count, sinks = found["sinks"]
    assert count == "2"
    assert sinks.startswith("Prometheus on 127.0.0.1:9469, archive in ")
    assert int(found["profiles"][0]) > 50


def test_profiles_of_the_installation_are_named_among_the_shipped_ones(started: Path) -> None:
    path = started / "omc.yaml"
    own = started / "profiles"
    own.mkdir()
    shipped = config_folder() / "profiles" / "ups-mib.yaml"
    (own / "ups-mib.yaml").write_bytes(shipped.read_bytes())
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("# profiles:", "profiles:"), encoding="utf-8")
    result = omc("check", "-c", path)
    assert "1 of your own: ups-mib\n" in result.stdout, result.stderr


def test_users_whose_traps_are_heard_are_version_3_and_told_apart(started: Path) -> None:
    path = started / "omc.yaml"
    text = path.read_text(encoding="utf-8")
    traps = "snmp:\n  traps: {listen: ':1162', users: [read-only, a, b, nobody]}\n"
    user = "{version: 3, user: omc}"
    text = text.replace("snmp:\n", traps, 1)
    text = text.replace("credentials:\n", f"credentials:\n  a: {user}\n  b: {user}\n", 1)
    path.write_text(text, encoding="utf-8")
    result = omc("check", "-c", path)
    assert result.returncode == 2
    told = [line.split("users: ")[1] for line in result.stderr.splitlines() if "users: " in line]
    none = "there are no version 3 credentials of that name"
    assert told == [
        f"found 'read-only'; {none}",
        "b and a are the same user 'omc'",
        f"found 'nobody'; {none}",
    ]


@pytest.mark.parametrize(
    "name", ["many_faults_at_once", "literal_community", "not_yaml", "unknown_section"]
)
def test_a_broken_file_ends_with_its_messages_and_exit_code_2(name: str) -> None:
    result = omc("check", "-c", BROKEN / f"{name}.yaml")
    assert result.returncode == 2
    assert result.stdout == ""
    expected = (BROKEN / f"{name}.expected").read_text(encoding="utf-8").splitlines()
    lines = result.stderr.replace(f"{BROKEN}/", "").splitlines()
    assert lines[:-1] == expected
    assert lines[-1] == ("1 problem in 1 file." if len(expected) == 1 else "7 problems in 1 file.")


def test_a_missing_file_says_how_to_begin(tmp_path: Path) -> None:
    result = omc("check", "-c", tmp_path / "omc.yaml")
    assert result.returncode == 2
    assert result.stderr.splitlines() == [
        f"{tmp_path}/omc.yaml: there is no such file",
        "1 problem in 1 file.",
        "To begin, `omc init FOLDER` writes a starter configuration.",
    ]


def test_faults_of_all_files_are_told_together(started: Path) -> None:
    settings = started / "omc.yaml"
    settings.write_text(settings.read_text("utf-8").replace("info ", "loud "), "utf-8")
    nodes = started / "inventory" / "nodes.csv"
    nodes.write_text(nodes.read_text("utf-8").replace("VP0001-olt,olt", "VP0001-olt,lot"), "utf-8")
    result = omc("check", "-c", settings)
    assert result.returncode == 2
    where = [line.split(": ")[0] for line in result.stderr.splitlines()]
    assert where == [f"{nodes}:4:12", f"{settings}:{_line_of(settings, 'loud')}:10", where[-1]]


def _line_of(path: Path, word: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if word in line)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "read-only,auto,5m",
            "backbone,auto,5m",
            ":4:37: credentials: found 'backbone'; the settings have: read-only",
        ),
        (
            "read-only,auto,5m",
            "read-only,if-mob,5m",
            ":4:47: profile: found 'if-mob'; allowed: auto, ",
        ),
    ],
)
def test_a_node_that_names_what_does_not_exist_is_told_where_it_stands(
    started: Path, old: str, new: str, problem: str
) -> None:
    nodes = started / "inventory" / "nodes.csv"
    nodes.write_text(nodes.read_text("utf-8").replace(old, new, 1), "utf-8")
    result = omc("check", "-c", started / "omc.yaml")
    assert result.returncode == 2
    assert result.stderr.startswith(f"{nodes}{problem}")


def test_a_subscription_that_names_no_mapping_is_told(started: Path) -> None:
    settings = started / "omc.yaml"
    text = (
        "mqtt: [{name: sites, host: 127.0.0.1, subscriptions: [{topic: 'a/#', mapping: nativ}]}]\n"
    )
    settings.write_text(text + settings.read_text("utf-8"), "utf-8")
    result = omc("check", "-c", settings)
    assert result.returncode == 2
    assert result.stderr.startswith(f"{settings}:1:79: mapping: found 'nativ'; allowed: ")
    assert "native" in result.stderr


def test_a_secret_from_the_environment_is_used_and_never_shown(started: Path) -> None:
    settings = started / "omc.yaml"
    text = settings.read_text("utf-8").replace("file:secrets/snmp-community", "env:OMC_TEST_SECRET")
    settings.write_text(text, "utf-8")
    assert omc("check", "-c", settings, OMC_TEST_SECRET="sea-shell").returncode == 0
    settings.write_text(text + "nonsense: 1\n", "utf-8")
    result = omc("check", "-c", settings, OMC_TEST_SECRET="sea-shell")
    assert result.returncode == 2
    assert "sea-shell" not in result.stdout + result.stderr


def test_broken_settings_hide_no_fault_of_the_inventory(tmp_path: Path) -> None:
    shutil.copytree(BROKEN.parent / "broken_inventory" / "site_twice", tmp_path / "inventory")
    (tmp_path / "inventory" / "expected").unlink()
    (tmp_path / "omc.yaml").write_text("inventory: inventory\n", "utf-8")
    result = omc("check", "-c", tmp_path / "omc.yaml")
    assert result.stderr.splitlines() == [
        f"{tmp_path}/inventory/sites.csv:4:1: code: site 'VP0001' is already on line 2",
        f"{tmp_path}/omc.yaml:1:1: the key 'data' is missing",
        "2 problems in 2 files.",
    ]


def test_an_archive_that_will_outgrow_its_disk_is_told_and_what_to_do(started: Path) -> None:
    archive = Archive(started / "data" / "archive")
    archive.write(
        Sample(LEVEL, labels(site="VPC0001"), at * MINUTE, float(at)) for at in range(100)
    )
    archive.maintain(everything=True)
    assert omc("check", "-c", started / "omc.yaml").stderr == ""
    manifest = sqlite3.connect(started / "data" / "archive" / "manifest.sqlite")
    with closing(manifest), manifest:  # as if it were the archive of a continent
        manifest.execute("UPDATE files SET bytes = 1e13 WHERE resolution = '5m'")
    result = omc("check", "-c", started / "omc.yaml")
    assert result.returncode == 0
    assert result.stderr.startswith("Warning: the archive in ")
    assert "1.096e+04 TB of 5-minute" in result.stderr
    assert "archive.roll_ups" in result.stderr
