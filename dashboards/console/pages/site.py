"""One site: power, environment, cells, devices, its way to the core, alarms, and its past."""

from __future__ import annotations

from html import escape
from typing import Any

from nicegui import ui

from dashboards.console.charts import Chart, Charts, Curve
from dashboards.console.components.alarm_list import AlarmList
from dashboards.console.components.figures import figures
from dashboards.console.components.table import Cell, Column, Field, Table
from dashboards.console.network_state import SiteState
from dashboards.console.site_cells import cell_rows
from dashboards.console.site_surroundings import covering_sites, way_rows
from dashboards.console.site_values import SiteValues
from dashboards.console.viewer import Viewer
from omc.alarms import Severity
from omc.core.inventory import Site
from omc.core.model import SiteCode

#: What is read of power and environment, with the key of its name.
_POWER = (
    ("ac_input_available", "mains"),
    ("ac_input_voltage_volts", "mains_voltage"),
    ("dc_bus_voltage_volts", "dc_bus"),
    ("dc_load_power_watts", "load"),
    ("battery_state_of_charge_ratio", "charge"),
    ("battery_current_amperes", "battery_current"),
    ("battery_temperature_celsius", "battery_temperature"),
    ("rectifier_up", "rectifier"),
    ("rectifiers_used_capacity_ratio", "rectifiers_used"),
    ("lvd_connected", "lvd"),
    ("generator_running", "generator"),
    ("generator_fuel_level_ratio", "fuel"),
    ("ups_output_load_ratio", "ups_load"),
    ("env_temperature_celsius", "temperature"),
    ("env_humidity_ratio", "humidity"),
    ("cooling_running", "cooling"),
    ("site_contact_active", "contact"),
)
_STALE_MS = 15 * 60_000


def build(viewer: Viewer) -> None:
    """The page."""
    code = SiteCode(viewer.request.path_params["code"])
    site = viewer.console.world.inventory.sites.get(code)
    if site is None:
        ui.context.client.status_code = 404
        ui.label(viewer.texts("site.unknown", code=code)).classes("empty")
        return
    ui.context.client.title = f"{site.code} {site.name} · OMC"
    SitePage(viewer, site)


