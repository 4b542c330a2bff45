"""Planned work over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from omc.alarms import MaintenanceWindow
from omc.api.alarm_views import WindowView, window_view
from omc.api.dependencies import Desk, Operator, Viewer
from omc.core.inventory import Inventory

routes = APIRouter(tags=["maintenance"])


@routes.get("/maintenance")
async def list_windows(desk: Desk, viewer: Viewer) -> list[WindowView]:
    """Planned work, the earliest first."""
    return [window_view(window) for window in desk.maintenance.windows()]


@routes.post("/maintenance")
async def open_window(desk: Desk, operator: Operator, wish: WindowView) -> WindowView:
    """Announce planned work: alarms within it are recorded, and nobody is told."""
    window = MaintenanceWindow(
        wish.name,
        wish.begins_ms,
        wish.ends_ms,
        operator.name,
        wish.reason,
        tuple(wish.sites),
        tuple(wish.nodes),
        tuple(wish.areas),
        tuple(wish.spans),
    )
    fault = _fault(desk.world.inventory, window)
    if fault:
        raise HTTPException(422, fault)
    await desk.open_window(window)
    return window_view(window)


@routes.delete("/maintenance")
async def close_window(desk: Desk, operator: Operator, name: str) -> None:
    """End planned work, or call it off."""
    if not await desk.close_window(name):
        raise HTTPException(404, f"there is no maintenance window {name!r}")


def _fault(inventory: Inventory, window: MaintenanceWindow) -> str:
    """What is wrong with a window; "" if nothing is."""
    if window.ends_ms <= window.begins_ms:
        return "the window ends before it begins"
    for what, names, known in (
        ("site", window.sites, inventory.sites),
        ("node", window.nodes, inventory.nodes),
        ("area", window.areas, inventory.areas),
        ("span", window.spans, inventory.spans),
    ):
        unknown = next((name for name in names if name not in known), None)
        if unknown is not None:
            return f"there is no {what} {unknown!r} in the inventory"
    return ""
