"""Writing one Parquet file: whole or not at all, and small."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from omc.core.atomic_file import sync_folder

#: Ending of files that are being written; nobody reads them.
UNFINISHED = ".unfinished"

#: A row group holds one metric where it has that many rows at least, so that readers of one metric
#: skip all others; and never more than the second number.
_SMALLEST_GROUP = 16_384
_LARGEST_GROUP = 1_048_576

#: Columns that repeat themselves.
_NAMES = ("metric", "site", "series", "interval", "period", "node", "cell", "interface")
#: Columns of measured values: by dictionary where few differ, else byte by byte (all first bytes,
#: then all second ones), which zstd packs better than whole doubles.
_VALUES = ("value", "min", "max", "sum", "last", "seconds")
#: A dictionary pays when a value comes this often, on average.
_REPEATED = 4
_DICTIONARY_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Written:
    """How much stands in a file."""

    rows: int
    bytes: int


def write_parquet(path: Path, batches: Iterable[pa.RecordBatch | pa.Table], level: int) -> Written:
    """Write all batches, all of one schema, into a new file. Blocks until it is on disk.

    Args:
        path: Where; its folder is made. Nothing is there before the file is complete.
        batches: At least one; each becomes a row group, see `row_groups`.
        level: Of zstd: 1 for what is soon written anew, 3 for what stays.

    Raises:
        OSError: it cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        with unfinished.open("wb") as file:
            rows = _write(file, batches, level)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)
    return Written(rows, size)


def _write(file: Any, batches: Iterable[Any], level: int) -> int:
    writer = None
    rows = 0
    try:
        for batch in batches:
            table = batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])
            if writer is None:
                writer = pq.ParquetWriter(file, table.schema, **_encodings(table, level))
            writer.write_table(table, row_group_size=_LARGEST_GROUP)
            rows += table.num_rows
    finally:
        if writer is not None:
            writer.close()
    return rows


def _encodings(first: pa.Table, level: int) -> dict[str, Any]:
    """Options of the writer, judged by the first row group: a file holds one kind of values."""
    columns = first.column_names
    dictionary = [name for name in columns if name in _NAMES]
    plain = {}
    for name in columns:
        if name in _VALUES and _repeats(first[name]):
            dictionary.append(name)
        elif name in _VALUES:
            plain[name] = "BYTE_STREAM_SPLIT"
        elif name in {"time", "count"}:
            plain[name] = "DELTA_BINARY_PACKED"
    return {
        "compression": "zstd",
        "compression_level": level,
        "use_dictionary": dictionary,
        "column_encoding": plain,
        "dictionary_pagesize_limit": _DICTIONARY_BYTES,
        "write_page_checksum": True,
    }


def _repeats(column: pa.ChunkedArray) -> bool:
    return bool(pc.count_distinct(column).as_py() * _REPEATED <= len(column))


def row_groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Cut rows that are sorted by metric into row groups."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in _cut_at_metrics(batches):
        begins = waiting and batch["metric"][0] != waiting[-1]["metric"][0]
        is_full = rows + len(batch) > _LARGEST_GROUP
        if waiting and (is_full or (begins and rows >= _SMALLEST_GROUP)):
            yield pa.Table.from_batches(waiting)
            waiting, rows = [], 0
        waiting.append(batch)
        rows += len(batch)
    if waiting:
        yield pa.Table.from_batches(waiting)


def _cut_at_metrics(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Slices of one metric each, in order."""
    for batch in batches:
        runs = pc.run_end_encode(batch["metric"].cast(pa.string()))
        start = 0
        for end in runs.run_ends.to_pylist():
            yield batch.slice(start, end - start)
            start = end


def without_repetitions(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Of neighbouring rows with one series and one time, keep the last."""
    held: pa.RecordBatch | None = None
    for batch in batches:
        if not len(batch):
            continue
        if held is not None:
            batch = pa.Table.from_batches([held, batch]).combine_chunks().to_batches()[0]
        following, preceding = batch.slice(1), batch.slice(0, len(batch) - 1)
        same = pc.and_(
            pc.equal(following["series"], preceding["series"]),
            pc.equal(following["time"], preceding["time"]),
        )
        held = batch.slice(len(batch) - 1)
        yield preceding.filter(pc.invert(same))
    if held is not None:
        yield held
