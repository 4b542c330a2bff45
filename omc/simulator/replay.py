"""Recordings served as SNMP agents of version 1, 2c and 3: one UDP port a recording."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self, cast

from omc.core.clock import Clock
from omc.simulator import pdu
from omc.simulator.agent_message import answer_with_community, version_of
from omc.simulator.ber import BerError
from omc.simulator.demo_settings import Access
from omc.simulator.pdu import Pdu
from omc.simulator.recording import Recording
from omc.simulator.snmp_agent import Responder
from omc.simulator.usm import UsmEngine, UsmUser
from omc.simulator.version1 import respond_version_1

#: Largest message sent: recordings hold lists of ports of several kilobytes, which an agent sends
#: in fragments.
MAX_MESSAGE = 4000
#: Engine boots of every agent that replays.
_BOOTS = 1
#: RFC 3411 SnmpEngineID: enterprise 8072, format 4 (text).
_ENGINE_ID_HEAD = b"\x80\x00\x1f\x88\x04"
_LONGEST_ENGINE_TEXT = 27


class RecordedAgent:
    """One recording as an agent: any community, and one user of version 3."""

    def __init__(self, recording: Recording, user: UsmUser) -> None:
        name = recording.name.encode()[:_LONGEST_ENGINE_TEXT]
        self.recording = recording
        self._responder: Responder[None, None] = Responder(recording, None)
        self._engine = UsmEngine(_ENGINE_ID_HEAD + name, user)

    def answer(self, data: bytes, seconds: int) -> bytes | None:
        """The answer to a datagram, None where there is none.

        Args:
            data: Whatever came.
            seconds: Since the agent was started, for version 3.
        """
        try:
            if version_of(data) == pdu.VERSION_3:
                return self._engine.answer(data, _BOOTS, seconds, self._respond, MAX_MESSAGE)
            return answer_with_community(data, self._respond_with_community)
        except BerError:
            return None

    def _respond(self, request: Pdu, limit: int) -> bytes:
        return self._responder.respond(request, None, limit)

    def _respond_with_community(self, version: int, community: bytes, request: Pdu) -> bytes | None:
        if version == pdu.VERSION_1:
            return respond_version_1(self._responder, request, None)
        return self._respond(request, MAX_MESSAGE)


class _Port(asyncio.DatagramProtocol):
    """The socket of one agent."""

    def __init__(self, agent: RecordedAgent, clock: Clock) -> None:
        self._agent = agent
        self._clock = clock
        self._started = clock.monotonic()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._agent.answer(data, int(self._clock.monotonic() - self._started))
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)


@dataclass(frozen=True, slots=True)
class Served:
    """A recording and where it answers."""

    recording: Recording
    host: str
    port: int


class ReplayServer:
    """Agents on one address, on consecutive ports. An asynchronous context manager.

    Args:
        recordings: In the order of the ports.
        host: Address to listen on.
        port: Of the first; 0 takes any free port for each.
        access: The user of version 3; every community is right.
        clock: Counts the engines' time.

    Attributes:
        served: Where each recording answers, once it is entered.
    """

    def __init__(
        self,
        recordings: Sequence[Recording],
        host: str,
        port: int,
        access: Access,
        clock: Clock,
    ) -> None:
        user = UsmUser.from_passwords(access.user, access.auth_password, access.priv_password)
        self.served: list[Served] = []
        self._agents = [RecordedAgent(recording, user) for recording in recordings]
        self._host = host
        self._port = port
        self._clock = clock
        self._transports: list[asyncio.DatagramTransport] = []

    async def __aenter__(self) -> Self:
        """Open the sockets.

        Raises:
            OSError: a port is taken, or the address is not this machine's.
        """
        try:
            for place, agent in enumerate(self._agents):
                await self._open(agent, self._port + place if self._port else 0)
        except OSError:
            self._close()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    async def _open(self, agent: RecordedAgent, port: int) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Port(agent, self._clock), local_addr=(self._host, port)
        )
        self._transports.append(transport)
        host, bound = transport.get_extra_info("sockname")[:2]
        self.served.append(Served(agent.recording, host, bound))

    def _close(self) -> None:
        for transport in self._transports:
            transport.close()
        self._transports.clear()
