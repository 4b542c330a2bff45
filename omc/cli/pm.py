"""`omc pm`: read measurement files, and see how completely they arrive."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime, tzinfo
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from omc.cli.lazy_group import GroupInOrder
from omc.cli.pm_files import files

if TYPE_CHECKING:
    from collector.pm.trial import CellReading, Trial, Value

_READ_EXAMPLES = """\b
Examples:
  omc pm read A20261124.0700+0700-0715+0700_ENB1.xml.gz
  omc pm read --cell VPH001-L18-1 --counters *.xml.gz
  omc pm read --format json A2026*.xml | jq 'select(.metric=="lte_rrc_setup_success_ratio")'
"""


@click.group(cls=GroupInOrder)
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
    given = sorted({formula.metric for _, style in styles for formula in style.values})
    if metric is not None and metric not in given:
        near = get_close_matches(metric, given, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "without METRIC all are listed"
        raise click.UsageError(f"no counter gives {metric!r}; {hint}")
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


pm.add_command(files)
