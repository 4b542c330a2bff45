"""How one value of a payload becomes a metric, as people write it in config/mqtt/*.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from omc.core.catalogue import Catalogue, Metric, MetricKind

_TEMPLATE_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_TEMPLATE = re.compile(r"(?:[^{}]|\{[a-z][a-z0-9_]*\})*")

_LEAST_SCALE = 1e-12


def _check_template(value: str) -> str:
    if _TEMPLATE.fullmatch(value) is None:
        raise ValueError(f"{value!r} is no template: text, and names as in {{site}}")
    return value


def names_in(template: str) -> list[str]:
    """The names that a template wants."""
    return _TEMPLATE_NAME.findall(template)


def filled(template: str, names: Mapping[str, str]) -> str:
    """A template with its names filled in.

    Raises:
        KeyError: a name is missing.
    """
    return _TEMPLATE_NAME.sub(lambda found: names[found[1]], template)


Template = Annotated[str, AfterValidator(_check_template)]


class MappingModel(BaseModel):
    """What all parts of a mapping file have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class ValueRule(MappingModel):
    """How one value becomes a metric.

    Attributes:
        metric: Name in the catalogue.
        labels: Label -> template.
        scale: Factor to the metric's unit.
        offset: Added after scaling.
        signed: The device sends a two's complement of so many bits as an unsigned number.
        bit: Only this bit counts, from 0.
        states: State metrics: what the device sends -> name of the state.
        on: State metrics: the state meant by true, 1, ON ...
        off: State metrics: the state meant by false, 0, OFF ...
        invert: 0 means 1 and 1 means 0.
        unit: Unit that a text may carry, where it is not the metric's own.
        missing: What means "no value" here, besides what the mapping says.
    """

    metric: str
    labels: Mapping[str, Template] = Field(default_factory=dict)
    scale: float = 1.0
    offset: float = 0.0
    signed: Literal[8, 16, 32] | None = None
    bit: Annotated[int, Field(ge=0, le=63)] | None = None
    states: Mapping[str, str] = Field(default_factory=dict)
    on: str | None = None
    off: str | None = None
    invert: bool = False
    unit: str | None = None
    missing: tuple[float | str, ...] = ()

    @field_validator("metric")
    @classmethod
    def _metric_exists(cls, name: str, info: ValidationInfo) -> str:
        catalogue = catalogue_of(info)
        if name not in catalogue:
            raise ValueError(f"{name!r} is no metric of the catalogue")
        metric = catalogue.metric(name)
        if metric.derived or metric.kind is MetricKind.INFO:
            raise ValueError(f"{name} is computed or described here: no device sends it")
        return name

    @field_validator("labels")
    @classmethod
    def _labels_exist(cls, labels: Mapping[str, str], info: ValidationInfo) -> Mapping[str, str]:
        metric = _metric(info)
        unknown = metric.unknown_labels(labels) if metric else []
        if metric and unknown:
            allowed = ", ".join(metric.labels) or "none"
            raise ValueError(f"{metric.name} has no label {unknown[0]!r}; allowed: {allowed}")
        return labels

    @field_validator("states", mode="before")
    @classmethod
    def _words(cls, states: Any) -> Any:
        if not isinstance(states, dict):
            return states
        return {_word(key): value for key, value in states.items()}

    @field_validator("states", "on", "off")
    @classmethod
    def _states_exist(cls, value: Any, info: ValidationInfo) -> Any:
        metric = _metric(info)
        wanted = value.values() if isinstance(value, Mapping) else [value] if value else []
        for name in wanted if metric else ():
            if metric and metric.state_code(name) is None:
                known = ", ".join(state.name for state in metric.states.values()) or "none"
                raise ValueError(f"{metric.name} has no state {name!r}; its states: {known}")
        return value

    @field_validator("scale")
    @classmethod
    def _scale_makes_sense(cls, scale: float, info: ValidationInfo) -> float:
        metric = _metric(info)
        if not _LEAST_SCALE <= abs(scale) <= 1 / _LEAST_SCALE:
            raise ValueError(f"scale: {scale:g} is no change of units")
        if metric and metric.kind is MetricKind.STATE and scale != 1:
            raise ValueError(f"{metric.name} is a state: it has no scale")
        return scale

    @field_validator("invert")
    @classmethod
    def _can_be_inverted(cls, invert: bool, info: ValidationInfo) -> bool:
        metric = _metric(info)
        if invert and metric and metric.kind is MetricKind.STATE and set(metric.states) != {0, 1}:
            raise ValueError(f"{metric.name} has other states than 0 and 1: use `states`")
        return invert


def catalogue_of(info: ValidationInfo) -> Catalogue:
    """The catalogue that a mapping is validated with."""
    if not isinstance(info.context, Catalogue):
        raise TypeError("mappings are validated with the catalogue as context")
    return info.context


def _metric(info: ValidationInfo) -> Metric | None:
    """The metric of the rule; None where the rule names none that exists (reported already)."""
    name = info.data.get("metric")
    return None if name is None else catalogue_of(info).metric(name)


def _word(key: object) -> str:
    """A key of `states` as it is compared with payloads: YAML may have made it a number."""
    return str(key).strip().lower()
