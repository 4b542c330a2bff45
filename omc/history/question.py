"""One question about a metric, in SQL: from the catalogue's entry down to buckets of its parts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from omc.core.catalogue import Catalogue
from omc.core.metric import Metric
from omc.history import aggregation
from omc.history.buckets import BucketSource, Range
from omc.history.selection import Selection


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of any metric.

    Attributes:
        source: Where buckets come from.
        catalogue: Knows the metrics that others are made of.
        selection: Which series, and how they are grouped.
        wanted: Which steps.
    """

    source: BucketSource
    catalogue: Catalogue
    selection: Selection
    wanted: Range

    def values(self, metric: Metric) -> str:
        """A query for the metric's values: columns `by`, moment, value.

        Raises:
            ValueError: a derived metric by series.
        """
        by = self.selection.by
        if metric.derived and "series" in by:
            raise ValueError(f"{metric.name} is computed from others: say by which labels")
        if metric.ratio is not None:
            above = aggregation.added([self._sum(name) for name in metric.ratio.numerator], by)
            below = aggregation.added([self._sum(name) for name in metric.ratio.denominator], by)
            return aggregation.ratio(metric, above, below, by)
        if metric.factors:
            factors = [self.values(self.catalogue.metric(name)) for name in metric.factors]
            return aggregation.product(factors, by)
        if metric.weight is not None and "series" not in by:
            weights = self._over_time(self.catalogue.metric(metric.weight), "object")
            return aggregation.weighted_mean(self._over_time(metric, "object"), weights, by)
        return aggregation.over_objects(metric, self._over_time(metric), by)

    def states(self, metric: Metric) -> str:
        """A query for the seconds in each state: columns `by`, moment, state, seconds."""
        rows = self.selection.grouped(self._buckets(metric)[0], metric.name)
        keys = "".join(f"{name}, " for name in self.selection.by)
        return f"""
            SELECT {keys}step AS moment, state, sum(held) AS seconds FROM (
                SELECT *, {self.wanted.step_of_moment} AS step,
                    unnest(map_keys(states)) AS state, unnest(map_values(states)) AS held
                FROM ({rows})
            ) GROUP BY {keys}step, state"""

    def downtime(self, metric: Metric, down: Collection[int], within: Sequence[str]) -> str:
        """A query for the seconds in some states, and in others, of steps that have any of those.

        Columns `by` without `within`, moment (milliseconds), down, other; of the parts that
        `within` tells apart the largest counts. Only buckets of such steps are taken apart: there
        are few.
        """
        by = [name for name in self.selection.by if name not in within]
        keys, parts = ", ".join(by), ", ".join(self.selection.by)
        codes = ", ".join(map(str, sorted(down)))
        rows = self.selection.grouped(self._buckets(metric)[0], metric.name)
        stepped = f"SELECT *, {self.wanted.step_of_moment} AS step FROM ({rows})"
        concerned = f"WHERE list_has_any(map_keys(states), [{codes}])"
        return f"""
            WITH stepped AS ({stepped}),
            concerned AS (SELECT DISTINCT {keys}, step FROM stepped {concerned}),
            taken AS (
                SELECT {parts}, step, unnest(map_keys(states)) AS state,
                    unnest(map_values(states)) AS held
                FROM stepped SEMI JOIN concerned USING ({keys}, step)
            )
            SELECT {keys}, step // 1000 AS moment, max(down) AS down, max(other) AS other FROM (
                SELECT {parts}, step,
                    coalesce(sum(held) FILTER (state IN ({codes})), 0) AS down,
                    coalesce(sum(held) FILTER (state NOT IN ({codes})), 0) AS other
                FROM taken GROUP BY {parts}, step
            ) GROUP BY {keys}, step HAVING max(down) > 0"""

    def _sum(self, name: str) -> str:
        """A part of a ratio, added up over its objects."""
        keys = ", ".join([*self.selection.by, "moment"])
        values = self._over_time(self.catalogue.metric(name))
        return f"SELECT {keys}, sum(value) AS value FROM ({values}) GROUP BY {keys}"

    def _over_time(self, metric: Metric, extra: str = "") -> str:
        rows, row_ms = self._buckets(metric)
        values = aggregation.over_time(metric, rows, self.wanted, row_ms)
        return self.selection.grouped(values, metric.name, extra)

    def _buckets(self, metric: Metric) -> tuple[str, int]:
        condition = self.selection.condition(metric.name)
        return self.source.sql(metric.name, self.wanted, condition)
