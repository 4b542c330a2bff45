"""How each kind of condition makes a severity of a value.

One judge serves all objects of a rule. It is asked for every new value of the condition's metric
and answers with a verdict, or with None where there is nothing to be said: a rate of one value, a
ratio of two calls, a difference to something that was never read.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from statistics import median
from typing import Protocol

from omc.alarms.judging.readings import Companion, Growth, Readings
from omc.alarms.rules.levels import Scale
from omc.alarms.rules.rule import (
    Absence,
    AgainstPast,
    Difference,
    MetricCondition,
    Rate,
    RatioOfSums,
    StateIs,
    Threshold,
    Weekly,
)
from omc.alarms.severity import Severity
from omc.core.catalogue import Catalogue
from omc.core.metric import Metric
from omc.core.model import Series
from omc.history.weekly_profile import Usual

#: What a judge says: a severity (`CLEARED` is good), and what was judged, in the unit of the rule's
#: levels (a state's code). A plain pair: one is made for nearly every sample of a network.
Verdict = tuple[Severity, float]


class Judge(Protocol):
    """Makes a severity of a value."""

    def judge(
        self, series: Series, value: float, time_ms: int, present: Severity
    ) -> Verdict | None:
        """Judge one value, measured at that time; `present` is what was said last."""
        ...


class Past(Protocol):
    """What series used to be."""

    def median_7d(self, series: Series) -> float | None:
        """Median of the last seven days, None if that is not known."""
        ...

    def quarter_ago(self, series: Series) -> float | None:
        """Median of the seven days that ended 90 days ago, None if that is not known."""
        ...

    def last_week(self, series: Series) -> float | None:
        """Mean of the same hour a week ago, None if that is not known."""
        ...

    def usual(self, series: Series, time_ms: int) -> Usual | None:
        """What is usual at the hour of the week of a value, None if that is not known."""
        ...


class NoPast:
    """Where nothing is archived: rules about the past say nothing."""

    def median_7d(self, series: Series) -> float | None:
        return None

    def quarter_ago(self, series: Series) -> float | None:
        return None

    def last_week(self, series: Series) -> float | None:
        return None

    def usual(self, series: Series, time_ms: int) -> Usual | None:
        return None


class _ThresholdJudge:
    def __init__(self, condition: Threshold) -> None:
        self._scale = Scale(condition.levels, condition.hysteresis)

    def judge(
        self, series: Series, value: float, time_ms: int, present: Severity
    ) -> Verdict | None:
        return (self._scale.severity(value, present), value)


class _StateJudge:
    def __init__(self, condition: StateIs, metric: Metric) -> None:
        self._severities: Mapping[float, Severity] = {
            float(code): condition.states[state.name]
            for code, state in metric.states.items()
            if state.name in condition.states
        }

    def judge(
        self, series: Series, value: float, time_ms: int, present: Severity
    ) -> Verdict | None:
        return (self._severities.get(value, Severity.CLEARED), value)


class _RateJudge:
    def __init__(self, condition: Rate, readings: Readings, catalogue: Catalogue) -> None:
        self._condition = condition
        self._scale = Scale(condition.levels, condition.hysteresis)
        self._grown = readings.grown(condition.metric, condition.window)
        self._factor, self._at_least = condition.scale, condition.at_least
        self._has_others = bool(condition.per)
        first = catalogue.metric(condition.metric)
        self._counters: list[tuple[Companion, Mapping[str, Growth]]] = []
        self._gauges: list[tuple[Companion, Mapping[str, float]]] = []
        for name in condition.per:
            companion = Companion(catalogue.metric(name), first)
            if name.endswith("_total"):
                self._counters.append((companion, readings.grown(name, condition.window)))
            else:
                self._gauges.append((companion, readings.latest(name)))

    def judge(
        self, series: Series, value: float, time_ms: int, present: Severity
    ) -> Verdict | None:
        growth = self._grown.get(series.label_text)
        if growth is None:
            return None
        amount, seconds = growth.measured()
        divisor = self._divisor(series, seconds) if seconds > 0 else None
        if divisor is None:
            return None
        result = self._factor * amount / divisor
        return (self._scale.severity(result, present), result)

    def _divisor(self, series: Series, seconds: float) -> float | None:
        """Seconds, counts of others, or seconds at a level; None: nothing to divide by."""
        if not self._has_others:
            return seconds
        total = 0.0
        for companion, grown in self._counters:
            other = grown.get(companion.text(series))
            total += other.measured()[0] if other is not None else 0.0
        for companion, latest in self._gauges:
            total += latest.get(companion.text(series), 0.0) * seconds
        return total if total > 0 and total >= self._at_least else None


class _Period:
    """What is known of one object's granularity period."""

    __slots__ = ("is_judged", "time_ms", "values")

    def __init__(self, time_ms: int) -> None:
        self.time_ms = time_ms
        self.values: dict[Series, float] = {}
        self.is_judged = False


