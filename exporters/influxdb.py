"""Writing to InfluxDB: version 2 through its client library, version 1 through plain HTTP.

Both send gzipped line protocol and raise the errors that `exporters.delivery` acts on. What is
written twice stands there once (same series, same time), so trying again is always safe.
"""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync
from influxdb_client.rest import ApiException
from influxdb_client.service.write_service import WriteService
from pydantic import SecretStr

from exporters.line_protocol import LineRenderer
from exporters.sink_response import sink_error
from omc.core.clock import Clock
from omc.core.errors import SinkUnavailable
from omc.core.model import Batch

#: More costs more time than it saves bytes: line protocol repeats itself a lot.
_GZIP_LEVEL = 1
_CONTENT_TYPE = "text/plain; charset=utf-8"
#: The delivery limits the whole attempt.
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None)


@dataclass(frozen=True, slots=True)
class InfluxV2Target:
    """Where and as whom to write.

    Attributes:
        url: Base URL, without `/api/v2`.
        org: Organisation, by name or ID.
        bucket: Bucket, by name or ID; must exist.
        token: With the right to write the bucket.
        tls: How an https server is verified; None for the system's certificates.
    """

    url: str
    org: str
    bucket: str
    token: SecretStr
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class InfluxV1Target:
    """Where and as whom to write.

    Attributes:
        url: Base URL, without `/write`.
        database: Must exist.
        retention_policy: By name; None for the database's default.
        user: None where the server asks for no login.
        password: Of `user`.
        tls: How an https server is verified; None for the system's certificates.
    """

    url: str
    database: str
    retention_policy: str | None = None
    user: str | None = None
    password: SecretStr | None = None
    tls: ssl.SSLContext | None = None


class InfluxV2Sink:
    """Writes to `/api/v2/write` of InfluxDB 2.x or VictoriaMetrics. Made by `open_influx_v2`."""

    def __init__(
        self,
        target: InfluxV2Target,
        client: InfluxDBClientAsync,
        clock: Clock,
        lines: LineRenderer,
    ) -> None:
        self._target = target
        # The client's own write method would compress at the slowest level, in the event loop.
        self._service = WriteService(client.api_client)  # type: ignore[no-untyped-call]
        self._clock = clock
        self._lines = lines

    async def send(self, batches: Sequence[Batch]) -> None:
        body = await _compressed(self._lines, batches)
        try:
            await self._service.post_write_async(  # type: ignore[no-untyped-call]
                org=self._target.org,
                bucket=self._target.bucket,
                body=body,
                precision="ms",
                content_type=_CONTENT_TYPE,
                content_encoding="gzip",
            )
        except ApiException as refusal:
            answer: bytes = refusal.body or b""
            headers: Mapping[str, str] = refusal.headers or {}
            raise sink_error(refusal.status, headers, answer, self._clock.time_ms()) from None
        except (aiohttp.ClientError, OSError) as error:
            raise _unreachable(error) from None


class InfluxV1Sink:
    """Writes to `/write` of InfluxDB 1.x or VictoriaMetrics. Made by `open_influx_v1`."""

    def __init__(
        self,
        target: InfluxV1Target,
        session: aiohttp.ClientSession,
        clock: Clock,
        lines: LineRenderer,
    ) -> None:
        self._url = f"{target.url.rstrip('/')}/write"
        self._query = {"db": target.database, "precision": "ms"}
        if target.retention_policy is not None:
            self._query["rp"] = target.retention_policy
        self._session = session
        self._clock = clock
        self._lines = lines

    async def send(self, batches: Sequence[Batch]) -> None:
        body = await _compressed(self._lines, batches)
        headers = {"Content-Type": _CONTENT_TYPE, "Content-Encoding": "gzip"}
        try:
            async with self._session.post(
                self._url, params=self._query, data=body, headers=headers, allow_redirects=False
            ) as response:
                answer = await response.read()
        except (aiohttp.ClientError, OSError) as error:
            raise _unreachable(error) from None
        if not 200 <= response.status < 300:
            raise sink_error(response.status, response.headers, answer, self._clock.time_ms())


@asynccontextmanager
async def open_influx_v2(
    target: InfluxV2Target, clock: Clock, lines: LineRenderer
) -> AsyncIterator[InfluxV2Sink]:
    """A sink with its connections. Opening it sends nothing."""
    async with InfluxDBClientAsync(
        target.url,
        target.token.get_secret_value(),
        timeout=_NO_TIMEOUT,
        ssl_context=target.tls,
        allow_redirects=False,
    ) as client:
        yield InfluxV2Sink(target, client, clock, lines)


@asynccontextmanager
async def open_influx_v1(
    target: InfluxV1Target, clock: Clock, lines: LineRenderer
) -> AsyncIterator[InfluxV1Sink]:
    """A sink with its connections. Opening it sends nothing."""
    login = None
    if target.user is not None:
        password = target.password.get_secret_value() if target.password else ""
        login = aiohttp.BasicAuth(target.user, password, encoding="utf-8")
    connector = aiohttp.TCPConnector(ssl=target.tls or True)
    async with aiohttp.ClientSession(
        auth=login, timeout=_NO_TIMEOUT, connector=connector
    ) as session:
        yield InfluxV1Sink(target, session, clock, lines)


async def _compressed(lines: LineRenderer, batches: Sequence[Batch]) -> bytes:
    return await asyncio.to_thread(gzip.compress, lines.render(batches), _GZIP_LEVEL)


def _unreachable(error: Exception) -> SinkUnavailable:
    """Connection refused, reset, TLS failure, an answer that is no HTTP."""
    kind = type(error).__name__
    return SinkUnavailable(f"{kind}: {error}" if str(error) else kind)
