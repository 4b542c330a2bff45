"""Writing to receivers of Prometheus remote_write 1.0: Prometheus, VictoriaMetrics, Mimir, Thanos.

Source: Prometheus Remote-Write 1.0 specification (headers, snappy's block format, what an answer
means). What a receiver takes in any order of time is sent as it comes. To one that takes samples in
order only, nothing older than what it has of a series is sent.
"""

from __future__ import annotations

import asyncio
import io
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version

import aiohttp
import cramjam
import structlog

from exporters.sent_times import SentTimes
from exporters.sink_response import sink_error, unreachable
from exporters.stale_markers import StaleMarkers
from exporters.write_request import WriteRequestEncoder
from omc.core.clock import Clock
from omc.core.errors import SinkRejected, SinkUnavailable
from omc.core.model import Batch, Series
from omc.core.settings import RemoteWriteSettings
from omc.core.tls import client_context

log = structlog.get_logger(__name__)

_HEADERS = {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
    "User-Agent": f"omc-telemetry/{version('omc-telemetry')}",
}
#: The delivery limits the whole attempt.
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None)


class RemoteWriteSink:
    """Writes to one receiver. Made by `open_remote_write`.

    Args:
        settings: Where, and how to log in.
        session: Connections, with the headers that every request has.
        clock: Against which a `Retry-After` date is measured.
        encoder: May be shared with other sinks.
        markers: What is to be told of series that have ended.
    """

    def __init__(
        self,
        settings: RemoteWriteSettings,
        session: aiohttp.ClientSession,
        clock: Clock,
        encoder: WriteRequestEncoder,
        markers: StaleMarkers,
    ) -> None:
        self._settings = settings
        self._session = session
        self._clock = clock
        self._encoder = encoder
        self._markers = markers
        self._sent = None if settings.order_free else SentTimes()
        self._tls: ssl.SSLContext | None = None
        self._marker_refused = False

    async def send(self, batches: Sequence[Batch]) -> None:
        samples = sum(map(len, batches))
        wanted = batches if self._sent is None else self._sent.without_late(batches)
        if wanted:
            await self._post(self._encoder.encode(wanted))
            if self._sent is not None:
                self._sent.add(wanted)
        await self._tell_ends(samples)
        late = samples - sum(map(len, wanted))
        if late:
            raise SinkRejected("older than what was sent of the same series", rejected=late)

    def forget(self, series: Series) -> None:
        """Drop what is remembered of a series: to be given to `SeriesTable.on_forget`."""
        if self._sent is not None:
            self._sent.forget(series)

    async def _tell_ends(self, going: int) -> None:
        """Send stale markers, in a request of their own: it must not cost the samples anything."""
        markers = self._markers.due(going, self._settings.batch_samples)
        ends = {
            series: time_ms
            for series, time_ms in markers.items()
            if self._sent is None or self._sent.is_newer(series, time_ms)
        }
        try:
            if ends:
                await self._post(self._encoder.encode_stale(ends))
        except SinkUnavailable:
            return  # they go with the next samples
        except SinkRejected as refusal:
            self._note_refused_markers(refusal, ends)
        self._markers.told(markers)

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
        """One request.

        Raises:
            SinkUnavailable: the same message may be accepted later.
            SinkRejected: it will not.
        """
        body = await asyncio.to_thread(_compressed, message)
        try:
            async with self._session.post(
                self._settings.url, data=body, allow_redirects=False, ssl=self._context()
            ) as response:
                answer = await response.read()
        except (aiohttp.ClientError, OSError) as error:
            self._tls = None  # the certificates may have been renewed
            raise unreachable(error) from None
        if not 200 <= response.status < 300:
            raise sink_error(response.status, response.headers, answer, self._clock.time_ms())

    def _context(self) -> ssl.SSLContext | bool:
        """What an https server is verified with; True is the system's certificates."""
        tls = self._settings.tls
        if tls is None:
            return True
        if self._tls is None:
            self._tls = client_context(tls.ca, tls.certificate, tls.key)
        return self._tls


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
    async with aiohttp.ClientSession(headers=headers, timeout=_NO_TIMEOUT) as session:
        yield RemoteWriteSink(settings, session, clock, encoder, markers)


def _compressed(message: bytes) -> io.BytesIO:
    """In snappy's block format; as a stream, because aiohttp warns of large bodies that are not."""
    return io.BytesIO(cramjam.snappy.compress_raw(message))
