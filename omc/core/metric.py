"""What a metric is: the model of one entry of the catalogue, and what makes it coherent.

A fault is reported at the field that has to be mended, so that a person sees its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

#: Labels that every metric about a node carries; no metric has to list them.
IDENTITY_LABELS = ("site", "node")

#: Last words of a metric name and the UCUM unit they promise. A metric in one of these units says
#: so in its name, and a name that says so has that unit.
UNIT_WORDS: Mapping[str, str] = {
    "ampere_hours": "A.h",
    "amperes": "A",
    "bits_per_second": "bit/s",
    "bytes": "By",
    "celsius": "Cel",
    "dbm": "dBm",
    "decibels": "dB",
    "hertz": "Hz",
    "joules": "J",
    "metres": "m",
    "ohms": "Ohm",
    "ps_per_nm": "ps/nm",
    "ratio": "1",
    "rpm": "{rev}/min",
    "seconds": "s",
    "volt_amperes": "V.A",
    "volts": "V",
    "watts": "W",
}

_WORD_OF_UNIT = {unit: word for word, unit in UNIT_WORDS.items() if unit != "1"}
_METRIC_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LABEL_NAME = re.compile(r"[a-z][a-z0-9_]*")


class MetricKind(StrEnum):
    """How a metric behaves in time."""

    COUNTER = "counter"
    GAUGE = "gauge"
    STATE = "state"
    INFO = "info"


class Aggregation(StrEnum):
    """How values of a metric may be combined over objects (ports, cells, sites).

    RATIO is never averaged: its numerators and denominators are summed and divided once. PRODUCT
    multiplies other ratios, each computed over all objects first. WEIGHTED_MEAN is for ratios and
    delays that a device reports ready-made. POWER_MEAN averages milliwatts behind dBm values.
    """

    SUM = "sum"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    LAST = "last"
    POWER_MEAN = "power_mean"
    WEIGHTED_MEAN = "weighted_mean"
    RATIO = "ratio"
    PRODUCT = "product"


#: What makes sense for a kind or a unit; what is not named here is free.
_AGGREGATIONS_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "counter": ("sum",),
    "state": ("min", "max", "last"),
    "info": ("last",),
}
_AGGREGATIONS_OF_UNIT: Mapping[str, tuple[str, ...]] = {
    "dBm": ("power_mean", "min", "max", "last"),
}

#: Field -> the field and value that it belongs to.
_BELONGS_TO = {
    "states": ("kind", "state"),
    "ratio": ("aggregation", "ratio"),
    "factors": ("aggregation", "product"),
    "weight": ("aggregation", "weighted_mean"),
    "period_sum": ("aggregation", "sum"),
}


class CatalogueModel(BaseModel):
    """What people write in the catalogue: unknown keys are faults, and nothing changes later."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(CatalogueModel):
    """A text in both languages."""

    en: Annotated[str, Field(min_length=1)]
    vi: Annotated[str, Field(min_length=1)]

    def of(self, language: str) -> str:
        """The text in that language: `vi`, or English for anything else."""
        return self.vi if language == "vi" else self.en


class State(CatalogueModel):
    """One value of a state metric.

    Attributes:
        name: Lower-case word used in tables, rules and MQTT payloads (`up`, `on_battery`).
        text: What people read.
        severity: How the table colours it.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    text: Text
    severity: Literal["ok", "warning", "critical", "unknown"] = "unknown"


class ValidRange(CatalogueModel):
    """Inclusive bounds, in the metric's unit; None means unbounded on that side."""

    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"the valid range is empty: min {self.min:g}, max {self.max:g}")
        return self


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


#: One name, or several whose sums are added.
MetricNames = Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]