class RatioJudge:
    """Judges a ratio once a period, when all its parts of that period are there.

    A part may have several series that differ in labels the ratio does not have (causes): they are
    added.
    """

    def __init__(self, condition: RatioOfSums, metric: Metric, catalogue: Catalogue) -> None:
        assert metric.ratio is not None  # noqa: S101 - the rule set has checked it
        self._condition = condition
        self._scale = Scale(condition.levels, condition.hysteresis)
        self._ratio = metric.ratio
        self._parts = {name: Companion(metric, catalogue.metric(name)) for name in metric.parts}
        self._periods: dict[str, _Period] = {}

    def object_text(self, series: Series) -> str:
        """Rendered labels of the ratio that a part's series belongs to."""
        return self._parts[series.metric.name].text(series)

    def take(self, series: Series, value: float, time_ms: int) -> None:
        """Count a part in; those of one batch are all taken before any is judged."""
        text = self.object_text(series)
        period = self._periods.get(text)
        if period is None or time_ms > period.time_ms:
            period = self._periods[text] = _Period(time_ms)
        if time_ms == period.time_ms:
            period.values[series] = value

    def judge(
        self, series: Series, value: float, time_ms: int, present: Severity
    ) -> Verdict | None:
        period = self._periods[self.object_text(series)]
        if period.is_judged or period.time_ms != time_ms:
            return None
        numerator = self._sum(self._ratio.numerator, period)
        denominator = self._sum(self._ratio.denominator, period)
        if numerator is None or denominator is None:
            return None
        period.is_judged = True
        result = self._ratio.of_sums(numerator, denominator)
        if result is None or denominator < self._condition.at_least:
            return None
        return (self._scale.severity(result, present), result)

    def forget(self, series: Series) -> None:
        """Drop a part that will not come again."""
        period = self._periods.get(self.object_text(series))
        if period is not None:
            period.values.pop(series, None)
            if not period.values:
                del self._periods[self.object_text(series)]

    def _sum(self, names: tuple[str, ...], period: _Period) -> float | None:
        """Sum of the period; None while a part of it has not come."""
        total = 0.0
        for name in names:
            found = [v for series, v in period.values.items() if series.metric.name == name]
            if not found:
                return None
            total += sum(found)
        return total


class _DifferenceJudge:
    def __init__(self, condition: Difference, readings: Readings, catalogue: Catalogue) -> None:
        self._scale = Scale(condition.levels, condition.hysteresis)
        self._others = readings.latest(condition.minus)
        first = catalogue.metric(condition.metric)
        self._minus = Companion(catalogue.metric(condition.minus), first)

    def judge(
        self, series: Series, value: float, time_ms: int, present: Severity
    ) -> Verdict | None:
        other = self._others.get(self._minus.text(series))
        if other is None:
            return None
        result = value - other
        return (self._scale.severity(result, present), result)


class _PastJudge:
    def __init__(self, condition: AgainstPast, past: Past) -> None:
        self._condition = condition
        self._scale = Scale(condition.levels, condition.hysteresis)
        self._before = {
            "median_7d": past.median_7d,
            "quarter_ago": past.quarter_ago,
            "last_week": past.last_week,
        }[condition.past]

    def judge(
        self, series: Series, value: float, time_ms: int, present: Severity
    ) -> Verdict | None:
        condition = self._condition
        before = self._before(series)
        if before is None or abs(before) < condition.at_least:
            return None
        if condition.as_ratio and before == 0:
            return None
        result = value / before if condition.as_ratio else value - before
        return (self._scale.severity(result, present), result)


class _WeeklyJudge:
    def __init__(self, condition: Weekly, past: Past) -> None:
        self._condition = condition
        self._scale = Scale(condition.levels, condition.hysteresis)
        self._past = past
        self._common = _CommonShare()

    def judge(
        self, series: Series, value: float, time_ms: int, present: Severity
    ) -> Verdict | None:
        condition = self._condition
        usual = self._past.usual(series, time_ms)
        if usual is None or usual.value <= 0:
            return None
        common = self._common.after(value / usual.value)
        expected = usual.value * common
        if expected <= 0 or expected < condition.at_least:
            return None
        share = value / expected
        unsurprising = math.exp(-condition.surprise * usual.spread)
        if share >= unsurprising:
            return (Severity.CLEARED, share)
        return (self._scale.severity(share, present), share)


class _CommonShare:
    """What share of the usual the objects of a metric have now, in the middle of them all."""

    _REMEMBERED = 1000
    _ENOUGH = 50

    def __init__(self) -> None:
        self._shares: deque[float] = deque(maxlen=self._REMEMBERED)
        self._middle = 1.0
        self._new = 0

    def after(self, share: float) -> float:
        """Count one more share in; returns the middle of the latest ones, 1 while they are few."""
        self._shares.append(share)
        self._new += 1
        if self._new >= self._ENOUGH:
            self._new = 0
            self._middle = median(self._shares)
        return self._middle


class _PresenceJudge:
    """A value is all that an absence rule wants; its absence is noticed by the clock."""

    def judge(
        self, series: Series, value: float, time_ms: int, present: Severity
    ) -> Verdict | None:
        return (Severity.CLEARED, value)


def make_judge(
    condition: MetricCondition, readings: Readings, catalogue: Catalogue, past: Past
) -> Judge:
    """The judge of a rule.

    Args:
        condition: Of the rule.
        readings: Where other values of an object are found.
        catalogue: Owns the metrics.
        past: What series used to be.
    """
    match condition:
        case Threshold():
            return _ThresholdJudge(condition)
        case StateIs():
            return _StateJudge(condition, catalogue.metric(condition.metric))
        case Rate():
            return _RateJudge(condition, readings, catalogue)
        case RatioOfSums():
            return RatioJudge(condition, catalogue.metric(condition.metric), catalogue)
        case Difference():
            return _DifferenceJudge(condition, readings, catalogue)
        case AgainstPast():
            return _PastJudge(condition, past)
        case Weekly():
            return _WeeklyJudge(condition, past)
        case Absence():
            return _PresenceJudge()
