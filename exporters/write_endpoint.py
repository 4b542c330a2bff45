"""Where samples are posted to over HTTP: one request, and what became of it."""

from __future__ import annotations

import io
import ssl
from collections.abc import Mapping

import aiohttp

from exporters.sink_response import sink_error, unreachable
from omc.core.clock import Clock
from omc.core.settings import TlsSettings

#: The delivery limits the whole attempt.
NO_TIMEOUT = aiohttp.ClientTimeout(total=None)


class WriteEndpoint:
    """One URL.

    Args:
        session: Connections, with the headers that every request has.
        url: Without a query.
        tls: What an https server is verified with and shown; None is what the system trusts.
        clock: Against which a `Retry-After` date is measured.
        query: Of every request.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        tls: TlsSettings | None,
        clock: Clock,
        query: Mapping[str, str] | None = None,
    ) -> None:
        self._session = session
        self._url = url
        self._tls = tls
        self._clock = clock
        self._query = query or {}
        self._context: ssl.SSLContext | None = None

    async def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send one request; returns when it was answered with success.

        Raises:
            SinkUnavailable: the same body may be accepted later.
            SinkRejected: it will not.
        """
        try:
            async with self._session.post(
                self._url,
                params=self._query,
                data=io.BytesIO(body),  # a stream, because aiohttp warns of large bodies of bytes
                headers=headers,
                allow_redirects=False,
                ssl=self._verification(),
            ) as response:
                answer = await response.read()
        except (aiohttp.ClientError, OSError) as error:
            self._context = None  # the certificates may have been renewed
            raise unreachable(error) from None
        if not 200 <= response.status < 300:
            raise sink_error(response.status, response.headers, answer, self._clock.time_ms())

    def _verification(self) -> ssl.SSLContext | bool:
        if self._tls is None:
            return True
        if self._context is None:
            self._context = self._tls.context()
        return self._context