class Ratio(CatalogueModel):
    """What a ratio is made of: metrics whose increases (or period sums) are added first.

    Attributes:
        numerator: Metrics that are added above the line.
        denominator: Metrics that are added below it.
        scale: Factor on the quotient, for its unit (8: bytes to bits).
        complement: The value is one minus the quotient (availability from outage time).
    """

    numerator: MetricNames
    denominator: MetricNames
    scale: Annotated[float, Field(gt=0)] = 1.0
    complement: bool = False

    def of_sums(self, numerator: float, denominator: float) -> float | None:
        """The ratio of two sums; None, not 0 and not 1, where nothing was counted.

        Source: 3GPP TS 32.450, TS 28.554 (KPIs over cells and periods).
        """
        if denominator == 0:
            return None
        quotient = self.scale * numerator / denominator
        return 1.0 - quotient if self.complement else quotient


class Metric(CatalogueModel):
    """One metric of the catalogue.

    Attributes:
        name: Prometheus style with base unit, unique.
        kind: counter, gauge, state (integer code with texts) or info (always 1, labels matter).
        unit: UCUM code of the value (`V`, `Cel`, `By`, `bit/s`, `dBm`, `1` for ratios, counts and
            states).
        help: One sentence, both languages.
        labels: Labels it may carry, besides `site` and `node` where it is about a node.
        subject: What it is about: a node of the network, or the service itself.
        valid: Values outside are rejected and counted, never clamped.
        aggregation: How it may be combined over objects; see `over_time` for time.
        ratio: Its stored parts, only and always for aggregation `ratio`: nothing stores the
            metric itself, it is computed when somebody asks.
        factors: Names of the ratios that are multiplied, only and always for `product`.
        weight: Name of the metric that weighs it, only and always for `weighted_mean`.
        states: Code to state, only and always for kind state.
        period_sum: Values are sums of a granularity period (3GPP TS 32.401), never `rate()`d.
        source: Clause or object that defines it.
        evidence: How well the definition is known: `standard`, `practice` or `engineering`.
    """

    name: str
    kind: MetricKind
    unit: str
    help: Text
    labels: tuple[str, ...] = ()
    subject: Literal["node", "service"] = "node"
    valid: ValidRange = ValidRange()
    aggregation: Aggregation
    ratio: Ratio | None = None
    factors: tuple[str, ...] = ()
    weight: str | None = None
    states: Mapping[int, State] = Field(default_factory=dict)
    period_sum: bool = False
    source: Annotated[str, Field(min_length=1)]
    evidence: Literal["standard", "practice", "engineering"] = "standard"

    @field_validator("name")
    @classmethod
    def _name_is_a_name(cls, name: str) -> str:
        if _METRIC_NAME.fullmatch(name) is None:
            raise ValueError(f"metric name {name!r} is not lower_snake_case")
        return name

    @field_validator("kind")
    @classmethod
    def _kind_fits_name(cls, kind: MetricKind, info: ValidationInfo) -> MetricKind:
        name = info.data.get("name", "")
        if name and (kind is MetricKind.COUNTER) != name.endswith("_total"):
            raise ValueError(f"{name}: counters, and only counters, end in _total")
        if name and (kind is MetricKind.INFO) != name.endswith("_info"):
            raise ValueError(f"{name}: info metrics, and only they, end in _info")
        return kind

    @field_validator("unit")
    @classmethod
    def _unit_fits_name(cls, unit: str, info: ValidationInfo) -> str:
        if unit != "1" and unit not in _WORD_OF_UNIT:
            allowed = ", ".join(["1", *sorted(_WORD_OF_UNIT)])
            raise ValueError(f"unit {unit!r} is not known; allowed: {allowed}")
        name = info.data.get("name", "")
        promised = _promised_unit(name)
        if name and unit != (promised or "1"):
            wanted = f"its name promises {promised}" if promised else _wanted_ending(unit)
            raise ValueError(f"{name}: the unit is {unit}, but {wanted}")
        return unit

    @field_validator("labels")
    @classmethod
    def _labels_are_labels(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        for label in labels:
            if _LABEL_NAME.fullmatch(label) is None or label in IDENTITY_LABELS:
                raise ValueError(
                    f"label {label!r} is not allowed here: lower_snake_case, not site, not node"
                )
        if len(set(labels)) < len(labels):
            raise ValueError("a label is listed twice")
        return labels

    @field_validator("aggregation")
    @classmethod
    def _aggregation_makes_sense(cls, value: Aggregation, info: ValidationInfo) -> Aggregation:
        for field, limits in (("kind", _AGGREGATIONS_OF_KIND), ("unit", _AGGREGATIONS_OF_UNIT)):
            found = info.data.get(field, "")
            allowed = limits.get(found, ())
            if allowed and value not in allowed:
                raise ValueError(
                    f"{found} values are not combined by {value}; allowed: {', '.join(allowed)}"
                )
        return value

    @field_validator("ratio", "factors", "weight", "states", "period_sum")
    @classmethod
    def _stands_where_it_belongs(cls, value: Any, info: ValidationInfo) -> Any:
        decides, wanted = _BELONGS_TO[str(info.field_name)]
        found = info.data.get(decides, wanted)
        if value and found != wanted:
            raise ValueError(f"{info.field_name} belongs to {decides} {wanted}, this is {found}")
        return value

    @field_validator("states")
    @classmethod
    def _state_names_differ(cls, states: Mapping[int, State]) -> Mapping[int, State]:
        names = [state.name for state in states.values()]
        if len(set(names)) < len(names):
            raise ValueError("two states have the same name")
        return states

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        for field, (decides, wanted) in _BELONGS_TO.items():
            optional = field == "period_sum"
            if getattr(self, decides) == wanted and not getattr(self, field) and not optional:
                raise ValueError(f"{self.name}: {decides} {wanted} needs the key {field!r}")
        if self.period_sum and self.kind is not MetricKind.GAUGE:
            raise ValueError(f"{self.name}: a period sum is a gauge: it starts anew each period")
        return self

    @property
    def over_time(self) -> Aggregation:
        """How values may be combined over time.

        As over objects, except that levels which add up over objects (power, users) are averaged
        over time, while period sums and counters go on adding.
        """
        level = self.kind is MetricKind.GAUGE and not self.period_sum
        if level and self.aggregation is Aggregation.SUM:
            return Aggregation.MEAN
        return self.aggregation

    @property
    def derived(self) -> bool:
        """Whether it is computed from other metrics when asked for, and never stored."""
        return self.ratio is not None or bool(self.factors)

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the metrics that this one is computed from or weighed by."""
        ratio = (*self.ratio.numerator, *self.ratio.denominator) if self.ratio else ()
        return (*ratio, *self.factors, *((self.weight,) if self.weight else ()))

    def in_range(self, value: float) -> bool:
        """Whether a value lies within the valid range."""
        low, high = self.valid.min, self.valid.max
        return (low is None or value >= low) and (high is None or value <= high)

    @property
    def all_labels(self) -> tuple[str, ...]:
        """Every label it may carry, identity first."""
        return (*IDENTITY_LABELS, *self.labels) if self.subject == "node" else self.labels

    def unknown_labels(self, labels: Iterable[str]) -> list[str]:
        """Names among `labels` that this metric may not carry."""
        return [label for label in labels if label not in self.all_labels]

    def state_code(self, name: str) -> int | None:
        """The code of a state by its name, or None."""
        return next((code for code, state in self.states.items() if state.name == name), None)


def _promised_unit(name: str) -> str | None:
    """The unit that the end of a metric name stands for, or None."""
    stem = name.removesuffix("_total")
    return next((UNIT_WORDS[word] for word in UNIT_WORDS if _ends_in_word(stem, word)), None)


def _ends_in_word(name: str, word: str) -> bool:
    return name == word or name.endswith(f"_{word}")


def _wanted_ending(unit: str) -> str:
    return f"its name does not end in _{_WORD_OF_UNIT[unit]}"
