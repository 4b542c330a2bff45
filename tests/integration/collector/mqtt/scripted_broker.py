"""A broker that does what a real one cannot be told to do. MQTT 5 or 3.1.1, byte by byte."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

#: Packet types of control packets as they begin (MQTT 5.0, 2.1.2).
CONNECT, PUBACK, SUBSCRIBE, DISCONNECT = 0x10, 0x40, 0x82, 0xE0

ACCEPTED = bytes.fromhex("2003000000")


@dataclass
class ScriptedBroker:
    """Answers every packet type with fixed bytes.

    Attributes:
        answers: First byte of a packet to the answer; `{id}` stands for the packet identifier.
        port: Where it listens.
        packets: All packets received, of all connections.
        close_after: Packet type after whose answer the connection is closed.
        tls: An answer, however long, is then one record of TLS; None is plain TCP.
    """

    answers: dict[int, bytes]
    close_after: int = 0
    tls: ssl.SSLContext | None = None
    port: int = 0
    packets: list[bytes] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen for the length of a `with`."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    def count(self, kind: int) -> int:
        """How many packets of a type came."""
        return sum(packet[0] == kind for packet in self.packets)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                packet = await _read_packet(reader)
                self.packets.append(packet)
                answer = self.answers.get(packet[0], b"")
                writer.write(answer.replace(b"{id}", packet[2:4]))
                await writer.drain()
                if packet[0] in (self.close_after, DISCONNECT):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def _read_packet(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(2)
    assert head[1] < 128, "these tests send short packets only"
    return head + await reader.readexactly(head[1])
