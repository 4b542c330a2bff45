"""How each kind of condition makes a severity of a value.

A judge belongs to one object of one rule. It is asked for every new value of the condition's
metric and answers with a verdict, or with None where there is nothing to be said: a rate of one
value, a ratio of two calls, a difference to something that was never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from omc.alarms.levels import level_of
from omc.alarms.readings import Readings, companion_text
from omc.alarms.rule import (
    Absence,
    AgainstPast,
    Difference,
    MetricCondition,
    Rate,
    RatioOfSums,
    StateIs,
    Threshold,
)
from omc.alarms.severity import Severity
from omc.core.catalogue import Catalogue
from omc.core.metric import Metric
from omc.core.model import Series


class Verdict(NamedTuple):
    """What a judge says.

    Attributes:
        severity: `CLEARED` is good.
        value: What was judged, in the unit of the rule's levels (a state's code).
    """

    severity: Severity
    value: float


class Judge(Protocol):
    """Makes a severity of a value."""

    def judge(self, value: float, time_ms: int, present: Severity) -> Verdict | None:
        """Judge one value, measured at that time; `present` is what was said last."""
        ...


class Past(Protocol):
    """What series used to be."""

    def median_7d(self, series: Series) -> float | None:
        """Median of the last seven days, None if that is not known."""
        ...

    def last_week(self, series: Series) -> float | None:
        """Mean of the same hour a week ago, None if that is not known."""
        ...


class NoPast:
    """Where nothing is archived: rules about the past say nothing."""

    def median_7d(self, series: Series) -> float | None:
        return None

    def last_week(self, series: Series) -> float | None:
        return None


class _ThresholdJudge:
    def __init__(self, condition: Threshold) -> None:
        self._condition = condition

    def judge(self, value: float, time_ms: int, present: Severity) -> Verdict | None:
        condition = self._condition
        return Verdict(level_of(condition.levels, value, present, condition.hysteresis), value)


class _StateJudge:
    def __init__(self, condition: StateIs, metric: Metric) -> None:
        self._severities: Mapping[float, Severity] = {
            float(code): condition.states[state.name]
            for code, state in metric.states.items()
            if state.name in condition.states
        }

    def judge(self, value: float, time_ms: int, present: Severity) -> Verdict | None:
        return Verdict(self._severities.get(value, Severity.CLEARED), value)


class _RateJudge:
    def __init__(
        self, condition: Rate, series: Series, readings: Readings, catalogue: Catalogue
    ) -> None:
        self._condition = condition
        self._text = series.label_text
        self._readings = readings
        labels = series.labels
        self._per = [
            (catalogue.metric(name), companion_text(labels, catalogue.metric(name)))
            for name in condition.per
        ]

    def judge(self, value: float, time_ms: int, present: Severity) -> Verdict | None:
        condition = self._condition
        growth = self._readings.growth(condition.metric, self._text, condition.window)
        if growth is None or growth.seconds <= 0:
            return None
        divisor = self._divisor(growth.seconds)
        if divisor is None:
            return None
        result = condition.scale * growth.amount / divisor
        return Verdict(level_of(condition.levels, result, present, condition.hysteresis), result)

    def _divisor(self, seconds: float) -> float | None:
        """Seconds, counts of others, or seconds at a level; None: nothing to divide by."""
        if not self._per:
            return seconds
        total = 0.0
        for metric, text in self._per:
            if metric.name.endswith("_total"):
                grown = self._readings.growth(metric.name, text, self._condition.window)
                total += grown.amount if grown is not None else 0.0
            else:
                reading = self._readings.get(metric.name, text)
                total += reading.value * seconds if reading is not None else 0.0
        return total if total > 0 and total >= self._condition.at_least else None


class RatioJudge:
    """Judges a ratio once a period, when all its parts of that period are there.

    A part may have several series that differ in labels the ratio does not have (causes): they are
    added.
    """

    def __init__(self, condition: RatioOfSums, metric: Metric, readings: Readings) -> None:
        assert metric.ratio is not None  # noqa: S101 - the rule set has checked it
        self._condition = condition
        self._ratio = metric.ratio
        self._readings = readings
        self._series: dict[str, list[str]] = {name: [] for name in metric.parts}
        self._judged_ms = 0

    def add(self, series: Series) -> None:
        """Count a series among those of its part."""
        self._series[series.metric.name].append(series.label_text)

    def judge(self, value: float, time_ms: int, present: Severity) -> Verdict | None:
        if time_ms <= self._judged_ms:
            return None
        numerator = self._sum(self._ratio.numerator, time_ms)
        denominator = self._sum(self._ratio.denominator, time_ms)
        if numerator is None or denominator is None:
            return None
        self._judged_ms = time_ms
        result = self._ratio.of_sums(numerator, denominator)
        condition = self._condition
        if result is None or denominator < condition.at_least:
            return None
        return Verdict(level_of(condition.levels, result, present, condition.hysteresis), result)

    def _sum(self, names: tuple[str, ...], time_ms: int) -> float | None:
        """Sum of one period; None while a part of that period has not come."""
        total = 0.0
        for name in names:
            texts = self._series[name]
            found = [self._readings.get(name, text) for text in texts]
            if not found or any(r is None or r.time_ms != time_ms for r in found):
                return None
            total += sum(reading.value for reading in found if reading is not None)
        return total


class _DifferenceJudge:
    def __init__(
        self, condition: Difference, series: Series, readings: Readings, minus: Metric
    ) -> None:
        self._condition = condition
        self._readings = readings
        self._text = companion_text(series.labels, minus)

    def judge(self, value: float, time_ms: int, present: Severity) -> Verdict | None:
        condition = self._condition
        other = self._readings.get(condition.minus, self._text)
        if other is None:
            return None
        result = value - other.value
        return Verdict(level_of(condition.levels, result, present, condition.hysteresis), result)


class _PastJudge:
    def __init__(self, condition: AgainstPast, series: Series, past: Past) -> None:
        self._condition = condition
        self._series = series
        self._past = past

    def judge(self, value: float, time_ms: int, present: Severity) -> Verdict | None:
        condition = self._condition
        if condition.past == "median_7d":
            before = self._past.median_7d(self._series)
        else:
            before = self._past.last_week(self._series)
        if before is None or abs(before) < condition.at_least:
            return None
        if condition.as_ratio and before == 0:
            return None
        result = value / before if condition.as_ratio else value - before
        return Verdict(level_of(condition.levels, result, present, condition.hysteresis), result)


class _PresenceJudge:
    """A value is all that an absence rule wants; its absence is noticed by the clock."""

    def judge(self, value: float, time_ms: int, present: Severity) -> Verdict | None:
        return Verdict(Severity.CLEARED, value)


def make_judge(
    condition: MetricCondition, series: Series, readings: Readings, catalogue: Catalogue, past: Past
) -> Judge:
    """The judge of one object.

    Args:
        condition: Of the rule.
        series: The first series of the object that was seen.
        readings: Where other values of the object are found.
        catalogue: Owns the metrics.
        past: What series used to be.
    """
    match condition:
        case Threshold():
            return _ThresholdJudge(condition)
        case StateIs():
            return _StateJudge(condition, catalogue.metric(condition.metric))
        case Rate():
            return _RateJudge(condition, series, readings, catalogue)
        case RatioOfSums():
            return RatioJudge(condition, catalogue.metric(condition.metric), readings)
        case Difference():
            return _DifferenceJudge(condition, series, readings, catalogue.metric(condition.minus))
        case AgainstPast():
            return _PastJudge(condition, series, past)
        case Absence():
            return _PresenceJudge()
