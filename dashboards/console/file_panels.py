"""Measurement files of the last day: how complete they are by area and node, and who is silent."""

from __future__ import annotations

from nicegui import background_tasks, ui

from dashboards.console.components.table import Cell, Column, Field, Table
from dashboards.console.network_state import area_title
from dashboards.console.past import Lines, PastUnknown, Question
from dashboards.console.viewer import Viewer

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_MOST = 40
#: Seconds since the last period's end from which a node is silent: as the alarm has it.
_SILENT = 3600.0
#: Below it an area or node is marked. Engineering judgement.
_GOOD = 0.95
_RATIO, _LATE, _SUSPECT = "pm_completeness_ratio", "pm_periods_late", "pm_periods_suspect"


class FilePanels:
    """Two tables; nothing at all where no node has to send files.

    Args:
        viewer: Who looks.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._by_node: dict[tuple[str, ...], float] = {}
        if not any(viewer.console.world.values.latest("pm_report_age_seconds")):
            return
        with ui.element("div").classes("two"):
            self._areas = self._table("areas", ("area", "complete", "late", "suspect"))
            self._nodes = self._table("nodes", ("node", "site", "complete", "age"))
        self._said = ui.label("").classes("hint")
        viewer.every_beat(self._show_nodes)
        background_tasks.create(self._draw(), name="file-completeness")

    def _table(self, name: str, columns: tuple[str, ...]) -> Table:
        t = self._viewer.texts
        with ui.element("section").classes(f"panel panel-files_{name}") as section:
            section.props["aria-label"] = t(f"files.{name}")
            with ui.element("div").classes("panel-head"):
                ui.html(t(f"files.{name}"), sanitize=False, tag="h2")
            numbers = ("complete", "late", "suspect", "age")
            titles = [Column(t(f"files.{column}"), column in numbers) for column in columns]
            return Table(titles, t(f"files.{name}"), t(f"files.no_{name}"))

    async def _draw(self) -> None:
        try:
            wanted = (_RATIO, _LATE, _SUSPECT)
            self._show_areas({metric: await self._ask(metric, "area") for metric in wanted})
            self._by_node = await self._ask(_RATIO, "site", "node")
        except PastUnknown as error:
            self._said.set_text(self._viewer.texts("chart.failed", why=error))
        self._show_nodes()

    async def _ask(self, metric: str, *by: str) -> dict[tuple[str, ...], float]:
        """Of the last 24 full hours and the one that has begun."""
        console = self._viewer.console
        if not console.past.is_kept:
            raise PastUnknown(self._viewer.texts("chart.not_kept"))
        end = console.world.clock.time_ms() // _HOUR_MS * _HOUR_MS + _HOUR_MS
        question = Question(metric, end - _DAY_MS, end, _DAY_MS, by)
        return _last(await console.past.ask(question))

    def _show_areas(self, by_area: dict[str, dict[tuple[str, ...], float]]) -> None:
        t, inventory = self._viewer.texts, self._viewer.console.world.inventory
        rows: list[list[Field]] = []
        for labels, ratio in sorted(by_area[_RATIO].items(), key=lambda entry: entry[1]):
            counts = [t.number(by_area[metric].get(labels, 0.0)) for metric in (_LATE, _SUSPECT)]
            name = Cell(area_title(inventory, labels[0]), href=f"/area/{labels[0]}")
            rows.append([name, self._share(ratio), *counts])
        self._areas.show(rows)

    def _show_nodes(self) -> None:
        """Those that are silent or have sent too little, the longest silent first."""
        t = self._viewer.texts
        found = []
        for latest in self._viewer.console.world.values.latest("pm_report_age_seconds"):
            labels = latest.series.labels
            key = labels.get("site", ""), labels.get("node", "")
            ratio = self._by_node.get(key)
            if latest.value > _SILENT or (ratio is not None and ratio < _GOOD):
                found.append((latest.value, key, ratio))
        rows: list[list[Field]] = []
        for age, (site, node), ratio in sorted(found, key=lambda one: (-one[0], one[1]))[:_MOST]:
            tone = "major" if age > _SILENT else ""
            where = Cell(site, href=f"/site/{site}" if site else "")
            rows.append([node, where, self._share(ratio), Cell(t.duration(age), tone)])
        self._nodes.show(rows)

    def _share(self, ratio: float | None) -> Field:
        if ratio is None:
            return "–"
        return Cell(
            self._viewer.texts.percent(ratio), "minor" if ratio < _GOOD else "", share=ratio
        )


def _last(lines: Lines) -> dict[tuple[str, ...], float]:
    return {labels: points[-1][1] for labels, points in lines.items() if points}
