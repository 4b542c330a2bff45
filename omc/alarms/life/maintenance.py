"""Planned work: alarms within a window are recorded, and nobody is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from omc.core.inventory import Inventory, SpanName
from omc.core.model import NodeName, SiteCode


@dataclass(frozen=True, slots=True)
class MaintenanceWindow:
    """When and where something is being worked on.

    Attributes:
        name: Unique.
        begins_ms: Unix milliseconds, UTC.
        ends_ms: Unix milliseconds, UTC; the first moment after it.
        who: Who announced it.
        reason: In their words.
        sites: Codes; with sites, nodes, areas and spans all empty it is everywhere.
        nodes: Names.
        areas: Codes: every site in them, or in the areas within them.
        spans: Names.
    """

    name: str
    begins_ms: int
    ends_ms: int
    who: str
    reason: str = ""
    sites: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()

    def is_open(self, time_ms: int) -> bool:
        """Whether it is going on at that moment."""
        return self.begins_ms <= time_ms < self.ends_ms


class Maintenance:
    """All windows, and which of them an object falls into.

    Args:
        inventory: Tells in which area a site lies, and at which site a node stands.
        link_of: Tells which link a span is part of: alarms are of whole links.
    """

    def __init__(
        self,
        inventory: Inventory,
        link_of: Callable[[SpanName], SpanName | None] = lambda span: span,
    ) -> None:
        self._inventory = inventory
        self._link_of = link_of
        self._windows: dict[str, MaintenanceWindow] = {}

    def put(self, window: MaintenanceWindow) -> None:
        """Announce a window; one of the same name is replaced."""
        self._windows[window.name] = window

    def remove(self, name: str) -> bool:
        """Forget a window; False if there was none of that name."""
        return self._windows.pop(name, None) is not None

    def windows(self) -> tuple[MaintenanceWindow, ...]:
        """All of them, the earliest first."""
        return tuple(sorted(self._windows.values(), key=lambda w: (w.begins_ms, w.name)))

    def forget_before(self, time_ms: int) -> list[str]:
        """Drop windows that ended before that moment; returns their names."""
        old = [window.name for window in self._windows.values() if window.ends_ms <= time_ms]
        for name in old:
            del self._windows[name]
        return old

    def next_boundary(self, after_ms: int) -> int | None:
        """When the next window begins or ends; None if none does."""
        moments = (t for w in self._windows.values() for t in (w.begins_ms, w.ends_ms))
        return min((moment for moment in moments if moment > after_ms), default=None)

    def suppressing(self, labels: Mapping[str, str], time_ms: int) -> str | None:
        """Name of the open window that an object falls into; None if it falls into none."""
        for window in self._windows.values():
            if window.is_open(time_ms) and self._covers(window, labels):
                return window.name
        return None

    def covering(self, labels: Mapping[str, str]) -> list[MaintenanceWindow]:
        """All windows, past and future, that an object falls into; the earliest first."""
        return [window for window in self.windows() if self._covers(window, labels)]

    def _covers(self, window: MaintenanceWindow, labels: Mapping[str, str]) -> bool:
        if not (window.sites or window.nodes or window.areas or window.spans):
            return True
        if labels.get("node") in window.nodes or self._is_on(window.spans, labels.get("span")):
            return True
        site = self._site_of(labels)
        areas = self._areas_of(site, labels.get("area"))
        return site in window.sites or any(area in window.areas for area in areas)

    def _is_on(self, spans: Iterable[str], span: str | None) -> bool:
        """Whether a span is one of some, or is one link with one of them."""
        if span is None:
            return False
        return any(span in (name, self._link_of(SpanName(name))) for name in spans)

    def _site_of(self, labels: Mapping[str, str]) -> str | None:
        node = self._inventory.nodes.get(NodeName(labels.get("node", "")))
        return labels.get("site") or (node.site if node is not None else None)

    def _areas_of(self, site_code: str | None, own: str | None) -> Iterable[str]:
        """The area of an object and all that it lies in, innermost first."""
        site = self._inventory.sites.get(SiteCode(site_code or ""))
        code = own or (site.area if site is not None else None)
        seen: set[str] = set()
        while code is not None and code not in seen:
            yield code
            seen.add(code)
            periods = self._inventory.areas.get(code, ())  # type: ignore[call-overload]
            code = periods[-1].parent if periods else None
