"""Planned work: what is going on or announced, announcing more, and ending it."""

from __future__ import annotations

from collections.abc import Mapping

from nicegui import ui

from dashboards.console.announcement import Announcement, NotAnnounced
from dashboards.console.components.work_form import WorkForm
from dashboards.console.planned_work import PlannedWork
from dashboards.console.viewer import Viewer
from omc.core.settings import Role


def build(viewer: Viewer) -> None:
    """The page."""
    t = viewer.texts
    with ui.element("div").classes("split"):
        with ui.element("section").classes("panel detail") as section:
            section.props["aria-label"] = t("work.list")
            with ui.element("div").classes("panel-head"):
                ui.html(t("work.list"), sanitize=False, tag="h2")
            with ui.element("div").classes("panel-pad"):
                PlannedWork(viewer)
        with ui.element("section").classes("panel detail") as section:
            section.props["aria-label"] = t("work.announce")
            with ui.element("div").classes("panel-head"):
                ui.html(t("work.announce"), sanitize=False, tag="h2")
            _form(viewer)


def _form(viewer: Viewer) -> None:
    t, console = viewer.texts, viewer.console
    may = viewer.may(Role.OPERATOR)

    async def announce(fields: Mapping[str, object]) -> None:
        if not viewer.may(Role.OPERATOR):
            form.show(t("act.not_yours"))
            return
        try:
            window = Announcement.of(fields).window(console.world, viewer.session.caller.name)
        except NotAnnounced as fault:
            form.show(t(f"work.{fault.key}", **fault.values))
            return
        await console.world.desk.open_window(window)
        form.show(t("work.announced"), done=True)

    proposed = Announcement.proposed(console.world)
    words = t.group("work") | {"calendar": t("order.calendar")}
    form = WorkForm(words, viewer.language, proposed, announce, may=may)
    form.classes("panel-pad")
