"""How metric families are written in the two text formats that Prometheus scrapes.

Text format 0.0.4 and OpenMetrics 1.0.0 share their sample lines here; they differ in what stands
above them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from prometheus_client import CollectorRegistry
from prometheus_client import Metric as ClientMetric
from prometheus_client.exposition import generate_latest as text_of
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics_of
from prometheus_client.registry import Collector

from omc.core.metric import UNIT_WORDS, Metric, MetricKind

_LARGEST_INT64 = 2.0**63


@dataclass(frozen=True, slots=True)
class Exposition:
    """One text format.

    Attributes:
        content_type: Of the HTTP response.
        head: The comment lines above the samples of a family.
        tail: The service's own metrics, and whatever ends the document.
    """

    content_type: str
    head: Callable[[Metric], str]
    tail: Callable[[CollectorRegistry], bytes]


def sample_lines(name: str, label_texts: Sequence[str], values: ArrayLike) -> str:
    """Sample lines of a metric's series, whose labels are rendered already.

    Whole numbers are written without a fraction, others in the shortest form that reads back as
    the same float64.
    """
    shown = _as_shown(np.asarray(values, np.float64))
    return "".join(
        [f"{name}{labels} {value}\n" for labels, value in zip(label_texts, shown, strict=True)]
    )


def _as_shown(values: NDArray[np.float64]) -> Iterable[int | str]:
    """What stands for each value; columns of whole numbers, as most are, are converted at once."""
    if bool(np.all((np.floor(values) == values) & (np.abs(values) < _LARGEST_INT64))):
        whole: list[int] = values.astype(np.int64).tolist()
        return whole
    return [int(v) if v.is_integer() else _fraction(v) for v in values.tolist()]


def _fraction(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(value)


def _text_head(metric: Metric) -> str:
    kind = "counter" if metric.kind is MetricKind.COUNTER else "gauge"
    text = metric.help.en.replace("\\", r"\\").replace("\n", r"\n")
    return f"# HELP {metric.name} {text}\n# TYPE {metric.name} {kind}\n"


def _openmetrics_head(metric: Metric) -> str:
    """Source: OpenMetrics 1.0, MetricFamily: `_total` and `_info` belong to the sample names."""
    family = metric.name
    kind = "gauge"
    if metric.kind in (MetricKind.COUNTER, MetricKind.INFO):
        kind = metric.kind.value
        family = family.removesuffix("_total" if kind == "counter" else "_info")
    text = metric.help.en.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
    head = f"# HELP {family} {text}\n# TYPE {family} {kind}\n"
    unit = _unit_in_name(family, metric.unit)
    return f"{head}# UNIT {family} {unit}\n" if unit and kind != "info" else head


def _unit_in_name(family: str, unit: str) -> str | None:
    """The unit as OpenMetrics wants it, which is the suffix of the family's name, or None."""
    words = (word for word, of_word in UNIT_WORDS.items() if of_word == unit)
    return next((word for word in words if family.endswith(f"_{word}")), None)


class _WithoutCreated(Collector):
    """A registry without the `_created` samples, which Prometheus would store as more series."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> list[ClientMetric]:
        families = list(self._registry.collect())
        for family in families:
            family.samples = [s for s in family.samples if not s.name.endswith("_created")]
        return families


def _text_tail(registry: CollectorRegistry) -> bytes:
    return text_of(_WithoutCreated(registry))


def _openmetrics_tail(registry: CollectorRegistry) -> bytes:
    text: bytes = openmetrics_of(_WithoutCreated(registry))  # type: ignore[no-untyped-call]
    return text


TEXT = Exposition("text/plain; version=0.0.4; charset=utf-8", _text_head, _text_tail)
OPENMETRICS = Exposition(
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
    _openmetrics_head,
    _openmetrics_tail,
)
