"""An HTTP server that takes writes and answers as a test tells it to, well or badly."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import cramjam
from aiohttp import web

from tests import remote_write_message


@dataclass(frozen=True, slots=True)
class Write:
    """One request as it arrived, its body as lines: of line protocol, or a sample a line."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    lines: list[str]
    client_port: int


Behaviour = Callable[[web.Request, Write], Awaitable[web.StreamResponse]]


def answer(status: int, body: str = "", **headers: str) -> Behaviour:
    """Answer with a status; underscores in header names stand for hyphens."""

    async def behave(_: web.Request, __: Write) -> web.StreamResponse:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=body, headers=names)

    return behave


async def hang(_: web.Request, __: Write) -> web.StreamResponse:
    """Take the request and never answer."""
    await asyncio.Event().wait()
    raise AssertionError


async def reset(request: web.Request, _: Write) -> web.StreamResponse:
    """Break the connection in the middle of the request."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response(status=500)


def refuse_lines(marker: str) -> Behaviour:
    """Refuse a write whole when one of its lines holds the marker, as a parser does."""

    async def behave(_: web.Request, write: Write) -> web.StreamResponse:
        if any(marker in line for line in write.lines):
            return web.json_response({"code": "invalid", "message": "unable to parse"}, status=400)
        return web.Response(status=204)

    return behave


@dataclass
class ScriptedSink:
    """What it will do, and what it has seen.

    Attributes:
        url: Base URL.
        script: Behaviours of the next writes, in order; then `otherwise`.
        writes: Every write that arrived, whatever the answer.
        stored: Lines of the writes that were answered with 2xx.
    """

    url: str = ""
    script: list[Behaviour] = field(default_factory=list)
    otherwise: Behaviour = field(default_factory=lambda: answer(204))
    writes: list[Write] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Record a write and answer it."""
        lines = _lines(await request.read(), request.headers.get("Content-Encoding", ""))
        assert request.transport is not None
        port = request.transport.get_extra_info("peername")[1]
        write = Write(request.path, dict(request.query), dict(request.headers), lines, port)
        self.writes.append(write)
        behaviour = self.script.pop(0) if self.script else self.otherwise
        response = await behaviour(request, write)
        if 200 <= response.status < 300:
            self.stored += lines
        return response


def _lines(body: bytes, encoding: str) -> list[str]:
    if encoding == "snappy":
        samples = remote_write_message.read(bytes(cramjam.snappy.decompress_raw(body)))
        return [
            f"{one.series} value={'stale' if one.is_stale else one.value} {one.time_ms}"
            for one in samples
        ]
    if encoding == "gzip" and body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    return body.decode().splitlines()


@asynccontextmanager
async def scripted_sink(tls: ssl.SSLContext | None = None) -> AsyncIterator[ScriptedSink]:
    """Run one on a free port of 127.0.0.1; with `tls`, speaking https."""
    sink = ScriptedSink()
    application = web.Application(client_max_size=64 * 1024 * 1024)
    application.router.add_route("POST", "/{path:.*}", sink.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    try:
        await site.start()
        port = runner.addresses[0][1]
        sink.url = f"http{'s' if tls else ''}://127.0.0.1:{port}"
        yield sink
    finally:
        await runner.cleanup()
