"""Taking samples into the archive: each call writes a few files, and returns when they are safe.

Nothing is sorted or merged here: that is `maintenance.py`'s work, at its leisure.
"""

from __future__ import annotations

import secrets
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from omc.core.clock import Clock
from omc.core.model import Batch, Series
from omc.history.layout import DAY_MS, SAMPLES, Resolution, day_name, day_of
from omc.history.manifest import FileEntry, Manifest
from omc.history.parquet_file import write_parquet
from omc.history.series_identity import SeriesRegister, series_tables

#: Level of zstd for files that are soon merged.
_LEVEL = 1


class ArchiveWriter:
    """Writes samples into one archive folder. Blocks; calls from several threads take turns.

    Args:
        folder: The archive's folder; made with the first samples when it is missing.
        clock: Names files in the order they are written.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock
        self._manifest: Manifest | None = None
        self._register = SeriesRegister()
        self._register_day = day_of(clock.time_ms())
        self._lock = Lock()
        self._last_ms = 0

    def write(self, batches: Sequence[Batch]) -> None:
        """Write all samples. Writing the same ones again does no harm.

        Raises:
            OSError: not all could be written; those of this call have to be written again.
            sqlite3.OperationalError: likewise.
        """
        if not any(batches):
            return
        with self._lock:
            manifest = self._manifest = self._manifest or Manifest(self.folder)
            self._renew_register()
            table = self._table(batches)
            new = self._register.new_series()
            entries = [self._write_day(day, samples) for day, samples in _days(table)]
            if new:
                entries.append(self._write_series(new))
            manifest.replace(entries, (), self._clock.time_ms())
            self._register.written(new)
            pa.default_memory_pool().release_unused()

    def _renew_register(self) -> None:
        """Begin a new one every day, so that series which are no more leave memory."""
        day = day_of(self._clock.time_ms())
        if day != self._register_day:
            self._register, self._register_day = SeriesRegister(), day

    def _table(self, batches: Sequence[Batch]) -> pa.Table:
        places, values, times = array("i"), array("d"), array("q")
        intervals, periods, suspects = array("f"), array("f"), bytearray()
        place = self._register.__getitem__
        for batch in batches:
            size = len(batch)
            places.extend(map(place, batch.series))
            values.extend(batch.values)
            times.extend(batch.times)
            intervals.extend(array("f", [batch.interval]) * size)
            periods.extend(array("f", [batch.period or 0.0]) * size)
            suspects.extend(bytes([batch.suspect]) * size)
        period = _column(periods, pa.float32())
        columns = [
            *self._register.columns(places),
            _column(times, SAMPLES.field("time").type),
            _column(values, pa.float64()),
            _column(intervals, pa.float32()),
            pc.if_else(pc.equal(period, 0), pa.scalar(None, pa.float32()), period),
            pc.not_equal(_column(suspects, pa.uint8()), 0),
        ]
        return pa.table(columns, schema=SAMPLES)

    def _write_day(self, day: int, samples: pa.Table) -> FileEntry:
        path = f"pending/{day_name(day)}/{self._sequence()}.parquet"
        written = write_parquet(self.folder / path, [samples], _LEVEL)
        metrics = tuple(sorted(pc.unique(samples["metric"]).to_pylist()))
        now = self._clock.time_ms()
        return FileEntry(path, "pending", Resolution.RAW, metrics, day, day, written, now)

    def _write_series(self, series: Sequence[Series]) -> FileEntry:
        path = f"series/{self._sequence()}.parquet"
        written = write_parquet(self.folder / path, series_tables(series), _LEVEL)
        return FileEntry(path, "series", Resolution.RAW, (), 0, 0, written, self._clock.time_ms())

    def _sequence(self) -> str:
        """A name that no other file has, and that sorts behind all older ones of this writer."""
        self._last_ms = max(self._last_ms + 1, self._clock.time_ms())
        return f"{self._last_ms:014d}-{secrets.token_hex(4)}"


def _column(values: Any, kind: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def _days(table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """The samples of each day; see `layout` for the day that a sample belongs to."""
    period_ms = pc.multiply(pc.fill_null(table["period"], 0.0), 1000.0).cast(pa.int64())
    day = pc.divide(pc.subtract(table["time"].cast(pa.int64()), period_ms), DAY_MS)
    found = pc.unique(day).to_pylist()
    for one in sorted(found):
        yield one, table if len(found) == 1 else table.filter(pc.equal(day, one))
