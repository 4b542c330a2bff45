"""How the sinks are doing, as metrics read at the moment of the scrape."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from exporters.delivery import SinkDelivery


class SinkMetrics(Collector):
    """Exports the state of every delivery it was told of.

    Args:
        registry: Where it registers itself.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._deliveries: list[SinkDelivery] = []
        registry.register(self)

    def add(self, delivery: SinkDelivery) -> None:
        """Export this one from now on."""
        self._deliveries.append(delivery)

    def collect(self) -> Iterator[Metric]:
        samples = CounterMetricFamily(
            "omc_sink_samples",
            "Samples a destination took (written), refused (rejected) or never got (dropped).",
            labels=["sink", "result"],
        )
        retries = CounterMetricFamily(
            "omc_sink_retries",
            "Writes to a destination that failed and were repeated.",
            labels=["sink"],
        )
        lag = GaugeMetricFamily(
            "omc_sink_lag_seconds",
            "Age of the oldest sample that a destination has not taken yet.",
            labels=["sink"],
        )
        queue = GaugeMetricFamily(
            "omc_sink_queue_samples", "Samples that wait for a destination.", labels=["sink"]
        )
        for delivery in self._deliveries:
            state = delivery.consumer.state
            samples.add_metric([delivery.name, "written"], delivery.written)
            samples.add_metric([delivery.name, "rejected"], delivery.rejected)
            samples.add_metric([delivery.name, "dropped"], state.dropped)
            retries.add_metric([delivery.name], delivery.retries)
            lag.add_metric([delivery.name], delivery.lag)
            queue.add_metric([delivery.name], state.waiting)
        yield from (samples, retries, lag, queue)
