"""A receiver of webhooks: remembers what it was sent, and can be told to refuse."""

from __future__ import annotations

from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from exporters.web_server import WebServer


class WebhookReceiver:
    """Listens on a free port of 127.0.0.1 while the block runs.

    Attributes:
        received: Bodies in the order they came, those that were refused left out.
        keys: Their `Idempotency-Key`.
        refuse: Answer 503 instead of taking anything.
        refused_rule: Answer 422 to what tells of this rule; "" for no rule.
        refusals: How often that was.
        answer: What a body that was taken is answered with.
    """

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.refuse = False
        self.refused_rule = ""
        self.refusals = 0
        self.answer: Response = JSONResponse({})
        app = Starlette(routes=[Route("/hook", self._take, methods=["GET", "POST"])])
        self._server = WebServer(app, "127.0.0.1", 0)
        self.beats = 0

    @property
    def url(self) -> str:
        """Where to send."""
        return f"{self._server.url}/hook"

    async def _take(self, request: Request) -> Response:
        if self.refuse:
            return JSONResponse({"detail": "not now"}, 503)
        if request.method == "GET":
            self.beats += 1
            return JSONResponse({})
        if (body := await request.json()).get("rule") == self.refused_rule != "":
            self.refusals += 1
            return JSONResponse({"detail": "no such thing"}, 422)
        self.received.append(body)
        self.keys.append(request.headers.get("idempotency-key", ""))
        return self.answer

    async def __aenter__(self) -> Self:
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._server.__aexit__(*error)
