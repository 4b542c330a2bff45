"""The rings as they stand, for their pictures: the open ones first."""

from __future__ import annotations

from typing import Any

from dashboards.console.alarm_rows import alarm_href
from dashboards.console.network_state import NetworkState, SiteState
from dashboards.console.viewer import Viewer
from omc.alarms import Severity
from omc.core.inventory import SpanName
from omc.core.model import SiteCode
from omc.core.rings import Ring
from omc.core.topology import Place


def ring_rows(viewer: Viewer) -> list[dict[str, Any]]:
    """Every ring with its places and spans."""
    rows = [(_urgency(viewer, ring), _row(viewer, ring)) for ring in viewer.console.rings]
    return [row for _, row in sorted(rows, key=lambda entry: entry[0])]


def _urgency(viewer: Viewer, ring: Ring) -> tuple[int, int, tuple[Place, ...]]:
    state = viewer.console.watch.state
    cut = sum(span in state.cut for span in ring.spans)
    return -cut, -_severity(state, ring), ring.places


def _severity(state: NetworkState, ring: Ring) -> Severity:
    """The worst of its spans."""
    return max(state.spans.get(span, Severity.CLEARED) for span in ring.spans)


def _row(viewer: Viewer, ring: Ring) -> dict[str, Any]:
    state, world, t = viewer.console.watch.state, viewer.console.world, viewer.texts
    cut = [span for span in ring.spans if span in state.cut]
    kilometres = sum(world.inventory.spans[span].length_km for span in ring.spans)
    facts = t("fibre.ring_facts", places=len(ring.places), km=t.number(kilometres, 1))
    said = t("fibre.ring_open", spans=", ".join(cut)) if cut else t("fibre.ring_closed")
    return {
        "key": " ".join(sorted(ring.spans)),
        "title": f"{_name(viewer, ring.places[0])} · {facts}",
        "said": said,
        "open": bool(cut),
        "severity": _severity(state, ring).word,
        "places": [_place(viewer, place) for place in ring.places],
        "spans": [_span(viewer, span) for span in ring.spans],
    }


def _name(viewer: Viewer, place: Place) -> str:
    site = viewer.console.world.inventory.sites.get(SiteCode(place))
    return site.name if site is not None else place


def _place(viewer: Viewer, place: Place) -> dict[str, Any]:
    world = viewer.console.world
    state = viewer.console.watch.state.sites.get(place, SiteState())
    is_site = SiteCode(place) in world.inventory.sites
    text = f"{_name(viewer, place)} ({place})"
    if state.severity or state.lost:
        severity = state.severity.text.of(viewer.language)
        text += f": {viewer.texts('map.lost') if state.lost else severity}"
    return {
        "code": place,
        "text": text,
        "href": f"/site/{place}" if is_site else "",
        "severity": state.severity.word if state.severity else "",
        "lost": state.lost,
        "core": place in world.topology.core,
    }


def _span(viewer: Viewer, span: SpanName) -> dict[str, Any]:
    state, t = viewer.console.watch.state, viewer.texts
    severity = state.spans.get(span, Severity.CLEARED)
    root = next((a for a in state.roots if a.label("span") == span), None) if severity else None
    length = f"{t.number(viewer.console.world.inventory.spans[span].length_km, 1)} km"
    said = f": {severity.text.of(viewer.language)}" if severity else ""
    return {
        "text": f"{span}, {length}{said}",
        "href": alarm_href(root.key) if root is not None else f"/fibre?span={span}",
        "severity": severity.word if severity else "",
        "cut": span in state.cut,
    }
