"""A relay between a manager and a real agent that damages datagrams on their way back."""

from __future__ import annotations

import asyncio
import random
from types import TracebackType
from typing import Any, Self


class CorruptingRelay:
    """Listens on a port of its own and passes everything on.

    Args:
        agent_port: UDP port of 127.0.0.1.
        share: Share of the answers that are damaged; may be changed.
        seed: Of the damage.

    Attributes:
        port: UDP port of 127.0.0.1, once it is entered.
        damaged: Answers damaged so far.
    """

    def __init__(self, agent_port: int, share: float, seed: int) -> None:
        self.port = 0
        self.damaged = 0
        self._agent = ("127.0.0.1", agent_port)
        self.share = share
        self._random = random.Random(seed)
        self._front: asyncio.DatagramTransport | None = None
        self._backs: dict[Any, asyncio.DatagramTransport] = {}

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        front, _ = await loop.create_datagram_endpoint(
            lambda: _Side(self._forward), local_addr=("127.0.0.1", 0)
        )
        self._front = front
        self.port = front.get_extra_info("sockname")[1]
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for transport in (self._front, *self._backs.values()):
            if transport is not None:
                transport.close()
        await asyncio.sleep(0)

    async def open_for(self, manager: Any) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        back, _ = await loop.create_datagram_endpoint(
            lambda: _Side(lambda data, _: self._return(data, manager)), remote_addr=self._agent
        )
        return back

    def _forward(self, data: bytes, manager: Any) -> None:
        back = self._backs.get(manager)
        if back is not None:
            back.sendto(data)
            return
        opening = asyncio.get_running_loop().create_task(self.open_for(manager), name="relay")
        opening.add_done_callback(lambda done: self._opened(done.result(), data, manager))

    def _opened(self, back: asyncio.DatagramTransport, data: bytes, manager: Any) -> None:
        self._backs[manager] = back
        back.sendto(data)

    def _return(self, data: bytes, manager: Any) -> None:
        if self._random.random() < self.share:
            self.damaged += 1
            data = self._damage(data)
        if self._front is not None:
            self._front.sendto(data, manager)

    def _damage(self, data: bytes) -> bytes:
        damaged = bytearray(data)
        for _ in range(self._random.randint(1, 4)):
            place = self._random.randrange(len(damaged))
            how = self._random.randrange(3)
            if how == 0:
                damaged[place] = self._random.randrange(256)
            elif how == 1:
                damaged[place] = 0
            elif len(damaged) > 1:
                del damaged[place]
        return bytes(damaged)


class _Side(asyncio.DatagramProtocol):
    def __init__(self, received: Any) -> None:
        self._received = received

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._received(data, addr)
