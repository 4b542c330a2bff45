"""The map of the province: areas, spans and sites as vectors, coloured by how they stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nicegui.element import Element
from nicegui.elements import leaflet

#: Importing the package tells pages where the Leaflet of the wheel is; its own element, which asks
#: the internet for tiles, is not used.
_LEAFLET = leaflet.__name__

#: What stands how: `{"sites": {code: [severity, flags]}, "spans": {name: severity}, ...}`.
MapState = dict[str, dict[str, Any]]


class SiteMap(Element, component="site_map.js"):
    """A map without tiles; what is drawn comes from `geometry_url` once, and then only changes.

    Args:
        geometry_url: Where the browser fetches outlines and places.
        state: How they stand; what is missing is well.
        texts: For tooltips, by key.
        focus: Name of a site, span or area to begin with; "" for all.
    """

    def __init__(
        self, geometry_url: str, state: MapState, texts: Mapping[str, str], focus: str = ""
    ) -> None:
        super().__init__()
        dist = Path(leaflet.__file__).parent / "dist"
        self.add_resource(dist)
        self._shown = state
        self._props["geometry-url"] = geometry_url
        self._props["state"] = state
        self._props["texts"] = dict(texts)
        self._props["focus"] = focus

    def show(self, state: MapState) -> None:
        """Show how everything stands from now on."""
        delta = {
            kind: changed
            for kind, after in state.items()
            if (changed := _changed(self._shown.get(kind, {}), after))
        }
        if delta:
            self._shown = state
            self.run_method("patch", delta)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What is different; None for what is well again."""
    found: dict[str, Any] = {k: v for k, v in after.items() if before.get(k) != v}
    return found | {k: None for k in before if k not in after}
