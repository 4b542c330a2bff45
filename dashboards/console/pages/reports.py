"""Reports: making one, and what was made for planners and managers, to be taken along."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from nicegui import background_tasks, ui

from dashboards.console.components.report_form import ReportChoices, ReportForm
from dashboards.console.report_jobs import ReportJobs
from dashboards.console.report_orders import FORMATS, REPORTS, UnfitOrder, read_order
from dashboards.console.templates import render
from dashboards.console.viewer import Viewer
from omc.core.inventory import Technology
from omc.core.settings import Role
from omc.reports import periods
from omc.reports.coverage.population_folder import population_files
from omc.reports.desk import TooManyOrders
from omc.reports.document import Period
from omc.reports.shelf import shelved_reports


def build(viewer: Viewer) -> None:
    """The page."""
    t = viewer.texts
    if viewer.may(Role.OPERATOR):
        _Ordering(viewer)
    with ui.element("section").classes("panel panel-orders") as section:
        section.props["aria-label"] = t("order.ordered")
        jobs = ReportJobs(viewer)
    with ui.element("section").classes("panel fill") as section:
        section.props["aria-label"] = t("nav.reports")
        box = ui.html("", sanitize=False).classes("table-box")
        box.props["tabindex"] = "0"
        box.props["role"] = "region"
        box.props["aria-label"] = t("nav.reports")
    ui.label(t("reports.how")).classes("hint")

    def show() -> None:
        background_tasks.create(_show(viewer, box), name="reports")

    jobs.when_done(show)
    show()


class _Ordering:
    """The form, and what is done with it.

    Args:
        viewer: Who fills it in.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        t, world = viewer.texts, viewer.console.world
        now = self._now()
        areas = {area.name for known in world.inventory.areas.values() for area in known}
        with ui.element("section").classes("panel panel-order") as section:
            section.props["aria-label"] = t("order.make")
            choices = ReportChoices(
                {name: t(f"order.{name}") for name in REPORTS},
                _periods(now),
                sorted(areas),
                [technology.value for technology in Technology],
                FORMATS,
                viewer.language,
            )
            self._form = ReportForm(t.group("order"), choices, self._order)
        background_tasks.create(self._offer(), name="populations")

    async def _offer(self) -> None:
        names = list(await self._populations())
        if names and not self._form.is_deleted:
            self._form.offer_populations(names)

    async def _populations(self) -> Mapping[str, Path]:
        return await asyncio.to_thread(population_files, self._viewer.console.world.populations)

    def _now(self) -> datetime:
        world = self._viewer.console.world
        return datetime.fromtimestamp(world.clock.time_ms() / 1000, world.timezone)

    async def _order(self, fields: Mapping[str, object]) -> None:
        self._form.show(self._viewer.texts(f"order.{await self._carry_out(fields)}"))

    async def _carry_out(self, fields: Mapping[str, object]) -> str:
        """Key of the text that says what came of it."""
        viewer = self._viewer
        if not viewer.may(Role.OPERATOR):
            return "not_yours"
        try:
            order = read_order(fields, self._now().date(), await self._populations())
            await viewer.console.world.report_desk.order(order, viewer.session.caller.name)
        except UnfitOrder as error:
            return f"fault_{error.fault}"
        except TooManyOrders:
            return "too_many"
        return "taken"


def _periods(now: datetime) -> dict[str, tuple[str, str]]:
    named = {
        "month": periods.last_month(now),
        "week": periods.last_week(now),
        "day": periods.last_day(now),
    }
    return {name: _days(period) for name, period in named.items()}


def _days(period: Period) -> tuple[str, str]:
    last = period.end.date() - timedelta(days=1)
    return period.start.date().isoformat(), last.isoformat()


async def _show(viewer: Viewer, box: ui.html) -> None:
    """Show what is on the shelf, once that is read from the disk."""
    made = await asyncio.to_thread(shelved_reports, viewer.console.world.reports)
    if not box.is_deleted:
        box.set_content(render("report_shelf.html", t=viewer.texts, reports=made))
