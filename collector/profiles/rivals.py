"""Which rules may give the same series, as far as can be told without any device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from collector.profiles.rules import CompiledMeaning, CompiledRule
from collector.profiles.templates import template_fields

#: Rules by priority, and the rules that may give the same series.
Rivals = Mapping[int, tuple[CompiledRule, ...]]


def rivals_of(rules: Iterable[CompiledRule]) -> Rivals:
    """Every rule's rivals: the same metric, and no label that has another text in every row."""
    by_metric: dict[str, list[tuple[CompiledRule, CompiledMeaning]]] = defaultdict(list)
    for rule in (rule for rule in rules if rule.oid):
        for _, meaning in rule.cases:
            by_metric[meaning.metric.name].append((rule, meaning))
    found: dict[int, dict[int, CompiledRule]] = defaultdict(dict)
    for candidates in by_metric.values():
        for rule, meaning in candidates:
            for other, others_meaning in candidates:
                if other is not rule and _may_meet(meaning, others_meaning):
                    found[rule.priority][other.priority] = other
    return {priority: tuple(others.values()) for priority, others in found.items()}


def _may_meet(one: CompiledMeaning, other: CompiledMeaning) -> bool:
    fixed, fixed_there = _constants(one), _constants(other)
    return all(fixed_there.get(label, text) == text for label, text in fixed.items())


def _constants(meaning: CompiledMeaning) -> dict[str, str]:
    """Labels that have the same text in every row."""
    return {
        label: templates[0]
        for label, templates in meaning.labels.items()
        if templates and not template_fields(templates[0])
    }
