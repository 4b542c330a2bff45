"""Sessions with many agents over few sockets, timers and futures."""

from __future__ import annotations

from types import TracebackType
from typing import Self, TypeVar

from collector.snmp.credentials import Target
from collector.snmp.exchange import Exchange
from collector.snmp.limits import AgentLimits
from omc.core.clock import Clock

T = TypeVar("T")


class Session:
    """One agent. Runs one exchange at a time.

    Attributes:
        target: Whom it asks.
        limits: What has been learned about the agent; kept for the life of the session.
    """

    def __init__(self, client: SnmpClient, target: Target) -> None:
        self.target = target
        self.limits = AgentLimits()

    async def run(self, exchange: Exchange[T], deadline: float) -> T:
        """Drive an exchange to its end.

        Args:
            exchange: A fresh generator. It is closed in any case.
            deadline: Seconds from now for the whole exchange, the wait for a socket included.

        Raises:
            Unreachable: no answer (`RequestTimeout`), refused by the host, or `PollDeadline`.
            AuthenticationRefused: the agent refused user, keys or level (SNMPv3).
            ProtocolViolation: the agent's answers cannot be used.
            RuntimeError: an exchange is running already.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Close the socket and forget the session; a running exchange is cut off."""
        raise NotImplementedError


class SnmpClient:
    """All sessions of the process: bounds the sockets, keeps the time, localises keys once."""

    def __init__(self, clock: Clock, *, max_open_sockets: int = 2048) -> None:
        self.clock = clock

    def session(self, target: Target) -> Session:
        """A session with one agent; opens nothing yet."""
        return Session(self, target)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None
