"""What the service counts about itself, shown on /metrics through prometheus-client.

The parts know nothing of this: they tell an observer, and here the observer counts.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from collector.schedule import Mode, ScheduleCounts
from collector.snmp.poller import PollReport


class PollInstruments:
    """Counts polls: the `PollObserver` of the service."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._polls = Counter("omc_polls", "Polls by result.", ["result"], registry=registry)
        self._probes = Counter(
            "omc_probes", "Probes of silent devices by result.", ["result"], registry=registry
        )
        self._samples = Counter(
            "omc_samples", "Samples handed on by source.", ["source"], registry=registry
        )
        self._rejected = Counter(
            "omc_samples_rejected",
            "Readings that became no sample, by reason.",
            ["reason"],
            registry=registry,
        )
        self.samples = 0
        self.polls = 0

    def polled(self, report: PollReport) -> None:
        """Count one poll or probe."""
        if report.mode is Mode.PROBE:
            self._probes.labels(report.failure or "answered").inc()
            return
        result = report.failure or ("partial" if report.partial else "complete")
        self._polls.labels(result).inc()
        self.polls += 1
        self.samples += report.samples
        self._samples.labels("snmp").inc(report.samples)
        for reason, count in report.rejected.items():
            self._rejected.labels(reason).inc(count)


class ScheduleCollector(Collector):
    """Shows what the agenda counts.

    Args:
        counts: Read at every scrape.
        devices: How many devices are in which state (`answering`, `failing`), read likewise.
    """

    def __init__(self, counts: ScheduleCounts, devices: Callable[[], Mapping[str, int]]) -> None:
        self._counts = counts
        self._devices = devices

    def collect(self) -> Iterator[Metric]:
        """Families as prometheus-client wants them."""
        counts = self._counts
        yield CounterMetricFamily("omc_polls_late", "Polls that started late.", value=counts.late)
        yield CounterMetricFamily(
            "omc_polls_skipped", "Slots that passed without a poll.", value=counts.skipped
        )
        devices = GaugeMetricFamily("omc_devices", "Devices by state.", labels=["state"])
        for state, count in self._devices().items():
            devices.add_metric([state], count)
        yield devices


def register_process(registry: CollectorRegistry) -> None:
    """The build, the process and Python's garbage collector."""
    build = Gauge("omc_build_info", "The running build.", ["version", "python"], registry=registry)
    build.labels(version("omc-telemetry"), platform.python_version()).set(1)
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
