"""`bench.recall` on a folder of its own: every verdict, and what it takes to get it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.recall import DeviceRecall, measure
from bench.recall_judge import Verdict

UPS = "1.3.6.1.2.1.33.1"
RECORDING = f"""\
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999
{UPS}.2.1.0|2|2
{UPS}.2.3.0|2|90
{UPS}.2.4.0|2|98
{UPS}.2.5.0|2|546
{UPS}.2.7.0|5|
{UPS}.4.4.1.2.1|2|65535
{UPS}.4.4.1.2.2|2|231
1.3.6.1.4.1.99999.1.0|2|7
"""
READINGS = [
    ("state", f"{UPS}.2.1.0", 2, Verdict.RIGHT),
    ("runtime", f"{UPS}.2.3.0", 90, Verdict.RIGHT),
    ("charge", f".{UPS}.2.4.0", 98, Verdict.RIGHT),
    ("voltage", f"{UPS}.2.5.0", 546, Verdict.WRONG),
    ("temperature", f"{UPS}.2.7.0", 0, Verdict.NO_VALUE),
    ("voltage", f"{UPS}.4.4.1.2.1", 65535, Verdict.NO_VALUE),
    ("current", f"{UPS}.4.4.1.2.2", 231, Verdict.WRONG),
    ("load", "1.3.6.1.4.1.99999.1.0", 7, Verdict.MISSING),
    ("load", "1.3.6.1.4.1.99999.2.0", 7, Verdict.SHOWN_WRONG),
]
ANCHORS = f"""\
file,oid,snmprec_type,raw,metric,unit,canonical_value,librenms_value,confidence,note
ups,{UPS}.2.5.0,2,546,battery_voltage_volts,V,54.6,546,MIB,tenths
ups,{UPS}.4.4.1.2.1,2,65535,ac_output_voltage_volts,V,,65535,MIB,no reading
ups,{UPS}.4.4.1.2.2,2,231,ac_output_voltage_volts,V,,231,MIB,a sample where there must be none
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ups.snmprec").write_text(RECORDING, encoding="utf-8")
    (tmp_path / "empty.snmprec").write_text("not a walk\n", encoding="utf-8")
    document = [
        {"oid": oid, "class": kind, "description": "x", "value": value}
        for kind, oid, value, _ in READINGS
    ]
    (tmp_path / "ups.expected.json").write_text(json.dumps(document), encoding="utf-8")
    return tmp_path


def the_ups(folder: Path) -> DeviceRecall:
    [device] = measure(folder, [])
    assert device.name == "ups"
    assert device.problems == []
    return device


def test_every_reading_gets_its_verdict(folder: Path) -> None:
    device = the_ups(folder)
    found = [(j.truth.kind, j.verdict) for j in device.readings]
    assert found == [(kind, verdict) for kind, _, _, verdict in READINGS]
    assert all(j.reason for j in device.readings if j.verdict is not Verdict.RIGHT)
    assert device.beyond == {}


def test_where_an_anchor_differs_from_librenms_the_anchor_is_right(folder: Path) -> None:
    (folder / "anchors.csv").write_text(ANCHORS, encoding="utf-8")
    device = the_ups(folder)
    assert [j.verdict for j in device.anchors] == [Verdict.RIGHT, Verdict.RIGHT, Verdict.WRONG]
    verdicts = {j.truth.oid: j.verdict for j in device.readings}
    assert verdicts[f"{UPS}.2.5.0"] is Verdict.RIGHT
