"""Planned work: what is silenced now or will be, by whom, and ending it."""

from __future__ import annotations

from nicegui import ui

from dashboards.console.viewer import Viewer
from omc.alarms import MaintenanceWindow
from omc.core.model import AreaCode
from omc.core.settings import Role


class PlannedWork:
    """The list, with a button that ends each.

    Args:
        viewer: Who looks.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._shown: list[tuple[MaintenanceWindow, bool]] | None = None
        self._list = ui.element("ul").classes("windows")
        viewer.live(self._show)
        self._show()

    def _show(self) -> None:
        now = self._viewer.console.world.clock.time_ms()
        windows = self._viewer.console.world.desk.maintenance.windows()
        coming = [(window, window.is_open(now)) for window in windows if window.ends_ms > now]
        if coming == self._shown:
            return
        self._shown = coming
        self._list.clear()
        with self._list:
            for window, is_open in coming:
                self._line(window, is_open=is_open)
            if not coming:
                with ui.element("li"):
                    ui.label(self._viewer.texts("work.none")).classes("hint")

    def _line(self, window: MaintenanceWindow, *, is_open: bool) -> None:
        t = self._viewer.texts
        areas = self._viewer.console.world.inventory.areas
        known = (areas.get(AreaCode(code)) for code in window.areas)
        communes = [periods[-1].name for periods in known if periods]
        places = (*window.sites, *window.nodes, *communes, *window.spans)
        where = ", ".join(places) or t("work.everywhere")
        until = f"{t.date(window.begins_ms)} – {t.date(window.ends_ms)}"
        with ui.element("li"):
            ui.label(t("work.now" if is_open else "work.coming")).classes("tag")
            with ui.element("div"):
                ui.label(where).classes("strong")
                ui.label(" · ".join(filter(None, (until, window.who, window.reason))))
            if self._viewer.may(Role.OPERATOR):
                with ui.element("button").classes("button") as end:
                    end.props["type"] = "button"
                    ui.label(t("work.end" if is_open else "work.call_off"))
                end.on("click", lambda: self._end(window.name))

    async def _end(self, name: str) -> None:
        if self._viewer.may(Role.OPERATOR):
            await self._viewer.console.world.desk.close_window(name)
        self._show()
