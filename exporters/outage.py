"""One sink's outage: told once when it begins and once when it ends, and who asks meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import structlog

from omc.bus.base import Consumer
from omc.core.clock import Clock
from omc.core.errors import SinkUnavailable

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Begin:
    since: float
    dropped_before: int


class Outage:
    """Whether a sink answers, as all lanes of its delivery see it.

    Args:
        sink: Its name.
        consumer: Its first reader, which asks whether the sink is back when it has something.
        clock: Measures how long it lasts.
    """

    def __init__(self, sink: str, consumer: Consumer, clock: Clock) -> None:
        self._sink = sink
        self._consumer = consumer
        self._clock = clock
        self._begin: _Begin | None = None
        self._asking: Consumer | None = None
        self._over = asyncio.Event()

    def failed(self, failure: SinkUnavailable, lane: Consumer) -> None:
        """The sink did not take what a lane sent."""
        if self._begin is None:
            state = self._consumer.state
            self._begin = _Begin(self._clock.monotonic(), state.dropped)
            log.warning("sink_failed", sink=self._sink, reason=str(failure), waiting=state.waiting)
        self._over.clear()
        if self._asking is None or lane is self._consumer:
            self._asking = lane

    def answered(self) -> None:
        """The sink is there."""
        begin, self._begin = self._begin, None
        self._asking = None
        self._over.set()
        if begin is not None:
            log.info(
                "sink_recovered",
                sink=self._sink,
                after_seconds=round(self._clock.monotonic() - begin.since, 1),
                dropped=self._consumer.state.dropped - begin.dropped_before,
            )

    async def let_ask(self, lane: Consumer) -> None:
        """Wait while another lane asks: two would only double the load of a sink in trouble."""
        while self._asking not in (None, lane) and lane is not self._consumer:
            await self._over.wait()

    async def wait(self, seconds: float) -> None:
        """Wait before the next attempt, unless another lane finds that the outage is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()
