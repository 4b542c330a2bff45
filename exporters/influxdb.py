"""Writing to InfluxDB: version 2 through its client library, version 1 through plain HTTP.

Both send gzipped line protocol and raise the errors that `exporters.delivery` acts on. What is
written twice stands there once (same series, same time), so trying again is always safe.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import aiohttp
import cramjam
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync
from influxdb_client.rest import ApiException
from influxdb_client.service.write_service import WriteService

from exporters.line_protocol import LineRenderer
from exporters.sink_response import sink_error, unreachable
from exporters.write_endpoint import NO_TIMEOUT, WriteEndpoint
from omc.core.clock import Clock
from omc.core.model import Batch
from omc.core.settings import InfluxSettings, InfluxV1Settings, InfluxV2Settings

#: More costs more time than it saves bytes: line protocol repeats itself a lot.
_GZIP_LEVEL = 1
_CONTENT_TYPE = "text/plain; charset=utf-8"


class InfluxV2Sink:
    """Writes to `/api/v2/write` of InfluxDB 2.x or VictoriaMetrics. Made by `open_influx_v2`."""

    def __init__(
        self,
        settings: InfluxV2Settings,
        client: InfluxDBClientAsync,
        clock: Clock,
        lines: LineRenderer,
    ) -> None:
        self._settings = settings
        # The client's own write method would compress at the slowest level, in the event loop.
        self._service = WriteService(client.api_client)  # type: ignore[no-untyped-call]
        self._clock = clock
        self._lines = lines

    async def send(self, batches: Sequence[Batch]) -> None:
        body, encoding = await _body(self._lines, batches, compress=self._settings.gzip)
        try:
            await self._service.post_write_async(  # type: ignore[no-untyped-call]
                org=self._settings.org,
                bucket=self._settings.bucket,
                body=body,
                precision="ms",
                content_type=_CONTENT_TYPE,
                content_encoding=encoding,
            )
        except ApiException as refusal:
            answer: bytes = refusal.body or b""
            headers: Mapping[str, str] = refusal.headers or {}
            raise sink_error(refusal.status, headers, answer, self._clock.time_ms()) from None
        except (aiohttp.ClientError, OSError) as error:
            raise unreachable(error) from None


class InfluxV1Sink:
    """Writes to `/write` of InfluxDB 1.x or VictoriaMetrics. Made by `open_influx_v1`."""

    def __init__(self, endpoint: WriteEndpoint, lines: LineRenderer, *, gzip: bool) -> None:
        self._endpoint = endpoint
        self._lines = lines
        self._gzip = gzip

    async def send(self, batches: Sequence[Batch]) -> None:
        body, encoding = await _body(self._lines, batches, compress=self._gzip)
        await self._endpoint.post(body, {"Content-Encoding": encoding})


@asynccontextmanager
async def open_influx_v2(
    settings: InfluxV2Settings, clock: Clock, lines: LineRenderer
) -> AsyncIterator[InfluxV2Sink]:
    """A sink with its connections. Opening it sends nothing."""
    async with InfluxDBClientAsync(
        settings.url,
        settings.token.get_secret_value(),
        timeout=NO_TIMEOUT,
        allow_redirects=False,
        ssl_context=settings.tls.context() if settings.tls is not None else None,
    ) as client:
        yield InfluxV2Sink(settings, client, clock, lines)


@asynccontextmanager
async def open_influx_v1(
    settings: InfluxV1Settings, clock: Clock, lines: LineRenderer
) -> AsyncIterator[InfluxV1Sink]:
    """A sink with its connections. Opening it sends nothing."""
    headers = {"Content-Type": _CONTENT_TYPE}
    if settings.user is not None and settings.password is not None:
        password = settings.password.get_secret_value()
        headers["Authorization"] = aiohttp.encode_basic_auth(settings.user, password)
    query = {"db": settings.database, "precision": "ms"}
    if settings.retention_policy is not None:
        query["rp"] = settings.retention_policy
    async with aiohttp.ClientSession(headers=headers, timeout=NO_TIMEOUT) as session:
        endpoint = WriteEndpoint(session, f"{settings.url}/write", settings.tls, clock, query)
        yield InfluxV1Sink(endpoint, lines, gzip=settings.gzip)


def open_influx(
    settings: InfluxSettings, clock: Clock, lines: LineRenderer
) -> AbstractAsyncContextManager[InfluxV1Sink | InfluxV2Sink]:
    """The sink of either version that the settings describe."""
    if isinstance(settings, InfluxV1Settings):
        return open_influx_v1(settings, clock, lines)
    return open_influx_v2(settings, clock, lines)


async def _body(
    lines: LineRenderer, batches: Sequence[Batch], *, compress: bool
) -> tuple[bytes, str]:
    """The request's body and its Content-Encoding."""
    text = lines.render(batches)
    if not compress:
        return text, "identity"
    return await asyncio.to_thread(_zipped, text), "gzip"


def _zipped(text: bytes) -> bytes:
    """Half the time that Python's own module takes for the same size."""
    return bytes(cramjam.gzip.compress(text, level=_GZIP_LEVEL))
