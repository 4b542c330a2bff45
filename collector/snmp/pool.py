"""Bounds the open sockets: opened on demand, the longest idle one closed for the next."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol


class SocketOwner(Protocol):
    """Something that holds a socket between two uses of it."""

    def drop_socket(self) -> None:
        """Close the socket; it is not in use."""
        ...


class SocketPool:
    """Permission to hold a socket, for at most `limit` owners at a time.

    An owner acquires before it uses its socket and releases afterwards. Between the two it is
    idle: it keeps the socket until somebody else needs the place.
    """

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError("at least one socket is needed")
        self._limit = limit
        self._taken = 0
        self._idle: dict[SocketOwner, None] = {}
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def taken(self) -> int:
        """Places taken: sockets in use and idle ones."""
        return self._taken

    def acquire_at_once(self, owner: SocketOwner) -> bool:
        """Let `owner` hold a socket if a place is free or can be made free; false otherwise."""
        if owner in self._idle:
            del self._idle[owner]
        elif self._taken < self._limit:
            self._taken += 1
        elif self._idle:
            oldest = next(iter(self._idle))
            del self._idle[oldest]
            oldest.drop_socket()
        else:
            return False
        return True

    async def acquire(self, owner: SocketOwner) -> None:
        """Wait until `owner` may hold a socket; the first that asked is served first."""
        if not self.acquire_at_once(owner):
            await self._wait()

    def release(self, owner: SocketOwner, *, keep: bool) -> None:
        """`owner` does not use its socket for now.

        Args:
            owner: It has acquired.
            keep: It has a socket that it would like to use again.
        """
        if self._hand_over():
            owner.drop_socket()
        elif keep:
            self._idle[owner] = None
        else:
            owner.drop_socket()
            self._taken -= 1

    def leave(self, owner: SocketOwner) -> None:
        """`owner`, which is not using a socket, will not come again."""
        if owner in self._idle:
            del self._idle[owner]
            self._taken -= 1
            owner.drop_socket()

    async def _wait(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and not self._hand_over():
                self._taken -= 1
            raise

    def close(self) -> None:
        """Close all idle sockets."""
        for owner in self._idle:
            owner.drop_socket()
        self._taken -= len(self._idle)
        self._idle.clear()

    def _hand_over(self) -> bool:
        """Give the caller's place to the first that still waits; false when nobody does."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return True
        return False
