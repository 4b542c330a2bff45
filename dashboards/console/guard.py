"""What stands before every page: who has not logged in sees the login, and nothing else.

It is an ASGI middleware, because it guards the WebSocket of a page as well as the page itself.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards.console.sessions import COOKIE, Session, Sessions, set_cookie

#: Where anybody may come: the login, and what it is drawn with. Nothing here tells of the network.
OPEN_PATHS = ("/login", "/enter", "/console/static/", "/_nicegui/", "/favicon.ico")

_HEADERS = {
    # Vue compiles templates in the browser, which takes 'unsafe-eval'; nothing is loaded, and
    # nothing is sent, anywhere but here.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Guard:
    """Lets through who is logged in, and requests that come from our own pages.

    The session is left in `scope["state"]["session"]`.

    Args:
        app: What it guards.
        sessions: Knows who is logged in.
        is_secure: Cookies are sent over HTTPS only.
        passed: Beginnings of paths that see to their callers themselves: the API.
    """

    def __init__(
        self, app: ASGIApp, sessions: Sessions, *, is_secure: bool, passed: tuple[str, ...]
    ) -> None:
        self._app = app
        self._sessions = sessions
        self._is_secure = is_secure
        self._passed = passed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_ours = scope["type"] in ("http", "websocket")
        if not is_ours or scope["path"].startswith(self._passed):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(scope, receive, send, refusal)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                headers.extend((k.lower().encode(), v.encode()) for k, v in _HEADERS.items())
                headers.extend(self._renewal(scope))
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _renewal(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """A header that lets whoever opens a page stay longer."""
        session: Session | None = scope["state"]["session"]
        opens_page = scope["method"] == "GET" and "text/html" in Headers(scope=scope).get(
            "accept", ""
        )
        if session is None or not opens_page or scope["path"].startswith(OPEN_PATHS):
            return []
        response = Response()
        renewed = self._sessions.renewed(session)
        set_cookie(response, self._sessions, renewed, is_secure=self._is_secure)
        return [header for header in response.raw_headers if header[0] == b"set-cookie"]

    def _refusal(self, scope: Scope) -> Response | None:
        """What is answered in place of what was asked for; None lets it through."""
        headers = Headers(scope=scope)
        is_page = scope["type"] == "http" and scope.get("method") in _SAFE_METHODS
        if not is_page and not _is_ours(headers):
            return PlainTextResponse("this did not come from a page of the console\n", 403)
        session = self._sessions.read(session_cookie(headers))
        scope.setdefault("state", {})["session"] = session
        if session is not None or scope["path"].startswith(OPEN_PATHS):
            return None
        if is_page and "text/html" in headers.get("accept", ""):
            return RedirectResponse(f"/login?{_where(scope, headers)}", 303)
        return PlainTextResponse("log in first\n", 401)


def session_cookie(headers: Headers) -> str:
    """The session's cookie among those of a request; "" for none."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel is not None else ""


def _where(scope: Scope, headers: Headers) -> str:
    """Query of the login: where to go from there, and whether a session has run out."""
    query = scope.get("query_string", b"").decode("latin-1")
    target = scope["path"] + (f"?{query}" if query else "")
    expired = "&expired=1" if session_cookie(headers) else ""
    return f"next={quote(target, safe='/')}{expired}"


def _is_ours(headers: Headers) -> bool:
    """Whether a request was made by a page of this server.

    Browsers tell the origin with every WebSocket and POST; a program that tells none is no browser
    that somebody else's page could make use of, but has no business here either.
    """
    origin = headers.get("origin", "")
    hosts = (headers.get("host", ""), headers.get("x-forwarded-host", ""))
    return bool(origin) and urlsplit(origin).netloc in filter(None, hosts)


async def _refuse(scope: Scope, receive: Receive, send: Send, refusal: Response) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4401})
        return
    await refusal(scope, receive, send)
