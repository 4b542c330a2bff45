"""Conditions of rules in PromQL, so that Prometheus judges the same series by the same bounds.

What has hysteresis is recorded under a name of its own (`omc:RULE:SEVERITY`), and the record is
asked at the next evaluation how bad it was: that is how Prometheus remembers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from omc.alarms.rules.levels import Bound
from omc.alarms.rules.rule import (
    Absence,
    AgainstPast,
    Difference,
    Guard,
    MetricCondition,
    Rate,
    RatioOfSums,
    Rule,
    Scope,
    StateIs,
    Threshold,
    Told,
    Weekly,
)
from omc.alarms.severity import Severity
from omc.core.catalogue import Catalogue
from omc.core.metric import Metric

#: How long a series that went silent is missed for: Prometheus has to be told an end.
_MISSED_FOR = "1d"
#: A past is recorded every hour; it is not older than this.
_PAST_LASTS = "2h"
#: An hour, centred on the same moment a week ago.
_LAST_WEEK = "[1h] offset 167h30m"
#: Hours of the last week: all samples would be more than Prometheus loads for one query.
_WEEK = "[7d:1h]"
#: A median of fewer hours of a week says nothing.
_LEAST_HOURS = 48


class Inexpressible(Exception):
    """PromQL cannot say it; the text says why."""


@dataclass(frozen=True, slots=True)
class RecordedPast:
    """What series used to be, recorded every hour.

    Attributes:
        record: Name of the recorded series; they have all labels that the metric may carry.
        expression: How they are made.
    """

    record: str
    expression: str


class PromqlRule:
    """One rule, for all its objects.

    Args:
        rule: As written, and checked by its `RuleSet`.
        catalogue: Owns the metrics.

    Raises:
        Inexpressible: nothing that Prometheus has tells of it.
    """

    def __init__(self, rule: Rule, catalogue: Catalogue) -> None:
        if isinstance(rule.when, Told):
            raise Inexpressible(
                "found by the service itself (a root cause) or told by a trap: "
                "there is no series to judge"
            )
        if isinstance(rule.when, AgainstPast) and rule.when.past == "quarter_ago":
            raise Inexpressible("it looks further back than Prometheus keeps samples for")
        self._rule = rule
        self._when = rule.when
        self._catalogue = catalogue
        self._metric = catalogue.metric(rule.when.metric)
        self._hysteresis = float(getattr(rule.when, "hysteresis", 0.0))
        self._value = self._judged_value()

    @property
    def severities(self) -> list[Severity]:
        """Those that it can have, the mildest first."""
        match self._when:
            case StateIs():
                return sorted(set(self._when.states.values()))
            case Absence():
                return [self._when.severity]
            case _:
                return sorted(self._when.levels)

    @property
    def past(self) -> RecordedPast | None:
        """What has to be recorded for it besides; None if it looks only at the present."""
        if not isinstance(self._when, AgainstPast):
            return None
        metric, past = self._metric.name, self._when.past
        if past == "median_7d":
            enough = f"(count_over_time({metric}{_WEEK}) >= {_LEAST_HOURS})"
            values = f"quantile_over_time(0.5, {metric}{_WEEK}) and {enough}"
        else:
            values = f"avg_over_time({metric}{_LAST_WEEK})"
        return RecordedPast(f"omc:{metric}:{past}", f"max by ({_names(self._metric)}) ({values})")

    def record(self, severity: Severity) -> str | None:
        """Name of the record of its bad series; None if it needs no memory."""
        return f"omc:{self._rule.name}:{severity.word}" if self._hysteresis else None

    def bad(self, severity: Severity) -> str:
        """The series that are at least so bad now."""
        tests = _tests(self._when, self._metric, severity, 0.0)
        text = " or ".join(f"{self._value}{test}" for test in tests)
        record = self.record(severity)
        if record is not None:
            tests = _tests(self._when, self._metric, severity, self._hysteresis)
            lasting = " or ".join(f"{self._value}{test}" for test in tests)
            text = f"{text} or ({lasting}) and {record}"
        if self._rule.only_if:
            guards = [_guarded(guard, self._catalogue) for guard in self._rule.only_if]
            text = " ".join([f"({text})", *guards])
        return text

    def alert(self, severity: Severity) -> str:
        """The objects that are at least so bad now, with the worst value of their series."""
        levels = getattr(self._when, "levels", {})
        is_lower = any(bound.is_lower for bounds in levels.values() for bound in bounds)
        own = ", ".join(self._rule.object) or _names(self._metric)
        series = self.record(severity) or self.bad(severity)
        return f"{'min' if is_lower else 'max'} by ({own}) ({series})"

    def _judged_value(self) -> str:
        """What the rule's bounds are about, for every series."""
        when = self._when
        match when:
            case Threshold() | StateIs():
                return self._series(self._metric)
            case Difference():
                return f"{self._series(self._metric)} - {self._beside(when.minus, '{}')}"
            case Rate():
                return self._rate(when)
            case RatioOfSums():
                return self._ratio(when)
            case AgainstPast():
                return self._against_past(when)
            case Absence():
                series = self._series(self._metric)
                silent = f"last_over_time({series}[{duration(when.after)}])"
                return f"last_over_time({series}[{_MISSED_FOR}]) unless {silent}"
            case Weekly():
                raise Inexpressible(
                    "it compares with medians and spreads of four weeks, which the archive keeps"
                )

    def _series(self, metric: Metric) -> str:
        """A metric's series that the rule is for."""
        return metric.name + _selector(self._rule.scope, metric)

    def _beside(self, name: str, form: str) -> str:
        """The right side of an operator: another metric of the same object, in some form."""
        return f"on ({_names(self._catalogue.metric(name))}) group_left () {form.format(name)}"

    def _rate(self, when: Rate) -> str:
        if len(when.per) > 1:
            raise Inexpressible("it adds up counters of which some may not be there")
        window = duration(when.window)
        series, scale = self._series(self._metric), _scale(when.scale)
        if not when.per:
            return f"{scale}rate({series}[{window}])"
        if not when.per[0].endswith("_total"):
            return f"{scale}rate({series}[{window}]) / {self._beside(when.per[0], '({} > 0)')}"
        divisor = f"(increase({{}}[{window}]){_enough(when.at_least)})"
        return f"{scale}increase({series}[{window}]) / {self._beside(when.per[0], divisor)}"

    def _ratio(self, when: RatioOfSums) -> str:
        ratio = self._metric.ratio
        assert ratio is not None  # noqa: S101 - the rule set has checked it
        above, below = self._added(ratio.numerator), self._added(ratio.denominator)
        quotient = f"{_scale(ratio.scale)}({above}) / ({below}{_enough(when.at_least)})"
        return f"1 - {quotient}" if ratio.complement else quotient

    def _added(self, names: Iterable[str]) -> str:
        """Sums of a period, over labels that the ratio does not have (causes)."""
        labels = _names(self._metric)
        parts = map(self._catalogue.metric, names)
        return " + ".join(f"sum by ({labels}) ({self._series(part)})" for part in parts)

    def _against_past(self, when: AgainstPast) -> str:
        past = self.past
        assert past is not None  # noqa: S101 - it is of that kind
        before = f"last_over_time({past.record}[{_PAST_LASTS}])"
        if when.at_least:
            before = f"({before} and (abs({before}) >= {when.at_least:g}))"
        elif when.as_ratio:
            before = f"({before} != 0)"
        operator = "/" if when.as_ratio else "-"
        matching = f"on ({_names(self._metric)}) group_left ()"
        return f"{self._series(self._metric)} {operator} {matching} {before}"


