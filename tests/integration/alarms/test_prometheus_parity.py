"""Prometheus and the service judge the same series: their verdicts are compared, rule by rule."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from omc.alarms import Alarm, AlarmKey, Rule, RuleSet, Severity
from omc.alarms.rules.rule import AgainstPast
from omc.alarms.rules.rule_files import LEFT_OUT_FILE, rule_files
from omc.core.model import Series
from tests.integration.alarms.scenario import Scenario, past_value, patience, scenario
from tests.servers.process import find_binary
from tests.unit.alarms.watching import Watched, catalogue, shipped_rules

#: Active alarms by key.
Verdicts = dict[AlarmKey, Alarm]

#: Seconds between two evaluations, and the longest patience of rules that are tested with them.
QUICK, SLOW = 60.0, 240.0
_PATIENT = 900.0


class _Before:
    """What every series used to be, as its story has it."""

    def __init__(self, rules: RuleSet) -> None:
        self._values = {
            rule.when.metric: past_value(rule.when)
            for rule in rules
            if isinstance(rule.when, AgainstPast)
        }

    def median_7d(self, series: Series) -> float | None:
        return self._values.get(series.metric.name)

    quarter_ago = last_week = median_7d

    def usual(self, series: Series, time_ms: int) -> None:
        return None  # rules of kind `weekly` are not exported


def _kind(rule: Rule) -> str:
    if isinstance(rule.when, AgainstPast):
        return "past"
    return "patient" if patience(rule) > _PATIENT else "quick"


def _exported(kind: str) -> RuleSet:
    """Rules of a kind that both engines have."""
    shipped = shipped_rules()
    left_out = rule_files(shipped, catalogue(), "en").left_out
    chosen = [rule for rule in shipped if rule.name not in left_out and _kind(rule) == kind]
    return RuleSet(chosen, shipped.causes, shipped.topics)


def _our_verdicts(rules: RuleSet, stories: Sequence[Scenario]) -> list[Verdicts]:
    """What the service's engine says at every step."""
    watched = Watched(rules, _Before(rules))
    table = {
        name: watched.table.intern(catalogue().metric(name[0]), dict(name[1]))
        for story in stories
        for name in story.values
    }
    said = []
    for step in range(stories[0].steps):
        now = {
            table[name]: value
            for story in stories
            for name, column in story.values.items()
            if (value := column[step]) is not None
        }
        watched.say(now, interval=stories[0].step)
        watched.monitor.tick()
        watched.engine.tick()
        said.append({alarm.key: alarm for alarm in watched.engine.active()})
        watched.clock.advance(stories[0].step)
    return said


def _their_test(
    rules: RuleSet, stories: Sequence[Scenario], said: Sequence[Verdicts]
) -> dict[str, Any]:
    """What promtool has to find: the same alerts at the same steps."""
    series = [
        {"series": _selector(*name), "values": " ".join(map(_value, column))}
        for story in stories
        for name, column in story.values.items()
    ]
    expectations = [
        {
            "expr": f'ALERTS{{alertname="{rule.name}",alertstate="firing"}}',
            "eval_time": f"{round(step * story.step)}s",
            "exp_samples": [
                {"labels": _alert_labels(alarm, severity), "value": 1}
                for alarm in said[step].values()
                if alarm.rule == rule.name
                for severity in _severities(rule)
                if severity <= alarm.severity
            ],
        }
        for rule, story in zip(rules, stories, strict=True)
        for step in story.judged
    ]
    return {
        "interval": f"{round(stories[0].step)}s",
        "input_series": series,
        "promql_expr_test": expectations,
    }


def _severities(rule: Rule) -> Iterable[Severity]:
    when: Any = rule.when
    if when.kind == "state":
        return set(when.states.values())
    return [when.severity] if when.kind == "absence" else list(when.levels)


def _alert_labels(alarm: Alarm, severity: Severity) -> str:
    labels = dict(alarm.labels) | {
        "alertname": alarm.rule,
        "alertstate": "firing",
        "severity": severity.word,
    }
    return _selector("ALERTS", tuple(labels.items()))


def _selector(name: str, labels: Iterable[tuple[str, str]]) -> str:
    return name + "{" + ", ".join(f'{label}="{text}"' for label, text in labels) + "}"


def _value(value: float | None) -> str:
    return "_" if value is None else repr(value)


def _promtool(folder: Path, test: dict[str, Any]) -> str:
    """What `promtool test rules` finds wrong; "" for nothing."""
    plan = {
        "rule_files": [p.name for p in sorted(folder.glob("*.yaml"))],
        "evaluation_interval": test["interval"],
        "tests": [test],
    }
    (folder / "tests.yml").write_text(json.dumps(plan), encoding="utf-8")  # JSON is YAML
    done = subprocess.run(
        [find_binary("promtool", "prometheus"), "test", "rules", str(folder / "tests.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _export(rules: RuleSet, folder: Path) -> None:
    for name, text in rule_files(rules, catalogue(), "vi").files.items():
        if name != LEFT_OUT_FILE:
            (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("kind", "step"), [("quick", QUICK), ("patient", SLOW), ("past", SLOW)])
def test_both_engines_say_the_same_of_every_exported_rule(
    tmp_path: Path, kind: str, step: float
) -> None:
    rules = _exported(kind)
    stories = [scenario(rule, catalogue(), step) for rule in rules]
    for story in stories:
        story.go_on(max(other.steps for other in stories))
    said = _our_verdicts(rules, stories)
    assert {alarm.rule for now in said for alarm in now.values()} == set(rules.rules)
    _export(rules, tmp_path)
    assert _promtool(tmp_path, _their_test(rules, stories, said)) == ""


def test_the_shipped_files_are_in_order_for_promtool(tmp_path: Path) -> None:
    _export(shipped_rules(), tmp_path)
    checked = subprocess.run(
        [find_binary("promtool", "prometheus"), "check", "rules", *tmp_path.glob("*.yaml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
