"""The application: every route under /api/v1, described at /api/v1/openapi.json."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from collector.snmp.trap_log import TrapLog
from omc.alarms import UnknownAlarm
from omc.alarms.desk import AlarmDesk
from omc.api import (
    alarm_routes,
    autonomy_routes,
    maintenance_routes,
    notification_routes,
    trap_routes,
)
from omc.api.access import Doorman
from omc.api.attempts import Attempts
from omc.core.clock import SystemClock

PREFIX = "/api/v1"


def api_app(
    desk: AlarmDesk,
    doorman: Doorman,
    version: str,
    traps: TrapLog | None = None,
) -> FastAPI:
    """The application.

    Args:
        desk: The alarms.
        doorman: Knows who may come in.
        version: Of the product.
        traps: Which have been heard; None where nobody listens.
    """
    app = FastAPI(
        title="OMC Telemetry",
        version=version,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # its pages load their scripts from the internet
        redoc_url=None,
    )
    app.state.desk = desk
    app.state.doorman = doorman
    app.state.attempts = Attempts(SystemClock())
    app.state.traps = traps
    app.include_router(alarm_routes.routes, prefix=PREFIX)
    app.include_router(autonomy_routes.routes, prefix=PREFIX)
    app.include_router(maintenance_routes.routes, prefix=PREFIX)
    app.include_router(notification_routes.routes, prefix=PREFIX)
    app.include_router(trap_routes.routes, prefix=PREFIX)
    app.add_exception_handler(UnknownAlarm, _unknown_alarm)
    return app


async def _unknown_alarm(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": f"there is no alarm {error.args[0]}"}, 404)
