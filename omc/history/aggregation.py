"""Combining buckets over time and over objects, as the catalogue says for each metric.

Over time first, then over objects: the network's power is the sum of each site's mean. Ratios
divide sums once, moment the very end; dBm are averaged as milliwatts.
"""

from __future__ import annotations

from collections.abc import Sequence

from omc.core.metric import Aggregation, Metric
from omc.history.buckets import Range

#: Of all buckets of one series that are combined. Milliwatts stay milliwatts until the end.
_OVER_TIME = {
    Aggregation.SUM: "sum(sum)",
    Aggregation.MEAN: "sum(sum) / sum(count)",
    Aggregation.WEIGHTED_MEAN: "sum(sum) / sum(count)",
    Aggregation.POWER_MEAN: "sum(sum) / sum(count)",
    Aggregation.MIN: "min(min)",
    Aggregation.MAX: "max(max)",
    Aggregation.LAST: "arg_max(last, moment)",
}
#: The same where there is one bucket, which needs no grouping.
_OF_ONE = {
    Aggregation.SUM: "sum",
    Aggregation.MEAN: "sum / count",
    Aggregation.WEIGHTED_MEAN: "sum / count",
    Aggregation.POWER_MEAN: "sum / count",
    Aggregation.MIN: "min",
    Aggregation.MAX: "max",
    Aggregation.LAST: "last",
}
_OVER_OBJECTS = {
    Aggregation.SUM: "sum(value)",
    Aggregation.MEAN: "avg(value)",
    Aggregation.POWER_MEAN: "10 * log10(avg(value))",
    Aggregation.MIN: "min(value)",
    Aggregation.MAX: "max(value)",
    Aggregation.LAST: "arg_max(value, latest)",
}


def over_time(metric: Metric, buckets: str, wanted: Range, row_ms: int) -> str:
    """A value of each series and step: columns site, series, moment, latest, value.

    Args:
        metric: Whose.
        buckets: A query as of `BucketSource.sql`.
        wanted: The steps that they are combined to.
        row_ms: Length of the buckets there are.
    """
    how = metric.over_time
    if wanted.step_ms == row_ms:
        columns = f"site, series, moment, moment AS latest, {_OF_ONE[how]} AS value"
        return f"SELECT {columns} FROM ({buckets})"
    return f"""
        SELECT any_value(site) AS site, series, step AS moment, max(moment) AS latest,
            {_OVER_TIME[how]} AS value
        FROM (SELECT *, {wanted.step_of_moment} AS step FROM ({buckets})) GROUP BY series, step"""


def over_objects(metric: Metric, values: str, by: Sequence[str]) -> str:
    """A value of each group and step: columns `by`, moment, value."""
    keys = ", ".join([*by, "moment"])
    if "series" in by:
        value = "10 * log10(value)" if metric.aggregation is Aggregation.POWER_MEAN else "value"
        return f"SELECT {keys}, {value} AS value FROM ({values})"
    value = _OVER_OBJECTS[metric.aggregation]
    return f"SELECT {keys}, {value} AS value FROM ({values}) GROUP BY {keys}"


def added(parts: Sequence[str], by: Sequence[str]) -> str:
    """The sum of several sums, each over all objects of a group: columns `by`, moment, value."""
    keys = ", ".join([*by, "moment"])
    rows = " UNION ALL BY NAME ".join(f"SELECT {keys}, value FROM ({part})" for part in parts)
    return f"SELECT {keys}, sum(value) AS value FROM ({rows}) GROUP BY {keys}"


def ratio(metric: Metric, numerator: str, denominator: str, by: Sequence[str]) -> str:
    """The quotient of two sums; no row where nothing was counted, as `Ratio.of_sums`.

    A numerator that is missing where there is a denominator counts as nothing: no attempt failed.
    """
    assert metric.ratio is not None  # noqa: S101 - only asked for ratios
    keys = ", ".join([*by, "moment"])
    quotient = f"{metric.ratio.scale!r} * coalesce(above.value, 0) / below.value"
    value = f"1 - {quotient}" if metric.ratio.complement else quotient
    return f"""
        SELECT {keys}, {value} AS value
        FROM ({denominator}) AS below LEFT JOIN ({numerator}) AS above USING ({keys})
        WHERE below.value <> 0"""


def product(factors: Sequence[str], by: Sequence[str]) -> str:
    """The product of ratios, where all of them have a value."""
    keys = ", ".join([*by, "moment"])
    names = [f"f{index}" for index in range(len(factors))]
    joined = f"({factors[0]}) AS {names[0]}"
    for name, factor in zip(names[1:], factors[1:], strict=True):
        joined += f" JOIN ({factor}) AS {name} USING ({keys})"
    return f"SELECT {keys}, {' * '.join(f'{name}.value' for name in names)} AS value FROM {joined}"


def weighted_mean(values: str, weights: str, by: Sequence[str]) -> str:
    """Values weighed by another metric of the same object; no row where all weights are nothing.

    Both sides are materialised: DuckDB takes them for tiny, and would join them by moment before
    their objects are known, which is every object with every other.
    """
    keys = ", ".join([*by, "moment"])
    return f"""
        WITH valued AS MATERIALIZED ({values}), weighed AS MATERIALIZED ({weights})
        SELECT {keys}, sum(value * weight) / sum(weight) AS value
        FROM valued
        JOIN (SELECT object, moment, value AS weight FROM weighed) USING (object, moment)
        GROUP BY {keys} HAVING sum(weight) <> 0"""
