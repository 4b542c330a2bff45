"""Coming in and going out: a plain page without the console's scripts, so it is there at once."""

from __future__ import annotations

import asyncio
from functools import partial
from urllib.parse import parse_qs

import structlog
from nicegui import __version__ as nicegui_version
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dashboards.console.preferences import Preferences
from dashboards.console.sessions import COOKIE, Session, Sessions, set_cookie
from dashboards.console.templates import render
from dashboards.console.texts import Texts
from dashboards.console.world import ConsoleWorld
from omc.api.access import Caller
from omc.api.attempts import Attempts, MustWait

log = structlog.get_logger(__name__)

_LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}
_MOST_BYTES = 10_000


class Login:
    """The routes.

    Args:
        world: Language, theme, users.
        sessions: Gives out cookies.
        texts: By language.
        asset_version: Of scripts and styles.
        attempts: Wrong passwords, here and at the API.
    """

    def __init__(
        self,
        world: ConsoleWorld,
        sessions: Sessions,
        texts: dict[str, Texts],
        asset_version: str,
        attempts: Attempts,
    ) -> None:
        self._world = world
        self._sessions = sessions
        self._texts = texts
        self._asset_version = asset_version
        self._attempts = attempts

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        return [
            Route("/login", self._show, methods=["GET"]),
            Route("/login", self._log_in, methods=["POST"]),
            Route("/logout", self._log_out, methods=["POST"]),
            Route("/enter", self._enter, methods=["GET"]),
        ]

    async def _show(self, request: Request) -> Response:
        query = request.query_params
        if not self._world.doorman.knows_people:
            return self._page(request, "nobody", "", query.get("next", ""))
        message = "expired" if "expired" in query else "welcome"
        return self._page(request, message, "", query.get("next", ""))

    async def _log_in(self, request: Request) -> Response:
        form = await _form(request)
        name, target = form.get("name", ""), form.get("next", "")
        who = (name, request.client.host if request.client else "")
        password = form.get("password", "")
        prove = partial(self._world.doorman.by_password, name, password)
        try:
            caller = await self._attempts.check(who, prove)
        except MustWait as wait:
            return self._page(request, "wait", name, target, seconds=round(wait.seconds + 0.5))
        if caller is None:
            log.warning("login_failed", user=name[:50], address=who[1])
            return self._page(request, "wrong", name, target)
        log.info("login", user=caller.name, role=str(caller.role), address=who[1])
        return self._welcome(caller, target)

    async def _log_out(self, request: Request) -> Response:
        session: Session | None = request.state.session
        if session is not None:
            await asyncio.to_thread(self._sessions.end, session)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE)
        return response

    async def _enter(self, request: Request) -> Response:
        """Come in with a token: wall screens, and links that `omc console` prints."""
        # Nobody guesses a token of 256 bits, so there is nothing to wait for.
        caller = self._world.doorman.by_token(request.query_params.get("token", ""))
        if caller is None:
            address = request.client.host if request.client else ""
            log.warning("login_failed", user="", address=address)
            return self._page(request, "wrong_token", "", "")
        return self._welcome(caller, request.query_params.get("next", ""))

    def _welcome(self, caller: Caller, target: str) -> Response:
        response = RedirectResponse(local_path(target), 303)
        session = self._sessions.begin(caller)
        set_cookie(response, self._sessions, session, is_secure=self._world.is_secure)
        return response

    def _page(
        self, request: Request, message: str, name: str, target: str, **values: object
    ) -> Response:
        world = self._world
        chosen = Preferences.of(request.cookies, world.language, world.settings.theme)
        texts = self._texts[chosen.language]
        other = "en" if chosen.language == "vi" else "vi"
        html = render(
            "login.html",
            t=texts,
            theme=chosen.theme,
            version=self._asset_version,
            nicegui=nicegui_version,
            message=texts(f"login.{message}", **values),
            is_fault=message not in ("welcome", "nobody"),
            name=name,
            next=target,
            other_language=other,
            other_language_name=_LANGUAGE_NAMES[other],
        )
        status = {"wrong": 401, "wrong_token": 401, "wait": 429}.get(message, 200)
        return HTMLResponse(html, status, {"Cache-Control": "no-store"})


def local_path(target: str) -> str:
    """Where to go after the login: a path of this server, whatever a link may say."""
    is_local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_local and not target.startswith(("/login", "/enter")) else "/"


async def _form(request: Request) -> dict[str, str]:
    """The fields of a small form."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            return {}
    return {name: values[-1] for name, values in parse_qs(body.decode(errors="replace")).items()}
