"""What lies around a site: its way to the core, and who would cover for it."""

from __future__ import annotations

from itertools import pairwise

from dashboards.console.components.table import Cell, Field
from dashboards.console.network_state import SiteState
from dashboards.console.viewer import Viewer
from omc.alarms import Severity
from omc.core.geometry import distance_km
from omc.core.inventory import Site
from omc.core.model import SiteCode
from omc.core.topology import Place

#: Sites further away than this cover nothing of each other.
_REACH_KM = 5.0
_MOST = 6


def way_rows(viewer: Viewer, site: Site) -> list[list[Field]]:
    """The shortest way to the core: cable, where to, length; ① where there is no other way."""
    world, state = viewer.console.world, viewer.console.watch.state
    way = world.topology.way_to_core(Place(site.code))
    rows: list[list[Field]] = []
    for here, there in pairwise(way):
        span = world.inventory.spans[world.topology.between(here, there)[0]]
        severity = state.spans.get(span.name, Severity.CLEARED)
        far = world.inventory.sites.get(SiteCode(there))
        cable = Cell(span.name, severity.word if severity else "", shape=severity.word)
        name = Cell(far.name, href=f"/site/{far.code}") if far is not None else Cell(there)
        length = f"{viewer.texts.number(span.length_km, 1)} km"
        protected = "" if world.topology.is_protected(span.name) else " ①"
        rows.append([cable, name, length + protected])
    return rows


def covering_sites(viewer: Viewer, site: Site) -> list[list[Field]]:
    """The nearest sites with radio, which would serve its people if it went."""
    found = []
    for other in viewer.console.world.inventory.sites.values():
        if other.code != site.code and other.code in viewer.console.world.inventory.cells_of:
            here, there = ((s.longitude, s.latitude) for s in (site, other))
            distance = distance_km(here, there)
            if distance <= _REACH_KM:
                found.append((distance, other))
    found.sort(key=lambda entry: entry[0])
    states = viewer.console.watch.state.sites
    return [
        [
            Cell(
                f"{other.name} ({other.code})",
                href=f"/site/{other.code}",
                shape="critical" if states.get(other.code, SiteState()).lost else "cleared",
            ),
            f"{viewer.texts.number(distance, 1)} km",
        ]
        for distance, other in found[:_MOST]
    ]
