"""What happens to one object of a rule, so that every bound of the rule is crossed both ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

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
)
from omc.core.catalogue import Catalogue
from omc.core.metric import Metric

_WEEK = 7 * 86_400.0

#: Labels of a series.
Labels = Mapping[str, str]
#: Metric and labels of a series: a key.
SeriesName = tuple[str, tuple[tuple[str, str], ...]]


@dataclass
class Scenario:
    """Samples of an object, a column a step.

    Attributes:
        step: Seconds from one column to the next.
        values: Series -> its values; None is no sample.
        judged: Steps at which both engines have to agree: a rate is not the same while it changes.
    """

    step: float
    values: dict[SeriesName, list[float | None]] = field(default_factory=dict)
    judged: list[int] = field(default_factory=list)

    @property
    def steps(self) -> int:
        """How long it is."""
        return max(map(len, self.values.values()))

    def go_on(self, steps: int) -> None:
        """Let everything stay as it is at the end until there are so many steps."""
        for column in self.values.values():
            column += [column[-1]] * (steps - len(column))


@dataclass(frozen=True)
class _Phase:
    """Something that lasts.

    Attributes:
        value: What the rule judges; None for silence.
        is_content: Whether what must be true besides is true.
        seconds: How long; 0 for as long as the rule has patience.
    """

    value: float | None
    is_content: bool = True
    seconds: float = 0.0


def patience(rule: Rule) -> float:
    """Seconds after which everything that takes time is over."""
    window = getattr(rule.when, "window", 0.0) + getattr(rule.when, "after", 0.0)
    return 2 * float(window) + rule.hold + rule.clear_after


def scenario(rule: Rule, catalogue: Catalogue, step: float) -> Scenario:
    """The story of one object of the rule, which no other rule's story shares."""
    assert not isinstance(rule.when, Told)
    made = Scenario(step)
    metric = catalogue.metric(rule.when.metric)
    labels = _labels(rule, metric)
    for phase in _phases(rule, metric):
        for _ in range(round((phase.seconds or patience(rule)) / step) + 4):
            _sample(made, rule.when, catalogue, labels, phase.value)
            for guard in rule.only_if:
                if guard.metric != metric.name:
                    value = _guard_value(guard, catalogue, is_content=phase.is_content)
                    _put(made, guard.metric, _own(labels, catalogue, guard.metric), value)
        made.judged.append(made.steps - 1)
    if not isinstance(rule.when, Rate):
        made.judged = list(range(made.judged[0], made.steps))
    return made


def past_value(when: AgainstPast) -> float:
    """What the series was all week, before the story begins."""
    return 2 * when.at_least or -20.0


def _labels(rule: Rule, metric: Metric) -> dict[str, str]:
    labels = {name: f"{name}1" for name in metric.all_labels}
    labels |= {name: f"{rule.name}-{name}" for name in ("site", "node") if name in labels}
    return labels | {
        name: texts[0].replace("*", "1") for name, texts in _scope(rule.scope).items() if texts
    }


def _scope(scope: Scope) -> Mapping[str, tuple[str, ...]]:
    return {"site": scope.sites, "node": scope.nodes, **scope.labels}


def _own(labels: Labels, catalogue: Catalogue, metric: str) -> Labels:
    names = catalogue.metric(metric).all_labels
    return {name: text for name, text in labels.items() if name in names}


def _phases(rule: Rule, metric: Metric) -> Iterator[_Phase]:
    values = list(_values(rule.when, metric))
    if isinstance(rule.when, AgainstPast):
        yield _Phase(1.0 if rule.when.as_ratio else 0.0, seconds=_WEEK)
    for value in values:
        yield _Phase(value)
    if any(guard.metric != metric.name for guard in rule.only_if):
        yield _Phase(values[-2], is_content=False)
        yield _Phase(values[-2])
        yield _Phase(values[-1])


def _values(when: MetricCondition | Told, metric: Metric) -> Iterator[float | None]:
    """Good at the beginning and at the end, bad before the end."""
    match when:
        case Absence():
            yield from (1.0, None, 1.0, None, 1.0)
        case StateIs():
            good = next(float(c) for c, s in metric.states.items() if s.name not in when.states)
            for name in when.states:
                code = metric.state_code(name)
                assert code is not None
                yield from (good, float(code))
            yield good
        case Threshold() | Rate() | RatioOfSums() | Difference() | AgainstPast():
            yield from _over_bounds(when)
        case Told():
            raise AssertionError("nothing to judge")


