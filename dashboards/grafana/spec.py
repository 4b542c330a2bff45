"""What a dashboard shows, said without Grafana's words: pages of rows of panels of queries.

`drawing.py` turns it into Grafana's JSON; tests read it as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from omc.core.metric import State, Text


class Look(Enum):
    """How a panel shows its values."""

    NUMBER = auto()
    LINES = auto()
    AREAS = auto()
    BARS = auto()
    TABLE = auto()
    STATES = auto()


class Language(Enum):
    """Languages that every dashboard exists in."""

    EN = "en"
    VI = "vi"


class Source(Enum):
    """Databases that are asked; the values are the types by which Grafana knows them."""

    PROMETHEUS = "prometheus"
    INFLUXDB = "influxdb"


@dataclass(frozen=True, slots=True)
class Step:
    """From this value on, this colour; None is before all values."""

    value: float | None
    colour: str


@dataclass(frozen=True, slots=True)
class Query:
    """One question to the database.

    Attributes:
        text: PromQL or InfluxQL, with the page's variables.
        legend: What its answers are called; `{{label}}` is replaced.
    """

    text: str
    legend: Text | str = ""

    def called(self, language: Language) -> str:
        """The legend in a language."""
        return self.legend if isinstance(self.legend, str) else self.legend.of(language.value)


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture.

    Attributes:
        title: What it shows.
        look: How it shows it.
        queries: What it asks. Tables and numbers ask for now, the others for the time on display.
        unit: Grafana's name of the unit.
        steps: Colours by value.
        states: Texts and colours by code, for state metrics.
        width: Columns of 24.
        height: Rows of about 30 pixels.
        low: Lowest value of the axis.
        high: Highest value of the axis.
        columns: Tables only: label or `Value` -> heading, in the order shown; others are hidden.
        quotient: Shows the first query divided by the second: InfluxQL cannot divide what stands in
            two measurements, Grafana can.
        explanation: What to make of it, for the corner of the panel.
        page: Page that a click on a row or value leads to, with the site it belongs to.
    """

    title: Text
    look: Look
    queries: tuple[Query, ...]
    unit: str = "short"
    steps: tuple[Step, ...] = ()
    states: Mapping[int, State] = field(default_factory=dict)
    width: int = 12
    height: int = 8
    low: float | None = None
    high: float | None = None
    columns: Mapping[str, Text] = field(default_factory=dict)
    quotient: bool = False
    explanation: Text | None = None
    page: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under a heading."""

    title: Text
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice at the head of a page.

    Attributes:
        name: As queries write it, without `$`.
        title: What people read.
        query: Where the choices come from.
        several: More than one may be chosen, and all of them.
    """

    name: str
    title: Text
    query: str
    several: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """One dashboard.

    Attributes:
        name: Lower-case, unique: part of its address.
        title: What people read.
        rows: From top to bottom.
        variables: Choices at its head, from left to right.
        source: The database that it asks.
        span: How far back it shows at first.
        refresh: How often it asks anew; "" for never.
    """

    name: str
    title: Text
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
    source: Source = Source.PROMETHEUS
    span: str = "now-6h"
    refresh: str = "30s"

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All its panels."""
        return tuple(panel for row in self.rows for panel in row.panels)


def text(en: str, vi: str) -> Text:
    """A text in both languages."""
    return Text(en=en, vi=vi)
