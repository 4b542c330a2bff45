"""`omc profile` as its users see it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.servers.replay import replayed
from tests.servers.simulator import omc
from tests.unit.collector.drafting.mibs import ACME

#: A power system of a vendor nobody knows; two of its objects are in the profile below.
RECORDING = """\
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1
1.3.6.1.2.1.1.3.0|67|4200
1.3.6.1.4.1.99999.1.1.0|2|5412
1.3.6.1.4.1.99999.1.2.0|2|-999
1.3.6.1.4.1.99999.1.3.0|4|SN-1
1.3.6.1.4.1.99999.2.1.1.1|2|1
1.3.6.1.4.1.99999.2.1.1.2|2|2
1.3.6.1.4.1.99999.2.1.2.1|2|17
1.3.6.1.4.1.99999.2.1.2.2|2|18
"""
PROFILE = """\
name: acme-dc
title: Acme DC power system
evidence: mib
detect: [{sys_object_id: 1.3.6.1.4.1.99999}]
scalars:
  - {oid: 1.3.6.1.4.1.99999.1.1.0, metric: dc_bus_voltage_volts, decode: {scale: 0.01}}
  - oid: 1.3.6.1.4.1.99999.1.2.0
    metric: env_temperature_celsius
    sentinels: {-999: not_supported}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("acme")
    (folder / "acme.snmprec").write_text(RECORDING, encoding="utf-8")
    (folder / "acme-dc.yaml").write_text(PROFILE, encoding="utf-8")
    return folder


def omc_profile(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        omc("profile", *arguments), capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("name", ["auto", "own file"])
def test_a_trial_says_what_is_read_what_is_dropped_and_what_nobody_reads(
    folder: Path, name: str
) -> None:
    profile = str(folder / "acme-dc.yaml") if name == "own file" else "auto"
    done = omc_profile("test", profile, str(folder / "acme.snmprec"), "--format", "json")
    assert done.returncode == 0, done.stderr
    entries: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    unread = {e["unread"]: (e["rows"], e["example"]) for e in entries if "unread" in e}
    assert unread["1.3.6.1.4.1.99999.1.3.0"] == (1, "SN-1")
    assert unread["1.3.6.1.4.1.99999.2.1.2"] == (2, "17")
    if name == "own file":
        assert {
            "read": "dc_bus_voltage_volts",
            "labels": {},
            "value": 54.12,
            "unit": "V",
            "oid": "1.3.6.1.4.1.99999.1.1.0",
        } in entries
        assert {
            "dropped": "env_temperature_celsius",
            "reason": "not_supported",
            "value": "-999",
            "oid": "1.3.6.1.4.1.99999.1.2.0",
        } in entries


def test_people_see_the_same_as_a_table(folder: Path) -> None:
    done = omc_profile("test", str(folder / "acme-dc.yaml"), str(folder / "acme.snmprec"))
    assert "54.12 V" in done.stdout
    last = done.stdout.splitlines()[-1]
    assert last == "1 values read, 1 dropped (1 not supported), 3 objects nobody reads"


def test_a_faulty_profile_is_told_by_line_and_column(folder: Path, tmp_path: Path) -> None:
    faulty = tmp_path / "acme-dc.yaml"
    faulty.write_text(PROFILE.replace("dc_bus_voltage_volts", "bus_volts"), encoding="utf-8")
    done = omc_profile("test", str(faulty), str(folder / "acme.snmprec"))
    assert done.returncode == 2
    assert "acme-dc.yaml:6:44: the catalogue has no metric 'bus_volts'" in done.stderr


def test_profiles_can_be_listed_and_looked_into() -> None:
    listed = omc_profile("list").stdout
    assert "ups-mib" in listed
    shown = omc_profile("show", "ups-mib").stdout
    assert "1.3.6.1.2.1.33.1.2.5.0" in shown
    assert "battery_voltage_volts" in shown
    unknown = omc_profile("show", "ups-mob")
    assert unknown.returncode == 2
    assert "did you mean 'ups-mib'?" in unknown.stderr


def test_a_profile_is_drafted_from_a_device_and_its_mib_and_tried(folder: Path) -> None:
    mib, drafted = folder / "ACME-POWER-MIB.txt", folder / "acme-draft.yaml"
    mib.write_text(ACME, encoding="utf-8")
    recording = folder / "rectifiers.snmprec"
    recording.write_text(
        RECORDING + "1.3.6.1.4.1.99999.2.1.4.1.65|2|17\n1.3.6.1.4.1.99999.1.0|2|5412\n",
        encoding="utf-8",
    )
    with replayed(recording) as ports:
        device = f"127.0.0.1:{ports['rectifiers']}"
        done = omc_profile("suggest", device, "--mib", str(mib), "-o", str(drafted))
        assert done.returncode == 0, done.stderr
    tried = omc_profile("test", str(drafted), str(recording), "--read").stdout
    assert "54.12 V" in tried
    assert "1.7 A" in tried


def test_no_tree_of_a_device_is_walked_unasked(folder: Path) -> None:
    done = omc_profile("suggest", "127.0.0.1:9")
    assert done.returncode == 2
    assert "a vendor's tree is not walked unasked" in done.stderr


def test_a_draft_overwrites_nothing_that_somebody_may_have_reviewed(tmp_path: Path) -> None:
    reviewed = tmp_path / "acme.yaml"
    reviewed.write_text("name: acme\n", encoding="utf-8")
    done = omc_profile("suggest", "127.0.0.1:9", "--subtree", "1.3.6.1.2.1.1", "-o", str(reviewed))
    assert done.returncode == 2
    assert "never overwritten" in done.stderr
    assert reviewed.read_text(encoding="utf-8") == "name: acme\n"
