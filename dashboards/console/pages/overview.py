"""Overview: the map, what is wrong now, and what changed in the last hour."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from dashboards.console.alarm_rows import alarm_href
from dashboards.console.components.alarm_list import AlarmList
from dashboards.console.components.change_list import ChangeList
from dashboards.console.components.figures import Figure, figures
from dashboards.console.components.site_map import SiteMap
from dashboards.console.map_state import map_state
from dashboards.console.templates import render
from dashboards.console.viewer import Viewer
from omc.alarms import Change, Severity
from omc.core.inventory import Technology

_MOST_ROOTS = 40
_MOST_CHANGES = 60


def build(viewer: Viewer) -> None:
    """The page."""
    _figures(viewer)
    with ui.element("div").classes("overview"):
        _map(viewer)
        with ui.element("div").classes("overview-side"):
            _roots(viewer)
            _changes(viewer)


def _figures(viewer: Viewer) -> None:
    texts, inventory = viewer.texts, viewer.console.world.inventory
    sites = len(inventory.sites)
    cells = {t: sum(cell.technology is t for cell in inventory.cells.values()) for t in Technology}
    names = ["sites", "battery", "spans", *(t.value for t in Technology if cells[t]), "people"]
    shown = figures({name: texts(f"overview.{name}") for name in names}, texts("overview.figures"))

    def show() -> None:
        state = viewer.console.watch.state
        lost = state.lost_sites
        _count(shown["sites"], viewer, sites - lost, sites, lost)
        shown["battery"].show(
            texts.number(state.sites_on_battery), tone=_tone(state.sites_on_battery, "minor")
        )
        shown["spans"].show(texts.number(state.cut_spans), tone=_tone(state.cut_spans, "critical"))
        for technology in Technology:
            if cells[technology]:
                out = state.cells_out[technology.value]
                _count(
                    shown[technology.value], viewer, cells[technology] - out, cells[technology], out
                )
        people = viewer.console.watch.people
        shown["people"].show(texts.number(people), tone=_tone(people, "critical"))

    viewer.live(show)
    show()


def _count(figure: Figure, viewer: Viewer, working: int, total: int, out: int) -> None:
    number = viewer.texts.number
    figure.show(number(working), f"/ {number(total)}", _tone(out, "critical"))


def _tone(count: int, severity: str) -> str:
    """How a figure is coloured: not at all while it is nought."""
    return severity if count else ""


def _map(viewer: Viewer) -> None:
    texts = viewer.texts
    words = texts.group("map") | {s.word: s.text.of(viewer.language) for s in Severity}
    with (
        ui.element("section").classes("panel map-panel").props(f'aria-label="{texts("map.label")}"')
    ):
        focus = viewer.request.query_params.get("focus", "")
        drawn = SiteMap("/geometry.json", map_state(viewer), words | {"ok": texts("map.ok")}, focus)
        drawn.on("pick", lambda event: _open(viewer, event.args["kind"], event.args["name"]))
        _legend(viewer)
    viewer.live(lambda: drawn.show(map_state(viewer)))


def _open(viewer: Viewer, kind: str, name: str) -> None:
    """Go to what was clicked: to its alarm if a span has one, else to its own page."""
    if kind == "spans":
        root = next((a for a in viewer.console.watch.state.roots if a.label("span") == name), None)
        if root is not None:
            ui.navigate.to(alarm_href(root.key))
    else:
        ui.navigate.to(f"/{'site' if kind == 'sites' else 'area'}/{name}")


def _legend(viewer: Viewer) -> None:
    texts = viewer.texts
    severities = [
        (severity.word, severity.text.of(viewer.language))
        for severity in (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR, Severity.WARNING)
    ]
    legend = render("legend.html", t=texts, severities=severities)
    ui.html(legend, sanitize=False, tag="ul").classes("legend")


def _roots(viewer: Viewer) -> None:
    texts, console = viewer.texts, viewer.console

    def rows() -> list[dict[str, Any]]:
        state = console.watch.state
        return [
            console.alarms.row(alarm, viewer.language, state.children[alarm.key])
            for alarm in state.roots[:_MOST_ROOTS]
        ]

    words = texts.group("alarms") | {s.word: s.text.of(viewer.language) for s in Severity}
    with ui.element("section").classes("panel roots").props('aria-labelledby="roots-title"'):
        with ui.element("div").classes("panel-head"):
            ui.html(texts("overview.roots"), sanitize=False, tag="h2").props('id="roots-title"')
            ui.html(texts("overview.all_alarms"), sanitize=False, tag="a").props('href="/alarms"')
        listed = AlarmList(rows(), words)
        listed.classes("panel-body")
    viewer.live(lambda: listed.show(rows()))


def _changes(viewer: Viewer) -> None:
    texts = viewer.texts

    def rows() -> list[dict[str, Any]]:
        recent = viewer.console.watch.recent()[:_MOST_CHANGES]
        return [_change_row(viewer, change) for change in recent]

    with ui.element("section").classes("panel changes").props('aria-labelledby="changes-title"'):
        with ui.element("div").classes("panel-head"):
            ui.html(texts("overview.changes"), sanitize=False, tag="h2").props('id="changes-title"')
        listed = ChangeList(rows(), texts("overview.no_changes"))
        listed.classes("panel-body")
    viewer.live(lambda: listed.show(rows()))


def _change_row(viewer: Viewer, change: Change) -> dict[str, Any]:
    alarm, language = change.alarm, viewer.language
    rule = viewer.console.world.desk.world.rules[alarm.rule]
    what = viewer.texts(f"change.{change.kind}")
    return {
        "key": f"{change.time_ms} {change.kind} {alarm.key}",
        "time": viewer.texts.clock(change.time_ms),
        "severity": alarm.severity.word,
        "what": f"{what} · {change.who}" if change.who else what,
        "title": rule.title.of(language),
        "where": viewer.console.alarms.where(alarm, language),
        "href": alarm_href(alarm.key),
    }
