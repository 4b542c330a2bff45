"""The samples of one metric and some days, from all files that have some of them.

Between a day's own file and pending ones, a sample may be there more than once: it is read once,
and of two different values of one moment the one that was written later counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from omc.history.database import literal, read_parquet
from omc.history.manifest import FileEntry

_COLUMNS = 'site, time, value, "interval", period, suspect'


def sql(files: Sequence[FileEntry], folder: Path, metric: str, condition: str = "true") -> str:
    """A query for samples, columns as in `layout.SAMPLES` without metric, in no order.

    Args:
        files: Raw and pending ones that have rows of the metric.
        folder: The archive's.
        metric: Whose samples.
        condition: On the rows.
    """
    return _sql(files, folder, [metric], condition, "series")


def sql_of_several(files: Sequence[FileEntry], folder: Path, metrics: Sequence[str]) -> str:
    """As `sql`, of several metrics, with a column that says of which."""
    return _sql(files, folder, metrics, "true", "metric, series")


def _sql(
    files: Sequence[FileEntry], folder: Path, metrics: Sequence[str], condition: str, keys: str
) -> str:
    kept = [file.path for file in files if file.kind != "pending"]
    pending = [file.path for file in files if file.kind == "pending"]
    columns = f"{keys}, {_COLUMNS}"
    if not pending:
        return f"SELECT {columns} FROM {_kept(kept, folder)} WHERE {condition}"
    late = read_parquet(pending, folder, ", filename = true")
    wanted = ", ".join(map(literal, metrics))
    return f"""
        SELECT {keys}, any_value(site) AS site, time, arg_max(value, written) AS value,
            arg_max("interval", written) AS "interval", arg_max(period, written) AS period,
            arg_max(suspect, written) AS suspect
        FROM (
            SELECT {columns}, '' AS written FROM {_kept(kept, folder)} WHERE {condition}
            UNION ALL
            SELECT {columns}, filename AS written FROM {late}
            WHERE metric IN ({wanted}) AND ({condition})
        ) GROUP BY {keys}, time"""


def _kept(paths: list[str], folder: Path) -> str:
    return read_parquet(paths, folder) if paths else f"({NOTHING})"


#: No samples, in the columns of `layout.SAMPLES`.
NOTHING = """
    SELECT NULL::VARCHAR AS metric, NULL::VARCHAR AS site, NULL::BIGINT AS series,
        NULL::TIMESTAMPTZ AS time, NULL::DOUBLE AS value, NULL::FLOAT AS "interval",
        NULL::FLOAT AS period, NULL::BOOLEAN AS suspect
    WHERE false"""


def last_of_each(samples: str, keys: str = "series") -> str:
    """The last sample of every series of a query: what `rollup.sql` wants as the past."""
    return f"""
        SELECT {keys}, max(time) AS time, arg_max(value, time) AS value,
            arg_max("interval", time) AS "interval"
        FROM ({samples}) GROUP BY {keys}"""
