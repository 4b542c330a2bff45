"""Bringing the archive into its final form, a piece at a time.

Each function here writes new files and lets them count, in place of those they were made from, in
one transaction at its end. Killed before that, it has done nothing; what it wrote is swept away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import duckdb
import pyarrow as pa
import structlog

from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.history import rollup, samples
from omc.history.database import BATCH_ROWS, literal, read_parquet
from omc.history.layout import (
    EVENTS,
    ROLL_UPS,
    ROLLED_UP,
    SAMPLES,
    SERIES,
    Resolution,
    day_name,
    month_name,
    month_of,
    partition,
)
from omc.history.manifest import FileEntry, Manifest
from omc.history.parquet_file import row_groups, without_repetitions, write_parquet

log = structlog.get_logger(__name__)

#: Pending files of one tier that are merged into one of the next.
FAN_OUT = 16
#: Files of the dictionary that are merged into one.
_DICTIONARY_FILES = 8
_LEVEL_PENDING = 1
_LEVEL_KEPT = 3


class Workshop:
    """What compaction works with.

    Args:
        manifest: Of the archive.
        connection: To DuckDB.
        catalogue: Tells how metrics are rolled up.
        clock: Stamps files.
    """

    def __init__(
        self,
        manifest: Manifest,
        connection: duckdb.DuckDBPyConnection,
        catalogue: Catalogue,
        clock: Clock,
    ) -> None:
        self.manifest = manifest
        self.folder = manifest.folder
        self.catalogue = catalogue
        self._connection = connection
        self._clock = clock
        self._last_version = 0

    def version(self) -> int:
        """The time in Unix milliseconds, and always a later one: a new version of a file."""
        self._last_version = max(self._last_version + 1, self._clock.time_ms())
        return self._last_version

    def stream(self, query: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Rows of a query, in columns of exactly that schema."""
        reader = self._connection.sql(query).to_arrow_reader(BATCH_ROWS)
        names = [field.name for field in schema]
        for batch in reader:
            table = pa.Table.from_batches([batch]).select(names).cast(schema)
            yield from table.unify_dictionaries().combine_chunks().to_batches()


def merge_pending(shop: Workshop, day: int) -> bool:
    """Merge pending files of a day that is still open, if many have come; say if it was done.

    A file that is a merger of others is larger, and is merged again only with such.
    """
    tier, entries = _full_tier(shop.manifest.files(["pending"], days=(day, day)))
    if entries:
        _merge(shop, day, tier, sorted(entries, key=lambda entry: entry.path))
    return bool(entries)


def _full_tier(entries: Sequence[FileEntry]) -> tuple[int, Sequence[FileEntry]]:
    """Files of the lowest tier that has enough to be merged, none if there are none; the next."""
    tiers: dict[int, list[FileEntry]] = defaultdict(list)
    for entry in entries:
        tiers[_tier(entry.path)].append(entry)
    full = [(tier + 1, some) for tier, some in sorted(tiers.items()) if len(some) >= FAN_OUT]
    return full[0] if full else (0, ())


def _tier(path: str) -> int:
    """`...-t2.parquet` is of tier 2; what the writer wrote is of tier 0."""
    mark = path.removesuffix(".parquet").rpartition("-t")[2]
    return int(mark) if mark.isdecimal() and "-t" in path else 0


def _merged_name(paths: Sequence[str], tier: int) -> str:
    """Sorts with the newest of the files it is made of, and says its tier."""
    newest = Path(paths[-1]).stem.partition("-t")[0]
    return f"{newest}-t{tier}.parquet"


