"""What is wrong in a profile beyond its form: names that the catalogue or the profile lacks."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from collector.decoding.index import index_names
from collector.decoding.reference import Condition, Reference
from collector.decoding.sentinels import is_malformed_comparison
from collector.decoding.steps import Step, step_references
from collector.profiles.profile import Meaning, Profile, Rule, Table, TextSource
from collector.profiles.templates import DEVICE_FIELDS, template_fields
from omc.core.catalogue import Catalogue, Metric, MetricKind
from omc.core.errors import Problem
from omc.core.yaml_source import Location, YamlFile


@dataclass(frozen=True, slots=True)
class _Scope:
    """What may be named at one place of a profile.

    Attributes:
        fields: Fields of templates.
        index: Index parts for `by`; empty among scalars.
        labels: Labels that the table gives to every metric.
        in_table: Columns and labels of other tables may be referred to.
    """

    fields: frozenset[str]
    index: frozenset[str] = frozenset()
    labels: tuple[str, ...] = ()
    in_table: bool = False


class ProfileChecker:
    """Checks one profile.

    Args:
        file: Where it came from.
        profile: Its content.
        family: The profile and all it extends, nearest first.
        catalogue: Where metrics are defined.
    """

    def __init__(
        self, file: YamlFile, profile: Profile, family: Sequence[Profile], catalogue: Catalogue
    ) -> None:
        self._file = file
        self._profile = profile
        self._catalogue = catalogue
        self._device_fields = frozenset(DEVICE_FIELDS).union(*(p.texts for p in family))
        self._labels = {
            f"{table.name}.{label}" for p in family for table in p.tables for label in table.labels
        }

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong."""
        scope = _Scope(self._device_fields)
        profile = self._profile
        texts = {"vendor": profile.vendor, "model": profile.model}
        for name, sources in texts.items():
            yield from self._sources((name,), sources, scope)
        for name, sources in profile.texts.items():
            yield from self._sources(("texts", name), sources, scope)
        yield from self._conditions(("valid_if",), profile.valid_if, scope)
        for number, rule in enumerate(profile.scalars):
            yield from self._rule(("scalars", number), rule, scope)
        for number, table in enumerate(profile.tables):
            yield from self._table(("tables", number), table)
        yield from self._duplicate_tables()

    def _problem(self, location: Location, text: str) -> Problem:
        return self._file.problem(location, text)

    def _duplicate_tables(self) -> Iterator[Problem]:
        seen: set[str] = set()
        for number, table in enumerate(self._profile.tables):
            if table.name in seen:
                text = f"the table {table.name!r} stands here twice"
                yield self._problem(("tables", number, "name"), text)
            seen.add(table.name)

    def _table(self, at: Location, table: Table) -> Iterator[Problem]:
        index = index_names(table.index)
        scope = _Scope(
            fields=frozenset(index).union(table.texts, DEVICE_FIELDS),
            index=frozenset(index),
            labels=tuple(table.labels),
            in_table=True,
        )
        for name in sorted({name for name in index if index.count(name) > 1}):
            yield self._problem((*at, "index"), f"the index names {name!r} twice")
        for name, sources in table.texts.items():
            yield from self._sources((*at, "texts", name), sources, scope)
        yield from self._conditions((*at, "where"), table.where, scope)
        yield from self._templates((*at, "labels"), table.labels, scope)
        for number, rule in enumerate(table.metrics):
            yield from self._rule((*at, "metrics", number), rule, scope)

    def _rule(self, at: Location, rule: Rule, scope: _Scope) -> Iterator[Problem]:
        yield from self._conditions((*at, "valid_if"), rule.valid_if, scope)
        yield from self._meaning(at, rule, rule, scope)
        if rule.choose is None:
            return
        yield from self._reference((*at, "choose"), rule.choose, scope)
        inherited = replace(scope, labels=(*scope.labels, *rule.labels))
        for number, case in enumerate(rule.choose.cases):
            yield from self._meaning((*at, "choose", "cases", number), case, rule, inherited)

    def _meaning(
        self, at: Location, meaning: Meaning, rule: Rule, scope: _Scope
    ) -> Iterator[Problem]:
        yield from self._templates((*at, "labels"), meaning.labels, scope)
        for key in meaning.sentinels:
            if isinstance(key, str) and is_malformed_comparison(key):
                text = f"{key!r} is no comparison with a number, such as '<= -4000'"
                yield self._problem((*at, "sentinels", key), text)
        if meaning.metric is None:
            return
        if meaning.metric not in self._catalogue:
            text = f"the catalogue has no metric {meaning.metric!r}"
            text += _did_you_mean(meaning.metric, (metric.name for metric in self._catalogue))
            yield self._problem((*at, "metric"), text)
            return
        metric = self._catalogue.metric(meaning.metric)
        yield from self._metric_fits(at, meaning, rule, metric, scope)
        yield from self._steps((*at, "decode"), meaning.decode or rule.decode, metric, scope)

    def _metric_fits(
        self, at: Location, meaning: Meaning, rule: Rule, metric: Metric, scope: _Scope
    ) -> Iterator[Problem]:
        for label in metric.unknown_labels([*scope.labels, *meaning.labels]):
            where = (*at, "labels", label) if label in meaning.labels else (*at, "metric")
            allowed = ", ".join(metric.labels) or "none"
            text = f"{metric.name} cannot carry the label {label!r}; allowed: {allowed}"
            yield self._problem(where, text)
        if metric.kind is MetricKind.INFO and rule.oid is not None:
            yield self._problem((*at, "oid"), f"{metric.name} is an info metric: it has no oid")
        if metric.kind is not MetricKind.INFO and rule.oid is None:
            yield self._problem(at, f"the key 'oid' is missing: {metric.name} needs a value")

    def _steps(
        self, at: Location, steps: Sequence[Step], metric: Metric, scope: _Scope
    ) -> Iterator[Problem]:
        for reference in step_references(steps):
            yield from self._reference(at, reference, scope)
        for place, step in _numbered(at, steps):
            if step.reads_raw and place != (*at, 0):
                text = f"{step.key} reads the value as it came: it has to be the first step"
                yield self._problem(place, text)
            named = (step.bits or step.states or {}).values()
            yield from self._states((*place, step.key), named, metric)

    def _states(self, at: Location, names: Iterable[str], metric: Metric) -> Iterator[Problem]:
        known = [state.name for state in metric.states.values()]
        for name in dict.fromkeys(names):
            if not known:
                yield self._problem(at, f"{metric.name} is no state metric: it has no states")
                return
            if name not in known:
                text = f"{metric.name} has no state {name!r}; it has {', '.join(known)}"
                yield self._problem(at, text)

    def _templates(
        self, at: Location, templates: Mapping[str, Sequence[str]], scope: _Scope
    ) -> Iterator[Problem]:
        for label, alternatives in templates.items():
            for template in alternatives:
                for field in template_fields(template):
                    if field not in scope.fields:
                        text = f"nothing here is called {field!r}"
                        text += f"; there are {', '.join(sorted(scope.fields))}"
                        yield self._problem((*at, label), text)

    def _sources(
        self, at: Location, sources: Sequence[TextSource], scope: _Scope
    ) -> Iterator[Problem]:
        for source in sources:
            yield from self._reference(at, source, scope)
            if source.when is not None:
                yield from self._reference((*at, "when"), source.when, scope)
            if source.label is not None and source.label not in self._labels:
                text = f"there is no table and label {source.label!r}"
                text += _did_you_mean(source.label, self._labels)
                yield self._problem(at, text)
            if source.label is not None and not source.joins:
                yield self._problem(at, "say with 'by' or 'via' what names the other row")

    def _conditions(
        self, at: Location, conditions: Sequence[Condition], scope: _Scope
    ) -> Iterator[Problem]:
        for condition in conditions:
            yield from self._reference(at, condition, scope)

    def _reference(self, at: Location, reference: Reference, scope: _Scope) -> Iterator[Problem]:
        if reference.column is not None and not scope.in_table:
            yield self._problem(at, "a scalar has no row: refer to another scalar")
        for name in reference.by:
            if scope.in_table and name not in scope.index:
                parts = ", ".join(sorted(scope.index))
                yield self._problem(at, f"the index has no part {name!r}; it has {parts}")


def _numbered(at: Location, steps: Sequence[Step]) -> Iterator[tuple[Location, Step]]:
    """Every step with its place, those of branches included."""
    for number, step in enumerate(steps):
        place = (*at, number)
        yield place, step
        if step.branch is not None:
            yield from _numbered((*place, "branch", "then"), step.branch.then)
            yield from _numbered((*place, "branch", "otherwise"), step.branch.otherwise)


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
