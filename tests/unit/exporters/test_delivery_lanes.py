"""A sink that takes samples in any order, behind a journal: the present first, then the past."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random

from structlog.testing import capture_logs

from exporters.delivery import DeliveryPolicy, SinkDelivery
from omc.core.clock import SystemClock
from omc.core.errors import SinkRejected, SinkUnavailable
from omc.core.model import Batch
from tests.unit.bus.journalled import batch, opened

_QUICK = DeliveryPolicy(max_samples=10, max_wait=0.001, first_retry=0.005, longest_retry=0.02)


class _Sink:
    """Away until it is told to be there; never takes 13."""

    def __init__(self) -> None:
        self.is_there = False
        self.taken: list[list[int]] = []

    async def send(self, batches: Sequence[Batch]) -> None:
        values = [int(value) for one in batches for value in one.values]
        if not self.is_there:
            raise SinkUnavailable("away")
        if 13 in values:
            raise SinkRejected("HTTP 400: unlucky")
        self.taken.append(values)


async def test_after_an_outage_the_newest_go_first_and_everything_arrives(tmp_path: Path) -> None:
    sink = _Sink()
    with capture_logs() as logs:
        async with opened(tmp_path) as bus:
            consumer = bus.consumer("sink", 1000, any_order=True)
            delivery = SinkDelivery("sink", consumer, sink, SystemClock(), Random(1), _QUICK)
            delivering = asyncio.create_task(delivery.run())
            for n in range(50):
                bus.publish(batch(n))
                await bus.settled()
            await asyncio.sleep(0.05)
            sink.is_there = True
            while consumer.state.waiting:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
            bus.close()
            await delivering
            assert delivery.written == 49
            assert delivery.rejected == 1
    assert 49 in sink.taken[0]
    assert sorted(value for some in sink.taken for value in some) == sorted({*range(50)} - {13})
    assert [entry["event"] for entry in logs] == [
        "sink_failed",
        "sink_recovered",
        "samples_rejected",
    ]
