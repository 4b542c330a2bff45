"""docs/profiles.md says what is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from collector.decoding.index import IndexKind
from collector.decoding.octets import OctetFormat
from collector.decoding.steps import Step
from collector.profiles.plan import GROUP_MULTIPLES
from collector.profiles.profile import DetectionRule, Profile, Quirks, Rule, SweepBudget, Table
from collector.profiles.profile_set import ProfileSet
from omc.core.model import Quality
from omc.core.resources import config_folder
from tests.replayed_device import ReplayedDevice, plan_of, shipped_catalogue

GUIDE = (Path(__file__).parents[4] / "docs" / "profiles.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[0]


def test_the_example_loads_and_reads_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "acme-dc.yaml").write_text(EXAMPLE, encoding="utf-8")
    profiles = ProfileSet.load([config_folder() / "profiles", tmp_path], shipped_catalogue())
    assert profiles.detect("1.3.6.1.4.1.99999.1.7", "").decide({}) == "acme-dc"
    acme = "1.3.6.1.4.1.99999.1"
    device = ReplayedDevice(
        plan_of(EXAMPLE),
        {f"{acme}.1.0": 5412, f"{acme}.2.1.2.1": 1, f"{acme}.2.1.3.1": 84, f"{acme}.2.1.2.2": 4},
    )
    assert device.poll() == {
        "dc_bus_voltage_volts": 54.12,
        'rectifier_output_current_amperes{rectifier="1"}': 8.4,
    }


@pytest.mark.parametrize(
    "word",
    [
        *Step.model_fields,
        *sorted(set(Profile.model_fields) - {"name", "title", "mibs"}),
        *sorted(set(Table.model_fields) - {"name", "group", "metrics"}),
        *sorted(set(Rule.model_fields) - {"evidence", "group", "metric"}),
        *DetectionRule.model_fields,
        *SweepBudget.model_fields,
        *Quirks.model_fields,
        *(kind.value for kind in IndexKind if kind is not IndexKind.INTEGER),
        *OctetFormat,
        *Quality,
    ],
)
def test_every_word_of_the_language_is_in_the_guide(word: str) -> None:
    assert re.search(rf"\b{word}\b", GUIDE), word


def test_the_guide_gives_the_intervals_of_the_groups() -> None:
    for group, multiple in GROUP_MULTIPLES.items():
        intervals = "base interval" if multiple == 1 else f"{multiple} base intervals"
        assert re.search(rf"\| `{group}`( \(default\))? \| {intervals} \|", GUIDE)
