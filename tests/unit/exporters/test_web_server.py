from __future__ import annotations

import aiohttp
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from exporters.web_server import WebServer


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [
        (["127.0.0.0/8"], "203.0.113.9"),
        (["127.0.0.1/32", "::1/128"], "203.0.113.9"),
        (["10.0.0.0/8"], "127.0.0.1"),
        ([], "127.0.0.1"),
    ],
)
async def test_whom_a_proxy_passes_on_is_believed_of_trusted_ones_only(
    trusted: list[str], seen: str
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        client = Request(scope).client
        await PlainTextResponse(client.host if client else "nobody")(scope, receive, send)

    async with (
        WebServer(app, "127.0.0.1", 0, trusted_proxies=trusted) as server,
        aiohttp.ClientSession(server.url) as session,
        session.get("/", headers={"X-Forwarded-For": "203.0.113.9"}) as answer,
    ):
        assert await answer.text() == seen
