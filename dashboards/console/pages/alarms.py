"""Alarms: roots with what they explain beneath, one of them in full, and what to do with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import islice
from typing import Any

from nicegui import background_tasks, ui

from dashboards.console.alarm_actions import HOURS, assignees, can_be_silenced, carry_out
from dashboards.console.alarm_detail import alarm_detail
from dashboards.console.alarm_filter import AlarmFilter
from dashboards.console.components.alarm_actions import AlarmControls, Deed, Standing
from dashboards.console.components.alarm_list import AlarmList
from dashboards.console.planned_work import PlannedWork
from dashboards.console.shell import COUNTED, shape
from dashboards.console.viewer import Viewer
from omc.alarms import Alarm, AlarmKey, PastChange, Severity
from omc.alarms.life.overview import AlarmOverview
from omc.alarms.notify.told import Delivery
from omc.core.settings import Role

#: Of what one root explains: a lost ring explains tens of thousands.
_MOST_CHILDREN = 100
_MOST_HISTORY = 40


def build(viewer: Viewer) -> None:
    """The page."""
    AlarmsPage(viewer)


class AlarmsPage:
    """What one viewer has chosen, and what is shown of it.

    Args:
        viewer: Who looks.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._filter = AlarmFilter.of(viewer.request.query_params)
        self._unfolded: set[str] = set()
        self._shown: Alarm | None = None
        #: What the text tells: selecting in it is spoilt by writing the same again.
        self._known: tuple[Alarm, list[PastChange], list[Delivery], int] | None = None
        texts = viewer.texts
        words = texts.group("alarms") | {s.word: s.text.of(viewer.language) for s in Severity}
        words |= {"none": texts("alarms.none_fits"), "none_hint": texts("alarms.none_fits_hint")}
        self._bar()
        with ui.element("div").classes("split"):
            with ui.element("section").classes("panel alarms-panel") as section:
                section.props["aria-label"] = texts("nav.alarms")
                self._list = AlarmList(self._rows(), words, self._filter.key)
                self._list.classes("panel-body")
                self._list.on("pick", lambda event: self._pick(event.args))
                self._list.on("unfold", lambda event: self._unfold(event.args))
            with ui.element("section").classes("panel detail") as detail:
                detail.props["aria-label"] = texts("alarms.detail")
                self._detail()
        viewer.live(self._show)
        viewer.every_beat(self._refresh_history)

    # -- what is let through -----------------------------------------------------------------------

    def _bar(self) -> None:
        viewer, t = self._viewer, self._viewer.texts
        with ui.element("div").classes("filters") as bar:
            bar.props["role"] = "group"
            bar.props["aria-label"] = t("alarms.filters")
            for severity in COUNTED:
                self._severity_chip(severity)
            self._switch(t("alarms.open_only"), "open_only")
            self._switch(t("alarms.with_planned"), "planned")
            self._switch(t("alarms.with_cleared"), "cleared")
            self._area_choice({"": t("alarms.all_areas")} | area_names(viewer))
            with ui.element("input").classes("field grow") as search:
                search.props["type"] = "search"
                search.props["placeholder"] = search.props["aria-label"] = t("alarms.search")
                search.props["value"] = self._filter.text
            search.on("input", lambda event: self._choose(text=event.args), js_handler=_VALUE)

    def _severity_chip(self, severity: Severity) -> None:
        with ui.element("button").classes(f"chip {severity.word}") as chip:
            chip.props["type"] = "button"
            ui.html(shape(severity, ""), sanitize=False, tag="span")
            ui.label(severity.text.of(self._viewer.language))

        def press() -> None:
            self._choose(severities=self._filter.toggled(severity).severities)
            mark()

        def mark() -> None:
            chip.props["aria-pressed"] = str(severity in self._filter.severities).lower()

        chip.on("click", press)
        mark()

    def _switch(self, text: str, name: str) -> None:
        with ui.element("button").classes("chip") as chip:
            chip.props["type"] = "button"
            ui.label(text)

        def mark() -> None:
            chip.props["aria-pressed"] = str(getattr(self._filter, name)).lower()

        def press() -> None:
            self._choose(**{name: not getattr(self._filter, name)})
            mark()

        chip.on("click", press)
        mark()

    def _area_choice(self, areas: dict[str, str]) -> None:
        with ui.element("select").classes("field") as select:
            select.props["aria-label"] = self._viewer.texts("alarms.area")
            for code, name in areas.items():
                with ui.element("option") as option:
                    option.props["value"] = code
                    if code == self._filter.area:
                        option.props["selected"] = True
                    ui.label(name)
        select.on("change", lambda event: self._choose(area=event.args), js_handler=_VALUE)

    def _choose(self, **chosen: Any) -> None:
        self._filter = replace(self._filter, **chosen)
        ui.navigate.history.replace(self._filter.address)
        self._list.show(self._rows())

    # -- the list ----------------------------------------------------------------------------------

    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for row in self._viewer.console.board.rows(self._filter, self._viewer.language):
            is_unfolded = row["key"] in self._unfolded
            rows.append(row | {"unfolded": is_unfolded})
            if is_unfolded:
                rows += self._child_rows(row["key"])
        return rows

    def _child_rows(self, root: AlarmKey) -> list[dict[str, Any]]:
        children, rest = shown_children(self._viewer.console.world.desk.overview, root)
        rows = [self._row(child) | {"level": 1} for child in children]
        if rest:
            t = self._viewer.texts
            text = t("alarms.more_children", count=t.number(rest))
            rows.append({"key": f"more:{root}", "level": 1, "severity": "", "more": text})
        return rows

    def _row(self, alarm: Alarm) -> dict[str, Any]:
        viewer = self._viewer
        children = viewer.console.watch.state.children[alarm.key]
        row = viewer.console.alarms.row(alarm, viewer.language, children)
        return row | {"unfolded": alarm.key in self._unfolded}

    def _unfold(self, key: str) -> None:
        self._unfolded ^= {key}
        self._list.show(self._rows())

    # -- one in full -------------------------------------------------------------------------------

    def _detail(self) -> None:
        viewer, t = self._viewer, self._viewer.texts
        self._empty = ui.element("div").classes("detail-empty")
        with self._empty:
            ui.html(t("alarms.pick"), sanitize=False, tag="p").classes("empty")
            ui.html(t("work.list"), sanitize=False, tag="h3")
            PlannedWork(viewer)
            with ui.element("a").classes("link") as link:
                link.props["href"] = "/planned-work"
                ui.label(t("work.announce"))
        self._full = ui.element("div").classes("detail-full")
        hours = {str(hours): t.counted("act.for_hours", hours) for hours in HOURS}
        with self._full:
            may = viewer.may(Role.OPERATOR)
            people = assignees(viewer)
            self._controls = AlarmControls(t.group("act"), hours, people, self._act, may=may)
            self._text = ui.html("", sanitize=False).classes("detail-text")
        self._show_detail()

    async def _act(self, deed: Deed) -> None:
        alarm = self._alarm()
        if alarm is None:
            return
        if deed.what == "silence" and not can_be_silenced(self._viewer, alarm):
            said = "act.no_place"
        else:
            said = await carry_out(self._viewer, alarm, deed)
        if self._filter.key != alarm.key:  # another one has been chosen meanwhile
            return
        now = self._alarm() or alarm
        done = said in ("act.done", "act.silenced", "act.cleared")
        self._controls.show(Standing.of(now), self._viewer.texts(said), done=done)

    def _alarm(self) -> Alarm | None:
        """The one that is shown in full."""
        return self._viewer.console.world.desk.engine.get(AlarmKey(self._filter.key))

    def _pick(self, key: str) -> None:
        self._filter = replace(self._filter, key="" if key == self._filter.key else key)
        ui.navigate.history.replace(self._filter.address)
        self._list.run_method("choose", self._filter.key)
        self._show_detail()

    def _show(self) -> None:
        self._list.show(self._rows())
        self._show_detail()

    def _show_detail(self) -> None:
        alarm, before = self._alarm(), self._shown
        self._empty.set_visibility(alarm is None)
        self._full.set_visibility(alarm is not None)
        if alarm is before:
            return
        self._shown = alarm
        if alarm is None:
            return
        is_another = before is None or before.key != alarm.key
        said = "" if is_another else None
        # What was typed for one alarm must not be said to another.
        forget = before is not None and is_another
        self._controls.show(Standing.of(alarm), said, done=forget)
        if is_another:
            self._known = None
            self._text.set_content(alarm_detail(self._viewer, alarm, (), ()))
        self._refresh_history()

    def _refresh_history(self) -> None:
        if self._shown is not None:
            background_tasks.create(self._show_history(self._shown), name="alarm-history")

    async def _show_history(self, alarm: Alarm) -> None:
        """Show it with what happened and who was told, once that is read from the disk."""
        desk = self._viewer.console.world.desk
        await desk.store.settled()
        past = await asyncio.to_thread(desk.store.history, alarm.key, limit=_MOST_HISTORY)
        told = await asyncio.to_thread(desk.ledger.deliveries, _MOST_HISTORY, alarm.key)
        known = (alarm, past, told, desk.overview.children_count(alarm.key))
        if self._shown is alarm and known != self._known:
            self._known = known
            self._text.set_content(alarm_detail(self._viewer, alarm, past, told))


def shown_children(overview: AlarmOverview, root: AlarmKey) -> tuple[list[Alarm], int]:
    """What is shown of what a root explains, the worst first, and how many more there are.

    Of more than can be shown it is those that were found first: sorting them all would keep
    everybody waiting.
    """
    first = islice(overview.children(root), _MOST_CHILDREN)
    children = sorted(first, key=lambda alarm: (-alarm.severity, alarm.key))
    return children, overview.children_count(root) - len(children)


def area_names(viewer: Viewer) -> dict[str, str]:
    """Communes that have sites, by code, in the order of their names."""
    inventory = viewer.console.world.inventory
    codes = {site.area for site in inventory.sites.values() if site.area is not None}
    names = {str(code): inventory.areas[code][-1].name for code in codes}
    return dict(sorted(names.items(), key=lambda entry: entry[1]))


#: Sends what stands in a field.
_VALUE = "(event) => emit(event.target.value)"
