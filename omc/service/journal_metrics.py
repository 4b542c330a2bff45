"""How the journal is doing, as metrics read at the moment of the scrape."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from omc.bus.journal import JournalledBus
from omc.core.clock import Clock


class JournalMetrics(Collector):
    """Exports the state of the journal.

    Args:
        bus: It has one.
        clock: Against which ages are measured.
    """

    def __init__(self, bus: JournalledBus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """Families as prometheus-client wants them."""
        journal = self._bus.journal
        fill = journal.fill
        yield GaugeMetricFamily(
            "omc_journal_up", "Whether the journal can be written to.", value=journal.is_up
        )
        yield GaugeMetricFamily(
            "omc_journal_size_bytes", "What the journal holds.", value=fill.size
        )
        yield GaugeMetricFamily(
            "omc_journal_limit_bytes", "What it may hold before the oldest goes.", value=fill.limit
        )
        yield GaugeMetricFamily(
            "omc_journal_full_seconds",
            "Seconds until samples are dropped, as it grows now; infinite while it does not.",
            value=journal.seconds_until_drop,
        )
        oldest = journal.oldest_ms
        age = 0.0 if oldest is None else max(0.0, (self._clock.time_ms() - oldest) / 1000)
        yield GaugeMetricFamily(
            "omc_journal_oldest_seconds", "Age of the oldest samples in it.", value=age
        )
        yield GaugeMetricFamily(
            "omc_journal_unsaved_samples",
            "Samples in memory only, because the disk does not take them.",
            value=journal.unsaved_samples,
        )
        yield CounterMetricFamily(
            "omc_journal_commits", "Transactions written.", value=journal.commits
        )
        yield CounterMetricFamily(
            "omc_journal_set_aside", "Damaged files set aside.", value=journal.set_aside
        )
        backlog = GaugeMetricFamily(
            "omc_journal_backlog_samples",
            "Samples that wait on disk for a destination, and are in no memory.",
            labels=["consumer"],
        )
        for name, samples in journal.backlogs().items():
            backlog.add_metric([name], samples)
        yield backlog
