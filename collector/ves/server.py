"""An HTTPS server for clients nobody vouches for: few, quick, and known by their certificates.

uvicorn speaks the HTTP. What it does not bound is bounded here: how long a handshake and the head
of a request may take, and how many connections one address and all together may hold.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

_BACKLOG = 128
#: Seconds for a TLS handshake.
_HANDSHAKE_TIMEOUT = 5.0
#: Seconds that running requests get when the server stops.
_GRACE = 1.0
_KEEP_ALIVE = 75


class _Connection(H11Protocol):
    """One connection, with a deadline until the head of its next request has come."""

    def __init__(self, server: HttpsServer) -> None:
        super().__init__(server.config, server.state, {})
        self._owner = server
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if not self._owner.admits(self):
            transport.abort()
            return
        self.app_state = {"peer": _peer_name(transport)}
        self._arm()

    def data_received(self, data: bytes) -> None:
        if self._deadline is None and not self._is_answering:
            self._arm()
        super().data_received(data)

    def handle_events(self) -> None:
        super().handle_events()
        if self._is_answering and self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)
        self._owner.lost(self)

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _arm(self) -> None:
        self._deadline = self.loop.call_later(self._owner.head_timeout, self._too_slow)

    def _too_slow(self) -> None:
        self._owner.cut_off["too_slow"] += 1
        self.transport.abort()


class HttpsServer:
    """Listens while the `async with` block runs.

    Args:
        app: Any ASGI application; finds in its scope's state as `peer` whom the certificate of the
            client names, None where it shows none.
        host: Address or name to listen on.
        port: TCP port; 0 lets the system choose one.
        tls: What is shown, and whose certificates are believed.
        max_connections: At one time; a quarter of them from one address.
        head_timeout: Seconds in which the head of a request has to come, once it has begun.

    Attributes:
        head_timeout: As given.
        cut_off: Connections that were ended, by reason.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        tls: ssl.SSLContext,
        max_connections: int,
        head_timeout: float = 10.0,
    ) -> None:
        self.host = host
        self.head_timeout = head_timeout
        self.cut_off: Counter[str] = Counter()
        self.state = ServerState()
        self.config = uvicorn.Config(
            app,
            http=H11Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE,
        )
        self._port = port
        self._tls = tls
        self._most = max_connections
        self._by_address: Counter[str] = Counter()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens, once it does."""
        if self._server is None or not self._server.sockets:
            return self._port
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        """How many there are now."""
        return self._by_address.total()

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            OSError: the address cannot be listened on.
        """
        self.config.load()
        self.state.default_headers = self.config.encoded_headers
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(self),
            self.host,
            self._port,
            ssl=self._tls,
            ssl_handshake_timeout=_HANDSHAKE_TIMEOUT,
            backlog=_BACKLOG,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._server is None:
            return
        self._server.close()
        for connection in list(self.state.connections):
            connection.shutdown()
        if self.state.tasks:
            await asyncio.wait(self.state.tasks, timeout=_GRACE)
        for connection in list(self.state.connections):
            connection.transport.abort()

    def admits(self, connection: H11Protocol) -> bool:
        """Whether there is room for one more."""
        address = _address(connection)
        full = self.connections >= self._most or self._by_address[address] >= max(1, self._most / 4)
        if full:
            self.cut_off["too_many"] += 1
        self._by_address[address] += 1  # until it is lost, which comes for all
        return not full

    def lost(self, connection: H11Protocol) -> None:
        """One has gone."""
        address = _address(connection)
        self._by_address[address] -= 1
        if self._by_address[address] <= 0:
            del self._by_address[address]


def _address(connection: H11Protocol) -> str:
    return connection.client[0] if connection.client else ""


def _peer_name(transport: Any) -> str | None:
    """The common name of the certificate that the client showed and OpenSSL has verified."""
    secured = transport.get_extra_info("ssl_object")
    certificate = secured.getpeercert() if secured is not None else None
    if not certificate:
        return None
    names = [value for part in certificate["subject"] for key, value in part if key == "commonName"]
    return str(names[0] if names else certificate.get("serialNumber", "unnamed"))
