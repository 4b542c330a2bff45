"""Charts of the past: what each shows, asked of the archive in the steps that fit the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from nicegui import background_tasks, ui

from dashboards.console.components.history_chart import HistoryChart
from dashboards.console.past import Lines, PastUnknown, Question
from dashboards.console.viewer import Viewer
from omc.core.metric import MetricKind

_HOUR_MS = 3_600_000
#: Choices of time: how long, and how long a step.
RANGES: Mapping[str, tuple[int, int]] = {
    "24h": (24 * _HOUR_MS, _HOUR_MS // 12),
    "7d": (7 * 24 * _HOUR_MS, _HOUR_MS // 2),
    "30d": (30 * 24 * _HOUR_MS, 2 * _HOUR_MS),
}
#: Of one chart; of more the largest are shown.
MOST_LINES = 6
#: Steps without a value that are still joined.
_JOINED_STEPS = 4


@dataclass(frozen=True, slots=True)
class Curve:
    """What is drawn in one chart from one metric.

    Attributes:
        metric: Its name.
        by: Labels that tell lines apart.
        where: Labels to narrow it to.
        name: Of the line, in front of what the labels say.
        factor: On every value: 8 makes bits of bytes.
        is_rate: The increase of a counter, or the sum of a period, is shown for a second.
    """

    metric: str
    by: tuple[str, ...] = ()
    where: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    name: str = ""
    factor: float = 1.0
    is_rate: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart.

    Attributes:
        title: What it shows.
        unit: As `HistoryChart` writes values.
        curves: What is drawn.
    """

    title: str
    unit: str
    curves: tuple[Curve, ...]


class Charts:
    """Charts side by side, with a choice of the time they show.

    Args:
        viewer: Who looks.
        charts: Which.
        title: What they are charts of.
    """

    def __init__(self, viewer: Viewer, charts: Sequence[Chart], title: str) -> None:
        self._viewer = viewer
        self._range = viewer.request.query_params.get("range", "24h")
        if self._range not in RANGES:
            self._range = "24h"
        self._turn = 0
        t = viewer.texts
        with ui.element("div").classes("charts-head"):
            ui.html(escape(title), sanitize=False, tag="h2")
            self._chips(t)
        with ui.element("div").classes("charts"):
            self._drawn = [
                (chart, HistoryChart(chart.title, chart.unit, t("chart.waiting")))
                for chart in charts
            ]
        self._ask()

    def _chips(self, t: Callable[[str], str]) -> None:
        chips: dict[str, ui.element] = {}

        def choose(name: str) -> None:
            self._range = name
            for other, chip in chips.items():
                chip.props["aria-pressed"] = str(other == name).lower()
            ui.run_javascript(
                f"const u = new URL(location); u.searchParams.set('range', '{name}');"
                "history.replaceState(null, '', u)"
            )
            self._ask()

        for name in RANGES:
            with ui.element("button").classes("chip") as chip:
                chip.props["type"] = "button"
                chip.props["aria-pressed"] = str(name == self._range).lower()
                ui.label(t(f"chart.{name}"))
            chips[name] = chip
            chip.on("click", lambda name=name: choose(name))

    def _ask(self) -> None:
        self._turn += 1
        background_tasks.create(self._draw(self._turn), name="charts")

    async def _draw(self, turn: int) -> None:
        length, step = RANGES[self._range]
        end = self._viewer.console.world.clock.time_ms() // step * step + step
        for chart, drawn in self._drawn:
            if turn != self._turn or drawn.is_deleted:
                return
            await draw(self._viewer, chart, drawn, (end - length, end), step)


async def draw(
    viewer: Viewer, chart: Chart, drawn: HistoryChart, span_ms: tuple[int, int], step_ms: int
) -> None:
    """Ask for what a chart shows, and draw it."""
    past, t = viewer.console.past, viewer.texts
    lines: list[dict[str, Any]] = []
    empty = t("chart.empty") if past.is_kept else t("chart.not_kept")
    try:
        for curve in chart.curves if past.is_kept else ():
            asked = (*span_ms, step_ms, curve.by, curve.where, MOST_LINES)
            question = Question(curve.metric, *asked)
            lines += _named(curve, await past.ask(question), step_ms)
    except PastUnknown as error:
        lines, empty = [], t("chart.failed", why=error)
    drawn.show(lines[:MOST_LINES], span_ms, step_ms * _JOINED_STEPS, empty)


def _named(curve: Curve, lines: Lines, step_ms: int) -> list[dict[str, Any]]:
    factor = curve.factor * (1000 / step_ms if curve.is_rate else 1.0)
    # Where there are more lines than a chart can show, the largest are shown.
    largest = sorted(lines.items(), key=lambda line: -max(abs(value) for _, value in line[1]))
    return [
        {
            "name": " ".join(filter(None, (curve.name, *labels))) or curve.metric,
            "points": [[time, value * factor] for time, value in points],
        }
        for labels, points in largest
    ]


def unit_of(viewer: Viewer, metric: str) -> str:
    """How a chart writes values of a metric."""
    entry = viewer.console.world.catalogue.metric(metric)
    if metric.endswith("_ratio"):
        return "percent"
    if entry.unit in ("By", "bit/s"):
        is_rate = entry.kind is MetricKind.COUNTER or entry.unit == "bit/s"
        return "bits" if is_rate else "bytes"
    return {"1": "", "Cel": "°C"}.get(entry.unit, entry.unit)
