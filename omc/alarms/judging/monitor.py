"""From batches to alarms: finds the rules that a sample matters to, and reports their verdicts.

Most of what is read is good. So nothing is kept of an object until something is wrong with it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from operator import attrgetter

from omc.alarms.judging.guards import CompiledGuard
from omc.alarms.judging.judges import NoPast, Past, RatioJudge, Verdict, make_judge
from omc.alarms.judging.readings import Readings
from omc.alarms.life.alarm import Labels, alarm_key
from omc.alarms.life.engine import AlarmEngine
from omc.alarms.rules.rule import (
    Absence,
    Difference,
    MetricCondition,
    Rate,
    Rule,
    Scope,
    Told,
)
from omc.alarms.rules.rule_set import RuleSet
from omc.alarms.severity import Severity
from omc.alarms.sorted_batch import Sample, SortedBatch
from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.core.model import Event, EventKind, Quality, Series, label_text, sorted_labels

#: Batches whose samples are older than this many of their intervals tell of the past.
_FRESH_INTERVALS = 3.0
#: Qualities of a series that has no say any more. With others, such as no light, the last verdict
#: stands: what made the value unreadable is an alarm of its own.
_WITHDRAWN = {Quality.DISABLED, Quality.NOT_SUPPORTED, Quality.OFFLINE}


class _Watch:
    """One object that a rule has said something about, and what it said last."""

    __slots__ = ("contributor", "key", "labels", "present", "time_ms")

    def __init__(self, rule: str, labels: Labels, contributor: str) -> None:
        self.key = alarm_key(rule, labels)
        self.labels = labels
        self.contributor = contributor
        self.present = Severity.CLEARED
        self.time_ms = 0


class _JudgedRule:
    """A rule whose condition is about a metric; others are raised by those who find them."""

    def __init__(
        self,
        rule: Rule,
        when: MetricCondition,
        catalogue: Catalogue,
        readings: Readings,
        past: Past,
    ) -> None:
        self.name = rule.name
        self.when = when
        self.judge = make_judge(when, readings, catalogue, past)
        #: The judge if it has to see all parts of a batch before it judges any.
        self.ratio = self.judge if isinstance(self.judge, RatioJudge) else None
        #: Of a series: what tells the rule's objects apart.
        self.object_text: Callable[[Series], str] = (
            attrgetter("label_text") if self.ratio is None else self.ratio.object_text
        )
        self._metric = catalogue.metric(when.metric)
        self._object = rule.object or self._metric.all_labels
        self.scope = rule.scope
        self._guards = [CompiledGuard(g, self._metric, catalogue, readings) for g in rule.only_if]
        self.watches: dict[str, _Watch] = {}
        #: Objects that had this alarm before a restart: the first good word about them matters.
        self.restored: set[str] = set()
        #: When series were last heard, the longest silent first; None if nobody waits for them.
        self.heard: OrderedDict[Series, float] | None = None
        if isinstance(when, Absence):
            self.heard = OrderedDict()

    @property
    def triggers(self) -> Iterable[str]:
        """Names of the metrics whose values are judged."""
        return dict.fromkeys(self._metric.parts) if self.ratio else (self._metric.name,)

    def begin(self, series: Series, text: str) -> _Watch | None:
        """Watch an object from now on; None if the rule is not for it."""
        labels = series.labels
        if not _in_scope(self.scope, labels):
            return None
        own = {name: value for name, value in labels.items() if name in self._object}
        if not own:  # a rule about sites, and a node that stands at no site
            named = self._metric.all_labels
            own = {name: value for name, value in labels.items() if name in named}
        watch = self.watches[text] = _Watch(self.name, sorted_labels(own), text)
        self.restored.discard(text)
        return watch

    def hear(self, samples: Iterable[Sample], now: float) -> None:
        """Note that series were heard, where somebody waits for them."""
        if self.heard is not None:
            for series, _, _ in samples:
                self.heard[series] = now
                self.heard.move_to_end(series)

    def allows(self, series: Series) -> bool:
        """Whether all that must be true besides is true."""
        for guard in self._guards:  # noqa: SIM110 - `all` costs several times as much
            if not guard.allows(series):
                return False
        return True


class AlarmMonitor:
    """Judges what it hears.

    Args:
        rules: All rules.
        catalogue: Owns the metrics.
        engine: Where verdicts go. What it was restored with is taken up.
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
        self._engine = engine
        self._clock = clock
        self._readings = Readings(*_companions(rules))
        judged = [
            _JudgedRule(rule, rule.when, catalogue, self._readings, past or NoPast())
            for rule in rules
            if not isinstance(rule.when, Told)
        ]
        self._by_name = {rule.name: rule for rule in judged}
        self._rules_of: dict[str, list[_JudgedRule]] = {}
        self._ratios_of: dict[str, list[RatioJudge]] = {}
        for rule in judged:
            for name in rule.triggers:
                self._rules_of.setdefault(name, []).append(rule)
                if rule.ratio is not None:
                    self._ratios_of.setdefault(name, []).append(rule.ratio)
        self._kept = self._readings.metrics
        self._taken = self._kept | self._ratios_of.keys()
        self._relevant = self._rules_of.keys() | self._kept
        self.restore()

    def restore(self) -> None:
        """Take note of the alarms that the engine has been restored with."""
        for alarm in self._engine.active():
            rule = self._by_name.get(alarm.rule)
            if rule is not None:
                rule.restored.update(who for who, _ in alarm.contributors)

    def observe(self, heard: SortedBatch) -> None:
        """Judge a batch."""
        batch = heard.batch
        if batch.suspect or batch.is_history:
            return
        fresh_ms = self._clock.time_ms() - _FRESH_INTERVALS * batch.interval * 1000
        found = list(heard.of(self._relevant))
        if min(batch.times, default=fresh_ms) < fresh_ms:
            found = [(name, [s for s in samples if s[2] >= fresh_ms]) for name, samples in found]
        # What rules look at besides comes first, so that the order within a batch does not matter.
        for name, samples in found:
            if name in self._taken:
                self._take(name, samples)
        for name, samples in found:
            for rule in self._rules_of.get(name, ()):
                self._see(rule, samples)

    def notice(self, event: Event) -> None:
        """Take note of series that have no value any more: the other listener for the bus."""
        if event.kind is EventKind.QUALITY_CHANGED and event.text in _WITHDRAWN:
            for series in event.series:
                self._withdraw(series)

    def judges(self, rule: str) -> bool:
        """Whether alarms of that rule are raised from what is polled."""
        return rule in self._by_name

    def hear(self, rule: str, labels: Labels, severity: Severity, time_ms: int) -> None:
        """Take somebody's word for how an object stands; it holds until a newer value is judged.

        Args:
            rule: One that is judged here.
            labels: All labels of the object's series, sorted.
            severity: What is said of it.
            time_ms: When, Unix milliseconds.
        """
        judged, text = self._by_name[rule], label_text(dict(labels))
        if not _in_scope(judged.scope, dict(labels)):
            return
        watch = judged.watches.get(text)
        if watch is None:
            if not severity and text not in judged.restored:
                return
            watch = judged.watches[text] = _Watch(judged.name, labels, text)
            judged.restored.discard(text)
        watch.time_ms = time_ms
        self._say(judged, watch, severity, None)

    def forget(self, series: Series) -> None:
        """A series will not come again: to be given to `SeriesTable.on_forget`."""
        self._withdraw(series)
        self._readings.forget(series)
        for rule in self._rules_of.get(series.metric.name, ()):
            rule.watches.pop(rule.object_text(series), None)
            if rule.ratio is not None:
                rule.ratio.forget(series)

    def tick(self) -> None:
        """Let time pass: notice what has been silent for too long. Call it every second."""
        now = self._clock.monotonic()
        for rule in self._by_name.values():
            if rule.heard is None or not isinstance(rule.when, Absence):
                continue
            for series, since in rule.heard.items():
                if now - since < rule.when.after:
                    break
                self._miss(rule, series, rule.when.severity)

    def _miss(self, rule: _JudgedRule, series: Series, severity: Severity) -> None:
        """A series is silent for too long: that is bad unless what must be true besides is not."""
        text = rule.object_text(series)
        watch = rule.watches.get(text)
        present = watch.present if watch is not None else Severity.CLEARED
        wanted = severity if rule.allows(series) else Severity.CLEARED
        if wanted != present:
            watch = watch or rule.begin(series, text)
            if watch is not None:
                self._say(rule, watch, wanted, None)

    def _take(self, name: str, samples: Sequence[Sample]) -> None:
        if name in self._kept:
            self._readings.take(name, samples)
        for ratio in self._ratios_of.get(name, ()):
            for series, value, time_ms in samples:
                ratio.take(series, value, time_ms)

    def _see(self, rule: _JudgedRule, samples: Sequence[Sample]) -> None:
        rule.hear(samples, self._clock.monotonic())
        judge, object_text = rule.judge.judge, rule.object_text
        watches, restored, good = rule.watches, rule.restored, Severity.CLEARED
        for series, value, time_ms in samples:
            text = object_text(series)
            watch = watches.get(text)
            if watch is None:
                verdict = judge(series, value, time_ms, good)
                # Good, as nearly everything is: nothing is kept of it.
                if verdict is not None and (verdict[0] or text in restored):
                    self._begin(rule, series, time_ms, verdict)
            elif time_ms >= watch.time_ms:
                verdict = judge(series, value, time_ms, watch.present)
                if verdict is not None:
                    self._conclude(rule, watch, series, time_ms, verdict)

    def _begin(self, rule: _JudgedRule, series: Series, time_ms: int, verdict: Verdict) -> None:
        """Watch an object, unless it is only bad while it does not count."""
        text = rule.object_text(series)
        if text in rule.restored or rule.allows(series):
            watch = rule.begin(series, text)
            if watch is not None:
                self._conclude(rule, watch, series, time_ms, verdict)

    def _conclude(
        self, rule: _JudgedRule, watch: _Watch, series: Series, time_ms: int, verdict: Verdict
    ) -> None:
        severity, value = verdict
        if severity and not rule.allows(series):
            severity = Severity.CLEARED
        watch.time_ms = time_ms
        self._say(rule, watch, severity, value)

    def _say(
        self, rule: _JudgedRule, watch: _Watch, severity: Severity, value: float | None
    ) -> None:
        if severity is watch.present and self._engine.renew(
            watch.key, watch.contributor, severity, value
        ):
            return
        watch.present = severity
        self._engine.report(rule.name, watch.labels, watch.contributor, severity, value)
        if not severity:
            del rule.watches[watch.contributor]

    def _withdraw(self, series: Series) -> None:
        for rule in self._rules_of.get(series.metric.name, ()):
            if rule.heard is not None:
                rule.heard.pop(series, None)  # nobody expects it any more
            text = rule.object_text(series)
            watch = rule.watches.get(text)
            if watch is None and text in rule.restored:
                watch = rule.begin(series, text)
            if watch is not None:
                self._say(rule, watch, Severity.CLEARED, None)


def _companions(rules: RuleSet) -> tuple[set[str], set[tuple[str, float]]]:
    """Metrics that rules look at besides their own, and counters with their windows."""
    latest: set[str] = set()
    windows: set[tuple[str, float]] = set()
    for rule in rules:
        latest.update(guard.metric for guard in rule.only_if)
        match rule.when:
            case Difference():
                latest.add(rule.when.minus)
            case Rate():
                counters = [name for name in rule.when.per if name.endswith("_total")]
                latest.update(set(rule.when.per) - set(counters))
                windows.update((name, rule.when.window) for name in counters)
                windows.add((rule.when.metric, rule.when.window))
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
