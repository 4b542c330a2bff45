"""The web side of the service: /metrics, whether it is healthy, whether it is ready."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Callable, Sequence

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from exporters.exposition import Exposition
from exporters.negotiation import accepts_gzip, choose_exposition
from exporters.prometheus import PrometheusView

#: Says why the service is not ready; an empty answer means that it is.
Readiness = Callable[[], Sequence[str]]

#: Fast is right here: the text repeats itself so much that the best level saves little more.
_GZIP_LEVEL = 1
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_PIECE_CHARACTERS = 64 * 1024

_INDEX = """\
<!doctype html>
<html lang="vi">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>OMC Telemetry</title>
<style>body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}
[lang=en]{color:#667}</style>
<h1>OMC Telemetry</h1>
<ul>
<li><a href="/metrics">/metrics</a>: giá trị mới nhất của mọi chỉ số, cho Prometheus
<span lang="en">· the latest value of every series, for Prometheus</span>
<li><a href="/-/ready">/-/ready</a>: dịch vụ đã sẵn sàng chưa, và vì sao chưa
<span lang="en">· whether the service is ready, and if not, why</span>
<li><a href="/-/healthy">/-/healthy</a>: tiến trình còn đáp ứng
<span lang="en">· the process answers</span>
</ul>
</html>
"""


def metrics_app(
    view: PrometheusView, registry: CollectorRegistry, readiness: Readiness
) -> Starlette:
    """The web application.

    Args:
        view: The measurements.
        registry: The service's own metrics, appended to them.
        readiness: Asked at every `/-/ready`.
    """

    async def metrics(request: Request) -> Response:
        exposition = choose_exposition(request.headers.get("accept", ""))
        body = _document(view, registry, exposition)
        headers = {"Content-Type": exposition.content_type, "Vary": "Accept, Accept-Encoding"}
        if accepts_gzip(request.headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
            body = _gzip(body)
        return StreamingResponse(body, headers=headers)

    async def healthy(_: Request) -> Response:
        return PlainTextResponse("healthy\n")

    async def ready(_: Request) -> Response:
        reasons = readiness()
        if not reasons:
            return PlainTextResponse("ready\n")
        text = "".join(f"not ready: {reason}\n" for reason in reasons)
        return PlainTextResponse(text, status_code=503)

    async def index(_: Request) -> Response:
        return HTMLResponse(_INDEX)

    return Starlette(
        routes=[
            Route("/", index),
            Route("/metrics", metrics),
            Route("/-/healthy", healthy),
            Route("/-/ready", ready),
        ]
    )


async def _document(
    view: PrometheusView, registry: CollectorRegistry, exposition: Exposition
) -> AsyncIterator[bytes]:
    """The whole exposition, in pieces of a useful size; between them the event loop has a turn."""
    pending: list[str] = []
    size = 0
    with contextlib.closing(view.slices(exposition)) as slices:
        for text in slices:
            pending.append(text)
            size += len(text)
            if size >= _PIECE_CHARACTERS:
                yield "".join(pending).encode()
                pending.clear()
                size = 0
                await asyncio.sleep(0)
    yield "".join(pending).encode() + exposition.tail(registry)


async def _gzip(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Compress on the way; a slice takes about two milliseconds, so no thread is asked for it."""
    compressor = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    async for piece in pieces:
        compressed = compressor.compress(piece)
        if compressed:
            yield compressed
    yield compressor.flush()
