"""Fibre: cables and rings, light at their ends, PONs and their ONTs."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from dashboards.console.alarm_rows import alarm_href
from dashboards.console.charts import Chart, Charts, Curve
from dashboards.console.components.figures import figures
from dashboards.console.components.site_map import SiteMap
from dashboards.console.components.table import Cell, Column, Field, Table
from dashboards.console.map_state import map_state
from dashboards.console.pon_levels import HIGH_DBM, LOW_DBM, STRONGEST, WEAKEST, PonLevels
from dashboards.console.span_table import SPAN_COLUMNS, span_rows
from dashboards.console.templates import render
from dashboards.console.viewer import Viewer
from omc.alarms import Severity
from omc.core.inventory import Span, SpanName


def build(viewer: Viewer) -> None:
    """The page."""
    FibrePage(viewer)


class FibrePage:
    """What one viewer sees of the fibre.

    Args:
        viewer: Who looks.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        t, inventory = viewer.texts, viewer.console.world.inventory
        self._span = inventory.spans.get(SpanName(viewer.request.query_params.get("span", "")))
        names = ("route", "cut", "weak", "offline", "pons")
        labels = {name: t(f"fibre.{name}") for name in names}
        self._figures = figures(labels, t("nav.fibre"))
        with ui.element("div").classes("fibre-grid"):
            self._draw_map()
            with self._panel("spans"):
                columns = [Column(t(f"fibre.{name}"), number) for name, number in SPAN_COLUMNS]
                self._spans = Table(columns, t("fibre.spans"), t("fibre.no_spans"))
            with self._panel("light"):
                self._histogram = ui.html("", sanitize=False)
            with self._panel("worst"):
                titles = ("ont", "pon", "olt", "level")
                columns = [Column(t(f"fibre.{name}"), name == "level") for name in titles]
                self._worst = Table(columns, t("fibre.worst"), t("fibre.no_onts"))
        if self._span is not None:
            Charts(viewer, _charts(viewer, self._span), f"{self._span.name}: {t('site.past')}")
        viewer.live(self._show)
        viewer.every_beat(self._show_levels)
        self._show()
        self._show_levels()

    def _panel(self, name: str) -> ui.element:
        section = ui.element("section").classes(f"panel panel-{name}")
        section.props["aria-label"] = self._viewer.texts(f"fibre.{name}")
        with section, ui.element("div").classes("panel-head"):
            ui.html(self._viewer.texts(f"fibre.{name}"), sanitize=False, tag="h2")
        return section

    def _draw_map(self) -> None:
        viewer, t = self._viewer, self._viewer.texts
        words = t.group("map") | {s.word: s.text.of(viewer.language) for s in Severity}
        focus = self._span.name if self._span is not None else ""
        with ui.element("section").classes("panel map-panel") as section:
            section.props["aria-label"] = t("map.label")
            drawn = SiteMap("/geometry.json", map_state(viewer), words, focus)
        drawn.on("pick", lambda event: _open(viewer, event.args["kind"], event.args["name"]))
        viewer.live(lambda: drawn.show(map_state(viewer)))

    def _show(self) -> None:
        t, state = self._viewer.texts, self._viewer.console.watch.state
        kilometres = self._viewer.console.world.inventory.route_km
        self._figures["route"].show(f"{t.number(kilometres)} km")
        cut = state.cut_spans
        self._figures["cut"].show(t.number(cut), tone="critical" if cut else "")
        self._spans.show(span_rows(self._viewer, self._span))

    def _show_levels(self) -> None:
        t, levels = self._viewer.texts, self._viewer.console.pons.levels()
        for name, count, tone in (("weak", levels.weak, "major"), ("offline", levels.offline, "")):
            total = levels.online + levels.offline
            self._figures[name].show(t.number(count), f"/ {t.number(total)}", tone if count else "")
        down = levels.ports_down
        ports = f"/ {t.number(levels.ports)}"
        self._figures["pons"].show(t.number(down), ports, "critical" if down else "")
        content = render("histogram.html", t=t, bars=_bars(self._viewer, levels))
        if content != self._histogram.content:
            self._histogram.set_content(content)
        self._worst.show(_worst_rows(levels))


def _open(viewer: Viewer, kind: str, name: str) -> None:
    if kind == "spans":
        root = next((a for a in viewer.console.watch.state.roots if a.label("span") == name), None)
        ui.navigate.to(alarm_href(root.key) if root is not None else f"/fibre?span={name}")
    else:
        ui.navigate.to(f"/{'site' if kind == 'sites' else 'area'}/{name}")


def _bars(viewer: Viewer, levels: PonLevels) -> list[dict[str, Any]]:
    """Bars of the histogram: level, count, height in percent, and whether it is out of range."""
    most = max(levels.histogram.values(), default=0)
    return [
        {
            "level": level,
            "count": viewer.texts.number(levels.histogram[level]),
            "height": 100 * levels.histogram[level] / most if most else 0,
            "is_bad": level < LOW_DBM or level >= HIGH_DBM,
        }
        for level in range(WEAKEST, STRONGEST + 1)
    ]


def _worst_rows(levels: PonLevels) -> list[list[Field]]:
    rows: list[list[Field]] = []
    for found in levels.worst:
        labels = found.series.labels
        tone = "critical" if found.value < LOW_DBM - 1 else "major" if found.value < LOW_DBM else ""
        site = labels.get("site", "")
        rows.append(
            [
                labels.get("ont", ""),
                labels.get("pon", ""),
                Cell(labels.get("node", ""), href=f"/site/{site}" if site else ""),
                Cell(f"{found.value:.1f} dBm", tone),
            ]
        )
    return rows


def _charts(viewer: Viewer, span: Span) -> list[Chart]:
    """Light and traffic of the ports at the ends of a span."""
    t = viewer.texts
    charts = []
    for port in sorted(viewer.console.world.desk.ports.ports(span.name)):
        here = {"node": port.node, "interface": port.interface}
        name = f"{port.node} {port.interface}"
        light = Curve("optical_rx_power_dbm", (), here, t("fibre.received"))
        charts.append(Chart(f"{t('fibre.light_at')} {name}", "dBm", (light,)))
        traffic = tuple(
            Curve(f"interface_{way}_bytes_total", (), here, t(f"fibre.{way}"), 8, is_rate=True)
            for way in ("receive", "transmit")
        )
        charts.append(Chart(f"{t('fibre.traffic_at')} {name}", "bits", traffic))
    return charts
