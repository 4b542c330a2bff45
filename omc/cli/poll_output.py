"""What `omc poll` prints for programs: JSON lines, the Prometheus text format, line protocol."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import click

from collector.snmp.fetch import PollResult
from omc.cli.poll_text import Language
from omc.core.catalogue import Catalogue
from omc.core.model import Series


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
class Sample:
    """One value and where it came from."""

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
        from omc.cli.poll_table import write_table  # rich is slow to import

        write_table(reading, samples, language, oids=oids)
    elif style == "json":
        for sample in samples:
            click.echo(_json_line(sample))
    elif style == "prometheus":
        click.echo(_exposition(samples), nl=False)
    else:
        from exporters.line_protocol import LineRenderer

        click.echo(LineRenderer().render(reading.result.batches), nl=False)


def _samples(result: PollResult) -> Iterator[Sample]:
    for batch in result.batches:
        origins = batch.origins or [""] * len(batch)
        for series, value, time_ms, oid in zip(
            batch.series, batch.values, batch.times, origins, strict=True
        ):
            yield Sample(series, value, time_ms, oid)


def _json_line(sample: Sample) -> str:
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


def _exposition(samples: list[Sample]) -> str:
    from exporters.exposition import TEXT, sample_lines  # slow to import, and not always needed

    families: dict[str, list[Sample]] = {}
    for sample in samples:
        families.setdefault(sample.series.metric.name, []).append(sample)
    return "".join(
        TEXT.head(family[0].series.metric)
        + sample_lines(name, [s.series.label_text for s in family], [s.value for s in family])
        for name, family in families.items()
    )
