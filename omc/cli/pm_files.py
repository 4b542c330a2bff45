"""`omc pm files`: which measurement files have come, and how completely each node reports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from collector.pm.ledger import FileRecord, PeriodRecord

_DAY_MS = 86_400_000
_MOST_FILES = 10_000
_FILE_COLUMNS = ("name", "source", "time_ms", "result", "detail", "counters", "repeats")


class NodeCompleteness(NamedTuple):
    """What one node has reported of the last day.

    Attributes:
        node: Its name.
        site: Where it stands; "" for no site.
        expected: Periods since the first one of the day that it reported.
        received: Of them, those that came.
        late: Of those, after their deadline.
        suspect: Of those, with something that the node does not trust.
        duplicate: Files that told nothing new.
        last_end_ms: End of its last period, Unix milliseconds.
    """

    node: str
    site: str
    expected: int
    received: int
    late: int
    suspect: int
    duplicate: int
    last_end_ms: int


@click.command()
@click.option(
    "-c",
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("omc.yaml"),
    show_default=True,
    help="The settings.",
)
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="Files that are listed."
)
@click.option("--bad", is_flag=True, help="Only files with something wrong.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="text for people, json for programs (one object a line).",
)
def files(config: Path, limit: int, *, bad: bool, form: str) -> None:
    """Which files have come, and how completely each node has reported in the last day.

    Reads the ledger in the data folder; the service may be running.
    """
    import time

    from collector.pm.ledger import LEDGER_FILE, Ledger
    from omc.core.settings import load_reader_settings

    settings = load_reader_settings(config)
    path = settings.data / LEDGER_FILE
    if not path.exists():
        click.echo(f"No file has come yet: there is no {path}")
        return
    ledger, now_ms = Ledger(path), time.time_ns() // 1_000_000
    read = ledger.files(_MOST_FILES if bad else limit)
    found = [record for record in read if record.detail or not bad][:limit]
    nodes = node_completeness(ledger.periods(now_ms - _DAY_MS, now_ms), now_ms)
    if form == "json":
        _print_json(found, nodes)
    else:
        _print_text(found, nodes, settings.timezone)


def _print_json(found: Iterable[FileRecord], nodes: Iterable[NodeCompleteness]) -> None:
    for record in found:
        row = {name: getattr(record, name) for name in _FILE_COLUMNS}
        click.echo(json.dumps(row, ensure_ascii=False))
    for node in nodes:
        click.echo(json.dumps(node._asdict(), ensure_ascii=False))


def _print_text(
    found: Iterable[FileRecord], nodes: Iterable[NodeCompleteness], zone: tzinfo
) -> None:
    for record in found:
        when = datetime.fromtimestamp(record.time_ms / 1000, zone)
        again = f"  came {record.repeats + 1} ×" if record.repeats else ""
        click.echo(
            f"{when:%m-%d %H:%M:%S}  {record.source}  {record.result:<9}  {record.name}{again}"
        )
        if record.detail:
            click.echo(f"                {record.detail}")
    click.echo()
    for node in nodes:
        end = datetime.fromtimestamp(node.last_end_ms / 1000, zone)
        marks = f"{node.late} late, {node.suspect} suspect, {node.duplicate} repeated files"
        got = f"{node.received} of {node.expected} periods in a day"
        click.echo(f"{node.node}  {got}, {marks}; last until {end:%m-%d %H:%M}")


def node_completeness(records: Iterable[PeriodRecord], now_ms: int) -> list[NodeCompleteness]:
    """What each node has reported, in order of their names."""
    by_node: dict[tuple[str, str], list[PeriodRecord]] = {}
    for record in records:
        reporter = record.key.reporter
        by_node.setdefault((reporter.node, reporter.site), []).append(record)
    return [
        _completeness(node, site, found, now_ms) for (node, site), found in sorted(by_node.items())
    ]


def _completeness(
    node: str, site: str, found: Sequence[PeriodRecord], now_ms: int
) -> NodeCompleteness:
    first_ms, last = found[0].key.end_ms, found[-1].key
    step = last.period * 1000
    due_ms = max(last.end_ms, now_ms - step)  # what ended just now may still be on its way
    return NodeCompleteness(
        node,
        site,
        (due_ms - first_ms) // step + 1,
        len(found),
        sum(record.is_late for record in found),
        sum(record.is_suspect for record in found),
        sum(record.repeats for record in found),
        last.end_ms,
    )
