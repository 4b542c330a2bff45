"""From samples to buckets: the one place that says what a bucket of a metric holds.

`sql` is used for roll-ups that are stored and for those that a query needs before they are.

* Counters: `sum` is the increase. A value below the one before counts from zero, whether the device
  restarted or a counter of 32 bits wrapped: the catalogue does not know widths, and Prometheus does
  the same. `min` and `max` are the slowest and fastest rate a second between two samples, `seconds`
  the time between samples that the increase took. An increase belongs to the sample that ended it.
* States: `states` has the seconds in each state. A state lasts until the next sample, but no longer
  than three of its intervals, as on /metrics; the rest is unknown and in no column. The time
  belongs to the sample that ended it. `seconds` is the sum.
* Values of a granularity period: `sum` adds them up, `seconds` is the time of the periods. They
  belong to the bucket in which their period began, and are never turned into rates.
* All else: `sum` over `count` is the mean. For dBm, `sum` adds up milliwatts.
"""

from __future__ import annotations

from enum import StrEnum

from omc.core.catalogue import Catalogue
from omc.core.metric import Aggregation, MetricKind

#: Intervals that a state may go without a new sample; `PrometheusSettings.expiry_intervals`.
_HELD_INTERVALS = 3


class Family(StrEnum):
    """What the buckets of a metric hold."""

    COUNTER = "counter"
    STATE = "state"
    POWER = "power"
    LEVEL = "level"

    @property
    def needs_the_past(self) -> bool:
        """Whether the first sample of a day means something only with the last one before it."""
        return self in {Family.COUNTER, Family.STATE}


def family_of(catalogue: Catalogue, metric: str) -> Family:
    """How a metric is rolled up; one that has left the catalogue is judged by its name."""
    if metric not in catalogue:
        return Family.COUNTER if metric.endswith("_total") else Family.LEVEL
    entry = catalogue.metric(metric)
    if entry.kind is MetricKind.COUNTER:
        return Family.COUNTER
    if entry.kind is MetricKind.STATE:
        return Family.STATE
    return Family.POWER if entry.aggregation is Aggregation.POWER_MEAN else Family.LEVEL


def sql(
    family: Family,
    samples: str,
    before: str,
    step_ms: int,
    origin_ms: int = 0,
    keys: str = "series",
) -> str:
    """The query for buckets of one metric, or of several of one family.

    Args:
        family: The metric's.
        samples: A relation with the columns of `layout.SAMPLES`, no series and time twice.
        before: A relation with series, time, value and interval: the last sample of each series
            before these. Only read for families that need the past.
        step_ms: Length of a bucket.
        origin_ms: Where a bucket begins.
        keys: What tells the series of these relations apart: `series`, or `metric, series`.

    Returns:
        A query with the columns of `layout.ROLL_UPS`, metric only if it is a key, in no order.
    """
    told_of = "time_ms - coalesce(period, 0)::BIGINT * 1000"
    bucket = f"{origin_ms} + ({told_of} - {origin_ms}) // {step_ms} * {step_ms}"
    timed = f"SELECT *, epoch_ms(time) AS time_ms FROM {samples}"
    if not family.needs_the_past:
        return _levels(family, f"SELECT *, {bucket} AS bucket FROM ({timed})", keys)
    steps = f"""
        SELECT *, {bucket} AS bucket,
            lag(value) OVER earlier AS value_before,
            (time_ms - lag(time_ms) OVER earlier) / 1000.0 AS gap,
            lag("interval") OVER earlier AS interval_before
        FROM (
            SELECT site, {keys}, time_ms, value, "interval", period, true AS inside FROM ({timed})
            UNION ALL BY NAME
            SELECT {keys}, epoch_ms(time) AS time_ms, value, "interval", false AS inside
            FROM {before}
        ) WINDOW earlier AS (PARTITION BY {keys} ORDER BY time_ms)"""
    inside = f"SELECT * FROM ({steps}) WHERE inside"
    return _counters(inside, keys) if family is Family.COUNTER else _states(inside, keys)


_TIME = "make_timestamptz(bucket * 1000) AS time"


def _levels(family: Family, rows: str, keys: str) -> str:
    summed = "pow(10, value / 10)" if family is Family.POWER else "value"
    return f"""
        SELECT any_value(site) AS site, {keys}, {_TIME}, count(*)::INTEGER AS count,
            min(value) AS min, max(value) AS max, sum({summed}) AS sum,
            arg_max(value, time_ms) AS last, sum(period)::DOUBLE AS seconds,
            NULL::MAP(INTEGER, DOUBLE) AS states
        FROM ({rows}) GROUP BY {keys}, bucket"""


def _counters(rows: str, keys: str) -> str:
    increase = "CASE WHEN value >= value_before THEN value - value_before ELSE value END"
    return f"""
        SELECT any_value(site) AS site, {keys}, {_TIME}, count(*)::INTEGER AS count,
            min(increase / gap) AS min, max(increase / gap) AS max,
            coalesce(sum(increase), 0) AS sum, arg_max(value, time_ms) AS last,
            coalesce(sum(gap), 0) AS seconds, NULL::MAP(INTEGER, DOUBLE) AS states
        FROM (
            SELECT *, CASE WHEN value_before IS NOT NULL THEN {increase} END AS increase
            FROM ({rows})
        ) GROUP BY {keys}, bucket"""


def _states(rows: str, keys: str) -> str:
    """First by state, then over all of them: one pass, which a condition on the keys narrows."""
    held = f"least(gap, {_HELD_INTERVALS} * interval_before)"
    known = "FILTER (held IS NOT NULL)"
    return f"""
        SELECT any_value(site) AS site, {keys}, {_TIME}, sum(count)::INTEGER AS count,
            min(min) AS min, max(max) AS max, sum(sum) AS sum, arg_max(last, last_ms) AS last,
            coalesce(sum(held), 0) AS seconds,
            map(list(state ORDER BY state) {known}, list(held ORDER BY state) {known}) AS states
        FROM (
            SELECT any_value(site) AS site, {keys}, bucket, value_before::INTEGER AS state,
                sum({held}) AS held, count(*) AS count, min(value) AS min, max(value) AS max,
                sum(value) AS sum, arg_max(value, time_ms) AS last, max(time_ms) AS last_ms
            FROM ({rows}) GROUP BY {keys}, bucket, state
        ) GROUP BY {keys}, bucket"""
