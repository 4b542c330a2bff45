"""One timer for all deadlines of the process.

A timing wheel with lazy re-insertion: whoever waits stands in it once. When its turn comes it is
asked for the time it really wants; moving a deadline into the future therefore costs nothing, which
is what a poller does at every request.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from omc.core.clock import Clock


class Waiter(Protocol):
    """Something with a deadline. All times are monotonic seconds of the wheel's clock.

    Attributes:
        wheel_slot: Where it stands in the wheel, None when it does not; owned by the wheel.
    """

    wheel_slot: int | None

    def due(self, now: float) -> float | None:
        """Act on what is overdue; return when to come by next, None to be left out."""
        ...


class DeadlineWheel:
    """Wakes waiters up to one tick after their deadline.

    Args:
        clock: Its monotonic time decides; the event loop's timer only makes it look.
        tick: Seconds.
    """

    def __init__(self, clock: Clock, tick: float = 0.05) -> None:
        self._clock = clock
        self._tick = tick
        self._slots: dict[int, dict[Waiter, None]] = {}
        self._next_slot = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, waiter: Waiter, at: float) -> None:
        """Wake `waiter` at the time `at`, or earlier if it already waits for an earlier one."""
        slot = int(at / self._tick) + 1
        if waiter.wheel_slot is not None and waiter.wheel_slot <= slot:
            return
        if self._timer is None:
            self._next_slot = int(self._clock.monotonic() / self._tick)
            self._start()
        slot = max(slot, self._next_slot + 1)
        waiter.wheel_slot = slot
        self._slots.setdefault(slot, {})[waiter] = None

    def remove(self, waiter: Waiter) -> None:
        """Do not wake `waiter` any more; nothing happens if it does not wait."""
        slot, waiter.wheel_slot = waiter.wheel_slot, None
        if slot is not None and slot in self._slots:
            self._slots[slot].pop(waiter, None)
            if not self._slots[slot]:
                del self._slots[slot]
        if not self._slots:
            self._rest()

    def close(self) -> None:
        """Forget all waiters."""
        self._slots.clear()
        self._rest()

    def _rest(self) -> None:
        """Nobody waits: a process that is idle between polls is not to be woken for nothing."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._tick, self._turn)

    def _turn(self) -> None:
        now = self._clock.monotonic()
        last = int(now / self._tick)
        while self._next_slot <= last and self._slots:
            slot = self._next_slot
            for waiter in self._slots.pop(slot, ()):
                if waiter.wheel_slot == slot:  # else it has been added again, for another time
                    self._wake(waiter, now)
            self._next_slot += 1
        self._timer = None
        if self._slots:
            self._start()

    def _wake(self, waiter: Waiter, now: float) -> None:
        waiter.wheel_slot = None
        try:
            at = waiter.due(now)
        except Exception as error:  # noqa: BLE001 - one waiter's fault must not stop the wheel
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a waiter of the deadline wheel failed", "exception": error}
            )
            return
        if at is not None:
            self.add(waiter, at)
