"""How counters of a measurement file become one stored metric, as people write it in config/pm.

A value is `scale * (sum of weighted counters) / (sum of weighted counters)`. What is stored are
numerators, denominators and sums; the ratios of the catalogue are computed from them when asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import product
from typing import Annotated, Any, Literal, NamedTuple

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


class Where(CatalogueModel):
    """Counts a counter only while another one is small: users of a band by the band's mean level.

    Attributes:
        where: The other counter, with the same ranges in braces.
        below: Where it is not below this, the counter counts as zero.
    """

    where: str
    below: float


Weight = float | Literal["number"] | Where
#: Counter -> weight. `Bin{0..15}` is sixteen counters; the weight `number` is each one's number.
Terms = Annotated[Mapping[str, Weight], BeforeValidator(_as_weights), Field(min_length=1)]


class Term(NamedTuple):
    """One counter of a sum.

    Attributes:
        counter: Its name.
        weight: It is multiplied by this.
        where: Counter that decides whether it counts; "" for none.
        below: It counts while that one is below this.
    """

    counter: str
    weight: float
    where: str = ""
    below: float = 0.0


def expanded(terms: Mapping[str, Weight]) -> Iterator[Term]:
    """The counters of a sum, ranges in braces written out; `{00..15}` keeps its zeros."""
    for name, weight in terms.items():
        ranges = _BRACES.findall(name)
        widths = [len(first) if first.startswith("0") else 0 for first, _ in ranges]
        for numbers in product(*(range(int(a), int(b) + 1) for a, b in ranges)):
            texts = [str(n).zfill(w) for n, w in zip(numbers, widths, strict=True)]
            full = _written_out(name, texts)
            if isinstance(weight, Where):
                yield Term(full, 1.0, _written_out(weight.where, texts), weight.below)
            elif weight == "number":
                yield Term(full, float(numbers[0]) if numbers else 1.0)
            else:
                yield Term(full, weight)


def _written_out(name: str, numbers: Iterable[str]) -> str:
    """The name with a number in place of each range."""
    rest = iter(numbers)
    return _BRACES.sub(lambda _: next(rest), name)


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
    def _can_be_expanded(cls, terms: Terms | None) -> Terms | None:
        for name, weight in (terms or {}).items():
            ranges = len(_BRACES.findall(name))
            if isinstance(weight, Where) and len(_BRACES.findall(weight.where)) not in (0, ranges):
                raise ValueError(f"{weight.where} needs the ranges of {name}, or none")
        if terms is not None and sum(1 for _ in expanded(terms)) > _MOST_TERMS:
            raise ValueError(f"more than {_MOST_TERMS} counters")
        return terms

    @property
    def counters(self) -> Iterator[str]:
        """Every counter that it reads, as the file names it."""
        for term in (*expanded(self.of), *expanded(self.over or {})):
            yield from (name for name in (term.counter, term.where) if name not in ("", PERIOD))
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
        if isinstance(weight, Where):
            parts.append(f"+ {shown} where {weight.where} < {weight.below:.10g}")
        elif weight == "number":
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
    terms: Sequence[Term],
    *,
    partial: bool,
) -> float | None:
    """The weighted sum of counters; None where one is missing, or with `partial` all are."""
    total, found = 0.0, False
    for name, weight, where, below in terms:
        value = own.get(name)
        if where and value is not None:
            value = _counted(value, own.get(where), below)
        if value is not None:
            total += weight * value
            found = True
        elif not partial:
            return None
    return total if found else None


def _counted(value: float, decider: float | None, below: float) -> float | None:
    if decider is None:
        return None
    return value if decider < below else 0.0
