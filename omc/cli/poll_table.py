"""What `omc poll` prints for people: values by topic and object, with units, states coloured."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from omc.cli import poll_text
from omc.cli.poll_output import Reading, Sample
from omc.cli.poll_text import Language
from omc.core.catalogue import MetricKind
from omc.core.model import Quality, Series
from omc.core.quantity_text import value_text

_SEVERITY_STYLES = {"ok": "green", "warning": "yellow", "critical": "bold red", "unknown": "dim"}
_IDENTITY = ("site", "node")

#: Of the column of objects on a terminal; a longer name is folded.
_OBJECT_WIDTH = 32
#: Wider than any line can be.
_WIDTH_UNFOLDED = 100_000

#: Labels that name the object itself; the others tell its metrics apart.
_OBJECTS = (
    "interface",
    "pon",
    "ont",
    "cell",
    "sensor",
    "board",
    "storage",
    "rectifier",
    "string",
    "phase",
    "contact",
    "zone",
)


def write_table(reading: Reading, samples: list[Sample], language: Language, *, oids: bool) -> None:
    """Print one table a topic of the catalogue, and what it took.

    Nothing is folded for a pipe, nor with OIDs: a line can be searched, an OID copied.
    """
    footer = Console()
    unfolded = oids or not footer.is_terminal
    console = Console(width=_WIDTH_UNFOLDED) if unfolded else footer
    topics = {
        metric.name: topic
        for topic, (_, metrics) in reading.catalogue.topics.items()
        for metric in metrics
    }
    for topic, (title, _) in reading.catalogue.topics.items():
        of_topic = [s for s in samples if topics.get(s.series.metric.name) == topic]
        if of_topic:
            table = _topic_table(title.of(language), language, oids=oids, unfolded=unfolded)
            _add_rows(table, of_topic, language, oids=oids)
            console.print(table)
            console.print()
    on_terminal = footer if footer.is_terminal else console
    on_terminal.print(_summary(reading, len(samples), language))


def _topic_table(heading: str, language: Language, *, oids: bool, unfolded: bool) -> Table:
    table = Table(title=heading, title_justify="left", title_style="bold", box=None, pad_edge=False)
    width = None if unfolded else _OBJECT_WIDTH
    table.add_column(poll_text.OBJECT.of(language), overflow="fold", max_width=width)
    table.add_column(poll_text.METRIC.of(language), style="cyan", no_wrap=True)
    table.add_column(poll_text.VALUE.of(language), overflow="fold")
    if oids:
        table.add_column(poll_text.OID.of(language), style="dim", no_wrap=True)
    return table


def _add_rows(table: Table, samples: list[Sample], language: Language, *, oids: bool) -> None:
    shown: str | None = None
    for sample in sorted(samples, key=_by_object):
        name = object_name(sample.series)
        cells = [name if name != shown else "", _metric_cell(sample.series)]
        table.add_row(*cells, _value_cell(sample, language), *([sample.oid] if oids else []))
        shown = name


def _by_object(sample: Sample) -> tuple[list[tuple[int, str]], str]:
    return natural_order(object_name(sample.series)), sample.series.key


def natural_order(text: str) -> list[tuple[int, str]]:
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


def object_name(series: Series) -> str:
    """What a series is about within its device: a port, an ONT, a sensor; "" is the device."""
    labels = series.labels
    named = [name for name in _OBJECTS if name in labels and name in series.metric.labels]
    if series.metric.kind is MetricKind.INFO:
        named = [name for name in named[:1] if name != "contact"]  # of a device: a person
    if "ont" in named:
        return f"{labels.get('pon', '')} ONT {labels['ont']}".strip()
    if len(named) == 1 and named[0] not in ("rectifier", "string", "phase"):
        return labels[named[0]]
    return " ".join(f"{name} {labels[name]}" for name in named)


def _metric_cell(series: Series) -> str:
    if series.metric.kind is MetricKind.INFO:
        return series.metric.name
    further = [
        value
        for name, value in series.labels.items()
        if name not in _IDENTITY and name not in _OBJECTS
    ]
    return series.metric.name + (f" ({', '.join(further)})" if further else "")


def _value_cell(sample: Sample, language: Language) -> Text:
    metric = sample.series.metric
    if metric.kind is MetricKind.INFO:
        named = object_name(sample.series)
        pairs = [(n, v) for n, v in sample.series.labels.items() if n not in _IDENTITY]
        return Text("\n".join(f"{name}: {value}" for name, value in pairs if value != named))
    state = metric.states.get(int(sample.value)) if metric.kind is MetricKind.STATE else None
    style = _SEVERITY_STYLES[state.severity] if state is not None else ""
    return Text(value_text(metric, sample.value, language), style=style)


def _summary(reading: Reading, samples: int, language: Language) -> Text:
    text = poll_text.FOOTER.of(
        language, count=samples, profile=reading.profile, seconds=reading.seconds
    )
    if reading.result.rejected:
        reasons = ", ".join(
            f"{count} {poll_text.REASONS[Quality(why)].of(language)}"
            for why, count in sorted(reading.result.rejected.items())
        )
        text += poll_text.NO_VALUE.of(language, reasons=reasons)
    return Text(text, style="dim")
