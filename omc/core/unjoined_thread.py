"""Blocking work that nobody waits for at the end.

asyncio waits at its end for every thread of `asyncio.to_thread`. A peer that takes a connection and
never says a word would hold up the end of the service for as long as the library is patient.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def in_unjoined_thread(work: Callable[[], T], name: str) -> T:
    """Return what blocking work returns, or raise what it raises.

    Whoever is cancelled leaves it to itself: it ends when it does, at the latest with the process.
    So it must be nothing that is worse half done than not at all.

    Args:
        work: Talks to a peer.
        name: Of the thread.
    """
    outcome: Future[T] = Future()
    outcome.set_running_or_notify_cancel()  # from here on a cancellation does not touch it

    def run() -> None:
        try:
            outcome.set_result(work())
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            outcome.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await asyncio.wrap_future(outcome)
