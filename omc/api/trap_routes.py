"""Traps over HTTP: which have come, known ones and unknown ones."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel

from collector.snmp.trap_log import HeardTrap, TrapLog
from collector.snmp.trap_reading import Understanding
from omc.api.dependencies import Language, Viewer

routes = APIRouter(tags=["traps"])


class TrapView(BaseModel):
    """One kind of trap of one source.

    `understanding` is known, unknown (not declared), no_node (of no node of the inventory) or
    incomplete (the object of its alarm is missing); `name` and `title` are "" for undeclared ones.
    """

    source: str
    node: str
    oid: str
    name: str
    title: str
    understanding: str
    count: int
    first_ms: int
    last_ms: int
    objects: dict[str, str]


@routes.get("/traps")
async def list_traps(
    request: Request,
    viewer: Viewer,
    language: Language = "vi",
    unknown: Annotated[bool, Query(description="Only those not understood.")] = False,
) -> list[TrapView]:
    """Kinds of traps by source since the start, the one that came last first."""
    log: TrapLog | None = request.app.state.traps
    if log is None:
        raise HTTPException(404, "no traps are heard: set snmp.traps.listen in the settings")
    return [
        _view(heard, language)
        for heard in log.latest()
        if not (unknown and heard.understanding is Understanding.KNOWN)
    ]


def _view(heard: HeardTrap, language: str) -> TrapView:
    declared = heard.declared
    return TrapView(
        source=heard.source,
        node=heard.node,
        oid=heard.oid,
        name=declared.name if declared else "",
        title=declared.title.of(language) if declared else "",
        understanding=heard.understanding.value,
        count=heard.count,
        first_ms=heard.first_ms,
        last_ms=heard.last_ms,
        objects=heard.objects,
    )
