"""The archive as people see it in SQL: views over the files that count at this moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from omc.core.catalogue import Catalogue
from omc.core.inventory import Inventory
from omc.history import unclosed
from omc.history.database import connect, literal, read_parquet
from omc.history.layout import EVENTS, ROLL_UPS, SAMPLES, SERIES, Resolution
from omc.history.manifest import FileEntry, Manifest
from omc.history.rollup import Family, family_of

#: View -> what it is, in the order in which they are listed.
DESCRIPTIONS = {
    "samples": "Samples as they came, up to the last write; for as many days as they are kept.",
    "samples_5m": "Roll-ups of five minutes, up to the last write: today's are made on the spot.",
    "samples_1h": "Roll-ups of an hour, likewise.",
    "events": "What is no number: traps, sources that fall silent, quality, site status.",
    "series": "Which series there are, and all their labels.",
    "metrics": "The catalogue: kind, unit, how values are combined, and what they mean.",
    "sites": "Sites of the inventory.",
    "cells": "Cells of the inventory.",
    "nodes": "Nodes of the inventory.",
    "areas": "Areas of the inventory.",
    "files": "Files of the archive that count.",
}

_MEMORY = "1GB"
_THREADS = 2

_THINGS = "d.node, d.cell, d.interface"


def open_for_reading(
    folder: Path,
    catalogue: Catalogue,
    inventory: Inventory | None = None,
    zone: str | None = None,
    language: str = "en",
) -> duckdb.DuckDBPyConnection:
    """A connection with all views, that can read the archive and nothing else.

    Args:
        folder: The archive's.
        catalogue: For the view `metrics`, and for means.
        inventory: For the views of the inventory.
        zone: IANA time zone in which times are shown; None is the machine's.
        language: Of texts for people.

    Raises:
        NoArchive: nothing has been archived there.
    """
    manifest = Manifest.existing(folder)
    connection = connect(folder.absolute(), _MEMORY, _THREADS)
    if zone is not None:
        connection.execute(f"SET TimeZone = {literal(zone)}")
    _create_views(connection, manifest, catalogue, inventory, language)
    connection.execute(f"SET allowed_directories = [{literal(str(folder.absolute()))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _create_views(
    connection: duckdb.DuckDBPyConnection,
    manifest: Manifest,
    catalogue: Catalogue,
    inventory: Inventory | None,
    language: str,
) -> None:
    """Create all views of `DESCRIPTIONS`; those of the inventory are empty where there is none."""
    folder = manifest.folder
    files = manifest.files()
    dictionary = [file.path for file in manifest.files(["series"])]
    events = [file.path for file in manifest.files(["events"])]
    views = {
        "_series": f"SELECT DISTINCT ON (series) * FROM {_read(dictionary, folder, SERIES)}",
        "series": "SELECT metric, site, node, cell, interface, labels, series FROM _series",
        "samples": _samples(files, folder),
        "samples_5m": _roll_ups(files, folder, Resolution.FIVE_MINUTES, catalogue),
        "samples_1h": _roll_ups(files, folder, Resolution.HOUR, catalogue),
        "events": f"SELECT DISTINCT * FROM {_read(events, folder, EVENTS)}",
    }
    for name, query in views.items():
        connection.execute(f"CREATE VIEW {name} AS {query}")
    _create_table(connection, "metrics", _metrics(catalogue, language))
    _create_table(connection, "files", _files(files))
    for kind in ("sites", "cells", "nodes", "areas"):
        _create_table(connection, kind, _inventory_rows(inventory, kind))


def _read(paths: list[str], folder: Path, schema: pa.Schema) -> str:
    if paths:
        return read_parquet(paths, folder)
    columns = [f'NULL::{_TYPES[str(field.type)]} AS "{field.name}"' for field in schema]
    return f"(SELECT {', '.join(columns)} WHERE false)"


#: Arrow's names of the types of `layout`, and DuckDB's.
_TYPES = {
    "dictionary<values=string, indices=int32, ordered=0>": "VARCHAR",
    "string": "VARCHAR",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "timestamp[ms, tz=UTC]": "TIMESTAMPTZ",
    "map<string, string>": "MAP(VARCHAR, VARCHAR)",
    "map<int32, double>": "MAP(INTEGER, DOUBLE)",
}


def _samples(files: Sequence[FileEntry], folder: Path) -> str:
    """All samples; those of days with pending files are looked through for repetitions."""
    raw = [file for file in files if file.resolution is Resolution.RAW]
    open_days = {file.first_day for file in raw if file.kind == "pending"}
    settled = [file.path for file in raw if file.first_day not in open_days]
    kept = [file.path for file in raw if file.first_day in open_days and file.kind == "day"]
    pending = [file.path for file in raw if file.kind == "pending"]
    columns = "metric, site, series, time, value, period, suspect"
    query = f"SELECT {columns} FROM {_read(settled, folder, SAMPLES)}"
    if pending:
        late = read_parquet(pending, folder, ", filename = true")
        query += f"""
            UNION ALL
            SELECT metric, site, series, time, arg_max(value, written) AS value,
                arg_max(period, written) AS period, arg_max(suspect, written) AS suspect
            FROM (
                SELECT {columns}, '' AS written FROM {_read(kept, folder, SAMPLES)}
                UNION ALL SELECT {columns}, filename AS written FROM {late}
            ) GROUP BY metric, site, series, time"""
    return f"""
        SELECT s.metric, s.site, {_THINGS}, s.time, s.value, s.period, s.suspect, d.labels, s.series
        FROM ({query}) AS s LEFT JOIN _series AS d USING (series)"""


def _roll_ups(
    files: Sequence[FileEntry], folder: Path, resolution: Resolution, catalogue: Catalogue
) -> str:
    stored, others = unclosed.split(files, resolution, catalogue)
    made = "".join(f" UNION ALL BY NAME {part.sql(folder, resolution)}" for part in others)
    names: dict[Family, list[str]] = {family: [] for family in Family}
    for metric in catalogue:
        names[family_of(catalogue, metric.name)].append(literal(metric.name))
    power = ", ".join(names[Family.POWER]) or "''"
    counters = ", ".join(names[Family.COUNTER]) or "''"
    return f"""
        SELECT r.metric, r.site, {_THINGS}, r.time, r.count, r.min, r.max,
            CASE WHEN r.metric IN ({power}) THEN 10 * log10(r.sum / r.count)
                WHEN r.metric NOT IN ({counters}) THEN r.sum / r.count END AS mean,
            r.sum, r.last, r.seconds, r.states, d.labels, r.series
        FROM (SELECT * FROM {_read(stored, folder, ROLL_UPS)}{made}) AS r
        LEFT JOIN _series AS d USING (series)"""


def _create_table(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register("_rows", table)
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM _rows")
    connection.unregister("_rows")


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> pa.Table:
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [() for _ in names]
    arrays = [
        pa.array(column) if any(value is not None for value in column) else _no_texts(len(column))
        for column in columns
    ]
    return pa.table(arrays, names=list(names))


def _no_texts(count: int) -> pa.Array:
    return pa.nulls(count, pa.string())


def _metrics(catalogue: Catalogue, language: str) -> pa.Table:
    names = ("metric", "kind", "unit", "aggregation", "help")
    rows = [
        (m.name, m.kind.value, m.unit, m.aggregation.value, m.help.of(language)) for m in catalogue
    ]
    return _table(names, rows)


def _files(files: Sequence[FileEntry]) -> pa.Table:
    names = ("path", "kind", "resolution", "metrics", "rows", "bytes")
    rows = [
        (
            *(file.path, file.kind, file.resolution.value, len(file.metrics)),
            *(file.written.rows, file.written.bytes),
        )
        for file in files
    ]
    return _table(names, rows)


#: Columns of the views of the inventory; geometry and notes stay where they are.
_INVENTORY = {
    "sites": ("code", "name", "latitude", "longitude", "area", "vendor"),
    "cells": ("name", "site", "technology", "band", "sector", "azimuth", "bandwidth_mhz"),
    "nodes": ("name", "kind", "site", "address", "profile", "vendor", "model"),
    "areas": ("code", "name", "level", "parent", "valid_from", "valid_to", "population"),
}


def _inventory_rows(inventory: Inventory | None, kind: str) -> pa.Table:
    names = _INVENTORY[kind]
    if inventory is None:
        return _table(names, [])
    found: Iterable[Any] = getattr(inventory, kind).values()
    if kind == "areas":
        found = [area for periods in found for area in periods]
    rows = [[asdict(entry)[name] for name in names] for entry in found]
    return _table(names, rows)
