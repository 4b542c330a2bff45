"""Sinks of the settings, opened and given a consumer of the bus each."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from random import Random

from exporters.delivery import DeliveryPolicy, Sink, SinkDelivery
from exporters.line_protocol import LineRenderer
from exporters.prometheus import PrometheusView
from exporters.remote_write import open_remote_write
from exporters.stale_markers import StaleMarkers
from exporters.write_request import WriteRequestEncoder
from omc.bus.base import Bus
from omc.core.clock import Clock
from omc.core.model import SeriesTable
from omc.core.settings import InfluxSettings, RemoteWriteSettings, Settings

#: Prometheus names no sample in its refusal and takes none of the request: finding the bad ones
#: among thousands, without losing good ones, takes many small requests.
_REMOTE_WRITE_SPLITS = 1000

#: Samples in one file of the archive, and seconds that writing it may take on a slow disk.
_ARCHIVE_SAMPLES = 500_000
_ARCHIVE_TIMEOUT = 120.0


async def open_deliveries(
    stack: AsyncExitStack,
    settings: Settings,
    table: SeriesTable,
    view: PrometheusView,
    bus: Bus,
    clock: Clock,
    randomness: Random,
    archive: Sink | None,
) -> list[SinkDelivery]:
    """One delivery a sink; connections are closed with `stack`. Opening sends nothing.

    Args:
        stack: Owns the connections.
        settings: Which sinks there are.
        table: Tells when a series is forgotten.
        view: Tells when a series has lost its value.
        bus: Where samples come from.
        clock: The time.
        randomness: Spreads retries.
        archive: The archive; None where there is none.
    """
    deliveries = []
    if archive is not None:
        kept = settings.archive
        consumer = bus.consumer("archive", kept.buffer_samples)
        policy = DeliveryPolicy(
            max_samples=_ARCHIVE_SAMPLES,
            max_wait=kept.flush_interval,
            timeout=_ARCHIVE_TIMEOUT,
        )
        deliveries.append(SinkDelivery("archive", consumer, archive, clock, randomness, policy))
    lines = LineRenderer()
    for written in settings.influxdb:
        # Who writes to no InfluxDB need not hold its client library.
        from exporters.influxdb import open_influx

        consumer = bus.consumer(
            f"influxdb:{written.name}", written.buffer_samples, any_order=written.order_free
        )
        influx = await stack.enter_async_context(open_influx(written, clock, lines))
        policy = _policy(written)
        deliveries.append(SinkDelivery(written.name, consumer, influx, clock, randomness, policy))
    encoder = WriteRequestEncoder()
    for receiver in settings.remote_write:
        consumer = bus.consumer(
            f"remote_write:{receiver.name}", receiver.buffer_samples, any_order=receiver.order_free
        )
        markers = StaleMarkers(None if receiver.order_free else consumer)
        view.on_vanish(markers.add)
        sink = await stack.enter_async_context(open_remote_write(receiver, clock, encoder, markers))
        table.on_forget(sink.forget)
        policy = replace(_policy(receiver), most_splits=_REMOTE_WRITE_SPLITS)
        deliveries.append(SinkDelivery(receiver.name, consumer, sink, clock, randomness, policy))
    return deliveries


def _policy(sink: InfluxSettings | RemoteWriteSettings) -> DeliveryPolicy:
    return DeliveryPolicy(
        max_samples=sink.batch_samples, max_wait=sink.flush_interval, timeout=sink.timeout
    )
