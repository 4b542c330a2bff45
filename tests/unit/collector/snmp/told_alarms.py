"""Alarms that traps may tell of, as the service knows them."""

from __future__ import annotations

from omc.alarms import RuleSet
from omc.alarms.rule import Told


def told_alarms(rules: RuleSet) -> dict[str, tuple[str, ...]]:
    """Rules of kind `told` with the labels of their objects."""
    return {rule.name: rule.when.labels for rule in rules if isinstance(rule.when, Told)}
