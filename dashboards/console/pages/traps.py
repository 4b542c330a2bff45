"""Traps: which kinds have come from where, and which nobody has declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from nicegui import ui

from collector.snmp.trap_log import HeardTrap, TrapLog
from collector.snmp.trap_reading import Understanding
from dashboards.console.components.figures import figures
from dashboards.console.components.table import Cell, Column, Field, Table
from dashboards.console.viewer import Viewer
from omc.core.model import NodeName

_MOST = 300
#: Columns, and whether they hold numbers.
_COLUMNS = {
    "last": False,
    "source": False,
    "trap": False,
    "understanding": False,
    "count": True,
    "first": False,
    "objects": False,
}
#: How far a trap could be read -> the severity that colours it.
_TONES = {
    Understanding.KNOWN: "",
    Understanding.UNKNOWN: "minor",
    Understanding.NO_NODE: "warning",
    Understanding.INCOMPLETE: "minor",
}
#: What is counted above the table: all that was not understood.
_COUNTED = (Understanding.UNKNOWN, Understanding.NO_NODE, Understanding.INCOMPLETE)


def build(viewer: Viewer) -> None:
    """The page."""
    log = viewer.console.world.traps
    if log is None:
        ui.label(viewer.texts("traps.not_heard")).classes("empty panel")
    else:
        TrapsPage(viewer, log)


class TrapsPage:
    """What one viewer sees of traps.

    Args:
        viewer: Who looks.
        log: What has been heard.
    """

    def __init__(self, viewer: Viewer, log: TrapLog) -> None:
        self._viewer = viewer
        self._log = log
        t = viewer.texts
        self._only_unknown = viewer.request.query_params.get("unknown") == "1"
        names = ("kinds", "messages", *(understanding.value for understanding in _COUNTED))
        labels = {name: t(f"traps.{name}") for name in names}
        self._figures = figures(
            {name: text[:1].upper() + text[1:] for name, text in labels.items()}, t("nav.traps")
        )
        self._choice()
        with ui.element("section").classes("panel fill") as section:
            section.props["aria-label"] = t("nav.traps")
            columns = [Column(t(f"traps.{name}"), number) for name, number in _COLUMNS.items()]
            self._table = Table(columns, t("nav.traps"), t("traps.none"))
        viewer.every_beat(self._show)
        self._show()

    def _choice(self) -> None:
        t = self._viewer.texts
        with ui.element("nav").classes("filters") as bar:
            bar.props["aria-label"] = t("traps.which")
            for name, href in (("all", "/traps"), ("only_unknown", "/traps?unknown=1")):
                with ui.element("a").classes("chip") as chip:
                    chip.props["href"] = href
                    if self._only_unknown == (name == "only_unknown"):
                        chip.props["aria-current"] = "true"
                    ui.label(t(f"traps.{name}"))

    def _show(self) -> None:
        heard = self._log.latest()
        self._show_figures(heard)
        shown = [
            trap
            for trap in heard
            if not (self._only_unknown and trap.understanding is Understanding.KNOWN)
        ]
        self._table.show([self._row(trap) for trap in shown[:_MOST]])

    def _show_figures(self, heard: Sequence[HeardTrap]) -> None:
        number = self._viewer.texts.number
        counts: Counter[Understanding] = Counter()
        for trap in heard:
            counts[trap.understanding] += trap.count
        self._figures["kinds"].show(number(len(heard)))
        self._figures["messages"].show(number(counts.total()))
        for understanding in _COUNTED:
            count = counts[understanding]
            tone = _TONES[understanding] if count else ""
            self._figures[understanding.value].show(number(count), tone=tone)

    def _row(self, trap: HeardTrap) -> list[Field]:
        t, declared = self._viewer.texts, trap.declared
        name = f"{declared.title.of(self._viewer.language)} ({declared.name})" if declared else ""
        tone = _TONES[trap.understanding]
        objects = ", ".join(f"{oid} = {value}" for oid, value in trap.objects.items())
        return [
            t.date(trap.last_ms),
            self._source(trap),
            name or trap.oid,
            Cell(t(f"traps.{trap.understanding}"), tone, shape=tone or "cleared"),
            t.number(trap.count),
            t.date(trap.first_ms),
            objects,
        ]

    def _source(self, trap: HeardTrap) -> Field:
        if not trap.node:
            return trap.source
        node = self._viewer.console.world.inventory.nodes.get(NodeName(trap.node))
        href = f"/site/{node.site}" if node is not None and node.site else ""
        return Cell(f"{trap.node} ({trap.source})", href=href)