def _merge(shop: Workshop, day: int, tier: int, entries: Sequence[FileEntry]) -> None:
    paths = [entry.path for entry in entries]
    source = read_parquet(paths, shop.folder, ", filename = true")
    query = f"SELECT * FROM {source} ORDER BY metric, site, series, time, filename"
    path = f"pending/{day_name(day)}/{_merged_name(paths, tier)}"
    rows = row_groups(without_repetitions(shop.stream(query, SAMPLES)))
    written = write_parquet(shop.folder / path, rows, _LEVEL_PENDING)
    metrics = tuple(sorted({name for entry in entries for name in entry.metrics}))
    now = shop.version()
    merged = FileEntry(path, "pending", Resolution.RAW, metrics, day, day, written, now)
    shop.manifest.replace([merged], paths, now)


def merge_events(shop: Workshop, day: int, *, is_over: bool) -> bool:
    """Merge files of events of one day: all once it is over, else if many of one tier have come.

    Returns:
        Whether it was done.
    """
    entries = shop.manifest.files(["events"], days=(day, day))
    tier, chosen = _full_tier(entries)
    if is_over and len(entries) > 1:
        tier, chosen = 1 + max(_tier(entry.path) for entry in entries), entries
    if not chosen:
        return False
    paths = sorted(entry.path for entry in chosen)
    query = f"SELECT DISTINCT * FROM {read_parquet(paths, shop.folder)} ORDER BY time"
    path = f"events/{day_name(day)}/{_merged_name(paths, tier)}"
    written = write_parquet(shop.folder / path, shop.stream(query, EVENTS), _LEVEL_KEPT)
    now = shop.version()
    merged = FileEntry(path, "events", Resolution.RAW, (), day, day, written, now)
    shop.manifest.replace([merged], paths, now)
    return True


def close_day(shop: Workshop, day: int) -> int:
    """Bring what is pending of a day into the files of its metrics; returns how many there are.

    Roll-ups of the day, and of the next one where its first increases depend on this day's end,
    are made anew with them. Where the day's own samples are gone and only roll-ups are left,
    nothing can be added without counting twice: what is pending is dropped.
    """
    pending = shop.manifest.files(["pending"], days=(day, day))
    metrics = sorted({name for entry in pending for name in entry.metrics})
    if not metrics:
        return 0
    kept = _by_metric(shop.manifest.files(["day", "month"], days=(day - 1, day + 1)))
    yesterday = shop.manifest.files(["pending"], days=(day - 1, day - 1))
    added: list[FileEntry] = []
    removed = [entry.path for entry in pending]
    for metric in metrics:
        made, replaced = _close_metric(
            shop,
            metric,
            day,
            kept.get(metric, []),
            _having(pending, metric),
            _having(yesterday, metric),
        )
        added += made
        removed += replaced
    shop.manifest.replace(added, removed, shop.version())
    return len(metrics)


def _by_metric(entries: Iterable[FileEntry]) -> Mapping[str, list[FileEntry]]:
    ordered = sorted(entries, key=lambda entry: entry.metrics)
    return {key[0]: list(group) for key, group in groupby(ordered, lambda entry: entry.metrics)}


def _having(entries: Iterable[FileEntry], metric: str) -> list[FileEntry]:
    return [entry for entry in entries if metric in entry.metrics]


def _close_metric(
    shop: Workshop,
    metric: str,
    day: int,
    kept: Sequence[FileEntry],
    pending: Sequence[FileEntry],
    yesterday: Sequence[FileEntry],
) -> tuple[list[FileEntry], list[str]]:
    """New files of one metric, and the paths of those they replace."""
    raw = {file.first_day: file for file in kept if file.resolution is Resolution.RAW}
    if day not in raw and any(file.first_day <= day <= file.last_day for file in kept):
        log.warning("archive_samples_too_late", metric=metric, day=day_name(day))
        return [], []
    before = [*yesterday, *([raw[day - 1]] if day - 1 in raw else [])]
    version = shop.version()
    today = _write_raw(shop, metric, day, version, [*filter(None, [raw.get(day)]), *pending])
    made = [today, *_write_roll_ups(shop, metric, day, version, [today], before)]
    if day + 1 in raw and rollup.family_of(shop.catalogue, metric).needs_the_past:
        made += _write_roll_ups(shop, metric, day + 1, version, [raw[day + 1]], [today])
    renewed = {(file.resolution, file.first_day) for file in made}
    return made, [file.path for file in kept if (file.resolution, file.first_day) in renewed]


