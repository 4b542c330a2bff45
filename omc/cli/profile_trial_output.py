"""What `omc profile test` prints."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from collector.decoding.octets import OctetFormat, octets_text
from collector.normalising.refusal import Refusal
from collector.varbind import Value
from omc.core.model import Series
from omc.core.quantity_text import value_text
from omc.service.profile_trial import Trial
from omc.simulator.recording import Recording

_IDENTITY = ("site", "node")
_LONGEST = 60
_UNFOLDED = 100_000


def write_trial(trial: Trial, recording: Recording, part: str | None, style: str) -> None:
    """Print all parts, or one.

    Args:
        trial: What came of it.
        recording: What was tried.
        part: `read`, `dropped` or `unread`; None for all.
        style: `table` for people, `json` for programs.
    """
    if style == "json":
        for entry in _entries(trial, part):
            click.echo(json.dumps(entry, ensure_ascii=False))
        return
    console = Console(width=_UNFOLDED, highlight=False, soft_wrap=True)
    console.print(f"profile [bold]{trial.profile}[/] on {recording.name}")
    if part in (None, "read"):
        console.print(_read_table(trial))
    if part in (None, "dropped"):
        console.print(_dropped_table(trial))
    if part in (None, "unread"):
        console.print(_unread_table(trial))
    for problem in trial.result.problems:
        console.print(problem, markup=False)
    console.print(_summary(trial))


def _entries(trial: Trial, part: str | None) -> Iterator[dict[str, Any]]:
    if part in (None, "read"):
        for series, value, oid in _samples(trial):
            unit = series.metric.unit
            labels = _labels(series)
            yield {"read": series.metric.name, "labels": labels, "value": value, "unit": unit} | {
                "oid": oid
            }
    if part in (None, "dropped"):
        for refusal in trial.dropped:
            metric = refusal.series.metric.name if refusal.series is not None else None
            yield {
                "dropped": metric,
                "reason": str(refusal.cause),
                "value": _shown(refusal.value),
                "oid": refusal.oid,
            }
    if part in (None, "unread"):
        for unread in trial.unread:
            yield {"unread": unread.oid, "rows": unread.rows, "example": _shown(unread.example)}


def _samples(trial: Trial) -> Iterator[tuple[Series, float, str]]:
    for batch in trial.result.batches:
        yield from zip(batch.series, batch.values, batch.origins or (), strict=True)


def _read_table(trial: Trial) -> Table:
    table = _table("read", "metric", "value", "oid", "labels")
    for series, value, oid in _samples(trial):
        labels = ", ".join(f"{name}={text}" for name, text in _labels(series).items())
        shown = value_text(series.metric, value)
        table.add_row(series.metric.name, Text(shown), oid, Text(labels))
    return table


def _dropped_table(trial: Trial) -> Table:
    table = _table("dropped", "oid", "value", "reason", "would be")
    for refusal in trial.dropped:
        table.add_row(
            refusal.oid, Text(_shown(refusal.value)), str(refusal.cause), Text(_would_be(refusal))
        )
    return table


def _unread_table(trial: Trial) -> Table:
    table = _table("nobody reads", "oid", "rows", "for example")
    for unread in trial.unread:
        table.add_row(unread.oid, str(unread.rows), Text(_shown(unread.example)))
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table


def _summary(trial: Trial) -> str:
    reasons = Counter(str(refusal.cause) for refusal in trial.dropped)
    why = ", ".join(
        f"{count} {reason.replace('_', ' ')}" for reason, count in sorted(reasons.items())
    )
    dropped = f"{sum(reasons.values())} dropped" + (f" ({why})" if why else "")
    return (
        f"{trial.result.samples} values read, {dropped}, {len(trial.unread)} objects nobody reads"
    )


def _would_be(refusal: Refusal) -> str:
    return refusal.series.key if refusal.series is not None else ""


def _labels(series: Series) -> dict[str, str]:
    return {name: text for name, text in series.labels.items() if name not in _IDENTITY}


def _shown(value: Value) -> str:
    if value is None:
        return "Null"
    text = octets_text(value, OctetFormat.AUTO) if isinstance(value, bytes) else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
