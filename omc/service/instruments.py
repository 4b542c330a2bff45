"""What the service counts about itself, shown on /metrics through prometheus-client.

The parts know nothing of this: they tell an observer, or keep plain counters, and here is where
those become metrics, at the moment of the scrape.
"""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Protocol

from prometheus_client import CollectorRegistry, Gauge, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from collector.schedule import Mode, ScheduleCounts
from collector.snmp.counts import TransportCounts
from collector.snmp.poller import PollReport


class SourceCounts(Protocol):
    """What every kind of source can say of itself, since the start."""

    @property
    def samples(self) -> int:
        """Samples handed on."""
        ...

    @property
    def rejected(self) -> Mapping[str, int]:
        """Readings that became no sample, by reason."""
        ...


class PollTally:
    """Counts polls: the `PollObserver` of the service.

    Attributes:
        samples: Samples handed on.
        rejected: Readings that became no sample, by reason.
        polls: By result.
        probes: By result.
    """

    def __init__(self) -> None:
        self.samples = 0
        self.rejected: Counter[str] = Counter()
        self.polls: Counter[str] = Counter()
        self.probes: Counter[str] = Counter()

    def polled(self, report: PollReport) -> None:
        """Count one poll or probe."""
        if report.mode is Mode.PROBE:
            self.probes[report.failure or "answered"] += 1
            return
        self.polls[report.failure or ("partial" if report.partial else "complete")] += 1
        self.samples += report.samples
        self.rejected.update(report.rejected)


class Fleet(Protocol):
    """What is polled."""

    @property
    def counts(self) -> ScheduleCounts:
        """What the schedule counts."""
        ...

    def states(self) -> Mapping[str, int]:
        """How many devices are in which state."""
        ...


class TransportMetrics(Collector):
    """How SNMP goes on the wire.

    Args:
        counts: Counted by the client.
        open_sockets: How many are open, asked at every scrape.
    """

    def __init__(self, counts: TransportCounts, open_sockets: Callable[[], int]) -> None:
        self._counts = counts
        self._open_sockets = open_sockets

    def collect(self) -> Iterator[Metric]:
        """Families as prometheus-client wants them."""
        counts = self._counts
        yield CounterMetricFamily(
            "omc_snmp_requests", "SNMP requests sent, retries included.", value=counts.requests
        )
        yield CounterMetricFamily(
            "omc_snmp_retries", "SNMP requests sent again.", value=counts.retries
        )
        yield CounterMetricFamily(
            "omc_snmp_timeouts", "SNMP requests given up.", value=counts.timeouts
        )
        yield CounterMetricFamily(
            "omc_snmp_garbled_datagrams", "Datagrams that could not be read.", value=counts.garbled
        )
        yield CounterMetricFamily(
            "omc_snmp_unproved_datagrams",
            "SNMPv3 datagrams that did not prove to be of the agent.",
            value=counts.unproved,
        )
        yield GaugeMetricFamily(
            "omc_snmp_open_sockets", "UDP sockets open.", value=self._open_sockets()
        )


class CollectingMetrics(Collector):
    """How collecting goes.

    Args:
        polls: Counted by the poller.
        fleet: Devices and schedule.
        sources: What the kinds of sources (`snmp`, `mqtt`) have brought.
    """

    def __init__(self, polls: PollTally, fleet: Fleet, sources: Mapping[str, SourceCounts]) -> None:
        self._polls = polls
        self._fleet = fleet
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        """Families as prometheus-client wants them."""
        yield from self._poll_families()
        yield from self._sample_families()

    def _poll_families(self) -> Iterator[Metric]:
        counts = self._fleet.counts
        polls = CounterMetricFamily("omc_polls", "Polls that ended, by result.", labels=["result"])
        for result, count in self._polls.polls.items():
            polls.add_metric([result], count)
        probes = CounterMetricFamily(
            "omc_probes", "Probes of silent devices, by result.", labels=["result"]
        )
        for result, count in self._polls.probes.items():
            probes.add_metric([result], count)
        devices = GaugeMetricFamily("omc_devices", "Devices by state.", labels=["state"])
        for state, count in self._fleet.states().items():
            devices.add_metric([state], count)
        yield from (polls, probes, devices)
        yield CounterMetricFamily("omc_polls_late", "Polls that started late.", value=counts.late)
        yield CounterMetricFamily(
            "omc_polls_skipped", "Slots that passed without a poll.", value=counts.skipped
        )

    def _sample_families(self) -> Iterator[Metric]:
        samples = CounterMetricFamily(
            "omc_samples", "Samples handed on, by kind of source.", labels=["source"]
        )
        reasons: Counter[str] = Counter()
        for kind, source in self._sources.items():
            samples.add_metric([kind], source.samples)
            reasons.update(source.rejected)
        rejected = CounterMetricFamily(
            "omc_samples_rejected", "Readings that became no sample, by reason.", labels=["reason"]
        )
        for reason, count in reasons.items():
            rejected.add_metric([reason], count)
        yield from (samples, rejected)


def register_process(registry: CollectorRegistry) -> None:
    """The build, the process and Python's garbage collector."""
    build = Gauge("omc_build_info", "The running build.", ["version", "python"], registry=registry)
    build.labels(version("omc-telemetry"), platform.python_version()).set(1)
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
