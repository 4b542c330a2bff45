"""What `omc poll` prints: a table for people, three formats for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from collector.snmp.device import PollResult
from omc.core.catalogue import Catalogue, Metric, MetricKind
from omc.core.model import Series
from omc.core.quantity_text import value_text

Language = Literal["en", "vi"]

_SEVERITY_STYLES = {"ok": "green", "warning": "yellow", "critical": "bold red", "unknown": "dim"}
_IDENTITY = ("site", "node")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one poll brought.

    Attributes:
        profile: The profile that was used.
        result: Batches with origins.
        seconds: How long it took.
        catalogue: Owns the topics by which the table is grouped.
    """

    profile: str
    result: PollResult
    seconds: float
    catalogue: Catalogue


@dataclass(frozen=True, slots=True)
class _Sample:
    series: Series
    value: float
    time_ms: int
    oid: str


def write(
    reading: Reading,
    style: Literal["table", "json", "prometheus", "influx"],
    language: Language,
    *,
    oids: bool,
) -> None:
    """Print a reading to standard output."""
    samples = list(_samples(reading.result))
    if style == "table":
        _write_table(reading, samples, language, oids=oids)
    elif style == "json":
        for sample in samples:
            click.echo(_json_line(sample))
    elif style == "prometheus":
        click.echo(_exposition(samples), nl=False)
    else:
        from exporters.line_protocol import LineRenderer

        click.echo(LineRenderer().render(reading.result.batches), nl=False)


def _samples(result: PollResult) -> Iterator[_Sample]:
    for batch in result.batches:
        origins = batch.origins or [""] * len(batch)
        for series, value, time_ms, oid in zip(
            batch.series, batch.values, batch.times, origins, strict=True
        ):
            yield _Sample(series, value, time_ms, oid)


def _json_line(sample: _Sample) -> str:
    """One sample as JSON: metric, labels, value, unit, time (RFC 3339, ms) and OID."""
    moment = datetime.fromtimestamp(sample.time_ms / 1000, UTC)
    value: float | int = sample.value
    if math.isfinite(value) and value == int(value):
        value = int(value)
    document = {
        "metric": sample.series.metric.name,
        "labels": sample.series.labels,
        "value": value,
        "unit": sample.series.metric.unit,
        "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "oid": sample.oid,
    }
    return json.dumps(document, ensure_ascii=False)


def _exposition(samples: list[_Sample]) -> str:
    from exporters.exposition import TEXT, sample_lines  # slow to import, and not always needed

    families: dict[str, list[_Sample]] = {}
    for sample in samples:
        families.setdefault(sample.series.metric.name, []).append(sample)
    return "".join(
        TEXT.head(family[0].series.metric)
        + sample_lines([s.series.key for s in family], [s.value for s in family])
        for family in families.values()
    )


def _write_table(
    reading: Reading, samples: list[_Sample], language: Language, *, oids: bool
) -> None:
    console = Console(soft_wrap=not oids)
    topics = {
        metric.name: topic
        for topic, (_, metrics) in reading.catalogue.topics.items()
        for metric in metrics
    }
    for topic, (title, _) in reading.catalogue.topics.items():
        of_topic = [s for s in samples if topics.get(s.series.metric.name) == topic]
        if of_topic:
            heading = title.vi if language == "vi" else title.en
            console.print(_topic_table(heading, of_topic, language, oids=oids))
    console.print(_summary(reading, len(samples)))


def _topic_table(heading: str, samples: list[_Sample], language: Language, *, oids: bool) -> Table:
    table = Table(title=heading, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("object", overflow="fold")
    table.add_column("metric", style="cyan", no_wrap=True)
    table.add_column("value", justify="right", overflow="fold")
    if oids:
        table.add_column("oid", style="dim", overflow="fold")
    shown = ""
    for sample in sorted(samples, key=_by_object):
        name = _object_name(sample.series)
        row: list[str | Text] = [
            name if name != shown else "",
            sample.series.metric.name,
            _value_cell(sample, language),
        ]
        table.add_row(*row, *([sample.oid] if oids else []))
        shown = name
    return table


def _by_object(sample: _Sample) -> tuple[list[tuple[int, str]], str]:
    return _natural(_object_name(sample.series)), sample.series.metric.name


def _natural(text: str) -> list[tuple[int, str]]:
    """A sort key that puts port 2 before port 10."""
    parts: list[tuple[int, str]] = []
    digits = ""
    for character in text + " ":
        if character.isascii() and character.isdigit():
            digits += character
            continue
        if digits:
            parts.append((int(digits), ""))
            digits = ""
        parts.append((-1, character))
    return parts


def _object_name(series: Series) -> str:
    """What a series is about, besides the device itself; an info's own words stand at its value."""
    if series.metric.kind is MetricKind.INFO:
        first = next((n for n in series.metric.labels if n in series.labels), "")
        return (
            series.labels.get(first, "") if len(series.metric.labels) > 1 and first in _KEYS else ""
        )
    pairs = [(n, v) for n, v in series.labels.items() if n not in _IDENTITY]
    return " ".join(value if name in _KEYS else f"{name}={value}" for name, value in pairs)


#: Labels whose value says enough without the label's name.
_KEYS = frozenset({"interface", "sensor", "board", "storage", "ont", "pon", "cell", "contact"})


def _value_cell(sample: _Sample, language: Language) -> Text:
    metric: Metric = sample.series.metric
    if metric.kind is MetricKind.INFO:
        named = _object_name(sample.series)
        words = [
            f"{name}={value}"
            for name, value in sample.series.labels.items()
            if name not in _IDENTITY and value != named
        ]
        return Text(", ".join(words))
    state = metric.states.get(int(sample.value)) if metric.kind is MetricKind.STATE else None
    style = _SEVERITY_STYLES[state.severity] if state is not None else ""
    return Text(value_text(metric, sample.value, language), style=style)


def _summary(reading: Reading, samples: int) -> Text:
    rejected = sum(reading.result.rejected.values())
    text = f"\n{samples} values with profile {reading.profile} in {reading.seconds:.2f} s"
    if rejected:
        reasons = ", ".join(f"{n} {why}" for why, n in sorted(reading.result.rejected.items()))
        text += f"; no value: {reasons}"
    return Text(text, style="dim")
