"""The catalogue's ratios over a set of stored values: sums divided once, never ratios averaged."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from omc.core.catalogue import Catalogue
from omc.core.metric import Metric
from omc.core.model import sorted_labels

#: Labels of a value, sorted by name; what tells objects apart (site, node, cell) is not among them.
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Kpi:
    """One derived value.

    Attributes:
        metric: A ratio, or a product of ratios.
        labels: Which one of several (direction, domain).
        value: Never there where nothing was counted.
    """

    metric: Metric
    labels: Labels
    value: float


class KpiTable:
    """Values of stored metrics, added up, and the ratios that they give.

    Source: 3GPP TS 32.450, TS 28.554: numerators and denominators are added over cells and periods
    first.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._sums: dict[str, dict[Labels, float]] = {}

    def add(self, metric: Metric, labels: Mapping[str, str], value: float) -> None:
        """Add one value of a metric that may be added up (a sum of a period)."""
        sums = self._sums.setdefault(metric.name, {})
        key = sorted_labels(labels)
        sums[key] = sums.get(key, 0.0) + value

    def kpis(self) -> Iterator[Kpi]:
        """Every derived metric of the catalogue that has a value, in the catalogue's order."""
        ratios: dict[str, dict[Labels, float]] = {}
        for metric in self._catalogue:
            found = self._ratio(metric) if metric.ratio else _product(metric, ratios)
            if metric.ratio:
                ratios[metric.name] = found
            for labels, value in found.items():
                yield Kpi(metric, labels, value)

    def _ratio(self, metric: Metric) -> dict[Labels, float]:
        ratio = metric.ratio
        assert ratio is not None  # noqa: S101 - only asked for ratios
        above = self._added(ratio.numerator, metric.labels)
        below = self._added(ratio.denominator, metric.labels)
        found: dict[Labels, float] = {}
        for labels, numerator in above.items():
            # A denominator may lack a label of the ratio: then it is the same for all of them.
            denominator = below.get(labels, below.get((), 0.0))
            value = ratio.of_sums(numerator, denominator)
            if value is not None:
                found[labels] = value
        return found

    def _added(self, names: Sequence[str], wanted: Iterable[str]) -> dict[Labels, float]:
        """Sums of several metrics over all labels but the wanted ones."""
        added: dict[Labels, float] = {}
        kept = set(wanted)
        for name in names:
            for labels, value in self._sums.get(name, {}).items():
                key = tuple(pair for pair in labels if pair[0] in kept)
                added[key] = added.get(key, 0.0) + value
        return added


def _product(metric: Metric, ratios: Mapping[str, dict[Labels, float]]) -> dict[Labels, float]:
    """The product of ratios over everything; nothing where one of them has no value."""
    factors = [ratios.get(name, {}).get(()) for name in metric.factors]
    known = [factor for factor in factors if factor is not None]
    return {(): math.prod(known)} if factors and len(known) == len(factors) else {}
