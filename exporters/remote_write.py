"""Writing to receivers of Prometheus remote_write 1.0: Prometheus, VictoriaMetrics, Mimir, Thanos.

Source: Prometheus Remote-Write 1.0 specification (headers, snappy's block format, what an answer
means). What a receiver takes in any order of time is sent as it comes. To one that takes samples in
order only, nothing older than what it has of a series is sent; and to none what is of the future:
Prometheus would take it, and from then on refuse whatever is an hour older, of any series.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version

import aiohttp
import cramjam
import structlog

from exporters.selection import until
from exporters.sent_times import SentTimes
from exporters.stale_markers import StaleMarkers
from exporters.write_endpoint import NO_TIMEOUT, WriteEndpoint
from exporters.write_request import WriteRequestEncoder
from omc.core.clock import Clock
from omc.core.errors import SinkRejected, SinkUnavailable
from omc.core.model import Batch, Series
from omc.core.settings import RemoteWriteSettings

log = structlog.get_logger(__name__)

#: How far ahead of our clock a sample may be: as far as Prometheus itself allows when it scrapes.
_FURTHEST_AHEAD_MS = 600_000

_HEADERS = {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
    "User-Agent": f"omc-telemetry/{version('omc-telemetry')}",
}


class RemoteWriteSink:
    """Writes to one receiver. Made by `open_remote_write`.

    Args:
        settings: Its name, and what the receiver is able to.
        endpoint: Where to.
        clock: Tells which samples are of the future.
        encoder: May be shared with other sinks.
        markers: What is to be told of series that have ended.
    """

    def __init__(
        self,
        settings: RemoteWriteSettings,
        endpoint: WriteEndpoint,
        clock: Clock,
        encoder: WriteRequestEncoder,
        markers: StaleMarkers,
    ) -> None:
        self._settings = settings
        self._endpoint = endpoint
        self._clock = clock
        self._encoder = encoder
        self._markers = markers
        self._sent = None if settings.order_free else SentTimes()
        self._marker_refused = False

    async def send(self, batches: Sequence[Batch]) -> None:
        samples = sum(map(len, batches))
        wanted = until(batches, self._clock.time_ms() + _FURTHEST_AHEAD_MS)
        ahead = samples - sum(map(len, wanted))
        if self._sent is not None:
            wanted = self._sent.without_late(wanted)
        if wanted:
            await self._post(self._encoder.encode(wanted))
            if self._sent is not None:
                self._sent.add(wanted)
        await self._tell_ends(samples)
        kept_back = samples - sum(map(len, wanted))
        if kept_back:
            raise SinkRejected(_why(ahead, kept_back - ahead), rejected=kept_back)

    def forget(self, series: Series) -> None:
        """Drop what is remembered of a series: to be given to `SeriesTable.on_forget`."""
        if self._sent is not None:
            self._sent.forget(series)

    async def _tell_ends(self, going: int) -> None:
        """Send stale markers, in a request of their own: it must not cost the samples anything."""
        markers = self._markers.due(going, self._settings.batch_samples)
        ends = {
            series: time_ms for series, time_ms in markers.items() if self._is_news(series, time_ms)
        }
        try:
            if ends:
                await self._post(self._encoder.encode_stale(ends))
        except SinkUnavailable:
            return  # they go with the next samples
        except SinkRejected as refusal:
            self._note_refused_markers(refusal, ends)
        self._markers.told(markers)

    def _is_news(self, series: Series, time_ms: int) -> bool:
        """Whether a receiver in order would take something of that time."""
        newest = self._sent.newest(series) if self._sent is not None else None
        return newest is None or time_ms > newest

    def _note_refused_markers(self, refusal: SinkRejected, ends: dict[Series, int]) -> None:
        if not self._marker_refused:
            self._marker_refused = True
            log.warning(
                "stale_markers_refused",
                sink=self._settings.name,
                markers=len(ends),
                first=next(iter(ends)).key,
                reason=str(refusal),
            )

    async def _post(self, message: bytes) -> None:
        await self._endpoint.post(await asyncio.to_thread(_compressed, message))


@asynccontextmanager
async def open_remote_write(
    settings: RemoteWriteSettings, clock: Clock, encoder: WriteRequestEncoder, markers: StaleMarkers
) -> AsyncIterator[RemoteWriteSink]:
    """A sink with its connections. Opening it sends nothing."""
    headers = dict(_HEADERS)
    if settings.user is not None and settings.password is not None:
        password = settings.password.get_secret_value()
        headers["Authorization"] = aiohttp.encode_basic_auth(settings.user, password)
    if settings.token is not None:
        headers["Authorization"] = f"Bearer {settings.token.get_secret_value()}"
    for name, value in settings.headers.items():
        headers[name] = value.get_secret_value()
    async with aiohttp.ClientSession(headers=headers, timeout=NO_TIMEOUT) as session:
        endpoint = WriteEndpoint(session, settings.url, settings.tls, clock)
        yield RemoteWriteSink(settings, endpoint, clock, encoder, markers)


def _compressed(message: bytes) -> bytes:
    """In snappy's block format."""
    return bytes(cramjam.snappy.compress_raw(message))


def _why(ahead: int, late: int) -> str:
    reasons = []
    if ahead:
        reasons.append("more than 10 minutes ahead of our clock")
    if late:
        reasons.append("older than what was sent of the same series")
    return ", or ".join(reasons)
