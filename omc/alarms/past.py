"""What series used to be, read from the archive now and then, for rules of kind `past`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import structlog

from omc.alarms.rule import AgainstPast, Rule
from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.core.model import Series
from omc.history import History, NoArchive
from omc.history.series_identity import number

log = structlog.get_logger(__name__)

_HOUR_MS = 3_600_000
_WEEK_MS = 7 * 24 * _HOUR_MS
#: A median is taken of means over so long: 28 a week.
_MEDIAN_STEP_MS = 6 * _HOUR_MS
#: A median of less than two days of them says nothing yet.
_LEAST_STEPS = 8
#: Medians of a week move slowly: they are read anew so many hours.
_MEDIANS_EVERY_HOURS = 6

#: Values by the archive's number of a series.
_Values = dict[int, float]


class ArchivePast:
    """Keeps the past of the metrics that rules compare with.

    Reading is done in a thread, once an hour; until the first reading, and for series that have no
    past, nothing is known.

    Args:
        folder: Of the archive.
        catalogue: All metrics.
        rules: Those of kind `past` say what is read.
        clock: The time.
    """

    def __init__(
        self, folder: Path, catalogue: Catalogue, rules: Iterable[Rule], clock: Clock
    ) -> None:
        self._folder = folder
        self._catalogue = catalogue
        self._clock = clock
        self._wanted = {
            (rule.when.past, rule.when.metric)
            for rule in rules
            if isinstance(rule.when, AgainstPast)
        }
        self._medians: _Values = {}
        self._last_week: _Values = {}

    def median_7d(self, series: Series) -> float | None:
        return self._medians.get(number(series.key))

    def last_week(self, series: Series) -> float | None:
        return self._last_week.get(number(series.key))

    async def run(self) -> None:
        """Read at the beginning of every hour, until cancelled."""
        hours = 0
        while self._wanted:
            try:
                await asyncio.to_thread(self.read, medians=hours % _MEDIANS_EVERY_HOURS == 0)
                hours += 1
            except Exception:
                # Alarms without a past are better than none.
                log.exception("past_not_read", folder=str(self._folder))
            left = _HOUR_MS - self._clock.time_ms() % _HOUR_MS
            await asyncio.sleep(left / 1000)

    def read(self, *, medians: bool = True) -> None:
        """Read what rules want to know of the present hour. Blocks for as long as that takes."""
        try:
            history = History(self._folder, self._catalogue, threads=1)
        except NoArchive:
            return
        hour = self._clock.time_ms() // _HOUR_MS * _HOUR_MS
        try:
            if medians:
                self._medians = self._all(history, "median_7d", hour)
            self._last_week = self._all(history, "last_week", hour)
        finally:
            history.close()

    def _all(self, history: History, past: str, hour: int) -> _Values:
        read = _medians if past == "median_7d" else _means_of_last_week
        found: _Values = {}
        for wanted, metric in sorted(self._wanted):
            if wanted == past:
                found |= read(history, metric, hour)
        return found


def _medians(history: History, metric: str, hour: int) -> _Values:
    values = history.values(metric, hour - _WEEK_MS, hour, _MEDIAN_STEP_MS)
    aggregates = [("value", "approximate_median"), ("value", "count")]
    table = values.group_by("series").aggregate(aggregates)
    return {
        series: median
        for series, median, count in zip(
            table["series"].to_pylist(),
            table["value_approximate_median"].to_pylist(),
            table["value_count"].to_pylist(),
            strict=True,
        )
        if count >= _LEAST_STEPS
    }


def _means_of_last_week(history: History, metric: str, hour: int) -> _Values:
    """Means of the samples: for sums of granularity periods that is one period's."""
    start = hour - _WEEK_MS
    # A period's sum is stamped with its end, so the hour's first one ends after it begins.
    samples: pa.Table = history.samples(metric, start + 1, start + _HOUR_MS + 1)
    table = samples.group_by("series").aggregate([("value", "mean")])
    return dict(zip(table["series"].to_pylist(), table["value_mean"].to_pylist(), strict=True))
