"""Explore: any metric of the catalogue, any series, as a chart and as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from nicegui import background_tasks, ui

from dashboards.console.charts import MOST_LINES, RANGES, Chart, Curve, draw, unit_of
from dashboards.console.components.history_chart import HistoryChart
from dashboards.console.components.table import Column, Field, Table
from dashboards.console.exploration import Exploration
from dashboards.console.templates import render
from dashboards.console.viewer import Viewer

_MOST_SERIES = 300
_DECIMALS = 2


def build(viewer: Viewer) -> None:
    """The page."""
    t, wanted = viewer.texts, Exploration.of(viewer.request.query_params, viewer.console.world)
    form = render(
        "explore_form.html",
        t=t,
        wanted=wanted,
        ranges={name: t(f"chart.{name}") for name in RANGES},
        metrics=[(m.name, m.help.of(viewer.language)) for m in viewer.console.world.catalogue],
        labels=wanted.labels,
        csv=f"/explore.csv?{urlencode(wanted.query)}" if wanted.metric else "",
    )
    ui.html(form, sanitize=False).classes("explore-form")
    if wanted.metric is None:
        text = "explore.unknown" if wanted.name else "explore.choose"
        ui.label(t(text, name=wanted.name)).classes("empty panel")
        return
    _chart(viewer, wanted)
    _latest(viewer, wanted)


def _chart(viewer: Viewer, wanted: Exploration) -> None:
    metric, t = wanted.metric, viewer.texts
    assert metric is not None  # noqa: S101 - seen by the caller
    is_rate = metric.name.endswith("_total")
    factor = 8.0 if is_rate and metric.unit == "By" else 1.0
    unit = unit_of(viewer, metric.name)
    curve = Curve(metric.name, wanted.by, wanted.where, "", factor, is_rate=is_rate)
    chart = Chart(metric.help.of(viewer.language), unit, (curve,))
    with ui.element("div").classes("explore-chart"):
        drawn = HistoryChart(chart.title, unit, t("chart.waiting"))
        ui.label(t("explore.largest", count=MOST_LINES)).classes("hint")
    span, step = wanted.span(viewer.console.world.clock.time_ms())
    background_tasks.create(draw(viewer, chart, drawn, span, step), name="explore")


def _latest(viewer: Viewer, wanted: Exploration) -> None:
    metric, t = wanted.metric, viewer.texts
    assert metric is not None  # noqa: S101 - seen by the caller
    with ui.element("section").classes("panel fill") as section:
        section.props["aria-label"] = t("explore.latest")
        with ui.element("div").classes("panel-head"):
            ui.html(t("explore.latest"), sanitize=False, tag="h2")
            count = ui.label("").classes("hint")
        labels = [Column(label) for label in metric.all_labels]
        columns = [*labels, Column(t("site.value"), is_number=True), Column(t("explore.read"))]
        table = Table(columns, t("explore.latest"), t("explore.none"))

    def show() -> None:
        found = viewer.console.world.values.latest(metric.name)
        matching = [latest for latest in found if _fits(wanted.where, latest.series.labels)]
        rows: list[list[Field]] = []
        for latest in matching[:_MOST_SERIES]:
            own = latest.series.labels
            text = t.quantity(metric, latest.value, _DECIMALS)
            named: list[Field] = [own.get(label, "") for label in metric.all_labels]
            rows.append([*named, text, t.clock(latest.time_ms, seconds=True)])
        table.show(rows)
        shown = t("explore.shown", shown=t.number(len(rows)), all=t.number(len(matching)))
        count.set_text(shown if len(matching) > len(rows) else t.number(len(rows)))

    viewer.every_beat(show)
    show()


def _fits(where: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    return all(labels.get(name) == value for name, value in where.items())
