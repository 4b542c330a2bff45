"""What routes ask for: the caller with a role, and the alarm desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import Depends, HTTPException, Query, Request

from omc.alarms.desk import AlarmDesk
from omc.api.access import Caller, Doorman
from omc.api.attempts import Attempts, MustWait
from omc.core.settings import Role

#: Language of texts for people.
Language = Annotated[Literal["vi", "en"], Query()]


def at_least(role: Role) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency that lets in whoever has that role or a higher one."""

    async def caller(request: Request) -> Caller:
        doorman: Doorman = request.app.state.doorman
        header = request.headers.get("authorization", "")
        found = await _admitted(request, doorman, header)
        if found is None:
            raise HTTPException(
                401,
                "give a token (Authorization: Bearer ...) or user and password",
                {"WWW-Authenticate": "Bearer"},
            )
        if not found.may(role):
            raise HTTPException(403, f"{found.name} is {found.role}; this takes {role}")
        return found

    return caller


async def _admitted(request: Request, doorman: Doorman, header: str) -> Caller | None:
    """Who calls; passwords are checked one at a time, and guessing them takes ever longer."""
    name = doorman.claimed(header)
    if name is None:
        return doorman.admit(header)
    attempts: Attempts = request.app.state.attempts
    who = (name, request.client.host if request.client else "")
    try:
        return await attempts.check(who, lambda: doorman.admit(header))
    except MustWait as wait:
        seconds = str(round(wait.seconds + 0.5))
        text = f"too many wrong passwords: wait {seconds} s"
        raise HTTPException(429, text, {"Retry-After": seconds}) from None


def _desk(request: Request) -> AlarmDesk:
    desk: AlarmDesk = request.app.state.desk
    return desk


Desk = Annotated[AlarmDesk, Depends(_desk)]
Viewer = Annotated[Caller, Depends(at_least(Role.VIEWER))]
Operator = Annotated[Caller, Depends(at_least(Role.OPERATOR))]
