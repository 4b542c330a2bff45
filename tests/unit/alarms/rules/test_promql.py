"""Rules in PromQL: what is written for each kind of condition. Verdicts are compared elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import dashboards
from omc.alarms import Severity
from omc.alarms.rules.promql import Inexpressible, PromqlRule
from omc.alarms.rules.rule_files import LEFT_OUT_FILE, rule_files
from tests.unit.alarms.watching import catalogue, rules_of, shipped_rules


@pytest.mark.parametrize(
    ("rule", "severity", "expression"),
    [
        (
            """
when:
  kind: threshold
  metric: dc_bus_voltage_volts
  levels: {minor: "< 48", major: "< 46"}
  hysteresis: 1
""",
            Severity.MINOR,
            "dc_bus_voltage_volts < 48 or (dc_bus_voltage_volts < 49) and omc:example:minor",
        ),
        (
            "when: {kind: state, metric: lte_cell_state, states: {disabled: minor}}",
            Severity.MINOR,
            "lte_cell_state == 0",
        ),
        (
            """
when: {kind: rate, metric: interface_receive_errors_total, levels: {minor: "> 1"}}
scope: {sites: ["VYE*", 'A"1'], except_nodes: ["*-LAB"]}
""",
            Severity.MINOR,
            'rate(interface_receive_errors_total{site=~"VYE.*|A\\"1", node!~".*\\\\-LAB"}[5m]) > 1',
        ),
        (
            """
when: {kind: absence, metric: dc_bus_voltage_volts, after: 15m, severity: minor}
only_if: [{metric: site_online, states: [online], unknown: true}]
""",
            Severity.MINOR,
            (
                "(last_over_time(dc_bus_voltage_volts[1d]) unless "
                "last_over_time(dc_bus_voltage_volts[15m])) "
                "unless on (site, node) (site_online unless (site_online == 1))"
            ),
        ),
        (
            """
when:
  kind: past
  metric: lte_pdcp_volume_bytes
  past: last_week
  as_ratio: true
  at_least: 1000
  levels: {major: "< 0.02"}
""",
            Severity.MAJOR,
            (
                "lte_pdcp_volume_bytes / on (site, node, cell, direction) group_left () "
                "(last_over_time(omc:lte_pdcp_volume_bytes:last_week[2h]) and "
                "(abs(last_over_time(omc:lte_pdcp_volume_bytes:last_week[2h])) >= 1000)) < 0.02"
            ),
        ),
    ],
)
def test_every_kind_of_condition_is_said(
    tmp_path: Path, rule: str, severity: Severity, expression: str
) -> None:
    (only,) = rules_of(tmp_path, rule)
    assert PromqlRule(only, catalogue()).bad(severity) == expression


def test_bounds_on_both_sides_keep_the_outermost_of_each(tmp_path: Path) -> None:
    (rule,) = rules_of(
        tmp_path,
        """
when:
  kind: threshold
  metric: ac_input_voltage_volts
  levels: {warning: ["< 195", "> 253"], major: ["< 180", "> 280"]}
""",
    )
    expressions = PromqlRule(rule, catalogue())
    metric = "ac_input_voltage_volts"
    assert expressions.bad(Severity.WARNING) == f"{metric} < 195 or {metric} > 253"
    assert expressions.bad(Severity.MAJOR) == f"{metric} < 180 or {metric} > 280"


def test_what_prometheus_cannot_judge_is_listed_with_the_reason() -> None:
    with pytest.raises(Inexpressible, match="there is no series to judge"):
        PromqlRule(shipped_rules()["fibre_cut"], catalogue())
    made = rule_files(shipped_rules(), catalogue(), "en")
    assert made.exported + len(made.left_out) == len(shipped_rules())
    assert "fibre_cut: found by the service itself" in made.files[LEFT_OUT_FILE]


def test_the_exported_rules_in_dashboards_are_current() -> None:
    folder = Path(dashboards.__file__).parent / "prometheus" / "rules"
    shipped = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    made = rule_files(shipped_rules(), catalogue(), "vi").files
    assert shipped == made, "run: omc alarms export-rules dashboards/prometheus/rules"


def test_texts_are_in_the_language_asked_for() -> None:
    for language, title in (("vi", "Mất điện lưới"), ("en", "Mains failed")):
        text = rule_files(shipped_rules(), catalogue(), language).files["site_power.yaml"]
        first = yaml.safe_load(text)["groups"][0]["rules"][0]
        assert first["annotations"]["summary"] == f"{title} · {{{{ $labels.site }}}}"