def duration(seconds: float) -> str:
    """A duration as Prometheus writes it: `90s`, `15m`."""
    if seconds != round(seconds):
        return f"{round(seconds * 1000)}ms"
    whole = round(seconds)
    return f"{whole // 60}m" if whole and whole % 60 == 0 else f"{whole}s"


def _names(metric: Metric) -> str:
    return ", ".join(metric.all_labels)


def _scale(factor: float) -> str:
    return "" if factor == 1 else f"{factor:g} * "


def _enough(at_least: float) -> str:
    return f" >= {at_least:g}" if at_least else " > 0"


def _tests(when: MetricCondition, metric: Metric, severity: Severity, slack: float) -> list[str]:
    """Comparisons of which one is enough for being at least so bad: ` < 48`."""
    match when:
        case Absence():
            return [""]
        case StateIs():
            codes = [
                code
                for code, state in metric.states.items()
                if when.states.get(state.name, Severity.CLEARED) >= severity
            ]
            return [f" == {code}" for code in codes]
        case _:
            bounds = [b for s, some in when.levels.items() if s >= severity for b in some]
            return [f" {_moved(bound, slack)}" for bound in _outermost(bounds)]


def _outermost(bounds: Iterable[Bound]) -> list[Bound]:
    """Those that no other one contains: `< 48` contains `< 44`."""
    found: dict[bool, Bound] = {}
    for bound in bounds:
        kept = found.get(bound.is_lower)
        if kept is None or _contains(bound, kept):
            found[bound.is_lower] = bound
    return list(found.values())


def _contains(bound: Bound, other: Bound) -> bool:
    """Whether whatever is beyond the other is beyond this one too."""
    if bound.limit == other.limit:
        return bound.comparison.endswith("=")
    return (bound.limit > other.limit) == bound.is_lower


def _moved(bound: Bound, slack: float) -> str:
    limit = bound.limit + slack if bound.is_lower else bound.limit - slack
    return f"{bound.comparison} {limit:.12g}"


def _guarded(guard: Guard, catalogue: Catalogue) -> str:
    """What a guard leaves of the series before it."""
    metric = catalogue.metric(guard.metric)
    good = metric.name
    if guard.states:
        codes = [metric.state_code(name) for name in guard.states]
        good = " or ".join(f"{metric.name} == {code}" for code in codes)
        good = f"({good})" if len(codes) > 1 else good
    good += "" if guard.above is None else f" > {guard.above:g}"
    good += "" if guard.below is None else f" < {guard.below:g}"
    matching = f"on ({_names(metric)})"
    if guard.unknown:
        return f"unless {matching} ({metric.name} unless ({good}))"
    return f"and {matching} ({good})"


def _selector(scope: Scope, metric: Metric) -> str:
    """The scope as matchers of labels; labels that the metric has not are left out."""
    wanted: Mapping[str, tuple[str, ...]] = {
        "site": scope.sites,
        "node": scope.nodes,
        **scope.labels,
    }
    unwanted = {"site": scope.except_sites, "node": scope.except_nodes}
    matchers = [
        f'{label}{operator}"{_quoted(_pattern(texts))}"'
        for operator, chosen in (("=~", wanted), ("!~", unwanted))
        for label, texts in chosen.items()
        if texts and label in metric.all_labels
    ]
    return "{" + ", ".join(matchers) + "}" if matchers else ""


def _pattern(texts: Iterable[str]) -> str:
    """Texts with `*` for any text as one regular expression, which Prometheus anchors."""
    return "|".join(re.escape(text).replace(r"\*", ".*").replace(r"\?", ".") for text in texts)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
