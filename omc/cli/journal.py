"""`omc journal`: what waits for which sink, and what sinks refused; the service may be running."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omc.cli.lazy_group import GroupInOrder
from omc.core.errors import OmcError

if TYPE_CHECKING:
    from omc.core.settings import JournalFileSettings

_CONFIG = click.option(
    "-c",
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("omc.yaml"),
    show_default=True,
    help="The settings.",
)
_FORMAT = click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="text for people, json for programs (one object a line).",
)


@click.group(cls=GroupInOrder)
def journal() -> None:
    """Look into the journal: what waits for which sink, and what sinks refused."""


@journal.command()
@_CONFIG
@_FORMAT
def status(config: Path, format_: str) -> None:
    """Show how many samples wait for each sink, since when, and how full the journal is."""
    from omc.bus.journal.inspection import read_status

    settings = _settings(config)
    path = _existing(settings)
    try:
        found = read_status(path)
    except OmcError as error:
        raise click.ClickException(f"{path}: {error}") from error
    if format_ == "json":
        _print_json(asdict(one) for one in found.consumers)
        return
    limit = settings.journal.max_size
    click.echo(f"{path}: {_size(found.size)} of {_size(limit)} ({found.size / limit:.1%})")
    for file in found.set_aside:
        click.echo(f"set aside as damaged: {file}")
    if found.consumers:
        click.echo(f"{'sink':<32}{'waiting':>14}{'rejected':>12}{'dropped':>12}  oldest")
    for one in found.consumers:
        oldest = "-" if one.oldest_ms is None else _local(one.oldest_ms, settings)
        click.echo(
            f"{one.name:<32}{one.waiting:>14,}{one.rejected:>12,}{one.dropped:>12,}  {oldest}"
        )


@journal.command()
@_CONFIG
@_FORMAT
@click.option("--sink", help="Only of this one, as `omc journal status` names it.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most.")
def rejected(config: Path, format_: str, sink: str | None, limit: int) -> None:
    """Show the samples that sinks refused for good, the last ones first, and why."""
    from omc.bus.journal.inspection import read_rejected

    settings = _settings(config)
    path = _existing(settings)
    try:
        found = read_rejected(path, sink, limit)
    except OmcError as error:
        raise click.ClickException(f"{path}: {error}") from error
    if format_ == "json":
        _print_json(asdict(one) for one in found)
        return
    if not found:
        click.echo("No sink has refused anything.")
    for one in found:
        what = f"{one.samples:,} samples"
        if one.series is not None and one.sample_ms is not None:
            what = f"{one.series} {one.value!r} of {_local(one.sample_ms, settings)}"
        click.echo(f"{_local(one.time_ms, settings)}  {one.consumer}  {what}\n    {one.reason}")


@journal.command()
@click.argument("sink")
@_CONFIG
def forget(sink: str, config: Path) -> None:
    """Drop all that waits for SINK, which is no more in the settings."""
    from omc.bus.journal.inspection import forget_consumer

    settings = _settings(config)
    path = _existing(settings)
    kept = {f"influxdb:{one.name}" for one in settings.influxdb}
    kept |= {f"remote_write:{one.name}" for one in settings.remote_write}
    if sink in kept:
        raise click.UsageError(f"{sink} is in the settings: take it out first, and restart.")
    try:
        samples = forget_consumer(path, sink)
    except KeyError:
        raise click.UsageError(f"the journal knows no {sink}; see `omc journal status`") from None
    except OmcError as error:
        raise click.ClickException(f"{path}: {error}") from error
    click.echo(f"{samples:,} samples dropped.")


def _settings(config: Path) -> JournalFileSettings:
    from omc.core.settings import load_journal_settings

    return load_journal_settings(config)


def _existing(settings: JournalFileSettings) -> Path:
    path = settings.journal_path
    if not path.exists():
        click.echo(f"There is no journal yet: {path}")
        sys.exit(0)
    return path


def _local(time_ms: int, settings: JournalFileSettings) -> str:
    return datetime.fromtimestamp(time_ms / 1000, settings.timezone).strftime("%Y-%m-%d %H:%M:%S")


def _size(size: int) -> str:
    return f"{size / 2**20:,.1f} MiB"


def _print_json(rows: Iterable[dict[str, object]]) -> None:
    for row in rows:
        click.echo(json.dumps(row, ensure_ascii=False))
