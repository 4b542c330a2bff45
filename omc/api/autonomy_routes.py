"""Sites on battery over HTTP: how long they will last."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from omc.alarms.autonomy import SiteAutonomy
from omc.api.dependencies import Desk, Viewer

routes = APIRouter(tags=["alarms"])


class AutonomyView(BaseModel):
    """One site on battery. Times are Unix milliseconds, UTC; `seconds` count from now.

    `low` and `high` hold four of five outcomes; `confidence` (0..1) is how likely the site goes
    dark within 20 % of `seconds`. `basis` is what the prediction rests on most: discharge
    (measured), learned (an earlier discharge), voltage, controller (its own estimate) or nameplate.
    What is not known is null. `generator` is unknown, stopped, running or failed.
    """

    site: str
    name: str
    since_ms: int
    heard_ms: int
    seconds: float | None
    low: float | None
    high: float | None
    confidence: float
    basis: str | None
    charge: float | None
    volts: float | None
    amperes: float | None
    generator: str
    behind: list[str]


@routes.get("/time-to-dark")
async def time_to_dark(desk: Desk, viewer: Viewer) -> list[AutonomyView]:
    """Sites on battery, the one that goes dark first at the top; those without prediction last."""
    sites = desk.world.inventory.sites
    return [
        _view(autonomy, sites[autonomy.site].name if autonomy.site in sites else autonomy.site)
        for autonomy in desk.time_to_dark.sites()
    ]


def _view(autonomy: SiteAutonomy, name: str) -> AutonomyView:
    return AutonomyView(
        site=autonomy.site,
        name=name,
        since_ms=autonomy.since_ms,
        heard_ms=autonomy.heard_ms,
        seconds=autonomy.seconds,
        low=autonomy.low,
        high=autonomy.high,
        confidence=autonomy.confidence,
        basis=autonomy.basis,
        charge=autonomy.charge,
        volts=autonomy.volts,
        amperes=autonomy.amperes,
        generator=autonomy.generator,
        behind=list(autonomy.behind),
    )