def _write_raw(
    shop: Workshop, metric: str, day: int, version: int, files: Sequence[FileEntry]
) -> FileEntry:
    known = [file.path for file in files if file.kind != "pending"]
    late = [file.path for file in files if file.kind == "pending"]
    columns = ", ".join(f'"{field.name}"' for field in SAMPLES)
    query = (
        f"SELECT {columns}, filename FROM {read_parquet(late, shop.folder, ', filename = true')}"
    )
    query += f" WHERE metric = {literal(metric)}"
    if known:
        query += f" UNION ALL SELECT {columns}, '' FROM {read_parquet(known, shop.folder)}"
    query = f"SELECT * FROM ({query}) ORDER BY site, series, time, filename"
    rows = row_groups(without_repetitions(shop.stream(query, SAMPLES)))
    return _write_day(shop, Resolution.RAW, metric, day, version, rows)


def _write_roll_ups(
    shop: Workshop,
    metric: str,
    day: int,
    version: int,
    files: Sequence[FileEntry],
    before: Sequence[FileEntry],
) -> Iterator[FileEntry]:
    family = rollup.family_of(shop.catalogue, metric)
    inside = f"({samples.sql(files, shop.folder, metric)})"
    past = f"({samples.last_of_each(samples.sql(before, shop.folder, metric))})"
    for resolution in ROLLED_UP:
        buckets = rollup.sql(family, inside, past, resolution.step_ms)
        query = (
            f"SELECT {literal(metric)} AS metric, * FROM ({buckets}) ORDER BY site, series, time"
        )
        rows = row_groups(shop.stream(query, ROLL_UPS))
        yield _write_day(shop, resolution, metric, day, version, rows)


def _write_day(
    shop: Workshop,
    resolution: Resolution,
    metric: str,
    day: int,
    version: int,
    rows: Iterable[pa.Table],
) -> FileEntry:
    path = partition(resolution, metric, day_name(day), version)
    written = write_parquet(shop.folder / path, rows, _LEVEL_KEPT)
    return FileEntry(path, "day", resolution, (metric,), day, day, written, version)


def fold_month(shop: Workshop, resolution: Resolution, metric: str, day: int) -> None:
    """Make one file of a metric's roll-ups of the month that a day lies in."""
    first, last = month_of(day)
    entries = [
        entry
        for entry in shop.manifest.files(["day", "month"], resolution, metric, (first, last))
        if entry.metrics == (metric,)
    ]
    paths = [entry.path for entry in entries]
    query = f"SELECT * FROM {read_parquet(paths, shop.folder)} ORDER BY site, series, time"
    version = shop.version()
    path = partition(resolution, metric, month_name(day), version)
    rows = row_groups(shop.stream(query, ROLL_UPS))
    written = write_parquet(shop.folder / path, rows, _LEVEL_KEPT)
    month = FileEntry(path, "month", resolution, (metric,), first, last, written, version)
    shop.manifest.replace([month], paths, version)


def merge_dictionary(shop: Workshop) -> bool:
    """Merge the files that say which series there are, if there are many; say if it was done."""
    paths = [entry.path for entry in shop.manifest.files(["series"])]
    if len(paths) < _DICTIONARY_FILES:
        return False
    query = f"""
        SELECT DISTINCT ON (series) * FROM {read_parquet(paths, shop.folder)}
        ORDER BY metric, site, series"""
    version = shop.version()
    path = f"series/{Path(paths[-1]).stem.partition('.')[0]}.{version}.parquet"
    rows = row_groups(shop.stream(query, SERIES))
    written = write_parquet(shop.folder / path, rows, _LEVEL_KEPT)
    merged = FileEntry(path, "series", Resolution.RAW, (), 0, 0, written, version)
    shop.manifest.replace([merged], paths, version)
    return True
