"""One commune: is it covered right now, by what, and what is wrong there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Any

from nicegui import ui

from dashboards.console.alarm_filter import AlarmFilter
from dashboards.console.components.alarm_list import AlarmList
from dashboards.console.components.figures import figures
from dashboards.console.components.table import Cell, Column, Field, Table
from dashboards.console.network_state import SiteState
from dashboards.console.viewer import Viewer
from omc.alarms import Severity
from omc.core.inventory import Area, Site, Technology
from omc.core.model import AreaCode, SiteCode


def build(viewer: Viewer) -> None:
    """The page."""
    code = AreaCode(viewer.request.path_params["code"])
    periods = viewer.console.world.inventory.areas.get(code)
    if periods is None:
        ui.context.client.status_code = 404
        ui.label(viewer.texts("area.unknown", code=code)).classes("empty")
        return
    ui.context.client.title = f"{periods[-1].name} · OMC"
    AreaPage(viewer, periods[-1])


class AreaPage:
    """What is shown of one area.

    Args:
        viewer: Who looks.
        area: Which, as it is now.
    """

    def __init__(self, viewer: Viewer, area: Area) -> None:
        self._viewer = viewer
        self._area = area
        inventory, t = viewer.console.world.inventory, viewer.texts
        self._sites = [site for site in inventory.sites.values() if site.area == area.code]
        self._cells = {
            site.code: Counter(str(c.technology) for c in inventory.cells_of.get(site.code, ()))
            for site in self._sites
        }
        self._head()
        with ui.element("div").classes("split"):
            with ui.element("section").classes("panel") as section:
                section.props["aria-label"] = t("area.sites")
                titles = ("site", "state", "cells", "alarms")
                columns = [Column(t(f"area.{name}"), name == "alarms") for name in titles]
                self._table = Table(columns, t("area.sites"), t("area.no_sites"))
            with ui.element("section").classes("panel") as section:
                section.props["aria-label"] = t("nav.alarms")
                words = t.group("alarms")
                words |= {s.word: s.text.of(viewer.language) for s in Severity}
                words |= {"none": t("area.no_roots"), "none_hint": ""}
                self._alarms = AlarmList(self._alarm_rows(), words)
                self._alarms.classes("panel-body")
        viewer.live(self._show)
        self._show()

    def _head(self) -> None:
        t, area = self._viewer.texts, self._area
        with ui.element("div").classes("page-head"):
            ui.html(escape(area.name), sanitize=False, tag="h1")
            ui.label(area.code).classes("code")
            with ui.element("a").classes("link") as link:
                link.props["href"] = f"/?focus={area.code}"
                ui.label(t("site.on_map"))
        self._answer = ui.label("").classes("answer")
        self._answer.props["role"] = "status"
        names = ("sites_up", *(technology.value for technology in Technology), "population")
        labels = {name: t(f"area.{name}") for name in names}
        self._figures = figures(labels, t("area.figures"))

    def _show(self) -> None:
        states = self._viewer.console.watch.state.sites
        lost = {site.code for site in self._sites if states.get(site.code, SiteState()).lost}
        t, total = self._viewer.texts, len(self._sites)
        up = total - len(lost)
        self._figures["sites_up"].show(str(up), f"/ {total}", "critical" if lost else "")
        words = []
        for technology in Technology:
            every = sum(cells[technology.value] for cells in self._cells.values())
            gone = sum(self._cells[code][technology.value] for code in lost)
            shown = self._figures[technology.value]
            shown.show(t.number(every - gone), f"/ {t.number(every)}", "critical" if gone else "")
            if every:
                word = "none" if gone == every else "part" if gone else "full"
                words.append(t(f"area.cover_{word}", technology=technology.value))
        people = self._area.population
        self._figures["population"].show("–" if people is None else t.number(people))
        self._answer.set_text(" · ".join(words) if words else t("area.no_radio"))
        self._table.show([self._row(site) for site in sorted(self._sites, key=self._urgency)])
        self._alarms.show(self._alarm_rows())

    def _urgency(self, site: Site) -> tuple[bool, int, bool, SiteCode]:
        """Sorts sites: those out of service first, then by the worst of their alarms."""
        state = self._viewer.console.watch.state.sites.get(site.code, SiteState())
        return not state.lost, -state.severity, not state.on_battery, site.code

    def _row(self, site: Site) -> list[Field]:
        t, watch = self._viewer.texts, self._viewer.console.watch
        state = watch.state.sites.get(site.code, SiteState())
        is_ill = state.severity > Severity.WARNING
        key = "map.lost" if state.lost else "map.battery" if state.on_battery else "site.is_ill"
        tone = state.severity.word if state.lost or is_ill else "minor" if state.on_battery else ""
        if site.code in watch.unheard_sites():
            key, tone = "site.is_unknown", ""
        elif not tone:
            key = "site.is_well"
        return [
            Cell(f"{site.name} ({site.code})", href=f"/site/{site.code}"),
            Cell(t(key), tone, shape=tone or ("" if key == "site.is_unknown" else "cleared")),
            t.cell_counts(sorted(self._cells[site.code].items())),
            str(state.alarms or ""),
        ]

    def _alarm_rows(self) -> Sequence[dict[str, Any]]:
        viewer = self._viewer
        return viewer.console.board.rows(AlarmFilter(area=str(self._area.code)), viewer.language)
