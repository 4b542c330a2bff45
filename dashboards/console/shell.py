"""What stands around every page: navigation, search, counts of alarms, clock, who is logged in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from nicegui import ui

from dashboards.console.page import Page
from dashboards.console.templates import render
from dashboards.console.viewer import Viewer
from omc.alarms import Severity

_STATIC = Path(__file__).with_name("static")
#: Severities that are counted in the bar, the worst first.
COUNTED = (
    *(Severity.CRITICAL, Severity.MAJOR, Severity.MINOR),
    *(Severity.WARNING, Severity.INDETERMINATE),
)


def build_shell(viewer: Viewer, pages: Sequence[Page], current: Page) -> None:
    """Draw what surrounds a page; call it in the page before its content."""
    client, t = ui.context.client, viewer.texts
    client.title = f"{t(f'nav.{current.name}')} · OMC"
    shown = [page for page in pages if page.is_in_navigation]
    ui.add_head_html(_head(viewer))
    ui.add_body_html(_symbols())
    with client.layout:
        entries = render("navigation.html", t=t, pages=shown, current=current)
        navigation = ui.html(entries, sanitize=False, tag="nav").classes("rail")
        navigation.props["aria-label"] = t("shell.navigation")
        navigation.move(client.layout, 0)
        with ui.element("header").classes("bar") as bar:
            ui.html(render("search.html", t=t), sanitize=False).classes("search-slot")
            _counts(viewer)
            ui.html(_tools(viewer), sanitize=False).classes("tools")
        bar.move(client.layout, 1)
    ui.add_body_html(render("overlays.html", t=t, keys=_keys(viewer, shown)))


def _head(viewer: Viewer) -> str:
    boot = {
        "now": viewer.console.world.clock.time_ms(),
        "zone": str(viewer.console.world.timezone),
        "beat": viewer.console.beat_seconds,
        "texts": viewer.texts.group("script") | viewer.texts.group("unit"),
    }
    version = viewer.console.asset_version
    chosen = viewer.preferences
    return render(
        "head.html", boot=boot, language=chosen.language, theme=chosen.theme, version=version
    )


@cache
def _symbols() -> str:
    return (_STATIC / "symbols.svg").read_text(encoding="utf-8")


def _tools(viewer: Viewer) -> str:
    return render(
        "tools.html",
        t=viewer.texts,
        zone=viewer.console.world.timezone,
        other="en" if viewer.language == "vi" else "vi",
        caller=viewer.session.caller,
    )


def _keys(viewer: Viewer, pages: Sequence[Page]) -> list[tuple[str, str]]:
    t = viewer.texts
    return [
        ("/", t("keys.search")),
        *((f"g {page.letter}", t(f"nav.{page.name}")) for page in pages),
        ("j k", t("keys.move")),
        ("Enter", t("keys.open")),
        ("t", t("shell.theme")),
        ("?", t("keys.help")),
        ("Esc", t("keys.close")),
    ]


def _counts(viewer: Viewer) -> None:
    """Root alarms by severity; each leads to them."""
    labels: dict[Severity, tuple[ui.element, ui.label]] = {}
    with ui.element("div").classes("counts") as group:
        group.props["role"] = "group"
        group.props["aria-label"] = viewer.texts("shell.counts")
        for severity in COUNTED:
            with ui.element("a").classes(f"count {severity.word}") as link:
                link.props["href"] = f"/alarms?severity={severity.word}"
                link.props["title"] = severity.text.of(viewer.language)
                ui.html(shape(severity, viewer.language), sanitize=False, tag="span")
                labels[severity] = (link, ui.label("0"))

    def show() -> None:
        counts = viewer.console.watch.state.counts
        for severity, (link, label) in labels.items():
            text = str(counts[severity])
            if label.text != text:
                label.set_text(text)
            if counts[severity]:
                link.classes(remove="zero")
            else:
                link.classes(add="zero")

    viewer.live(show)
    show()


def shape(severity: Severity, language: str) -> str:
    """The symbol of a severity, with its name for those who do not see it."""
    return render("shape.html", severity=severity.word, label=severity.text.of(language))
