"""From batches to alarms: finds the rules that a sample matters to, and reports their verdicts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from omc.alarms.alarm import Labels
from omc.alarms.engine import AlarmEngine
from omc.alarms.judges import Judge, NoPast, Past, RatioJudge, make_judge
from omc.alarms.readings import Readings, companion_text
from omc.alarms.rule import (
    Absence,
    Difference,
    Guard,
    MetricCondition,
    Rate,
    RatioOfSums,
    Rule,
    Scope,
    Told,
)
from omc.alarms.rule_set import RuleSet
from omc.alarms.severity import Severity
from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.core.model import Batch, Event, EventKind, Quality, Series, sorted_labels

#: Batches whose samples are older than this many of their intervals tell of the past.
_FRESH_INTERVALS = 3.0
#: Qualities of a series that has no say any more. With others, such as no light, the last verdict
#: stands: what made the value unreadable is an alarm of its own.
_WITHDRAWN = {Quality.DISABLED, Quality.NOT_SUPPORTED, Quality.OFFLINE}


class _CompiledGuard:
    def __init__(self, guard: Guard, labels: dict[str, str], catalogue: Catalogue) -> None:
        metric = catalogue.metric(guard.metric)
        self._guard = guard
        self._text = companion_text(labels, metric)
        self._codes = {metric.state_code(name) for name in guard.states}

    def allows(self, readings: Readings) -> bool:
        guard = self._guard
        reading = readings.get(guard.metric, self._text)
        if reading is None:
            return guard.unknown
        if guard.states and reading.value not in self._codes:
            return False
        above = guard.above is None or reading.value > guard.above
        return above and (guard.below is None or reading.value < guard.below)


class _Watch:
    """One rule and one object: what was said last (None: nothing yet), how to judge the next."""

    __slots__ = ("contributor", "guards", "judge", "labels", "present", "rule", "time_ms")

    def __init__(
        self,
        rule: str,
        labels: Labels,
        contributor: str,
        judge: Judge,
        guards: tuple[_CompiledGuard, ...],
    ) -> None:
        self.rule = rule
        self.labels = labels
        self.contributor = contributor
        self.judge = judge
        self.guards = guards
        self.present: Severity | None = None
        self.time_ms = 0


class AlarmMonitor:
    """A bus listener that judges what it hears.

    Args:
        rules: All rules.
        catalogue: Owns the metrics.
        engine: Where verdicts go.
        clock: Tells the present from the past.
        past: What series used to be.
    """

    def __init__(
        self,
        rules: RuleSet,
        catalogue: Catalogue,
        engine: AlarmEngine,
        clock: Clock,
        past: Past | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._engine = engine
        self._clock = clock
        self._past = past or NoPast()
        self._rules_of = _rules_by_metric(rules, catalogue)
        self._readings = Readings(*_companions(rules, catalogue))
        self._relevant = self._rules_of.keys() | self._readings.metrics
        self._watches: dict[Series, tuple[_Watch, ...]] = {}
        self._by_object: dict[tuple[str, str], _Watch] = {}
        self._absences = {r.name: r.when for r in rules if isinstance(r.when, Absence)}
        self._silences: dict[str, OrderedDict[_Watch, float]] = {
            name: OrderedDict() for name in self._absences
        }

    def observe(self, batch: Batch) -> None:
        """Judge a batch: the listener to give to `Bus.listen`."""
        if batch.suspect:
            return
        relevant = self._relevant
        fresh_ms = self._clock.time_ms() - _FRESH_INTERVALS * batch.interval * 1000
        found = [
            (series, value, time_ms)
            for series, value, time_ms in zip(batch.series, batch.values, batch.times, strict=True)
            if series.metric.name in relevant and time_ms >= fresh_ms
        ]
        # What rules look at besides comes first, so that the order within a batch does not matter.
        for series, value, time_ms in found:
            if series.metric.name in self._readings.metrics:
                self._readings.take(series, value, time_ms)
        watched = [(self._watches_of(series), value, time_ms) for series, value, time_ms in found]
        for watches, value, time_ms in watched:
            for watch in watches:
                self._see(watch, value, time_ms)

    def notice(self, event: Event) -> None:
        """Take note of series that have no value any more: the other listener for the bus."""
        if event.kind is EventKind.QUALITY_CHANGED and event.text in _WITHDRAWN:
            for series in event.series:
                self._withdraw(series)

    def forget(self, series: Series) -> None:
        """A series will not come again: to be given to `SeriesTable.on_forget`."""
        self._withdraw(series)
        self._readings.forget(series)
        for watch in self._watches.pop(series, ()):
            self._by_object.pop((watch.rule, watch.contributor), None)
            self._silences.get(watch.rule, OrderedDict()).pop(watch, None)

    def tick(self) -> None:
        """Let time pass: notice what has been silent for too long. Call it every second."""
        now = self._clock.monotonic()
        for name, silences in self._silences.items():
            absence = self._absences[name]
            for watch, heard in silences.items():
                if now - heard < absence.after:
                    break
                if not watch.present:
                    self._say(watch, absence.severity, None)

    def _see(self, watch: _Watch, value: float, time_ms: int) -> None:
        if time_ms < watch.time_ms:
            return
        watch.time_ms = time_ms
        silences = self._silences.get(watch.rule)
        if silences is not None:
            silences[watch] = self._clock.monotonic()
            silences.move_to_end(watch)
        if all(guard.allows(self._readings) for guard in watch.guards):
            present = watch.present or Severity.CLEARED
            verdict = watch.judge.judge(value, time_ms, present)
            if verdict is not None:
                self._say(watch, verdict.severity, verdict.value)
        else:
            self._say(watch, Severity.CLEARED, None)

    def _say(self, watch: _Watch, severity: Severity, value: float | None) -> None:
        # Good and still good is no news. The first good word is: it may end what was so before a
        # restart.
        if severity is Severity.CLEARED and watch.present is Severity.CLEARED:
            return
        watch.present = severity
        self._engine.report(watch.rule, watch.labels, watch.contributor, severity, value)

    def _withdraw(self, series: Series) -> None:
        for watch in self._watches.get(series, ()):
            self._say(watch, Severity.CLEARED, None)

    def _watches_of(self, series: Series) -> tuple[_Watch, ...]:
        watches = self._watches.get(series)
        if watches is None:
            rules = self._rules_of.get(series.metric.name, ())
            watches = tuple(self._make(rules, series))
            self._watches[series] = watches
        return watches

    def _make(self, rules: Iterable[_JudgedRule], series: Series) -> Iterator[_Watch]:
        labels = series.labels
        for rule in rules:
            if not _in_scope(rule.rule.scope, labels):
                continue
            metric = self._catalogue.metric(rule.when.metric)
            place = (rule.rule.name, companion_text(labels, metric))
            watch = self._by_object.get(place)
            if watch is None:
                watch = self._by_object[place] = self._watch(rule, place[1], series)
            if isinstance(watch.judge, RatioJudge):
                watch.judge.add(series)
            yield watch

    def _watch(self, judged: _JudgedRule, contributor: str, series: Series) -> _Watch:
        labels = series.labels
        rule, when = judged
        named = self._catalogue.metric(when.metric).all_labels
        wanted = rule.object or named
        own = {label: text for label, text in labels.items() if label in wanted}
        return _Watch(
            rule.name,
            # A rule about sites names the node where a node stands at no site.
            sorted_labels(own or {k: v for k, v in labels.items() if k in named}),
            contributor,
            make_judge(when, series, self._readings, self._catalogue, self._past),
            tuple(_CompiledGuard(guard, labels, self._catalogue) for guard in rule.only_if),
        )


class _JudgedRule(NamedTuple):
    """A rule whose condition is about a metric; the others are raised by those who find them."""

    rule: Rule
    when: MetricCondition


def _judged(rules: RuleSet) -> Iterator[_JudgedRule]:
    for rule in rules:
        if not isinstance(rule.when, Told):
            yield _JudgedRule(rule, rule.when)


def _rules_by_metric(rules: RuleSet, catalogue: Catalogue) -> dict[str, tuple[_JudgedRule, ...]]:
    """Rules by the metrics whose values trigger them."""
    found: dict[str, tuple[_JudgedRule, ...]] = {}
    for judged in _judged(rules):
        metric = catalogue.metric(judged.when.metric)
        triggers = metric.parts if isinstance(judged.when, RatioOfSums) else (metric.name,)
        for name in dict.fromkeys(triggers):
            found[name] = (*found.get(name, ()), judged)
    return found


def _companions(rules: RuleSet, catalogue: Catalogue) -> tuple[set[str], set[tuple[str, float]]]:
    """Metrics that rules look at besides their own, and counters with their windows."""
    latest: set[str] = set()
    windows: set[tuple[str, float]] = set()
    for rule, when in _judged(rules):
        latest.update(guard.metric for guard in rule.only_if)
        match when:
            case RatioOfSums():
                latest.update(catalogue.metric(when.metric).parts)
            case Difference():
                latest.add(when.minus)
            case Rate():
                counters = [name for name in when.per if name.endswith("_total")]
                latest.update(set(when.per) - set(counters))
                windows.update((name, when.window) for name in counters)
                windows.add((when.metric, when.window))
            case _:
                pass
    return latest, windows


def _in_scope(scope: Scope, labels: Mapping[str, str]) -> bool:
    site, node = labels.get("site", ""), labels.get("node", "")
    if _fits(site, scope.except_sites) or _fits(node, scope.except_nodes):
        return False
    wanted = [
        (site, scope.sites),
        (node, scope.nodes),
        *((labels.get(label, ""), texts) for label, texts in scope.labels.items()),
    ]
    return all(not patterns or _fits(text, patterns) for text, patterns in wanted)


def _fits(text: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)
