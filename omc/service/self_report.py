"""What the service counts about itself, as samples: so that its own alarms are judged like others.

They do not pass on the bus: /metrics shows them already, from where they are counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from prometheus_client import CollectorRegistry

from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.core.model import Batch, SeriesTable

#: Seconds between two looks.
INTERVAL = 15.0


class SelfReport:
    """Reads the registry and hands on what the catalogue knows.

    Args:
        registry: Where the service counts.
        catalogue: Owns the metrics; those whose subject is the service are handed on.
        table: The process's interned series.
        clock: Stamps the samples.
        observe: Who is told.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        catalogue: Catalogue,
        table: SeriesTable,
        clock: Clock,
        observe: Callable[[Batch], None],
    ) -> None:
        self._registry = registry
        self._metrics = {m.name: m for m in catalogue if m.subject == "service"}
        self._table = table
        self._clock = clock
        self._observe = observe

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await asyncio.sleep(INTERVAL)
            self._observe(self.look())

    def look(self) -> Batch:
        """What is counted now."""
        batch = Batch("self", INTERVAL)
        now = self._clock.time_ms()
        for family in self._registry.collect():
            for sample in family.samples:
                metric = self._metrics.get(sample.name)
                if metric is not None and sample.value == sample.value:  # not NaN
                    batch.add(self._table.intern(metric, sample.labels), sample.value, now)
        return batch
