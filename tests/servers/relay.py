"""A TCP relay in front of a server, which lets connections through or breaks them as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Relay:
    """What it does with connections, and how many it broke.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        is_open: Whether it lets connections through; those that exist are broken when it closes.
    """

    def __init__(self, target: int) -> None:
        self.port = 0
        self.is_open = True
        self._target = target
        self._writers: set[asyncio.StreamWriter] = set()

    def open(self) -> None:
        """Let connections through."""
        self.is_open = True

    def close(self) -> None:
        """Break what there is, and whatever comes."""
        self.is_open = False
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        if not self.is_open:
            writer.transport.abort()
            return
        with suppress(OSError):
            to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._target)
            self._writers |= {writer, to_writer}
            try:
                await asyncio.gather(_copy(reader, to_writer), _copy(to_reader, writer))
            finally:
                self._writers -= {writer, to_writer}
                to_writer.transport.abort()
        writer.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


@asynccontextmanager
async def relay(target: int) -> AsyncIterator[Relay]:
    """Run one in front of a port of 127.0.0.1."""
    found = Relay(target)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        found.close()
