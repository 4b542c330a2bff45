"""The example for Alertmanager knows the labels and names of the shipped rules."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

import dashboards
from omc.alarms.rules.rule import Told
from tests.unit.alarms.watching import catalogue, shipped_rules

EXAMPLE = Path(dashboards.__file__).parent / "prometheus" / "alertmanager.yml"


def test_the_worst_severity_of_an_alarm_is_found_by_every_label_of_the_rules() -> None:
    example = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    equal = set(example["inhibit_rules"][0]["equal"])
    for rule in shipped_rules():
        when = rule.when
        labels = when.labels if isinstance(when, Told) else rule.object
        if not labels and not isinstance(when, Told):
            labels = catalogue().metric(when.metric).all_labels
        assert set(labels) <= equal, rule.name


def test_the_example_inhibits_only_alerts_that_there_are() -> None:
    names = {*shipped_rules().rules, "omc_down"}
    text = EXAMPLE.read_text(encoding="utf-8")
    inhibiting = text[text.index("inhibit_rules:") :]
    for quoted in re.findall(r'alertname \S+ "([^"]+)"', inhibiting):
        for pattern in re.split(r"\|(?![^(]*\))", quoted):
            assert any(re.fullmatch(pattern, name) for name in names), pattern