class SitePage:
    """What is shown of one site.

    Args:
        viewer: Who looks.
        site: Which.
    """

    def __init__(self, viewer: Viewer, site: Site) -> None:
        self._viewer = viewer
        self._site = site
        self._values = SiteValues(viewer.console.world, site.code, viewer.texts)
        t = viewer.texts
        self._head()
        with ui.element("div").classes("site-grid"):
            with ui.element("div").classes("site-main"):
                with ui.element("div").classes("site-tables"):
                    self._draw_tables()
                Charts(viewer, _charts(viewer, site), t("site.past"))
            with ui.element("div").classes("site-side"):
                self._draw_side()
        self._cover.show(covering_sites(viewer, site))
        viewer.live(self._show)
        viewer.every_beat(self._show_values)
        self._show()
        self._show_values()

    def _draw_tables(self) -> None:
        t = self._viewer.texts
        with self._panel("power"):
            columns = [Column(t("site.reading")), Column(t("collect.device"))]
            columns += [Column(t("site.value"), is_number=True)]
            self._power = Table(columns, t("site.power"), t("site.no_power"))
        with self._panel("cells"):
            titles = ("cell", "band", "state", "prb", "users", "volume", "setup")
            columns = [
                Column(t(f"site.cell_{name}"), is_number=name not in ("cell", "band", "state"))
                for name in titles
            ]
            self._cells = Table(columns, t("site.cells"), t("site.no_cells"))

    def _draw_side(self) -> None:
        t = self._viewer.texts
        with self._panel("alarms"):
            words = t.group("alarms")
            words |= {s.word: s.text.of(self._viewer.language) for s in Severity}
            self._alarms = AlarmList(self._alarm_rows(), words)
        with self._panel("devices"):
            columns = [Column(""), Column(""), Column("", is_number=True)]
            self._devices = Table(columns, t("site.devices"), t("site.no_devices"))
        with self._panel("way"):
            columns = [Column(""), Column(""), Column("", is_number=True)]
            self._way = Table(columns, t("site.way"), t("site.no_way"))
        with self._panel("cover"):
            columns = [Column(""), Column("", is_number=True)]
            self._cover = Table(columns, t("site.cover"), t("site.no_cover"))

    def _head(self) -> None:
        viewer, site, t = self._viewer, self._site, self._viewer.texts
        area = viewer.console.world.inventory.areas.get(site.area, ()) if site.area else ()
        place = " · ".join(filter(None, (area[-1].name if area else "", site.vendor or "")))
        with ui.element("div").classes("page-head"):
            ui.html(escape(site.name), sanitize=False, tag="h1")
            ui.label(site.code).classes("code")
            ui.label(place).classes("hint")
            with ui.element("a").classes("link") as link:
                link.props["href"] = f"/?focus={site.code}"
                ui.label(t("site.on_map"))
        names = ("state", "mains", "autonomy", "temperature", "cells_up", "devices_up")
        labels = {name: t(f"site.{name}") for name in names}
        self._figures = figures(labels, t("site.figures"))

    def _panel(self, name: str) -> ui.element:
        section = ui.element("section").classes(f"panel panel-{name}")
        section.props["aria-labelledby"] = f"{name}-title"
        with section, ui.element("div").classes("panel-head"):
            title = ui.html(self._viewer.texts(f"site.{name}"), sanitize=False, tag="h2")
            title.props["id"] = f"{name}-title"
        return section

    # -- what the alarms say -----------------------------------------------------------------------

    def _alarm_rows(self) -> list[dict[str, Any]]:
        console, state = self._viewer.console, self._viewer.console.watch.state
        here = sorted(
            state.at_sites.get(self._site.code, ()),
            key=lambda alarm: (alarm.root is not None, -alarm.severity, -alarm.raised_ms),
        )
        children = state.children
        return [
            console.alarms.row(a, self._viewer.language, children[a.key])
            | {"level": int(a.root is not None)}
            for a in here
        ]

    def _show(self) -> None:
        self._alarms.show(self._alarm_rows())
        state = self._viewer.console.watch.state.sites.get(self._site.code, SiteState())
        word = "lost" if state.lost else "ill" if state.severity > Severity.WARNING else "well"
        if self._site.code in self._viewer.console.watch.unheard_sites():
            word = "unknown"
        tone = state.severity.word if word in ("lost", "ill") else ""
        self._figures["state"].show(self._viewer.texts(f"site.is_{word}"), tone=tone)
        self._way.show(way_rows(self._viewer, self._site))

    # -- what is read ------------------------------------------------------------------------------

    def _show_values(self) -> None:
        self._show_power()
        self._cells.show(cell_rows(self._viewer, self._site, self._values))
        self._show_devices()

    def _show_power(self) -> None:
        t, values = self._viewer.texts, self._values
        names = [(metric, t(f"reading.{name}")) for metric, name in _POWER]
        readings = values.of_all(names)
        now = self._viewer.console.world.clock.time_ms()
        rows: list[list[Field]] = []
        for reading in readings:
            old = now - reading.time_ms > _STALE_MS
            text = f"{reading.text} ({t.clock(reading.time_ms)})" if old else reading.text
            share = reading.value if reading.text.endswith("%") else None
            device = reading.labels.get("node", "").removeprefix(f"{self._site.code}-")
            rows.append([reading.name, device, Cell(text, reading.tone, share=share)])
        self._power.show(rows)
        mains = values.one("ac_input_available")
        text = "–" if mains is None else t("site.mains_there" if mains else "site.mains_gone")
        self._figures["mains"].show(text, tone="minor" if mains == 0 else "")
        self._show_autonomy(mains)
        warmest = max((r.value for r in readings if r.text.endswith("°C")), default=None)
        self._figures["temperature"].show("–" if warmest is None else f"{t.number(warmest, 1)} °C")

    def _show_autonomy(self, mains: float | None) -> None:
        t, desk = self._viewer.texts, self._viewer.console.world.desk
        known = next((s for s in desk.time_to_dark.sites() if s.site == self._site.code), None)
        seconds = known.seconds if known is not None else None
        if seconds is None:
            told = self._values.latest("battery_runtime_remaining_seconds")
            seconds = min((latest.value for latest in told), default=None)  # of DC and of a UPS
        tone = "critical" if mains == 0 and seconds is not None and seconds < 3600 else ""
        self._figures["autonomy"].show("–" if seconds is None else t.duration(seconds), tone=tone)

    def _show_devices(self) -> None:
        t, values = self._viewer.texts, self._values
        success = values.by_label("omc_poll_success", "node")
        took = values.by_label("omc_poll_duration_seconds", "node")
        nodes = self._viewer.console.world.inventory.nodes_of.get(self._site.code, ())
        rows: list[list[Field]] = []
        for node in nodes:
            answers = success.get(node.name)
            shape = "critical" if answers == 0 else "cleared" if answers else ""
            seconds = took.get(node.name)
            reply = f"{seconds * 1000:.0f} ms" if seconds is not None and answers else ""
            if answers == 0:
                reply = t("site.silent")
            kind = node.model or t(f"node_kind.{node.kind}")
            rows.append([Cell(node.name, shape=shape), kind, reply])
        self._devices.show(rows)
        polled = [node for node in nodes if node.name in success]
        up = sum(success[node.name] == 1 for node in polled)
        tone = "critical" if up < len(polled) else ""
        self._figures["devices_up"].show(str(up), f"/ {len(polled)}", tone)
        cells = self._viewer.console.world.inventory.cells_of.get(self._site.code, ())
        states: dict[str, float] = {}
        for metric in ("utran_cell_state", "lte_cell_state", "nr_cell_state"):
            states |= values.by_label(metric, "cell")
        working = sum(states.get(cell.name) == 1 for cell in cells)
        known = sum(cell.name in states for cell in cells)
        tone = "critical" if working < known else ""
        self._figures["cells_up"].show(str(working) if known else "–", f"/ {len(cells)}", tone)


