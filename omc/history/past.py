"""What series used to be, read by a process of its own: DuckDB's memory burdens nobody for long.

`python -m omc.history.past FOLDER HOUR_MS --median METRIC ... --quarter-ago METRIC ... --last-week
METRIC ... --weekly METRIC ...` prints one JSON object: `{"median_7d": {SERIES: VALUE}, ...,
"weekly": {HOUR_MS: {SERIES: [VALUE, SPREAD]}}}`, series by their number.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from omc.core.catalogue import Catalogue
from omc.core.resources import config_folder
from omc.history.manifest import NoArchive
from omc.history.reader import History
from omc.history.weekly_profile import HOUR_MS, WEEK_MS, Usual, WeeklyValues, windows

_QUARTER_MS = 90 * 24 * HOUR_MS
#: A median is taken of means over so long: 28 a week.
_MEDIAN_STEP_MS = 6 * HOUR_MS
#: A median of less than two days of them says nothing yet.
_LEAST_STEPS = 8
_NICENESS = 10
_MILLISECONDS = pa.timestamp("ms", tz="UTC")

#: Values by the archive's number of a series.
Values = dict[int, float]


def medians(history: History, metrics: Iterable[str], hour_ms: int) -> Values:
    """Medians over the week before an hour, of means of six hours each."""
    found: Values = {}
    for metric in metrics:
        values = history.values(metric, hour_ms - WEEK_MS, hour_ms, _MEDIAN_STEP_MS)
        aggregates = [("value", "approximate_median"), ("value", "count")]
        for row in values.group_by("series").aggregate(aggregates).to_pylist():
            if row["value_count"] >= _LEAST_STEPS:
                found[row["series"]] = row["value_approximate_median"]
    return found


def means_of_last_week(history: History, metrics: Iterable[str], hour_ms: int) -> Values:
    """Means of the samples of the same hour a week before; of sums of periods, one period's."""
    start = hour_ms - WEEK_MS
    found: Values = {}
    for metric in metrics:
        # A period's sum is stamped with its end, so the hour's first one ends after it begins.
        samples = history.samples(metric, start + 1, start + HOUR_MS + 1)
        for row in samples.group_by("series").aggregate([("value", "mean")]).to_pylist():
            found[row["series"]] = row["value_mean"]
    return found


def weekly(history: History, metrics: Iterable[str], hour_ms: int) -> dict[int, dict[int, Usual]]:
    """What is usual at this hour of the week and the one before it, by the weeks before.

    The last period of an hour is told of in the next one, so both are wanted.
    """
    found: dict[int, dict[int, Usual]] = {hour_ms - HOUR_MS: {}, hour_ms: {}}
    for metric in metrics:
        known: dict[int, WeeklyValues] = {}
        for after, until in windows(hour_ms):
            samples = history.samples(metric, after + 1, until + 1)
            times = samples["time"].cast(_MILLISECONDS).cast(pa.int64())
            columns = (samples["series"], times, samples["value"])
            for series, time, value in zip(*(c.to_pylist() for c in columns), strict=True):
                if series not in known:
                    known[series] = WeeklyValues(hour_ms)
                known[series].add(time, value)
        for series, values in known.items():
            for hour in (-1, 0):
                usual = values.usual(hour)
                if usual is not None:
                    found[hour_ms + hour * HOUR_MS][series] = usual
    return found


def main() -> None:
    """Read arguments, read the archive, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("hour_ms", type=int)
    parser.add_argument("--median", nargs="*", default=[])
    parser.add_argument("--quarter-ago", nargs="*", default=[])
    parser.add_argument("--last-week", nargs="*", default=[])
    parser.add_argument("--weekly", nargs="*", default=[])
    wish = parser.parse_args()
    os.nice(_NICENESS)
    catalogue = Catalogue.load(config_folder() / "metrics")
    try:
        history = History(wish.folder, catalogue, memory="512MB", threads=1)
    except NoArchive:
        sys.stdout.write("{}\n")
        return
    found = {
        "median_7d": medians(history, wish.median, wish.hour_ms),
        "quarter_ago": medians(history, wish.quarter_ago, wish.hour_ms - _QUARTER_MS),
        "last_week": means_of_last_week(history, wish.last_week, wish.hour_ms),
        "weekly": weekly(history, wish.weekly, wish.hour_ms),
    }
    history.close()
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
