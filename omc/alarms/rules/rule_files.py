"""The rules of an installation as rule files of Prometheus."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from omc.alarms.rules.promql import Inexpressible, PromqlRule, duration
from omc.alarms.rules.rule import Rule, StateIs
from omc.alarms.rules.rule_set import RuleSet
from omc.alarms.severity import Severity
from omc.core.catalogue import Catalogue

#: The file that lists what Prometheus cannot judge.
LEFT_OUT_FILE = "not_exported.txt"
_PAST_FILE = "past.yaml"
_HEAD = "# Written by `omc alarms export-rules` from the rules of the service: do not edit.\n"
_WIDTH = 100

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """What was made of the rules.

    Attributes:
        files: Name -> text.
        left_out: Rule -> why Prometheus cannot judge it.
        exported: Number of rules that it can.
    """

    files: Mapping[str, str]
    left_out: Mapping[str, str]
    exported: int


def rule_files(rules: RuleSet, catalogue: Catalogue, language: str) -> RuleFiles:
    """One file a topic, one for what series used to be, and the list of what is left out.

    Args:
        rules: All of an installation.
        catalogue: Owns the metrics.
        language: Of the annotations: `vi`, or English for any other.
    """
    topics: dict[str, list[Entry]] = {}
    past: dict[str, Entry] = {}
    left_out: dict[str, str] = {}
    exported = 0
    for rule in rules:
        try:
            said = PromqlRule(rule, catalogue)
        except Inexpressible as reason:
            left_out[rule.name] = str(reason)
            continue
        exported += 1
        if said.past is not None:
            entry = {"record": said.past.record, "expr": said.past.expression}
            past[said.past.record] = entry
        entries = topics.setdefault(_file_name(rules.topics[rule.name].en), [])
        entries += _entries(rule, said, catalogue, language)
    files = {f"{name}.yaml": _text(name, entries) for name, entries in topics.items()}
    if past:
        files[_PAST_FILE] = _text("past", list(past.values()), interval="1h")
    files[LEFT_OUT_FILE] = "".join(f"{name}: {reason}\n" for name, reason in left_out.items())
    return RuleFiles(files, left_out, exported)


def _entries(rule: Rule, said: PromqlRule, catalogue: Catalogue, language: str) -> Iterator[Entry]:
    annotations = _annotations(rule, catalogue, language)
    for severity in said.severities:
        record = said.record(severity)
        if record is not None:
            yield {"record": record, "expr": said.bad(severity)}
        yield _alert(rule, said, severity) | {
            "labels": {"severity": severity.word},
            "annotations": annotations,
        }


def _alert(rule: Rule, said: PromqlRule, severity: Severity) -> Entry:
    alert: Entry = {"alert": rule.name, "expr": said.alert(severity)}
    if rule.hold:
        alert["for"] = duration(rule.hold)
    if rule.clear_after:
        alert["keep_firing_for"] = duration(rule.clear_after)
    return alert


def _annotations(rule: Rule, catalogue: Catalogue, language: str) -> dict[str, str]:
    metric = catalogue.metric(rule.when.metric)  # type: ignore[union-attr]
    where = " ".join(f"{{{{ $labels.{name} }}}}" for name in rule.object or metric.all_labels)
    annotations = {
        "summary": f"{rule.title.of(language)} · {where}" if where else rule.title.of(language),
        "description": rule.meaning.of(language),
        "action": rule.action.of(language),
    }
    if not isinstance(rule.when, StateIs):
        annotations["value"] = "{{ $value | humanize }}"
    if rule.runbook is not None:
        annotations["runbook_url"] = rule.runbook
    return annotations


def _file_name(topic: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", topic.lower()).strip("_")


class _Dumper(yaml.SafeDumper):
    """Writes what stands in several places every time: no anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(group: str, entries: list[Entry], interval: str | None = None) -> str:
    head: Entry = {"name": f"omc_{group}"} | ({"interval": interval} if interval else {})
    content = {"groups": [head | {"rules": entries}]}
    written = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return _HEAD + written
