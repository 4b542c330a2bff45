"""What gufo-snmp hides, asked through pysnmp: error-status, and why SNMPv3 refuses us.

pysnmp costs a hundred times as much, so it is imported when it is first needed, in a thread.
Communities are asked with its codec over a socket of our own (a millisecond); users need its whole
engine (a tenth of a second), which works in a thread with an event loop of its own.
"""

from __future__ import annotations

import asyncio
import importlib
import socket as stdlib_socket
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from typing import Protocol, cast

from collector.snmp.credentials import Community, Target, UsmUser
from collector.snmp.exchange import Answer, Diagnose, Reply, RequestTimeout
from collector.varbind import Varbind
from omc.core.clock import Clock
from omc.core.errors import Unreachable

#: Questions asked at the same time: devices that misbehave together must not stall the rest.
_AT_ONCE = 4

#: An agent's answer: the instance, its value where there is one, and what the agent said.
Said = tuple[Varbind, Answer]


class Questions(Protocol):
    """What `collector.snmp.pysnmp_questions` offers."""

    def encode(self, community: Community, request: Diagnose) -> tuple[bytes, int]:
        """A message, and its request-id."""
        ...

    def decode(self, community: Community, message: bytes, request_id: int) -> Said | None:
        """What a message says; None when it cannot be read or answers another request."""
        ...

    def ask_user(self, target: Target, endpoint: str, request: Diagnose) -> Said | None:
        """Ask an SNMPv3 agent; None when nothing came. Blocks."""
        ...

    def refusal(self, target: Target, endpoint: str) -> str | None:
        """Why an SNMPv3 agent refuses the user; as `SecondOpinion.refusal`. Blocks."""
        ...


class SecondOpinion:
    """Asks agents through pysnmp. Loads it at the first question."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._questions: Questions | None = None
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def ask(self, target: Target, endpoint: str, request: Diagnose) -> Reply:
        """What the agent really says.

        Args:
            target: Whom to ask, and as whom.
            endpoint: `address:port` with a numeric address.
            request: What to ask.

        Returns:
            One varbind, and `Reply.answer`.

        Raises:
            RequestTimeout: no answer.
            Unreachable: the network refused the request.
        """
        async with self._at_once:
            questions = await self._load()
            if isinstance(target.credentials, UsmUser):
                said = await asyncio.to_thread(questions.ask_user, target, endpoint, request)
            else:
                said = await self._ask_community(
                    questions, target, target.credentials, endpoint, request
                )
        if said is None:
            raise RequestTimeout(
                "the agent did not answer a second time",
                site=target.site,
                node=target.node,
                endpoint=target.endpoint,
            )
        varbind, answer = said
        return Reply([varbind], self._clock.time_ms(), answer=answer)

    async def refusal(self, target: Target, endpoint: str) -> str | None:
        """Why an SNMPv3 agent refuses the target's user.

        Returns:
            The reason, "" when the agent does not say, None when it refuses nothing.
        """
        async with self._at_once:
            questions = await self._load()
            return await asyncio.to_thread(questions.refusal, target, endpoint)

    async def _load(self) -> Questions:
        if self._questions is None:
            module = "collector.snmp.pysnmp_questions"
            self._questions = cast("Questions", await asyncio.to_thread(_import, module))
        return self._questions

    async def _ask_community(
        self,
        questions: Questions,
        target: Target,
        community: Community,
        endpoint: str,
        request: Diagnose,
    ) -> Said | None:
        try:
            with closing(_udp_socket(endpoint)) as socket:
                for _ in range(target.retries + 1):
                    message, request_id = questions.encode(community, request)
                    decode = partial(questions.decode, community, request_id=request_id)
                    said = None
                    with suppress(TimeoutError):
                        async with asyncio.timeout(target.timeout):
                            said = await _converse(socket, message, decode)
                    if said is not None:
                        return said
        except OSError as error:
            raise Unreachable(
                f"cannot be reached: {error.strerror}",
                site=target.site,
                node=target.node,
                endpoint=target.endpoint,
            ) from None
        return None


async def _converse(
    socket: stdlib_socket.socket, message: bytes, decode: Callable[[bytes], Said | None]
) -> Said:
    """Send a message and wait for the answer to it, however long that takes."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(socket, message)
    while True:
        said = decode(await loop.sock_recv(socket, 65535))
        if said is not None:
            return said


def _import(module: str) -> object:
    return importlib.import_module(module)


def _udp_socket(endpoint: str) -> stdlib_socket.socket:
    address, _, port = endpoint.rpartition(":")
    family = stdlib_socket.AF_INET6 if address.startswith("[") else stdlib_socket.AF_INET
    made = stdlib_socket.socket(family, stdlib_socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        made.connect((address.strip("[]"), int(port)))
    except OSError:
        made.close()
        raise
    return made
