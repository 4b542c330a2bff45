"""All sessions of the process: few sockets, one timer, keys hashed once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

from collector.snmp.counts import TransportCounts
from collector.snmp.credentials import Target
from collector.snmp.pool import SocketPool
from collector.snmp.second_opinion import SecondOpinion
from collector.snmp.session import Session, Shared
from collector.snmp.user_socket import MasterKeys
from collector.snmp.wheel import DeadlineWheel
from omc.core.clock import Clock


class SnmpClient:
    """Makes sessions; owns everything they share. An asynchronous context manager.

    Args:
        clock: Stamps replies and measures deadlines.
        max_open_sockets: Bound for all sessions together; above it the longest idle socket is
            closed, and when none is idle an exchange waits.
        tick: Seconds between two looks at the deadlines: how late a timeout may be noticed.

    Attributes:
        counts: What happened since the client was made.
    """

    def __init__(self, clock: Clock, *, max_open_sockets: int = 2048, tick: float = 0.05) -> None:
        self.counts = TransportCounts()
        self._tasks = asyncio.TaskGroup()
        self._running: set[asyncio.Task[None]] = set()
        self._pool = SocketPool(max_open_sockets)
        self._wheel = DeadlineWheel(clock, tick)
        self._shared = Shared(
            clock=clock,
            wheel=self._wheel,
            pool=self._pool,
            keys=MasterKeys(),
            counts=self.counts,
            advisor=SecondOpinion(clock),
            spawn=self._spawn,
            active=set(),
        )

    @property
    def open_sockets(self) -> int:
        """Sockets in use and idle ones."""
        return self._pool.taken

    def session(self, target: Target) -> Session:
        """A session with one agent; opens nothing yet."""
        return Session(target, self._shared)

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for session in list(self._shared.active):
            session.close()
        for task in self._running:
            task.cancel()
        try:
            # The error of the body is the caller's, and not to be wrapped into a group.
            await self._tasks.__aexit__(None, None, None)
        finally:
            self._wheel.close()
            self._pool.close()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = self._tasks.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task
