"""How counters of a measurement file become one stored metric, as people write it in config/pm.

A value is `scale * (sum of weighted counters) / (sum of weighted counters)`. What is stored are
numerators, denominators and sums; the ratios of the catalogue are computed from them when asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import product
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from omc.core.catalogue import Catalogue, Metric
from omc.core.metric import CatalogueModel, MetricKind

#: Stands for the seconds of the granularity period among counters.
PERIOD = "$period"

_BRACES = re.compile(r"\{(\d+)\.\.(\d+)\}")
#: More counters than any distribution has; what expands to more is a slip of the pen.
_MOST_TERMS = 2000


def _as_weights(value: Any) -> Any:
    """`a` and `[a, b]` are short for weights of one."""
    if isinstance(value, str):
        return {value: 1}
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return dict.fromkeys(value, 1)
    return value


Weight = float | Literal["number"]
#: Counter -> weight. `Bin{0..15}` is sixteen counters; the weight `number` is each one's number.
Terms = Annotated[Mapping[str, Weight], BeforeValidator(_as_weights), Field(min_length=1)]


def expanded(terms: Mapping[str, Weight]) -> Iterator[tuple[str, float]]:
    """Counters with their weights, ranges in braces written out; `{00..15}` keeps its zeros."""
    for name, weight in terms.items():
        ranges = _BRACES.findall(name)
        if not ranges:
            yield name, 1.0 if weight == "number" else float(weight)
            continue
        widths = [len(first) if first.startswith("0") else 0 for first, _ in ranges]
        for numbers in product(*(range(int(a), int(b) + 1) for a, b in ranges)):
            texts = iter([str(n).zfill(w) for n, w in zip(numbers, widths, strict=True)])
            full = _BRACES.sub(lambda _, texts=texts: next(texts), name)  # type: ignore[misc]
            yield full, float(numbers[0]) if weight == "number" else float(weight)


class Formula(CatalogueModel):
    """One way to get one stored metric.

    Attributes:
        metric: Name in the catalogue.
        labels: Labels besides site, node and cell.
        of: Counters that are added up.
        over: Counters that the sum is divided by; nothing where they add up to zero.
        scale: Factor to the metric's unit.
        times_period: The sum is a rate: it is multiplied by the seconds of the period.
        requires: Counters that must be there besides, or there is no value.
        partial: Counters of `of` that are missing count as nothing, if one of them is there: for
            distributions, and counters that are left out while they are zero.
        object: Classes of objects below a cell (EUtranCellRelation) whose counters these are; they
            are added up over all such objects of the cell. Empty: the cell's own counters.
    """

    metric: str
    labels: Mapping[str, str] = Field(default_factory=dict)
    of: Terms
    over: Terms | None = None
    scale: Annotated[float, Field(gt=0)] = 1.0
    times_period: bool = False
    requires: tuple[str, ...] = ()
    partial: bool = False
    object: tuple[str, ...] = ()

    @field_validator("metric")
    @classmethod
    def _metric_can_be_stored(cls, name: str, info: ValidationInfo) -> str:
        catalogue = _catalogue_of(info)
        if name not in catalogue:
            raise ValueError(f"{name!r} is no metric of the catalogue")
        metric = catalogue.metric(name)
        if metric.derived:
            raise ValueError(f"{name} is computed from {', '.join(metric.parts)}: map those")
        if metric.kind is not MetricKind.GAUGE or "cell" not in metric.labels:
            raise ValueError(f"{name} is no measurement of a cell")
        return name

    @field_validator("labels")
    @classmethod
    def _labels_fit(cls, labels: Mapping[str, str], info: ValidationInfo) -> Mapping[str, str]:
        metric = _metric(info)
        if metric is not None:
            allowed = [name for name in metric.labels if name != "cell"]
            for name in labels:
                if name not in allowed:
                    known = ", ".join(allowed) or "none"
                    raise ValueError(f"{metric.name} has no label {name!r} here; allowed: {known}")
        return labels

    @field_validator("of", "over")
    @classmethod
    def _expands_to_few(cls, terms: Terms | None) -> Terms | None:
        if terms is not None and sum(1 for _ in expanded(terms)) > _MOST_TERMS:
            raise ValueError(f"more than {_MOST_TERMS} counters")
        return terms

    @property
    def counters(self) -> Iterator[str]:
        """Every counter that it reads, as the file names it."""
        for terms in (self.of, self.over or {}):
            yield from (name for name, _ in expanded(terms) if name != PERIOD)
        yield from self.requires

    def counters_in(self, names: Set[str]) -> int:
        """How many of its counters are among these names, as a file writes them."""
        return sum(counter.partition("[")[0] in names for counter in self.counters)

    @property
    def text(self) -> str:
        """The formula for people."""
        above = _sum_text(self.of)
        if self.times_period:
            above = f"{_bracketed(above)} × period"
        if self.over is not None:
            above = f"{_bracketed(above)} / {_bracketed(_sum_text(self.over))}"
        scaled = above if self.scale == 1 else f"{self.scale:.10g} × {_bracketed(above)}"
        return f"{scaled} over {', '.join(self.object)}" if self.object else scaled


def _sum_text(terms: Mapping[str, Weight]) -> str:
    parts: list[str] = []
    for name, weight in terms.items():
        shown = "period" if name == PERIOD else name
        if weight == "number":
            parts.append(f"+ number × {shown}")
        else:
            factor = "" if abs(weight) == 1 else f"{abs(weight):.10g} × "
            parts.append(f"{'-' if weight < 0 else '+'} {factor}{shown}")
    return " ".join(parts).removeprefix("+ ")


def _bracketed(text: str) -> str:
    return f"({text})" if " " in text else text


def _catalogue_of(info: ValidationInfo) -> Catalogue:
    if not isinstance(info.context, Catalogue):
        raise TypeError("formulas are validated with the catalogue as context")
    return info.context


def _metric(info: ValidationInfo) -> Metric | None:
    """The metric of the formula; None where it names none that exists (reported already)."""
    name = info.data.get("metric")
    return None if name is None else _catalogue_of(info).metric(name)


def evaluate(
    own: Mapping[str, float],
    terms: Sequence[tuple[str, float]],
    *,
    partial: bool,
) -> float | None:
    """The weighted sum of counters; None where one is missing, or with `partial` all are."""
    total, found = 0.0, False
    for name, weight in terms:
        value = own.get(name)
        if value is not None:
            total += weight * value
            found = True
        elif not partial:
            return None
    return total if found else None
