"""Where the archive keeps what, and which columns its files have.

    manifest.sqlite                        which files count; see `manifest.py`
    pending/2026-11-24/<sequence>.parquet  as it came, all metrics of one day together
    raw/metric=<name>/2026-11-24.<n>.parquet  one metric's day: sorted, nothing twice
    5m/metric=<name>/2026-11-24.<n>.parquet   its roll-ups; folded into months once no sample
    1h/metric=<name>/2026-11.<n>.parquet      can change them any more
    series/<sequence>.parquet              which series there are
    events/2026-11-24/<sequence>.parquet   what is no number: traps, sources that fall silent ...
    events.sqlite                          events that came since; see `event_writer.py`

A day is a day of UTC, and a sample belongs to the day in which what it tells of began: a value of a
granularity period to the day of the period's start. All files are Parquet and never change: what
replaces a file has another name.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pyarrow as pa

DAY_MS = 86_400_000

#: How long samples are waited for after a day is over, before its files are made: milliseconds.
SETTLE_MS = 3_600_000


class Resolution(StrEnum):
    """How finely a file tells time."""

    RAW = "raw"
    FIVE_MINUTES = "5m"
    HOUR = "1h"

    @property
    def step_ms(self) -> int:
        """Milliseconds of one bucket; 0 for raw samples."""
        return _STEPS[self]


_STEPS = {Resolution.RAW: 0, Resolution.FIVE_MINUTES: 300_000, Resolution.HOUR: 3_600_000}

ROLLED_UP = (Resolution.FIVE_MINUTES, Resolution.HOUR)

_NAME = pa.dictionary(pa.int32(), pa.string())
_TIME = pa.timestamp("ms", tz="UTC")

#: interval: seconds until the source was expected to tell the series again. period: seconds of the
#: granularity period that a value is of, which ends at `time`; null for plain samples.
SAMPLES = pa.schema(
    [
        ("metric", _NAME),
        ("site", _NAME),
        ("series", pa.int64()),
        ("time", _TIME),
        ("value", pa.float64()),
        ("interval", pa.float32()),
        ("period", pa.float32()),
        ("suspect", pa.bool_()),
    ]
)

#: One bucket of one series; docs/archive.md says what the columns mean for which kind of metric.
ROLL_UPS = pa.schema(
    [
        ("metric", _NAME),
        ("site", _NAME),
        ("series", pa.int64()),
        ("time", _TIME),
        ("count", pa.int32()),
        ("min", pa.float64()),
        ("max", pa.float64()),
        ("sum", pa.float64()),
        ("last", pa.float64()),
        ("seconds", pa.float64()),
        ("states", pa.map_(pa.int32(), pa.float64())),
    ]
)

#: object: identity of the labels alone, the same for all metrics of one thing.
SERIES = pa.schema(
    [
        ("series", pa.int64()),
        ("object", pa.int64()),
        ("metric", _NAME),
        ("site", _NAME),
        ("node", pa.string()),
        ("cell", pa.string()),
        ("interface", pa.string()),
        ("labels", pa.map_(pa.string(), pa.string())),
    ]
)

#: series: the one whose quality changed; null where an event is not about one series.
EVENTS = pa.schema(
    [
        ("time", _TIME),
        ("kind", _NAME),
        ("source", _NAME),
        ("site", _NAME),
        ("node", pa.string()),
        ("text", pa.string()),
        ("severity", _NAME),
        ("labels", pa.map_(pa.string(), pa.string())),
        ("series", pa.int64()),
    ]
)


def day_of(time_ms: int) -> int:
    """Number of the UTC day, counted from 1970-01-01."""
    return time_ms // DAY_MS


def kept_since(now_ms: int, raw_days: int) -> int:
    """The first moment, Unix milliseconds, whose samples the archive still takes."""
    return (day_of(now_ms) - raw_days) * DAY_MS


def day_name(day: int) -> str:
    """`2026-11-24`."""
    return _date(day).strftime("%Y-%m-%d")


def month_of(day: int) -> tuple[int, int]:
    """First and last day of the month that a day lies in."""
    first = _date(day).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return day_of(_ms(first)), day_of(_ms(following)) - 1


def month_name(day: int) -> str:
    """`2026-11`."""
    return _date(day).strftime("%Y-%m")


def partition(resolution: Resolution, metric: str, period: str, version: int) -> str:
    """Path, below the archive's folder, of one metric's file of a day or month."""
    return f"{resolution}/metric={metric}/{period}.{version}.parquet"


def _date(day: int) -> datetime:
    return datetime.fromtimestamp(day * DAY_MS / 1000, UTC)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
