"""Who was told what, over HTTP."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel

from omc.alarms.notify.notifier import UnknownRoute
from omc.alarms.notify.sending import NotDelivered
from omc.api.dependencies import Desk, Operator, Viewer

routes = APIRouter(tags=["notifications"])


class DeliveryView(BaseModel):
    """One attempt to tell; `result` is `delivered`, or what went wrong."""

    time_ms: int
    route: str
    key: str
    kind: str
    result: str


class RouteName(BaseModel):
    """A route of the settings."""

    route: str


@routes.get("/notifications")
async def list_deliveries(
    desk: Desk,
    viewer: Viewer,
    key: Annotated[str | None, Query(description="Only of this alarm.")] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
) -> list[DeliveryView]:
    """The latest attempts, newest first."""
    found = await asyncio.to_thread(desk.ledger.deliveries, limit, key)
    return [
        DeliveryView(time_ms=d.time_ms, route=d.route, key=d.key, kind=d.kind, result=d.result)
        for d in found
    ]


@routes.post("/notifications/test")
async def try_route(desk: Desk, operator: Operator, wish: RouteName) -> None:
    """Send a test message through a route."""
    try:
        await desk.notifier.try_out(wish.route)
    except UnknownRoute:
        raise HTTPException(404, f"there is no route {wish.route!r} in the settings") from None
    except NotDelivered as failure:
        raise HTTPException(502, f"not delivered: {failure}") from None
