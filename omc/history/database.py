"""DuckDB as the archive uses it: in memory, bounded, and never reaching for the network."""

from __future__ import annotations

from pathlib import Path

import duckdb

#: Rows handed over at once while a result is streamed.
BATCH_ROWS = 262_144


def connect(folder: Path, memory: str, threads: int) -> duckdb.DuckDBPyConnection:
    """A connection without tables.

    Args:
        folder: The archive's; what does not fit into memory is spilled below it.
        memory: Limit, as DuckDB writes sizes: `512MB`.
        threads: At most.
    """
    connection = duckdb.connect(
        config={
            "memory_limit": memory,
            "threads": threads,
            "temp_directory": str(folder / "temporary"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    # Footers of files that were read before: files never change, so they need not be read again.
    connection.execute("SET parquet_metadata_cache = true")
    return connection


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def read_parquet(paths: list[str], folder: Path, options: str = "") -> str:
    """A table function over files of the archive; `options` begin with a comma."""
    names = ", ".join(literal(str(folder / path)) for path in paths)
    return f"read_parquet([{names}]{options})"


class NotAQuery(duckdb.InvalidInputException):
    """A statement that would do more than read, or more than one."""


def only_query(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """See that a text is one query and nothing else.

    Raises:
        NotAQuery: it is not.
        duckdb.ParserException: it is no SQL.
    """
    kinds = [statement.type for statement in connection.extract_statements(sql)]
    allowed = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
    if len(kinds) != 1 or kinds[0] not in allowed:
        raise NotAQuery("the archive is only read: one SELECT, and nothing else")
