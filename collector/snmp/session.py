"""One agent over time: its socket, and the exchanges held with it one after another."""

from __future__ import annotations

import asyncio
import ipaddress
import socket as stdlib_socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from collector.snmp.conversation import Conversation
from collector.snmp.counts import TransportCounts
from collector.snmp.credentials import Community, Target, Version
from collector.snmp.exchange import Diagnose, Exchange, PollDeadline, Reply
from collector.snmp.limits import AgentLimits
from collector.snmp.opening import open_socket
from collector.snmp.pool import SocketPool
from collector.snmp.sockets import AgentSocket, Undeliverable
from collector.snmp.user_socket import MasterKeys
from collector.snmp.wheel import DeadlineWheel
from omc.core.clock import Clock
from omc.core.errors import SourceError, Unreachable

T = TypeVar("T")
SourceErrorT = TypeVar("SourceErrorT", bound=SourceError)


class Advisor(Protocol):
    """A second SNMP library: slow, but tells error-status and reports."""

    async def ask(self, target: Target, endpoint: str, request: Diagnose) -> Reply:
        """What the agent really says. Raises SourceError."""
        ...

    async def refusal(self, target: Target, endpoint: str) -> str | None:
        """Why the agent refuses an SNMPv3 user, "" when it does not say, None if it does not."""
        ...


@dataclass(frozen=True, slots=True)
class Shared:
    """What all sessions of a client share.

    Attributes:
        spawn: Runs a coroutine in the client's task group, under a name.
        active: Sessions with an exchange that runs.
    """

    clock: Clock
    wheel: DeadlineWheel
    pool: SocketPool
    keys: MasterKeys
    counts: TransportCounts
    advisor: Advisor
    spawn: Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]
    active: set[Session]


class Session:
    """One agent. Runs one exchange at a time.

    Attributes:
        target: Whom it asks.
        limits: What has been learned about the agent; kept for the life of the session.
    """

    __slots__ = (
        "_background",
        "_closed",
        "_conversation",
        "_endpoint",
        "_shared",
        "_socket",
        "limits",
        "target",
        "trusted",
    )

    def __init__(self, target: Target, shared: Shared) -> None:
        v1 = isinstance(target.credentials, Community) and (
            target.credentials.version is Version.V1
        )
        self.target = target
        self.limits = AgentLimits(bulk=not v1, max_repetitions=target.max_repetitions)
        self.trusted = False
        self._shared = shared
        self._endpoint = ""
        self._socket: AgentSocket | None = None
        self._conversation: Conversation[Any] | None = None
        self._background: asyncio.Task[None] | None = None
        self._closed = False

    async def run(self, exchange: Exchange[T], deadline: float) -> T:
        """Drive an exchange to its end.

        Args:
            exchange: A fresh generator. It is closed in any case.
            deadline: Seconds from now for the whole exchange, the wait for a socket included.

        Raises:
            Unreachable: no answer (`RequestTimeout`), refused by the network, or `PollDeadline`.
            AuthenticationRefused: the agent refused user, keys or level (SNMPv3).
            RuntimeError: an exchange is running already, or the session is closed.
        """
        if self._conversation is not None or self._closed:
            exchange.close()
            raise RuntimeError("the session is busy or closed")
        until = self.clock.monotonic() + deadline
        conversation = Conversation(self, exchange, until)
        self._conversation = conversation
        self._shared.active.add(self)
        try:
            if not self._shared.pool.acquire_at_once(self):
                await self._wait_for_place(deadline)
            try:
                if self._socket is None:
                    await self._open(until)
                conversation.start()
                return await conversation.result
            finally:
                conversation.stop()
                keep = self._socket is not None and not self._closed
                self._shared.pool.release(self, keep=keep)
        finally:
            exchange.close()
            self._conversation = None
            self._shared.active.discard(self)

    def close(self) -> None:
        """Close the socket for good; an exchange that runs ends with `Unreachable`."""
        self._closed = True
        if self._conversation is not None:
            self._conversation.abandon(self._error(Unreachable, "the session was closed"))
        else:
            self._shared.pool.leave(self)

    # -- its socket ------------------------------------------------------------------------------

    async def _wait_for_place(self, deadline: float) -> None:
        try:
            async with asyncio.timeout(deadline):
                await self._shared.pool.acquire(self)
        except TimeoutError:
            raise self._error(PollDeadline, "all sockets were busy until the deadline") from None

    async def _open(self, until: float) -> None:
        self._endpoint = await self._resolve(until)
        try:
            self.reopen()
        except Undeliverable as error:
            raise self._error(Unreachable, f"cannot be reached: {error}") from None

    async def _resolve(self, until: float) -> str:
        """`address:port` with a numeric address."""
        address, port = self.target.address, self.target.port
        if not _is_numeric(address):
            loop = asyncio.get_running_loop()
            try:
                async with asyncio.timeout(until - self.clock.monotonic()):
                    found = await loop.getaddrinfo(address, port, type=stdlib_socket.SOCK_DGRAM)
            except (OSError, UnicodeError):
                text = f"the name {address!r} could not be resolved"
                raise self._error(Unreachable, text) from None
            address = str(found[0][4][0])
        return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"

    def reopen(self) -> None:
        """Open a socket, closing the one there may be. May raise `Undeliverable`."""
        self._socket = None
        shared = self._shared
        self._socket = open_socket(
            self._endpoint, self.target.credentials, shared.keys, shared.clock.time_ms
        )
        shared.counts.sockets_opened += 1

    def drop_socket(self) -> None:
        """Close the socket; the next exchange opens another."""
        self._socket = None

    # -- what a conversation needs ---------------------------------------------------------------

    @property
    def socket(self) -> AgentSocket:
        """The open socket."""
        if self._socket is None:
            raise Undeliverable("no socket could be opened")
        return self._socket

    @property
    def clock(self) -> Clock:
        """The client's."""
        return self._shared.clock

    @property
    def wheel(self) -> DeadlineWheel:
        """The client's."""
        return self._shared.wheel

    @property
    def counts(self) -> TransportCounts:
        """The client's."""
        return self._shared.counts

    def diagnose(self, request: Diagnose, then: Callable[[Reply | Exception], None]) -> None:
        """Ask the second library; `then` is called with its answer."""
        self.counts.second_opinions += 1
        question = self._shared.advisor.ask(self.target, self._endpoint, request)
        self._consult(question, then)

    def explain_refusal(self, then: Callable[[str | Exception | None], None]) -> None:
        """Ask the second library why the agent refuses us; as in `Line`."""
        self.counts.second_opinions += 1
        self._consult(self._shared.advisor.refusal(self.target, self._endpoint), then)

    def stop_asking(self) -> None:
        """Give up what the second library was asked."""
        if self._background is not None:
            self._background.cancel()
            self._background = None

    def _consult(
        self, question: Coroutine[Any, Any, T], then: Callable[[T | Exception], None]
    ) -> None:
        async def consult() -> None:
            answer: T | Exception
            try:
                answer = await question
            except Exception as error:  # noqa: BLE001 - handed to whoever awaits the exchange
                answer = error
            then(answer)

        self._background = self._shared.spawn(consult(), f"snmp-second-opinion {self._endpoint}")

    def _error(self, kind: type[SourceErrorT], text: str) -> SourceErrorT:
        target = self.target
        return kind(text, site=target.site, node=target.node, endpoint=target.endpoint)


def _is_numeric(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True
