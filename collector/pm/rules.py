"""The formulas of all styles, compiled: which counters are wanted, and what they come to."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collector.pm.formula import PERIOD, Formula, Term, evaluate, expanded
from collector.pm.style import Style, StyleSet
from omc.core.catalogue import Catalogue, Metric
from omc.core.inventory import Technology

_ELEMENT = re.compile(r"(?P<name>.+)\[(?P<element>\d{1,4})\]")


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled formula.

    Attributes:
        formula: As written.
        metric: Its metric.
        of: What is added up above the line.
        over: Below it; empty for none.
        divisor: What to divide by in place of a scale such as 0.01, which no float64 is exactly;
            0 for scales that are.
    """

    formula: Formula
    metric: Metric
    of: tuple[Term, ...]
    over: tuple[Term, ...]
    divisor: float

    def value(self, counters: Mapping[str, float]) -> float | None:
        """What it comes to; None where counters are missing or their denominator is nothing.

        Args:
            counters: Of the object, and `PERIOD`.
        """
        formula = self.formula
        total = evaluate(counters, self.of, partial=formula.partial)
        if total is None or any(name not in counters for name in formula.requires):
            return None
        if formula.times_period:
            total *= counters[PERIOD]
        if self.over:
            below = evaluate(counters, self.over, partial=False)
            if not below:
                return None
            total /= below
        return total / self.divisor if self.divisor else total * formula.scale


@dataclass(frozen=True, slots=True)
class CellRules:
    """What is wanted of the cells of one generation and vendor.

    Attributes:
        rules: Rules of one metric and label set stand together, in the order they are tried.
        own: Counters of the cell itself -> places in a distribution, empty for a plain number.
        below: Class of an object below a cell -> the same.
    """

    rules: tuple[tuple[Rule, ...], ...]
    own: Mapping[str, tuple[int, ...]]
    below: Mapping[str, Mapping[str, tuple[int, ...]]]


class RuleBook:
    """The rules for cells, by generation and vendor.

    Args:
        styles: What people wrote.
        catalogue: That they were checked with.
    """

    def __init__(self, styles: StyleSet, catalogue: Catalogue) -> None:
        self._styles = styles
        self._catalogue = catalogue
        self._compiled: dict[tuple[Technology, str], CellRules] = {}
        self._by_styles: dict[tuple[int, ...], CellRules] = {}

    def of(self, technology: Technology, vendor: str) -> CellRules:
        """The rules for cells of a generation in files of a vendor."""
        key = (technology, vendor)
        rules = self._compiled.get(key)
        if rules is None:
            if len(self._compiled) > 1000:  # vendor names come from files
                self._compiled.clear()
            styles = self._styles.chosen(technology, vendor)
            chosen = tuple(map(id, styles))
            if chosen not in self._by_styles:
                self._by_styles[chosen] = _compiled(styles, self._catalogue)
            rules = self._compiled[key] = self._by_styles[chosen]
        return rules


def _compiled(styles: Sequence[Style], catalogue: Catalogue) -> CellRules:
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], list[Rule]] = {}
    own: dict[str, set[int]] = {}
    below: dict[str, dict[str, set[int]]] = {}
    for formula in (formula for style in styles for formula in style.values):
        labels = tuple(sorted(formula.labels.items()))
        groups.setdefault((formula.metric, labels), []).append(_rule(formula, catalogue))
        for counter in formula.counters:
            for wanted in [below.setdefault(kind, {}) for kind in formula.object] or [own]:
                _want(wanted, counter)
    return CellRules(
        tuple(tuple(group) for group in groups.values()),
        _frozen(own),
        {kind: _frozen(wanted) for kind, wanted in below.items()},
    )


def _rule(formula: Formula, catalogue: Catalogue) -> Rule:
    return Rule(
        formula,
        catalogue.metric(formula.metric),
        tuple(expanded(formula.of)),
        tuple(expanded(formula.over or {})),
        _divisor(formula.scale),
    )


def _divisor(scale: float) -> float:
    inverse = round(1 / scale)
    return float(inverse) if inverse > 1 and math.isclose(inverse * scale, 1.0) else 0.0


def _want(wanted: dict[str, set[int]], counter: str) -> None:
    found = _ELEMENT.fullmatch(counter)
    if found is None:
        wanted.setdefault(counter, set())
    else:
        wanted.setdefault(found["name"], set()).add(int(found["element"]))


def _frozen(wanted: Mapping[str, set[int]]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(sorted(elements)) for name, elements in wanted.items()}
