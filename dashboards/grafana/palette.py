"""Colours and thresholds: those of the alarms, so that a red panel and an alarm say the same.

Colours are of Okabe and Ito's palette, which the colour-blind tell apart.
"""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.grafana.spec import Step
from omc.alarms.rules.levels import Levels
from omc.alarms.rules.rule_set import RuleSet
from omc.alarms.severity import Severity

GOOD = "#009E73"
GREY = "#8A8A8A"
BLUE = "#0072B2"
COLOURS: Mapping[Severity, str] = {
    Severity.CLEARED: GOOD,
    Severity.INDETERMINATE: GREY,
    Severity.WARNING: "#56B4E9",
    Severity.MINOR: "#F0E442",
    Severity.MAJOR: "#E69F00",
    Severity.CRITICAL: "#D55E00",
}
#: The catalogue's severities of states.
STATE_COLOURS: Mapping[str, str] = {
    "ok": GOOD,
    "warning": COLOURS[Severity.MAJOR],
    "critical": COLOURS[Severity.CRITICAL],
    "unknown": GREY,
}

NEUTRAL = (Step(None, BLUE),)


def steps_of(rules: RuleSet, *names: str) -> tuple[Step, ...]:
    """Colours by value from the levels of alarm rules about one metric.

    Args:
        rules: All rules.
        names: One rule, or one about low and one about high values.
    """
    lower: list[tuple[float, Severity]] = []
    upper: list[tuple[float, Severity]] = []
    for name in names:
        levels: Levels = rules[name].when.levels  # type: ignore[union-attr]
        for severity, bounds in levels.items():
            for bound in bounds:
                (lower if bound.is_lower else upper).append((bound.limit, severity))
    lower.sort()
    starts = [None, *(limit for limit, _ in lower)]
    colours = [*(COLOURS[severity] for _, severity in lower), GOOD]
    return (
        *(Step(start, colour) for start, colour in zip(starts, colours, strict=True)),
        *(Step(limit, COLOURS[severity]) for limit, severity in sorted(upper)),
    )


def bad_above(severity: Severity, *, limit: float = 1) -> tuple[Step, ...]:
    """Good below a count, of a severity from it on."""
    return Step(None, GOOD), Step(limit, COLOURS[severity])


def bad_below(severity: Severity, limit: float) -> tuple[Step, ...]:
    """Of a severity below a limit, good from it on."""
    return Step(None, COLOURS[severity]), Step(limit, GOOD)
