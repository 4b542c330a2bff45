"""Cables between sites as a table: the cut ones first, then those that carry most."""

from __future__ import annotations

from dashboards.console.components.table import Cell, Field
from dashboards.console.viewer import Viewer
from omc.alarms import Severity
from omc.core.inventory import Span
from omc.core.model import label_text

_MOST = 80
#: Keys of the columns, and whether they hold numbers.
SPAN_COLUMNS = (
    ("span", False),
    ("ends", False),
    ("length", True),
    ("behind", True),
    ("rx", True),
)


def span_rows(viewer: Viewer, chosen: Span | None) -> list[list[Field]]:
    """Rows of the table; the chosen cable comes first."""
    world, state = viewer.console.world, viewer.console.watch.state
    topology = world.topology
    spans = [world.inventory.spans[name] for name in topology.spans]
    light = _light(viewer)

    def order(span: Span) -> tuple[bool, int, int, str]:
        severity = state.spans.get(span.name, Severity.CLEARED)
        return span is not chosen, -severity, -len(topology.lost_with_span(span.name)), span.name

    between = [s for s in spans if _is_between_sites(viewer, s)]
    return [_row(viewer, span, light) for span in sorted(between, key=order)[:_MOST]]


def _is_between_sites(viewer: Viewer, span: Span) -> bool:
    inventory = viewer.console.world.inventory
    return None not in (inventory.site_of_end(span.start), inventory.site_of_end(span.end))


def _light(viewer: Viewer) -> dict[str, float]:
    """Received power by the rendered labels of the port."""
    found = viewer.console.world.values.latest("optical_rx_power_dbm")
    return {latest.series.label_text: latest.value for latest in found}


def _row(viewer: Viewer, span: Span, light: dict[str, float]) -> list[Field]:
    world, t = viewer.console.world, viewer.texts
    severity = viewer.console.watch.state.spans.get(span.name, Severity.CLEARED)
    ends = [world.inventory.site_of_end(end) for end in (span.start, span.end)]
    behind = len(world.topology.lost_with_span(span.name))
    tone = severity.word if severity else ""
    return [
        Cell(span.name, tone, href=f"/fibre?span={span.name}", shape=severity.word),
        " – ".join(end.name for end in ends if end is not None),
        f"{t.number(span.length_km, 1)} km",
        t.number(behind) if behind else t("fibre.protected"),
        " / ".join(_levels(viewer, span, light)) or "–",
    ]


def _levels(viewer: Viewer, span: Span, light: dict[str, float]) -> list[str]:
    """Received power at the ends of a cable, as far as their ports are known."""
    nodes = viewer.console.world.inventory.nodes
    texts = []
    for port in sorted(viewer.console.world.desk.ports.ports(span.name)):
        node = nodes.get(port.node)  # type: ignore[call-overload]
        labels = {"node": port.node, "interface": port.interface}
        site = {"site": node.site} if node is not None and node.site else {}
        level = light.get(label_text(labels | site))
        if level is not None:
            texts.append(f"{viewer.texts.number(level, 1)} dBm")
    return texts
