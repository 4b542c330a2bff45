"""Fibre: rings, cables with their traffic and light, PONs and their ONTs, and what gets worse."""

from __future__ import annotations

from nicegui import ui

from dashboards.console.alarm_rows import alarm_href
from dashboards.console.charts import Chart, Charts, Curve
from dashboards.console.components.figures import figures
from dashboards.console.components.ring_list import RingList
from dashboards.console.components.site_map import SiteMap
from dashboards.console.components.table import Column, Table
from dashboards.console.map_state import map_state
from dashboards.console.pon_panels import PonPanels, chosen_pon
from dashboards.console.ring_rows import ring_rows
from dashboards.console.span_figures import MISSING_DB
from dashboards.console.span_table import SPAN_COLUMNS, span_rows
from dashboards.console.trend_table import TrendTable
from dashboards.console.viewer import Viewer
from omc.alarms import Severity
from omc.core import route_loss
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
        pon = chosen_pon(viewer)
        self._onts = PonPanels(viewer, pon)
        names = ("route", "cut", "open_rings", "weak", "offline", "pons")
        labels = {name: t(f"fibre.{name}") for name in names}
        self._figures = figures(labels, t("nav.fibre"))
        if self._span is not None:
            Charts(viewer, _charts(viewer, self._span), f"{self._span.name}: {t('site.past')}")
        if pon is not None:
            self._say_chosen(f"{pon.node} {pon.pon}")
        with ui.element("div").classes("fibre-grid"):
            with self._panel("rings"):
                rows = ring_rows(viewer)
                self._rings = RingList(rows, t.group("fibre")).classes("panel-body")
            self._draw_map()
            with self._panel("spans"):
                columns = [Column(t(f"fibre.{name}"), number) for name, number in SPAN_COLUMNS]
                self._spans = Table(columns, t("fibre.spans"), t("fibre.no_spans"))
                ui.label(_how_light_is_judged(viewer)).classes("hint panel-foot")
            with self._panel("light"):
                self._onts.draw_histogram()
            with self._panel("pon_list"):
                self._onts.draw_pons()
            with self._panel("worst"):
                self._onts.draw_worst()
            with self._panel("trends"):
                TrendTable(viewer)
        viewer.live(self._show)
        viewer.every_beat(self._show_measured)
        self._show()
        self._show_measured()

    def _panel(self, name: str) -> ui.element:
        section = ui.element("section").classes(f"panel panel-{name}")
        section.props["aria-label"] = self._viewer.texts(f"fibre.{name}")
        with section, ui.element("div").classes("panel-head"):
            ui.html(self._viewer.texts(f"fibre.{name}"), sanitize=False, tag="h2")
        return section

    def _say_chosen(self, pon: str) -> None:
        t = self._viewer.texts
        with ui.element("div").classes("page-head"):
            ui.label(t("fibre.only_pon", pon=pon)).classes("answer")
            with ui.element("a").classes("link") as link:
                link.props["href"] = "/fibre"
                ui.label(t("fibre.all_pons"))

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
        t, console = self._viewer.texts, self._viewer.console
        state = console.watch.state
        self._figures["route"].show(f"{t.number(console.world.inventory.route_km)} km")
        cut = state.cut_spans
        self._figures["cut"].show(t.number(cut), tone="critical" if cut else "")
        opened = sum(not state.cut.isdisjoint(ring.spans) for ring in console.rings)
        of_rings = f"/ {t.number(len(console.rings))}"
        self._figures["open_rings"].show(t.number(opened), of_rings, "major" if opened else "")
        self._rings.show(ring_rows(self._viewer))
        self._spans.show(span_rows(self._viewer, self._span))

    def _show_measured(self) -> None:
        t, levels = self._viewer.texts, self._onts.levels()
        for name, count, tone in (("weak", levels.weak, "major"), ("offline", levels.offline, "")):
            total = levels.online + levels.offline
            self._figures[name].show(t.number(count), f"/ {t.number(total)}", tone if count else "")
        down = levels.ports_down
        ports = f"/ {t.number(levels.ports)}"
        self._figures["pons"].show(t.number(down), ports, "critical" if down else "")
        self._spans.show(span_rows(self._viewer, self._span))
        self._onts.show()


def _how_light_is_judged(viewer: Viewer) -> str:
    t = viewer.texts
    return t(
        "fibre.budget",
        short=t.number(route_loss.SHORT_DB_PER_KM, 2),
        long=t.number(route_loss.LONG_DB_PER_KM, 2),
        limit=t.number(route_loss.LONG_KM),
        splice=t.number(route_loss.SPLICE_DB, 1),
        drum=t.number(route_loss.DRUM_KM),
        connector=t.number(route_loss.CONNECTOR_DB, 1),
        missing=t.number(MISSING_DB),
    )


def _open(viewer: Viewer, kind: str, name: str) -> None:
    if kind == "spans":
        root = next((a for a in viewer.console.watch.state.roots if a.label("span") == name), None)
        ui.navigate.to(alarm_href(root.key) if root is not None else f"/fibre?span={name}")
    else:
        ui.navigate.to(f"/{'site' if kind == 'sites' else 'area'}/{name}")


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