def _charts(viewer: Viewer, site: Site) -> list[Chart]:
    t = viewer.texts
    here = {"site": site.code}
    routers = [
        node.name
        for node in viewer.console.world.inventory.nodes_of.get(site.code, ())
        if node.kind in ("router", "switch")
    ]
    uplinks: dict[str, Any] = {"site": site.code, "node": routers}
    down = here | {"direction": "dl"}

    def one(title: str, unit: str, *curves: Curve) -> Chart:
        return Chart(t(f"site.chart_{title}"), unit, curves)

    return [
        one("dc", "V", Curve("dc_bus_voltage_volts", ("node",), here)),
        one("charge", "percent", Curve("battery_state_of_charge_ratio", ("node",), here)),
        one("load", "W", Curve("dc_load_power_watts", ("site",), here)),
        one("temperature", "°C", Curve("env_temperature_celsius", ("zone",), here)),
        one(
            "traffic",
            "bits",
            Curve("interface_receive_bytes_total", ("interface",), uplinks, "", 8, is_rate=True),
        ),
        one(
            "volume",
            "bits",
            Curve("lte_pdcp_volume_bytes", (), down, "4G", 8, is_rate=True),
            Curve("nr_pdcp_volume_bytes", (), down, "5G", 8, is_rate=True),
        ),
        one("prb", "percent", Curve("lte_prb_utilisation_ratio", ("site",), down)),
        one("users", "", Curve("lte_connected_users", ("site",), here)),
    ]
