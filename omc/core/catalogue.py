"""The metric catalogue: the one owner of every metric's name, unit, kind and meaning.

`config/metrics/*.yaml` is read into immutable `Metric` objects. Whatever names a metric (a profile,
a rule, a dashboard, a report) asks `Catalogue.metric` and fails early when it does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from omc.core.errors import ConfigurationError, Problem
from omc.core.yaml_source import YamlFile, load_yaml, validate

#: Labels that every metric of a device carries; no metric has to list them.
IDENTITY_LABELS = ("site", "node")

_METRIC_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LABEL_NAME = re.compile(r"[a-z][a-z0-9_]*")


class MetricKind(StrEnum):
    """How a metric behaves in time."""

    COUNTER = "counter"
    GAUGE = "gauge"
    STATE = "state"
    INFO = "info"


class Aggregation(StrEnum):
    """How values of a metric may be combined over objects or time.

    RATIO is never averaged: its numerator and denominator are summed and divided once. POWER_MEAN
    averages milliwatts behind dBm values.
    """

    SUM = "sum"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    LAST = "last"
    POWER_MEAN = "power_mean"
    RATIO = "ratio"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Model):
    """A text in both languages."""

    en: Annotated[str, Field(min_length=1)]
    vi: Annotated[str, Field(min_length=1)]


class State(_Model):
    """One value of a state metric.

    Attributes:
        name: Lower-case word used in tables, rules and MQTT payloads (`up`, `on_battery`).
        text: What people read.
        severity: How the table colours it.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    text: Text
    severity: Literal["ok", "warning", "critical", "unknown"] = "unknown"


class ValidRange(_Model):
    """Inclusive bounds, in the metric's unit; None means unbounded on that side."""

    min: float | None = None
    max: float | None = None


class Ratio(_Model):
    """What a ratio is made of: two metrics whose increases (or period sums) are added first."""

    numerator: str
    denominator: str


class Metric(_Model):
    """One metric of the catalogue.

    Attributes:
        name: Prometheus style with base unit, unique.
        kind: counter, gauge, state (integer code with texts) or info (always 1, labels matter).
        unit: UCUM code of the value (`V`, `Cel`, `By`, `bit/s`, `dBm`, `1` for ratios and states).
        help: One sentence, both languages.
        labels: Labels it may carry besides `site` and `node`.
        valid: Values outside are rejected and counted, never clamped.
        aggregation: How it may be combined.
        ratio: Numerator and denominator, only (and always) when aggregation is `ratio` and the
            parts are stored.
        states: Code to state, only (and always) for kind state.
        period_sum: Values are sums of a granularity period (3GPP TS 32.401), never `rate()`d.
        source: Clause or object that defines it.
        evidence: How well the definition is known: `standard`, `practice` or `engineering`.
    """

    name: str
    kind: MetricKind
    unit: str
    help: Text
    labels: tuple[str, ...] = ()
    valid: ValidRange = ValidRange()
    aggregation: Aggregation
    ratio: Ratio | None = None
    states: Mapping[int, State] = Field(default_factory=dict)
    period_sum: bool = False
    source: Annotated[str, Field(min_length=1)]
    evidence: Literal["standard", "practice", "engineering"] = "standard"

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if _METRIC_NAME.fullmatch(self.name) is None:
            raise ValueError(f"metric name {self.name!r} is not lower_snake_case")
        if (self.kind is MetricKind.COUNTER) != self.name.endswith("_total"):
            raise ValueError(f"{self.name}: counters, and only counters, end in _total")
        if (self.kind is MetricKind.INFO) != self.name.endswith("_info"):
            raise ValueError(f"{self.name}: info metrics, and only they, end in _info")
        if (self.kind is MetricKind.STATE) != bool(self.states):
            raise ValueError(f"{self.name}: state metrics, and only they, have states")
        if self.ratio is not None and self.aggregation is not Aggregation.RATIO:
            raise ValueError(f"{self.name}: has a ratio, so aggregation must be 'ratio'")
        if self.unit == "dBm" and self.aggregation is Aggregation.MEAN:
            raise ValueError(f"{self.name}: dBm is averaged as power: use power_mean, min or max")
        for label in self.labels:
            if _LABEL_NAME.fullmatch(label) is None or label in IDENTITY_LABELS:
                raise ValueError(f"{self.name}: label {label!r} is not allowed here")
        return self

    def in_range(self, value: float) -> bool:
        """Whether a value lies within the valid range."""
        low, high = self.valid.min, self.valid.max
        return (low is None or value >= low) and (high is None or value <= high)

    def unknown_labels(self, labels: Iterator[str] | tuple[str, ...] | list[str]) -> list[str]:
        """Names among `labels` that this metric may not carry."""
        allowed = {*IDENTITY_LABELS, *self.labels}
        return [label for label in labels if label not in allowed]

    def state_code(self, name: str) -> int | None:
        """The code of a state by its name, or None."""
        return next((code for code, state in self.states.items() if state.name == name), None)


class _MetricFile(_Model):
    """One file of config/metrics: a topic and its metrics."""

    topic: Text
    metrics: tuple[Metric, ...]


class Catalogue:
    """All metrics, by name and by topic, in file order."""

    def __init__(self, topics: Mapping[str, tuple[Text, tuple[Metric, ...]]]) -> None:
        self.topics = dict(topics)
        self._metrics = {m.name: m for _, metrics in topics.values() for m in metrics}

    @classmethod
    def load(cls, folder: Path) -> Catalogue:
        """Read every `*.yaml` of a folder, sorted by name.

        Raises:
            ConfigurationError: with every problem of every file.
        """
        topics: dict[str, tuple[Text, tuple[Metric, ...]]] = {}
        problems: list[Problem] = []
        seen: dict[str, str] = {}
        paths = sorted(folder.glob("*.yaml"))
        if not paths:
            raise ConfigurationError([Problem(str(folder), 0, 0, "no metric files (*.yaml) here")])
        for path in paths:
            try:
                file = load_yaml(path)
                content = validate(file, _MetricFile)
            except ConfigurationError as error:
                problems.extend(error.problems)
                continue
            problems.extend(_duplicates(file, content, seen))
            topics[path.stem] = (content.topic, content.metrics)
        catalogue = cls(topics)
        problems.extend(catalogue._dangling_ratios(folder))
        if problems:
            raise ConfigurationError(problems)
        return catalogue

    def _dangling_ratios(self, folder: Path) -> list[Problem]:
        problems = []
        for metric in self:
            for part in (metric.ratio.numerator, metric.ratio.denominator) if metric.ratio else ():
                if part not in self:
                    text = (
                        f"{metric.name}: ratio names {part!r}, which is no metric of the catalogue"
                    )
                    problems.append(Problem(str(folder), 0, 0, text))
        return problems

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


def _duplicates(file: YamlFile, content: _MetricFile, seen: dict[str, str]) -> list[Problem]:
    problems = []
    for index, metric in enumerate(content.metrics):
        if metric.name in seen:
            text = f"metric {metric.name!r} is already defined in {seen[metric.name]}"
            problems.append(file.problem(("metrics", index, "name"), text))
        seen.setdefault(metric.name, str(file.path))
    return problems
