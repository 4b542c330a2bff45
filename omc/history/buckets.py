"""Buckets of one metric, wherever they come from.

Stored roll-ups where there are some; where samples came that are not rolled up yet, and for ranges
that are not made of whole stored buckets, the same made from raw samples on the spot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from omc.core.catalogue import Catalogue
from omc.history import rollup, samples
from omc.history.database import read_parquet
from omc.history.layout import ROLLED_UP, Resolution, day_name, day_of
from omc.history.manifest import FileEntry, Manifest

_COLUMNS = "site, series, time, count, min, max, sum, last, seconds, states"
#: The moment by which a sample is put into a bucket; see `layout`.
_TOLD_OF = "epoch_ms(time) - coalesce(period, 0)::BIGINT * 1000"


@dataclass(frozen=True, slots=True)
class Range:
    """Steps of equal length, one after the other, in Unix milliseconds.

    Attributes:
        start_ms: Where the first one begins.
        end_ms: Where the last one ends.
        step_ms: How long they are; the last one may be cut short.
    """

    start_ms: int
    end_ms: int
    step_ms: int

    def __post_init__(self) -> None:
        if self.step_ms <= 0 or self.end_ms <= self.start_ms:
            raise ValueError("the range is empty")

    @property
    def days(self) -> tuple[int, int]:
        """First and last day it touches."""
        return day_of(self.start_ms), day_of(self.end_ms - 1)

    @property
    def resolution(self) -> Resolution:
        """The coarsest resolution whose buckets make up the steps exactly."""
        edges = (self.start_ms, self.end_ms, self.step_ms)
        for resolution in reversed(ROLLED_UP):
            if all(edge % resolution.step_ms == 0 for edge in edges):
                return resolution
        return Resolution.RAW

    @property
    def step_of_moment(self) -> str:
        """When the step begins that the column `moment` lies in, in Unix microseconds as that."""
        start, step = self.start_ms * 1000, self.step_ms * 1000
        return f"{start} + (moment - {start}) // {step} * {step}"

    def contains(self, time_ms: str) -> str:
        """A condition on a column in milliseconds."""
        return f"{time_ms} >= {self.start_ms} AND {time_ms} < {self.end_ms}"


class BucketSource:
    """Finds buckets in one archive.

    Args:
        manifest: Of the archive.
        catalogue: Tells how metrics are rolled up.
    """

    def __init__(self, manifest: Manifest, catalogue: Catalogue) -> None:
        self._manifest = manifest
        self._folder = manifest.folder
        self._catalogue = catalogue

    def sql(self, metric: str, wanted: Range, condition: str) -> tuple[str, int]:
        """A query for buckets, and their length in milliseconds.

        Columns of `layout.ROLL_UPS` without metric, and `moment`: when the bucket
        begins, in Unix microseconds (DuckDB's own unit: nothing is converted for millions of rows).

        Args:
            metric: Whose.
            wanted: The steps that they are to be combined to.
            condition: On columns site and series.

        Raises:
            ValueError: only raw samples could answer, and they are no longer kept.
        """
        raw = self.raw_files(metric, wanted.days[0] - 1, wanted.days[1])
        if wanted.resolution is Resolution.RAW:
            self._see_that_raw_is_kept(metric, wanted, raw)
            return self._from_raw(metric, wanted, raw, condition), wanted.step_ms
        query = self._stored(metric, wanted, raw, condition)
        return query, wanted.resolution.step_ms

    def raw_files(self, metric: str, first_day: int, last_day: int) -> list[FileEntry]:
        """Files with samples of a metric and these days."""
        days = (first_day, last_day)
        return self._manifest.files(["pending", "day"], Resolution.RAW, metric, days)

    def _see_that_raw_is_kept(self, metric: str, wanted: Range, raw: Sequence[FileEntry]) -> None:
        kept = {file.first_day for file in raw}
        finest = ROLLED_UP[0]
        for file in self._manifest.files(["day", "month"], finest, metric, wanted.days):
            if file.last_day not in kept:
                raise ValueError(
                    f"raw samples of {day_name(file.last_day)} are no longer kept: "
                    f"a range and its steps must be made of whole {finest} there"
                )

    def _from_raw(
        self, metric: str, wanted: Range, raw: Sequence[FileEntry], condition: str
    ) -> str:
        rows = samples.sql(raw, self._folder, metric, condition)
        inside = f"(SELECT * FROM ({rows}) WHERE {wanted.contains(_TOLD_OF)})"
        past = samples.last_of_each(f"SELECT * FROM ({rows}) WHERE {_TOLD_OF} < {wanted.start_ms}")
        query = rollup.sql(
            self._family(metric), inside, f"({past})", wanted.step_ms, wanted.start_ms
        )
        return f"SELECT *, epoch_us(time) AS moment FROM ({query})"

    def _stored(self, metric: str, wanted: Range, raw: Sequence[FileEntry], condition: str) -> str:
        family = self._family(metric)
        stored = self._manifest.files(["day", "month"], wanted.resolution, metric, wanted.days)
        fresh = days_to_roll_up(raw, stored, needs_the_past=family.needs_the_past)
        kept = [file.path for file in stored if file.kind == "month" or file.first_day not in fresh]
        parts = [read_parquet(kept, self._folder)] if kept else []
        for day in sorted(fresh):
            past = samples.last_of_each(self._day(raw, metric, day - 1, condition))
            inside = self._day(raw, metric, day, condition)
            query = rollup.sql(family, f"({inside})", f"({past})", wanted.resolution.step_ms)
            parts.append(f"({query})")
        moments = [f"make_timestamptz({edge * 1000})" for edge in (wanted.start_ms, wanted.end_ms)]
        inside = f"time >= {moments[0]} AND time < {moments[1]} AND {condition}"
        return " UNION ALL ".join(
            f"SELECT {_COLUMNS}, epoch_us(time) AS moment FROM {part} WHERE {inside}"
            for part in parts or [f"({rollup.sql(family, NO_SAMPLES, NO_SAMPLES, 1)})"]
        )

    def _day(self, raw: Sequence[FileEntry], metric: str, day: int, condition: str) -> str:
        files = [file for file in raw if file.first_day == day]
        return samples.sql(files, self._folder, metric, condition)

    def _family(self, metric: str) -> rollup.Family:
        return rollup.family_of(self._catalogue, metric)


NO_SAMPLES = f"({samples.NOTHING})"


def days_to_roll_up(
    raw: Sequence[FileEntry], stored: Sequence[FileEntry], *, needs_the_past: bool
) -> set[int]:
    """Days whose stored roll-ups lack samples that are pending, if these can still be added."""
    changed = {file.first_day for file in raw if file.kind == "pending"}
    if needs_the_past:
        changed |= {day + 1 for day in changed}
    have_raw = {file.first_day for file in raw}
    closed = {file.first_day for file in raw if file.kind == "day"}
    rolled_up = {day for file in stored for day in range(file.first_day, file.last_day + 1)}
    return {day for day in changed & have_raw if day in closed or day not in rolled_up}
