"""Metrics, series and batches for tests, without the catalogue's files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from omc.core.metric import Aggregation, Metric, MetricKind, State, Text
from omc.core.model import Batch, Series, SeriesTable

#: 2026-01-01T00:00:00Z, where `ManualClock` starts.
NEW_YEAR_MS = 1_767_225_600_000

_UNITS = {"volts": "V", "bytes": "By", "dbm": "dBm", "celsius": "Cel", "seconds": "s"}


@cache
def make_metric(name: str, help_text: str = "A metric for tests.") -> Metric:
    """A metric whose kind and unit follow from its name: `_total`, `_info`, `_state`, `_volts`."""
    last = name.removesuffix("_total").rpartition("_")[2]
    kind, aggregation, states = MetricKind.GAUGE, Aggregation.LAST, {}
    if name.endswith("_total"):
        kind, aggregation = MetricKind.COUNTER, Aggregation.SUM
    elif name.endswith("_info"):
        kind = MetricKind.INFO
    elif name.endswith("_state"):
        kind = MetricKind.STATE
        states = {1: State(name="up", text=Text(en="Up", vi="Hoạt động"))}
    return Metric(
        name=name,
        kind=kind,
        unit=_UNITS.get(last, "1"),
        help=Text(en=help_text, vi="Chỉ số để kiểm thử."),
        aggregation=aggregation,
        states=states,
        source="tests",
    )


def make_series(table: SeriesTable, name: str, **labels: str) -> Series:
    """The interned series of a metric made by `make_metric`."""
    return table.intern(make_metric(name), labels)


def make_batch(
    values: Mapping[Series, float] | Sequence[tuple[Series, float]],
    time_ms: int = NEW_YEAR_MS,
    *,
    interval: float = 60.0,
    source: str = "test",
) -> Batch:
    """A batch of samples that are all of one time."""
    batch = Batch(source, interval)
    for series, value in values.items() if isinstance(values, Mapping) else values:
        batch.add(series, value, time_ms)
    return batch


def numbered_batch(
    series: Series, values: Sequence[int], first_time_ms: int = NEW_YEAR_MS, source: str = "test"
) -> Batch:
    """Samples of one series whose values tell them apart; each is that many ms after the first."""
    batch = Batch(source, 60.0)
    for value in values:
        batch.add(series, float(value), first_time_ms + value)
    return batch


def column_lengths_agree(batch: Batch) -> bool:
    """Whether the columns of a batch are of equal length: the invariant consumers rely on."""
    columns: Sequence[int] = (len(batch.series), len(batch.values), len(batch.times))
    return len(set(columns)) == 1 and (
        batch.origins is None or len(batch.origins) == len(batch.series)
    )
