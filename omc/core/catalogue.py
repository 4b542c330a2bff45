"""The metric catalogue: the one owner of every metric's name, unit, kind and meaning.

`config/metrics/*.yaml` is read into immutable `Metric` objects. Whatever names a metric (a profile,
a rule, a dashboard, a report) asks `Catalogue.metric` and fails early when it does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from omc.core.errors import ConfigurationError, Problem
from omc.core.metric import (
    IDENTITY_LABELS,
    Aggregation,
    CatalogueModel,
    Metric,
    MetricKind,
    Ratio,
    State,
    Text,
    ValidRange,
)
from omc.core.yaml_source import Location, YamlFile, load_yaml, validate

__all__ = [
    "IDENTITY_LABELS",
    "Aggregation",
    "Catalogue",
    "Metric",
    "MetricKind",
    "Ratio",
    "State",
    "Text",
    "ValidRange",
]


class _MetricFile(CatalogueModel):
    """One file of config/metrics: a topic, its metrics, and what labels mean."""

    topic: Text
    labels: Mapping[str, Text] = Field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """A file as read and as understood."""

    file: YamlFile
    content: _MetricFile


class Catalogue:
    """All metrics, by name and by topic, in file order.

    Attributes:
        topics: File name without suffix -> its title and its metrics.
        labels: Label name -> what its values are. Shared labels are explained once, in any file.
    """

    def __init__(
        self,
        topics: Mapping[str, tuple[Text, tuple[Metric, ...]]],
        labels: Mapping[str, Text] | None = None,
    ) -> None:
        self.topics = dict(topics)
        self.labels = dict(labels or {})
        self._metrics = {m.name: m for _, metrics in topics.values() for m in metrics}

    @classmethod
    def load(cls, folder: Path) -> Catalogue:
        """Read every `*.yaml` of a folder, sorted by name.

        Raises:
            ConfigurationError: with every problem of every file.
        """
        paths = sorted(folder.glob("*.yaml"))
        if not paths:
            raise ConfigurationError([Problem(str(folder), 0, 0, "no metric files (*.yaml) here")])
        problems: list[Problem] = []
        sources: list[_Source] = []
        for path in paths:
            try:
                file = load_yaml(path)
                sources.append(_Source(file, validate(file, _MetricFile)))
            except ConfigurationError as error:
                problems.extend(error.problems)
        every_file_is_read = not problems
        problems.extend(_duplicates(sources))
        catalogue = cls._of(sources)
        if every_file_is_read:  # else a part may be missing only because its file has a fault
            problems.extend(_part_problems(sources, catalogue))
        if problems:
            raise ConfigurationError(problems)
        return catalogue

    @classmethod
    def _of(cls, sources: Sequence[_Source]) -> Catalogue:
        topics = {s.file.path.stem: (s.content.topic, s.content.metrics) for s in sources}
        labels = {name: text for s in sources for name, text in s.content.labels.items()}
        return cls({stem: topic for stem, topic in topics.items() if topic[1]}, labels)

    def metric(self, name: str) -> Metric:
        """The metric of that name.

        Raises:
            KeyError: no such metric.
        """
        return self._metrics[name]

    def __contains__(self, name: object) -> bool:
        return name in self._metrics

    def __iter__(self) -> Iterator[Metric]:
        return iter(self._metrics.values())

    def __len__(self) -> int:
        return len(self._metrics)


def _duplicates(sources: Sequence[_Source]) -> Iterator[Problem]:
    """Metrics and label explanations that stand in two places."""
    seen: dict[tuple[str, str], str] = {}
    for source in sources:
        for what, name, location in _definitions(source.content):
            if (what, name) in seen:
                text = f"{what} {name!r} is already defined in {seen[what, name]}"
                yield source.file.problem(location, text)
            seen.setdefault((what, name), str(source.file.path))


def _definitions(content: _MetricFile) -> Iterator[tuple[str, str, Location]]:
    for name in content.labels:
        yield "label", name, ("labels", name)
    for index, metric in enumerate(content.metrics):
        yield "metric", metric.name, ("metrics", index, "name")


def _part_problems(sources: Sequence[_Source], catalogue: Catalogue) -> Iterator[Problem]:
    """What is wrong between a derived or weighted metric and the metrics it is made of."""
    for source in sources:
        for index, metric in enumerate(source.content.metrics):
            for location, name in _parts_in_place(metric):
                fault = _part_fault(metric, name, location, catalogue)
                if fault:
                    text = f"{metric.name}: {fault}"
                    yield source.file.problem(("metrics", index, *location), text)


def _parts_in_place(metric: Metric) -> Iterator[tuple[Location, str]]:
    """The parts of a metric, each with where its entry names it."""
    if metric.ratio is not None:
        for position, name in enumerate(metric.ratio.numerator):
            yield ("ratio", "numerator", position), name
        for position, name in enumerate(metric.ratio.denominator):
            yield ("ratio", "denominator", position), name
    for position, name in enumerate(metric.factors):
        yield ("factors", position), name
    if metric.weight is not None:
        yield ("weight",), metric.weight


def _part_fault(metric: Metric, name: str, location: Location, catalogue: Catalogue) -> str | None:
    if name not in catalogue:
        return f"{name!r} is no metric of the catalogue"
    part = catalogue.metric(name)
    is_factor = location[0] == "factors"
    if is_factor and part.aggregation is not Aggregation.RATIO:
        return f"{name} is no ratio, so it cannot be a factor"
    if part.derived and not is_factor:
        return f"{name} is derived itself; name the metrics it is made of"
    lacking = [label for label in metric.labels if label not in part.labels]
    if lacking and location[:2] != ("ratio", "denominator"):
        return f"{name} lacks the label {lacking[0]!r}"
    if metric.ratio is not None and metric.unit == "1":
        return _mixed_units(metric.ratio, part, catalogue)
    return None


def _mixed_units(ratio: Ratio, part: Metric, catalogue: Catalogue) -> str | None:
    """A ratio without a unit has the same unit above and below its line."""
    first = ratio.numerator[0]
    if first not in catalogue or catalogue.metric(first).unit == part.unit:
        return None
    unit = catalogue.metric(first).unit
    return f"{part.name} is in {part.unit} and {first} in {unit}: a plain ratio needs one unit"
