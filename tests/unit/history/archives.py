"""Archives for tests, and a second implementation of what roll-ups are, in plain Python."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.model import Batch, Event, SeriesTable
from omc.core.resources import config_folder
from omc.history.event_writer import EventWriter
from omc.history.maintenance import Maintenance, Report, Retention
from omc.history.reader import History
from omc.history.writer import ArchiveWriter
from tests.sample_data import NEW_YEAR_MS

CATALOGUE = Catalogue.load(config_folder() / "metrics")
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

COUNTER = "interface_receive_bytes_total"
STATE = "battery_mode"
LEVEL = "env_temperature_celsius"
POWER = "utran_rtwp_dbm"
PERIOD_SUM = "lte_rrc_setup_attempts"


@dataclass(frozen=True)
class Sample:
    """One sample; `at` in milliseconds after New Year."""

    metric: str
    labels: tuple[tuple[str, str], ...]
    at: int
    value: float
    interval: float = 60.0
    period: float | None = None

    @property
    def told_of(self) -> int:
        return self.at - round((self.period or 0) * 1000)


class Archive:
    """An archive in a folder, with a clock that stands at New Year."""

    def __init__(self, folder: Path, retention: Retention | None = None) -> None:
        self.folder = folder
        self.clock = ManualClock(NEW_YEAR_MS)
        self.retention = retention or Retention()
        self.table = SeriesTable()
        self.writer = ArchiveWriter(folder, self.clock)
        self.events = EventWriter(folder, self.clock)

    def write(self, samples: Iterable[Sample]) -> None:
        batches: dict[tuple[float, float | None], Batch] = {}
        for one in samples:
            key = (one.interval, one.period)
            batch = batches.setdefault(key, Batch("test", one.interval, period=one.period))
            series = self.table.intern(CATALOGUE.metric(one.metric), dict(one.labels))
            batch.add(series, one.value, NEW_YEAR_MS + one.at)
        self.clock.advance(0.001)
        self.writer.write(list(batches.values()))

    def tell(self, *events: Event) -> None:
        """Write events into a file."""
        self.clock.advance(0.001)
        self.events.keep(events)
        self.events.bring_in()

    def at(self, time: int) -> None:
        """Let it be that many milliseconds after New Year."""
        self.clock.advance((NEW_YEAR_MS + time - self.clock.time_ms()) / 1000)

    def maintain(self, *, everything: bool = False) -> Report:
        self.clock.advance(1.0)
        work = Maintenance(self.folder, CATALOGUE, self.clock, self.retention)
        report = work.run(everything=everything)
        assert report is not None
        return report

    def history(self, area_of: Mapping[str, str] | None = None) -> History:
        return History(self.folder, CATALOGUE, area_of, threads=1)


def labels(**values: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(values.items()))


@dataclass
class Bucket:
    """What a bucket holds."""

    count: int = 0
    low: float = math.inf
    high: float = -math.inf
    sum: float = 0.0
    last: float = math.nan
    seconds: float = 0.0
    states: dict[int, float] = field(default_factory=lambda: defaultdict(float))


def unique(samples: Iterable[Sample]) -> list[Sample]:
    """Without repetitions: of one series and time the one that was written last, by time."""
    kept = {(one.metric, one.labels, one.at): one for one in samples}
    return sorted(kept.values(), key=lambda one: one.at)


def roll_up(samples: Iterable[Sample], step: int) -> dict[tuple[Any, int], Bucket]:
    """Buckets by labels and time, of samples of one metric in the order they were written."""
    buckets: dict[tuple[Any, int], Bucket] = defaultdict(Bucket)
    before: dict[Any, Sample] = {}
    for one in unique(samples):
        bucket = buckets[one.labels, one.told_of // step * step]
        bucket.count += 1
        bucket.last = one.value
        _add(bucket, one, _earlier(before.get(one.labels), one))
        before[one.labels] = one
    return buckets


def _earlier(before: Sample | None, one: Sample) -> Sample | None:
    """The sample before, unless it is older than the day before."""
    if before is None or one.at // DAY - before.at // DAY > 1:
        return None
    return before


def _add(bucket: Bucket, one: Sample, before: Sample | None) -> None:
    if one.metric == COUNTER:
        if before is None:
            return
        gap = (one.at - before.at) / 1000
        increase = one.value - before.value if one.value >= before.value else one.value
        bucket.sum += increase
        bucket.seconds += gap
        bucket.low = min(bucket.low, increase / gap)
        bucket.high = max(bucket.high, increase / gap)
        return
    bucket.low = min(bucket.low, one.value)
    bucket.high = max(bucket.high, one.value)
    bucket.sum += 10 ** (one.value / 10) if one.metric == POWER else one.value
    bucket.seconds += one.period or 0.0
    if one.metric == STATE and before is not None:
        held = min((one.at - before.at) / 1000, 3 * before.interval)
        bucket.states[int(before.value)] += held
        bucket.seconds += held
