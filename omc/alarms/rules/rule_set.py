"""The rules of an installation: read from folders, and checked against the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from omc.alarms.rules.rule import (
    Absence,
    AgainstPast,
    Difference,
    Guard,
    MetricCondition,
    Rate,
    RatioOfSums,
    Rule,
    StateIs,
    Threshold,
    Told,
    Weekly,
)
from omc.core.catalogue import Catalogue, Metric, MetricKind
from omc.core.errors import ConfigurationError, Problem
from omc.core.metric import CatalogueModel, Text
from omc.core.yaml_source import Location, YamlFile, load_yaml, shown, validate

#: The file of a folder that names probable causes instead of rules.
CAUSES = "causes.yaml"

#: What a fault is, and where in the rule.
Fault = tuple[Location, str]


class Cause(CatalogueModel):
    """A probable cause (X.733 clause 8.1.2.1).

    Attributes:
        number: As M.3100 and its users count it.
        text: What people read.
    """

    number: int
    text: Text


class _CauseFile(CatalogueModel):
    causes: Mapping[str, Cause]


class _RuleFile(CatalogueModel):
    """One file of config/alarms: a topic and its rules."""

    topic: Text
    rules: tuple[Rule, ...]


class RuleSet:
    """Rules by name, in file order.

    Attributes:
        rules: By name.
        topics: Rule -> title of its file.
        causes: Probable causes by name.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        causes: Mapping[str, Cause],
        topics: Mapping[str, Text] | None = None,
    ) -> None:
        self.rules: dict[str, Rule] = {rule.name: rule for rule in rules}
        self.causes = dict(causes)
        self.topics = dict(topics or {})

    @classmethod
    def load(cls, folders: Iterable[Path], catalogue: Catalogue) -> RuleSet:
        """Read every `*.yaml` of the folders; a rule of a later folder replaces one by name.

        Raises:
            ConfigurationError: with every problem of every file.
        """
        rules: dict[str, Rule] = {}
        topics: dict[str, Text] = {}
        causes: dict[str, Cause] = {}
        problems: list[Problem] = []
        for folder in folders:
            try:
                found = _Folder.read(folder)
            except ConfigurationError as error:
                problems.extend(error.problems)
                continue
            causes |= found.causes
            problems.extend(found.problems(catalogue, causes))
            rules |= {rule.name: rule for _, content in found.files for rule in content.rules}
            topics |= {r.name: content.topic for _, content in found.files for r in content.rules}
        if problems:
            raise ConfigurationError(problems)
        return cls(rules.values(), causes, topics)

    def told(self, catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
        """Rules whose alarms a trap may tell of, and the labels that name their objects.

        They are those that nothing is polled for, and states of a series: those are polled too, and
        a trap tells of them sooner.
        """
        labels: dict[str, tuple[str, ...]] = {}
        for rule in self:
            if isinstance(rule.when, Told):
                labels[rule.name] = rule.when.labels
            elif isinstance(rule.when, StateIs) and not rule.object:
                labels[rule.name] = catalogue.metric(rule.when.metric).all_labels
        return labels

    def __len__(self) -> int:
        return len(self.rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules.values())

    def __getitem__(self, name: str) -> Rule:
        return self.rules[name]

    def __contains__(self, name: object) -> bool:
        return name in self.rules


class _Folder:
    """The files of one folder."""

    def __init__(
        self, causes: Mapping[str, Cause], files: Sequence[tuple[YamlFile, _RuleFile]]
    ) -> None:
        self.causes = causes
        self.files = files

    @classmethod
    def read(cls, folder: Path) -> _Folder:
        problems: list[Problem] = []
        causes: Mapping[str, Cause] = {}
        files: list[tuple[YamlFile, _RuleFile]] = []
        for path in sorted(folder.glob("*.yaml")):
            try:
                file = load_yaml(path)
                if path.name == CAUSES:
                    causes = validate(file, _CauseFile).causes
                else:
                    files.append((file, validate(file, _RuleFile)))
            except ConfigurationError as error:
                problems.extend(error.problems)
        if problems:
            raise ConfigurationError(problems)
        return cls(causes, files)

    def problems(self, catalogue: Catalogue, causes: Mapping[str, Cause]) -> Iterator[Problem]:
        """What does not fit the catalogue, and what stands here twice."""
        seen: set[str] = set()
        for file, content in self.files:
            for index, rule in enumerate(content.rules):
                if rule.name in seen:
                    yield file.problem(("rules", index, "name"), f"{rule.name} stands here twice")
                seen.add(rule.name)
                for place, text in _faults(rule, catalogue, causes):
                    yield file.problem(("rules", index, *place), f"{rule.name}: {text}")


def _faults(rule: Rule, catalogue: Catalogue, causes: Mapping[str, Cause]) -> Iterator[Fault]:
    if rule.cause not in causes:
        yield ("cause",), f"found {shown(rule.cause)}; allowed: {', '.join(sorted(causes))}"
    if isinstance(rule.when, Told):
        if rule.only_if or rule.object:
            yield ("when",), "a rule of kind 'told' has neither 'only_if' nor 'object'"
        return
    if rule.when.metric not in catalogue:
        yield ("when", "metric"), f"{rule.when.metric!r} is no metric of the catalogue"
        return
    metric = catalogue.metric(rule.when.metric)
    yield from _condition_faults(rule.when, metric, catalogue)
    for label in rule.object:
        if label not in metric.all_labels:
            text = f"{metric.name} has no label {label!r}; it has: {', '.join(metric.all_labels)}"
            yield ("object",), text
    for label in metric.unknown_labels(rule.scope.labels):
        yield ("scope", "labels", label), f"{metric.name} has no label {label!r}"
    for index, guard in enumerate(rule.only_if):
        for place, text in _guard_faults(guard, metric, catalogue):
            yield ("only_if", index, *place), text


def _condition_faults(
    when: MetricCondition, metric: Metric, catalogue: Catalogue
) -> Iterator[Fault]:
    match when:
        case Threshold() | Difference() | AgainstPast() | Weekly():
            yield from _wrong_kind(metric, MetricKind.GAUGE)
            if metric.derived:
                yield ("when", "metric"), f"{metric.name} is derived: use kind 'ratio'"
        case StateIs():
            yield from _state_faults(metric, when.states, ("when", "states"))
        case Rate():
            yield from _wrong_kind(metric, MetricKind.COUNTER)
        case RatioOfSums():
            yield from _ratio_faults(metric, catalogue)
        case Absence():
            pass
    others = {Difference: "minus", Rate: "per"}
    key = others.get(type(when))
    if key is not None:
        named = getattr(when, key)
        for name in (named,) if isinstance(named, str) else named:
            yield from _companion_faults(name, metric, catalogue, ("when", key))


def _wrong_kind(metric: Metric, wanted: MetricKind) -> Iterator[Fault]:
    if metric.kind is not wanted:
        yield ("when", "metric"), f"{metric.name} is a {metric.kind}, expected a {wanted}"


def _state_faults(metric: Metric, states: Iterable[str], place: Location) -> Iterator[Fault]:
    if metric.kind is not MetricKind.STATE:
        yield (*place[:-1], "metric"), f"{metric.name} is a {metric.kind}, expected a state"
        return
    allowed = ", ".join(state.name for state in metric.states.values())
    for name in states:
        if metric.state_code(name) is None:
            yield place, f"{metric.name} has no state {name!r}; it has: {allowed}"


def _ratio_faults(metric: Metric, catalogue: Catalogue) -> Iterator[Fault]:
    if metric.ratio is None:
        yield ("when", "metric"), f"{metric.name} is no ratio of other metrics: use 'threshold'"
        return
    for part in metric.parts:
        if not catalogue.metric(part).period_sum:
            text = f"{part}, a part of {metric.name}, is no sum of a period: use 'rate'"
            yield ("when", "metric"), text


def _guard_faults(guard: Guard, metric: Metric, catalogue: Catalogue) -> Iterator[Fault]:
    faults = list(_companion_faults(guard.metric, metric, catalogue, ("metric",)))
    yield from faults
    if faults:
        return
    given = [bool(guard.states), guard.above is not None, guard.below is not None]
    if not any(given):
        yield (), "one of 'states', 'above' and 'below' is needed"
    if guard.states:
        yield from _state_faults(catalogue.metric(guard.metric), guard.states, ("states",))


def _companion_faults(
    name: str, metric: Metric, catalogue: Catalogue, place: Location
) -> Iterator[Fault]:
    """A second metric of the same object has labels that the first one has too."""
    if name not in catalogue:
        yield place, f"{name!r} is no metric of the catalogue"
        return
    more = metric.unknown_labels(catalogue.metric(name).all_labels)
    if more:
        yield place, f"{name} has the label {more[0]!r}, which {metric.name} has not"
