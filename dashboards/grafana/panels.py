"""Panels of one query, said in short; those of several are `spec.Panel`s."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, Unpack

from dashboards.grafana.spec import Look, Panel, Query, Step
from omc.core.metric import State, Text


class Options(TypedDict, total=False):
    """What a panel may say besides its title and query, as `Panel` explains it."""

    unit: str
    steps: tuple[Step, ...]
    states: Mapping[int, State]
    width: int
    height: int
    low: float | None
    high: float | None
    columns: Mapping[str, Text]
    explanation: Text | None
    page: str


#: Numbers are small: four stand in a row, if nothing else is said.
_SMALL: Options = {"width": 6, "height": 4}


def number(title: Text, query: str, **options: Unpack[Options]) -> Panel:
    """One number, as it is now."""
    return Panel(title, Look.NUMBER, (Query(query),), **(_SMALL | options))


def lines(title: Text, query: str, legend: Text | str = "", **options: Unpack[Options]) -> Panel:
    """Lines over time."""
    return Panel(title, Look.LINES, (Query(query, legend),), **options)


def areas(title: Text, query: str, legend: Text | str = "", **options: Unpack[Options]) -> Panel:
    """Filled lines over time, one upon the other."""
    return Panel(title, Look.AREAS, (Query(query, legend),), **options)


def bars(title: Text, query: str, legend: Text | str = "", **options: Unpack[Options]) -> Panel:
    """Bars side by side."""
    return Panel(title, Look.BARS, (Query(query, legend),), **options)


def table(title: Text, query: str, **options: Unpack[Options]) -> Panel:
    """A table of what is so now."""
    return Panel(title, Look.TABLE, (Query(query),), **options)
