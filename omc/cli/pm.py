"""`omc pm`: read measurement files, and see how completely they arrive."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from collector.pm.ledger import PeriodRecord
    from collector.pm.trial import CellReading, Trial, Value

_CONFIG = click.option(
    "-c",
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("omc.yaml"),
    show_default=True,
    help="The settings.",
)
_READ_EXAMPLES = """\b
Examples:
  omc pm read A20261124.0700+0700-0715+0700_ENB1.xml.gz
  omc pm read --cell VPH001-L18-1 --counters *.xml.gz
  omc pm read --format json A2026*.xml | jq 'select(.metric=="lte_rrc_setup_success_ratio")'
"""


@click.group()
def pm() -> None:
    """3GPP measurement files (TS 32.435, TS 28.532): read them, and see which have arrived."""


@pm.command(epilog=_READ_EXAMPLES)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "-c",
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Settings: only cells of their inventory are shown, and their `pm.declarations` are used.",
)
@click.option("--cell", help="Only this cell.")
@click.option("--counters", is_flag=True, help="With every formula and the counters it was given.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="text for people, json for programs (one value a line).",
)
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
def read(
    files: tuple[Path, ...],
    config: Path | None,
    cell: str | None,
    *,
    counters: bool,
    form: str,
    language: str,
) -> None:
    """Read measurement files and print the KPIs of their cells.

    No configuration is needed: without one, every object that looks like a cell is taken for one.
    Of a damaged file, what comes before the damage is shown, and the damage is told on standard
    error (exit code 1).
    """
    trial = _trial(config)
    for path in files:
        with path.open("rb") as file:
            trial.read(file, path.name)
    for reading in trial.readings():
        if cell is None or reading.cell.name == cell:
            lines = _json_lines(reading) if form == "json" else _text(reading, trial.zone)
            for line in lines if form == "json" else _chosen(lines, counters=counters):
                click.echo(line)
    _tell(trial, language)


def _trial(config: Path | None) -> Trial:
    import os

    from collector.pm.trial import Trial
    from omc.core.catalogue import Catalogue
    from omc.core.resources import config_folder

    if config is None:
        from collector.pm.style import StyleSet
        from omc.core.settings.base import DEFAULT_TIME_ZONE

        catalogue = Catalogue.load(config_folder() / "metrics")
        styles = StyleSet.load([config_folder() / "pm"], catalogue)
        return Trial(styles, catalogue, DEFAULT_TIME_ZONE)
    from omc.service.installation import load_installation

    installation = load_installation(config, os.environ)
    return Trial(
        installation.styles,
        installation.catalogue,
        installation.settings.timezone,
        installation.inventory,
    )


def _text(reading: CellReading, zone: tzinfo) -> Iterator[str]:
    from omc.core.quantity_text import duration_text

    end = datetime.fromtimestamp(reading.end_ms / 1000, zone)
    mark = "  SUSPECT" if reading.suspect else ""
    period = duration_text(reading.period)
    where = f"{reading.node}  {reading.cell.name} ({reading.cell.technology})"
    yield f"{where}  {period} until {end:%Y-%m-%d %H:%M %z}{mark}"
    width = max((len(_name(value)) for value in reading.values), default=0)
    for value in reading.values:
        yield f"  {_name(value):<{width}}  {_value(value):>12}"
        yield f"\t{'':<{width}}  = {value.formula}"
        if value.counters:
            given = ", ".join(f"{name} {count:.12g}" for name, count in value.counters.items())
            yield f"\t{'':<{width}}    {given}"
    yield ""


def _chosen(lines: Iterator[str], *, counters: bool) -> Iterator[str]:
    """Formulas stand in lines that begin with a tab."""
    for line in lines:
        if not line.startswith("\t"):
            yield line
        elif counters:
            yield "  " + line[1:]


def _name(value: Value) -> str:
    labels = ",".join(f"{name}={text}" for name, text in value.labels)
    return f"{value.metric.name}{{{labels}}}" if labels else value.metric.name


def _value(value: Value) -> str:
    from omc.core.quantity_text import value_text

    text = value_text(value.metric, value.value)
    return text if value.metric.in_range(value.value) else f"{text} (out of range)"


def _json_lines(reading: CellReading) -> Iterator[str]:
    for value in reading.values:
        row: dict[str, Any] = {
            "node": reading.node,
            "site": reading.cell.site,
            "cell": reading.cell.name,
            "end_ms": reading.end_ms,
            "period": reading.period,
            "suspect": reading.suspect,
            "metric": value.metric.name,
            **dict(value.labels),
            "value": value.value,
            "unit": value.metric.unit,
            "formula": value.formula,
            "counters": dict(value.counters),
        }
        yield json.dumps(row, ensure_ascii=False)


def _tell(trial: Trial, language: str) -> None:
    """What was not read, on standard error; ends with 1 where a file was damaged."""
    tally = trial.tally
    for text in (*tally.damages, *tally.faults):
        click.echo(text, err=True)
    more = tally.fault_count - len(tally.faults)
    if more > 0:
        click.echo(f"... and {more:,} more of that kind", err=True)
    for name, count in list(trial.unknown.items())[:10]:
        words = "no known cell" if language == "en" else "không có cell này trong danh mục"
        click.echo(f"{words}: {name} ({count} ×)", err=True)
    if trial.readings_count == 0:
        words = (
            "Nothing of any known cell." if language == "en" else "Không có số liệu của cell nào."
        )
        click.echo(words, err=True)
    if tally.damages or trial.readings_count == 0:
        sys.exit(1)


@pm.command()
@_CONFIG
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

    from collector.pm.ledger import Ledger
    from omc.core.settings import load_reader_settings
    from omc.service.measurement_files import LEDGER_FILE

    settings = load_reader_settings(config)
    path = settings.data / LEDGER_FILE
    if not path.exists():
        click.echo(f"No file has come yet: there is no {path}")
        return
    ledger, now_ms = Ledger(path), time.time_ns() // 1_000_000
    found = [one for one in ledger.files(limit if not bad else 10_000) if one.detail or not bad]
    completeness = node_completeness(ledger.periods(now_ms - _DAY_MS, now_ms), now_ms)
    if form == "json":
        for one in found[:limit]:
            row = {name: getattr(one, name) for name in _FILE_COLUMNS}
            click.echo(json.dumps(row, ensure_ascii=False))
        for node in completeness:
            click.echo(json.dumps(node._asdict(), ensure_ascii=False))
        return
    for one in found[:limit]:
        when = datetime.fromtimestamp(one.time_ms / 1000, settings.timezone)
        again = f"  came {one.repeats + 1} ×" if one.repeats else ""
        click.echo(f"{when:%m-%d %H:%M:%S}  {one.source}  {one.result:<9}  {one.name}{again}")
        if one.detail:
            click.echo(f"                {one.detail}")
    click.echo()
    for node in completeness:
        end = datetime.fromtimestamp(node.last_end_ms / 1000, settings.timezone)
        marks = f"{node.late} late, {node.suspect} suspect, {node.duplicate} repeated files"
        got = f"{node.received} of {node.expected} periods in a day"
        click.echo(f"{node.node}  {got}, {marks}; last until {end:%m-%d %H:%M}")


_DAY_MS = 86_400_000
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


def node_completeness(records: Iterable[PeriodRecord], now_ms: int) -> list[NodeCompleteness]:
    """What each node has reported, in order of their names."""
    by_node: dict[tuple[str, str], list[PeriodRecord]] = {}
    for record in records:
        reporter = record.key.reporter
        by_node.setdefault((reporter.node, reporter.site), []).append(record)
    return [
        NodeCompleteness(
            node,
            site,
            (now_ms - found[0].key.end_ms) // (found[-1].key.period * 1000) + 1,
            len(found),
            sum(one.is_late for one in found),
            sum(one.is_suspect for one in found),
            sum(one.repeats for one in found),
            found[-1].key.end_ms,
        )
        for (node, site), found in sorted(by_node.items())
    ]


@pm.command()
@click.argument("metric", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option(
    "-c",
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Settings with declarations of your own (`pm.declarations`).",
)
def counters(metric: str | None, form: str, config: Path | None) -> None:
    """Which counters of which vendor give which METRIC, in the order in which they are tried."""
    styles = _trial(config).styles
    for name, style in styles:
        for formula in style.values:
            if metric is not None and formula.metric != metric:
                continue
            labels = "".join(f" {key}={value}" for key, value in formula.labels.items())
            if form == "json":
                row = {"style": name, "metric": formula.metric, "labels": dict(formula.labels)}
                row |= {"formula": formula.text, "cells": list(style.cells)}
                click.echo(json.dumps(row, ensure_ascii=False))
            else:
                click.echo(f"{name:<15} {formula.metric}{labels} = {formula.text}")
