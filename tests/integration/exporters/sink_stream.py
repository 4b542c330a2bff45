"""Samples flowing through the bus and a delivery into a sink under test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from structlog.testing import capture_logs

from exporters.delivery import DeliveryPolicy, Sink, SinkDelivery
from omc.bus.local import LocalBus
from omc.core.clock import SystemClock
from omc.core.model import Series
from tests.sample_data import NEW_YEAR_MS, numbered_batch

QUICK = DeliveryPolicy(
    max_samples=100, max_wait=0.01, timeout=10.0, first_retry=0.02, longest_retry=0.1
)
#: For a server that never answers; on a busy machine any other may take as long, once.
IMPATIENT = replace(QUICK, timeout=0.5)


class SinkStream:
    """A bus with one delivery at its end; each published value is a number of its own."""

    def __init__(self, sink: Sink, policy: DeliveryPolicy = QUICK) -> None:
        self.bus = LocalBus()
        self.consumer = self.bus.consumer("sink", 100_000)
        self.delivery = SinkDelivery("sink", self.consumer, sink, SystemClock(), Random(1), policy)

    def publish(
        self, series: Series, values: Sequence[int], first_time_ms: int = NEW_YEAR_MS
    ) -> None:
        """One batch; every value is that many milliseconds after the first time."""
        self.bus.publish(numbered_batch(series, values, first_time_ms))

    async def run_to_the_end(self) -> None:
        """Deliver all that was published."""
        self.bus.close()
        async with asyncio.timeout(20):
            await self.delivery.run()

    async def run_through_a_crash(
        self,
        series: Series,
        take_down: Callable[[], None],
        bring_up: Callable[[], None],
        first_time_ms: int = NEW_YEAR_MS,
    ) -> None:
        """Publish 1000 samples; the server is away from about the 300th on, for half a second."""
        with capture_logs() as logs:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.delivery.run())
                for start in range(0, 1000, 50):
                    self.publish(series, range(start, start + 50), first_time_ms)
                    await asyncio.sleep(0.02)
                    if start == 300:
                        await asyncio.to_thread(take_down)
                await asyncio.sleep(0.3)
                await asyncio.to_thread(bring_up)
                self.bus.close()
        assert [entry["event"] for entry in logs] == ["sink_failed", "sink_recovered"]
        assert self.delivery.retries > 0
        assert (self.delivery.written, self.consumer.state.dropped) == (1000, 0)
