"""An ASGI application served inside the service's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

_GRACE_SECONDS = 1
_BACKLOG = 128


class _EmbeddedServer(uvicorn.Server):
    """uvicorn without its signal handlers: the service decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@dataclass(frozen=True, slots=True)
class ServerTls:
    """What a server shows to those who connect, both PEM files.

    Attributes:
        certificate: With the chain.
        key: Its private key.
    """

    certificate: Path
    key: Path


class WebServer:
    """Listens while the `async with` block runs.

    Leaving the block closes idle connections at once and lets running responses finish for up to
    a second.

    Args:
        app: Any ASGI application.
        host: Address or name to listen on; `::` listens on IPv4 as well.
        port: TCP port; 0 lets the system choose one, see `port`.
        tls: Serve HTTPS; None serves HTTP.
        live: The application has WebSockets, and work of its own beside requests (a lifespan).
        trusted_proxies: Addresses and networks whose word is taken for whom they pass on.

    Raises:
        OSError: from entering the block; the address cannot be listened on.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        tls: ServerTls | None = None,
        *,
        live: bool = False,
        trusted_proxies: Sequence[str] = (),
    ) -> None:
        self.host = host
        self._port = port
        self._tls = tls
        self._tasks = asyncio.TaskGroup()
        self._server = _EmbeddedServer(
            uvicorn.Config(
                app,
                http="h11",
                ws="websockets-sansio" if live else "none",
                ws_per_message_deflate=False,
                lifespan="on" if live else "off",
                log_config=None,
                access_log=False,
                server_header=False,
                forwarded_allow_ips=list(trusted_proxies),
                timeout_graceful_shutdown=_GRACE_SECONDS,
                ssl_certfile=str(tls.certificate) if tls else None,
                ssl_keyfile=str(tls.key) if tls else None,
            )
        )

    @property
    def port(self) -> int:
        """The port listened on."""
        return self._port

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it, without a slash at the end."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)
        return f"{'https' if self._tls else 'http'}://{host}:{self._port}"

    async def __aenter__(self) -> Self:
        listener = await self._listen()
        self._port = listener.getsockname()[1]
        await self._tasks.__aenter__()
        # The socket listens already: connections made before the server runs wait in its queue.
        self._tasks.create_task(self._server.serve(sockets=[listener]), name="web-server")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        # The block's own error goes on as it is; only a cancellation concerns the task group.
        if isinstance(error, asyncio.CancelledError):
            await self._tasks.__aexit__(kind, error, traceback)
        else:
            await self._tasks.__aexit__(None, None, None)

    async def _listen(self) -> socket.socket:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(
            self.host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, _, _, _, address = found[0]
        return socket.create_server(
            address[:2],
            family=family,
            backlog=_BACKLOG,
            dualstack_ipv6=self.host == "::" and socket.has_dualstack_ipv6(),
        )
