"""Reports: what was made for planners and managers, to be taken along."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import quote

from nicegui import background_tasks, ui

from dashboards.console.components.table import Cell, Column, Field
from dashboards.console.templates import render
from dashboards.console.viewer import Viewer
from omc.reports.shelf import ShelvedReport, shelved_reports


def build(viewer: Viewer) -> None:
    """The page."""
    t = viewer.texts
    with ui.element("section").classes("panel fill") as section:
        section.props["aria-label"] = t("nav.reports")
        box = ui.html("", sanitize=False).classes("table-box")
        box.props["tabindex"] = "0"
        box.props["role"] = "region"
        box.props["aria-label"] = t("nav.reports")
    ui.label(t("reports.how")).classes("hint")
    background_tasks.create(_show(viewer, box), name="reports")


async def _show(viewer: Viewer, box: ui.html) -> None:
    """Show what is on the shelf, once that is read from the disk."""
    made = await asyncio.to_thread(shelved_reports, viewer.console.world.reports)
    if not box.is_deleted:
        box.set_content(_table(viewer, made))


def _table(viewer: Viewer, made: Sequence[ShelvedReport]) -> str:
    t = viewer.texts
    most = max((len(report.files) for report in made), default=1)
    titles = [t(f"reports.{name}") for name in ("title", "period", "geography", "made", "files")]
    return render(
        "table.html",
        columns=[Column(title) for title in (*titles, *[""] * (most - 1))],
        caption=t("nav.reports"),
        empty=t("reports.none"),
        rows=[
            [field if isinstance(field, Cell) else Cell(field) for field in _row(report, most)]
            for report in made
        ],
    )


def _row(report: ShelvedReport, most: int) -> list[Field]:
    made = report.made.replace("T", " ")[:16]
    facts: list[Field] = [report.title, report.period, report.geography, made]
    files = [Cell(_ending(file), href=f"/reports/{quote(file)}") for file in report.files]
    facts += files
    return [*facts, *[""] * (most - len(files))]


def _ending(file: str) -> str:
    return file.rpartition(".")[2].upper()
