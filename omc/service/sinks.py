"""Sinks of the settings, opened and given a consumer of the bus each."""

from __future__ import annotations

from contextlib import AsyncExitStack
from random import Random

from exporters.delivery import DeliveryPolicy, SinkDelivery
from exporters.influxdb import open_influx
from exporters.line_protocol import LineRenderer
from omc.bus.base import Bus
from omc.core.clock import Clock
from omc.core.model import SeriesTable
from omc.core.settings import Settings


async def open_deliveries(
    stack: AsyncExitStack,
    settings: Settings,
    table: SeriesTable,
    bus: Bus,
    clock: Clock,
    randomness: Random,
) -> list[SinkDelivery]:
    """One delivery a sink; connections are closed with `stack`. Opening sends nothing."""
    lines = LineRenderer()
    table.on_forget(lines.forget)
    deliveries = []
    for written in settings.influxdb:
        sink = await stack.enter_async_context(open_influx(written, clock, lines))
        consumer = bus.consumer(f"influxdb:{written.name}", written.buffer_samples)
        policy = DeliveryPolicy(
            max_samples=written.batch_samples,
            max_wait=written.flush_interval,
            timeout=written.timeout,
        )
        deliveries.append(SinkDelivery(written.name, consumer, sink, clock, randomness, policy))
    return deliveries
