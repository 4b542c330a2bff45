"""`omc query`: ask the archive in SQL."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_EXAMPLES = """\b
Examples:
  omc query --views
  omc query "SELECT site, max(mean) FROM samples_1h
             WHERE metric = 'env_temperature_celsius' GROUP BY site ORDER BY 2 DESC LIMIT 10"
  omc query --format csv "SELECT * FROM samples
             WHERE metric = 'ac_input_available' AND time > now() - INTERVAL 1 DAY" > mains.csv
"""


@click.command(epilog=_EXAMPLES)
@click.argument("sql", required=False)
@click.option(
    "-c",
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("omc.yaml"),
    show_default=True,
    help="The settings: where the archive is, the time zone, the inventory.",
)
@click.option(
    "--archive",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with an archive, instead of the settings' one.",
)
@click.option("--views", is_flag=True, help="List what can be asked, with columns.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="table for people, csv or json (one object a line) for programs.",
)
@click.option(
    "--rows", type=click.IntRange(1), default=100, show_default=True, help="Most rows of a table."
)
def query(
    sql: str | None, config: Path, archive: Path | None, views: bool, form: str, rows: int
) -> None:
    """Ask the archive in SQL (DuckDB's). It is only read, also while the service writes.

    Times are shown in the time zone of the settings. SQL is `-`: it is read from standard input.
    """
    if bool(sql) == views:
        raise click.UsageError("say what to ask, or --views to see what there is.")
    import duckdb

    connection = _open(config, archive)
    try:
        if views:
            _print_views(connection)
        else:
            asked = sys.stdin.read() if sql == "-" else str(sql)
            _interruptible(connection, lambda: _answer(connection, asked, form, rows))
    except duckdb.Error as error:
        raise click.UsageError(_explained(error)) from error


def _interruptible(connection: duckdb.DuckDBPyConnection, answer: Callable[[], None]) -> None:
    """Answer in a thread: DuckDB at work hears no Ctrl-C, unless another thread tells it.

    Raises:
        click.Abort: Ctrl-C was pressed.
    """
    with ThreadPoolExecutor(1) as pool:
        answering = pool.submit(answer)
        try:
            answering.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise click.Abort from None


def _open(config: Path, archive: Path | None) -> duckdb.DuckDBPyConnection:
    """A connection with all views, and access to nothing but the archive."""
    from omc.core.catalogue import Catalogue
    from omc.core.inventory import Inventory
    from omc.core.resources import config_folder
    from omc.core.settings import load_reader_settings
    from omc.history.manifest import NoArchive
    from omc.history.views import open_for_reading

    settings = load_reader_settings(config) if archive is None else None
    catalogue = Catalogue.load(config_folder() / "metrics")
    try:
        if settings is None:
            return open_for_reading(archive or Path(), catalogue)
        return open_for_reading(
            settings.archive_folder,
            catalogue,
            Inventory.load(settings.inventory),
            settings.timezone.key,
            settings.language,
        )
    except NoArchive as error:
        hint = "the service writes one as soon as it runs (archive.enabled in the settings)"
        raise click.ClickException(f"{error}; {hint}") from error


def _print_views(connection: duckdb.DuckDBPyConnection) -> None:
    from omc.history.views import DESCRIPTIONS

    for name, text in DESCRIPTIONS.items():
        click.secho(name, bold=True, nl=False)
        click.echo(f"  {text}")
        for column, kind, *_ in connection.execute(f"DESCRIBE {name}").fetchall():
            click.echo(f"    {column:<14} {kind.lower()}")


def _answer(connection: duckdb.DuckDBPyConnection, sql: str, form: str, rows: int) -> None:
    from omc.history.database import BATCH_ROWS, only_query

    only_query(connection, sql)
    reader = connection.sql(sql).to_arrow_reader(BATCH_ROWS)
    found = _rows(reader)
    if form == "table":
        _print_table(reader.schema.names, found, rows)
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(reader.schema.names)
        writer.writerows(map(_flat, row) for row in found)
    else:
        for row in found:
            named = dict(zip(reader.schema.names, row, strict=True))
            click.echo(json.dumps(named, ensure_ascii=False, default=str))


def _rows(reader: pa.RecordBatchReader) -> Iterator[list[Any]]:
    for batch in reader:
        yield from zip(*(_column(column) for column in batch.columns), strict=True)


def _column(column: pa.Array) -> Iterable[Any]:
    import pyarrow as pa

    values: list[Any] = column.to_pylist()
    if pa.types.is_map(column.type):
        return [None if value is None else dict(value) for value in values]
    return values


def _flat(value: Any) -> Any:
    """A value as one field of a table."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "milliseconds" if value.microsecond else "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return ", ".join(f"{key}={inner}" for key, inner in value.items())
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else value


def _print_table(names: list[str], found: Iterator[list[Any]], most: int) -> None:
    shown = [[str(_flat(value)) for value in row] for row in islice(found, most)]
    more = sum(1 for _ in found)
    widths = [max(len(name), *(len(row[i]) for row in shown), 0) for i, name in enumerate(names)]
    for row in [names, ["-" * width for width in widths], *shown]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
    rest = f", {more:,} more are not shown: --rows, or --format csv" if more else ""
    click.echo(f"{len(shown):,} {'row' if len(shown) == 1 else 'rows'}{rest}", err=True)


def _explained(error: duckdb.Error) -> str:
    """What DuckDB said, with our views where it names a table of its own."""
    from omc.history.views import DESCRIPTIONS

    text = str(error).strip()
    if "Table with name" in text:
        name = text.split("Table with name ")[1].split(" ")[0]
        return f"there is no view {name!r}; there are: {', '.join(DESCRIPTIONS)}"
    return text
