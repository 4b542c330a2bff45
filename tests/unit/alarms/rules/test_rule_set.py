"""Rules as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from omc.core.errors import ConfigurationError
from tests.unit.alarms.watching import catalogue, rules_of, shipped_rules


def test_more_than_forty_rules_ship_and_say_everything_in_both_languages() -> None:
    rules = list(shipped_rules())
    assert len(rules) >= 40
    for rule in rules:
        for text in (rule.title, rule.meaning, rule.action):
            assert text.en != text.vi
            assert text.en.strip()
            assert text.vi.strip()
        assert len(rule.title.vi) <= 45, f"{rule.name}: too long for a lock screen"


def test_every_area_of_the_network_has_rules() -> None:
    topics = {text.en for text in shipped_rules().topics.values()}
    assert topics == {
        "Site power",
        "Site environment",
        "Transport and devices",
        "PON and ONTs",
        "Radio",
        "Root causes",
        "Told by the devices",
        "The service itself",
    }


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (
            "when: {kind: threshold, metric: dc_buss_voltage_volts, levels: {minor: '< 48'}}",
            ": example: 'dc_buss_voltage_volts' is no metric of the catalogue",
        ),
        (
            "when: {kind: threshold, metric: dc_bus_voltage_volts, levels: {minor: 48}}",
            "found 48; expected a comparison with a number",
        ),
        (
            "when: {kind: threshold, metric: dc_bus_voltage_volts, levels: {cleared: '< 48'}}",
            "found 'cleared'",
        ),
        (
            "when: {kind: threshold, metric: battery_mode, levels: {minor: '< 48'}}",
            "battery_mode is a state, expected a gauge",
        ),
        (
            "when: {kind: state, metric: battery_mode, states: {sleeping: minor}}",
            "battery_mode has no state 'sleeping'; it has: unknown, float, boost, test,",
        ),
        (
            "when: {kind: rate, metric: dc_bus_voltage_volts, levels: {minor: '> 1'}}",
            "dc_bus_voltage_volts is a gauge, expected a counter",
        ),
        (
            "when: {kind: threshold, metric: lte_rrc_setup_success_ratio, levels: {minor: '<1'}}",
            "lte_rrc_setup_success_ratio is derived: use kind 'ratio'",
        ),
        (
            "when: {kind: ratio, metric: dc_bus_voltage_volts, levels: {minor: '< 1'}}",
            "dc_bus_voltage_volts is no ratio of other metrics",
        ),
        (
            "when: {kind: thresold, metric: dc_bus_voltage_volts}",
            "kind: found 'thresold'; allowed: threshold, state, rate, ratio, absence,",
        ),
        (
            (
                "when: {kind: state, metric: battery_mode, states: {discharge: minor}}\n"
                "only_if: [{metric: ac_input_available}]"
            ),
            "12:15: example: one of 'states', 'above' and 'below' is needed",
        ),
        (
            (
                "when: {kind: state, metric: ac_input_available, states: {absent: minor}}\n"
                "object: [sit]"
            ),
            "ac_input_available has no label 'sit'",
        ),
        (
            "when: {kind: state, metric: ac_input_available, states: {absent: minor}}\nhold: 60",
            "hold: found 60; expected a duration",
        ),
    ],
)
def test_a_fault_in_a_rule_is_told_where_it_stands_with_what_is_allowed(
    tmp_path: Path, rule: str, fault: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        rules_of(tmp_path, rule)
    assert fault in str(error.value)
    assert f"{tmp_path / 'tests.yaml'}:" in str(error.value)


def test_a_rule_of_a_later_folder_replaces_the_shipped_one(tmp_path: Path) -> None:
    from omc.alarms import RuleSet
    from omc.core.resources import config_folder

    own = rules_of(
        tmp_path,
        "when: {kind: state, metric: ac_input_available, states: {absent: critical}}",
        name="mains_failed",
    )
    both = RuleSet.load([config_folder() / "alarms", tmp_path], catalogue())
    assert both["mains_failed"] == own["mains_failed"]
    assert len(both) == len(shipped_rules())