def _over_bounds(
    when: Threshold | Rate | RatioOfSums | Difference | AgainstPast,
) -> Iterator[float]:
    """Over every bound and into its hysteresis, from the mildest to the worst and back."""
    bounds = [bound for _, some in sorted(when.levels.items()) for bound in some]
    for lower in (False, True):
        side = [bound for bound in bounds if bound.is_lower is lower]
        if not side:
            continue
        good = _beyond(side[0], -(when.hysteresis + 4 * _little(side[0], when.hysteresis)))
        yield good
        for bound in side:
            yield _beyond(bound, _little(bound, when.hysteresis))
            yield _beyond(bound, -when.hysteresis / 2)
            yield _beyond(bound, _little(bound, when.hysteresis))
        for bound in reversed(side):
            yield _beyond(bound, -when.hysteresis / 2)
            yield _beyond(bound, -when.hysteresis - _little(bound, when.hysteresis))
        yield _beyond(side[-1], _little(side[-1], when.hysteresis))
        yield good


def _beyond(bound: Bound, by: float) -> float:
    return bound.limit - by if bound.is_lower else bound.limit + by


def _little(bound: Bound, hysteresis: float) -> float:
    return hysteresis / 4 or max(abs(bound.limit) * 0.01, 1e-9)


def _guard_value(guard: Guard, catalogue: Catalogue, *, is_content: bool) -> float:
    metric = catalogue.metric(guard.metric)
    if guard.states:
        code = next(c for c, s in metric.states.items() if (s.name in guard.states) is is_content)
        return float(code)
    low = guard.above if guard.above is not None else (guard.below or 0.0) - 2.0
    return low + 1.0 if is_content else low - 1.0


def _sample(
    made: Scenario,
    when: MetricCondition,
    catalogue: Catalogue,
    labels: Labels,
    value: float | None,
) -> None:
    """One step of the series that make the judged value what it is to be."""
    match when:
        case RatioOfSums():
            assert value is not None
            parts = _parts(catalogue.metric(when.metric), value, 10 * when.at_least + 1000)
            for name, sum_ in parts.items():
                _put(made, name, _own(labels, catalogue, name), sum_)
        case Rate():
            assert value is not None
            _rate_sample(made, when, catalogue, labels, value)
        case AgainstPast():
            assert value is not None
            before = past_value(when)
            _put(made, when.metric, labels, before * value if when.as_ratio else before + value)
        case Difference():
            assert value is not None
            _put(made, when.minus, _own(labels, catalogue, when.minus), 7.0)
            _put(made, when.metric, labels, value + 7.0)
        case _:
            _put(made, when.metric, labels, value)


def _rate_sample(
    made: Scenario, when: Rate, catalogue: Catalogue, labels: Labels, value: float
) -> None:
    slope = value / when.scale
    for name in when.per:
        own = _own(labels, catalogue, name)
        if name.endswith("_total"):
            grown = 10 * when.at_least / when.window + 10
            _count(made, name, own, grown)
            slope *= grown
        else:
            _put(made, name, own, 1e9)
            slope *= 1e9
    _count(made, when.metric, labels, slope)


def _parts(metric: Metric, value: float, total: float) -> dict[str, float]:
    """Sums that make the ratio what it is to be."""
    ratio = metric.ratio
    assert ratio is not None
    above = ((1.0 - value) if ratio.complement else value) * total / ratio.scale
    parts = dict.fromkeys((*ratio.denominator, *ratio.numerator), 0.0)
    parts[ratio.numerator[0]] = above
    others = [name for name in ratio.denominator if name not in ratio.numerator]
    shared = above if ratio.numerator[0] in ratio.denominator else 0.0
    parts[others[0]] = total - shared
    return parts


def _put(made: Scenario, metric: str, labels: Labels, value: float | None) -> None:
    made.values.setdefault((metric, tuple(sorted(labels.items()))), []).append(value)


def _count(made: Scenario, metric: str, labels: Labels, slope: float) -> None:
    column = made.values.setdefault((metric, tuple(sorted(labels.items()))), [])
    column.append((column[-1] or 0.0) + slope * made.step if column else 1000.0)
