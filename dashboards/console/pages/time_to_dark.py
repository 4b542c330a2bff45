"""Time to dark: sites on battery, the one that goes first at the top."""

from __future__ import annotations

from nicegui import ui

from dashboards.console.components.figures import figures
from dashboards.console.components.table import Cell, Column, Field, Table
from dashboards.console.viewer import Viewer
from omc.alarms.autonomy import SiteAutonomy

_HOUR = 3600.0
_SOON, _LATER = 1 * _HOUR, 3 * _HOUR
#: Columns and whether they hold numbers.
_COLUMNS = {
    "site": False,
    "area": False,
    "left": True,
    "range": True,
    "dark_at": True,
    "confidence": True,
    "charge": True,
    "volts": True,
    "amperes": True,
    "generator": False,
    "since": True,
    "behind": False,
}


def build(viewer: Viewer) -> None:
    """The page."""
    t = viewer.texts
    names = ("on_battery", "soon", "later", "unsure")
    shown = figures({name: t(f"dark.{name}") for name in names}, t("nav.time_to_dark"))
    with ui.element("section").classes("panel fill") as section:
        section.props["aria-label"] = t("nav.time_to_dark")
        columns = [Column(t(f"dark.{name}"), number) for name, number in _COLUMNS.items()]
        table = Table(columns, t("nav.time_to_dark"), t("dark.none"))

    def show() -> None:
        sites = viewer.console.world.desk.time_to_dark.sites()
        known = [site.seconds for site in sites if site.seconds is not None]
        counts = {
            "on_battery": (len(sites), "minor"),
            "soon": (sum(seconds < _SOON for seconds in known), "critical"),
            "later": (sum(_SOON <= seconds < _LATER for seconds in known), "major"),
            "unsure": (len(sites) - len(known), ""),
        }
        for name, (count, tone) in counts.items():
            shown[name].show(t.number(count), tone=tone if count else "")
        table.show([_row(viewer, site) for site in sites])

    viewer.every_beat(show)
    show()


def _row(viewer: Viewer, autonomy: SiteAutonomy) -> list[Field]:
    t, world = viewer.texts, viewer.console.world
    site = world.inventory.sites.get(autonomy.site)
    area = world.inventory.areas.get(site.area) if site is not None and site.area else None
    name = f"{site.name} ({site.code})" if site is not None else autonomy.site
    behind = ", ".join(autonomy.behind[:4]) + (" …" if len(autonomy.behind) > 4 else "")
    return [
        Cell(name, href=f"/site/{autonomy.site}"),
        area[-1].name if area else "",
        *_prediction(viewer, autonomy),
        "–"
        if autonomy.charge is None
        else Cell(t.percent(autonomy.charge, 0), share=autonomy.charge),
        "–" if autonomy.volts is None else f"{t.number(autonomy.volts, 1)} V",
        "–" if autonomy.amperes is None else f"{t.number(autonomy.amperes)} A",
        t(f"generator.{autonomy.generator}"),
        t.clock(autonomy.since_ms),
        behind,
    ]


def _prediction(viewer: Viewer, autonomy: SiteAutonomy) -> list[Field]:
    """How long, how surely, and until when."""
    t = viewer.texts
    if autonomy.seconds is None:
        return [Cell(t("dark.unknown")), "", "", ""]
    soon, later = autonomy.seconds < _SOON, autonomy.seconds < _LATER
    tone = "critical" if soon else "major" if later else ""
    bounds = ""
    if autonomy.low is not None and autonomy.high is not None:
        bounds = f"{t.duration(autonomy.low)} – {t.duration(autonomy.high)}"
    dark_ms = viewer.console.world.clock.time_ms() + round(autonomy.seconds * 1000)
    return [
        Cell(t.duration(autonomy.seconds), tone, shape=tone),
        bounds,
        t.clock(dark_ms),
        t.percent(autonomy.confidence, 0),
    ]
