"""How everything stands, as maps want it."""

from __future__ import annotations

from typing import Any

from dashboards.console.components.site_map import MapState
from dashboards.console.viewer import Viewer

#: Bits of a site's flags, as `site_map.js` reads them.
LOST, BATTERY, UNKNOWN = 1, 2, 4


def map_state(viewer: Viewer) -> MapState:
    """How everything stands, as the map wants it; what is well is left out."""
    state = viewer.console.watch.state
    unknown = viewer.console.watch.unheard_sites()
    sites: dict[str, Any] = {code: [0, UNKNOWN] for code in unknown}
    for code, site in state.sites.items():
        flags = LOST * site.lost | BATTERY * site.on_battery
        sites[code] = [int(site.severity), flags]
    return {
        "sites": sites,
        "spans": {name: int(severity) for name, severity in state.spans.items()},
        "areas": {code: int(severity) for code, severity in state.areas.items()},
    }
