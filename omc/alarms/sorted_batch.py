"""A batch with its samples sorted by metric: once, for all who look for some of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator

from omc.core.model import Batch, Series

#: A series, its value, and when it was measured (Unix milliseconds).
Sample = tuple[Series, float, int]


class SortedBatch:
    """The samples of a batch by metric; those of one metric stay in the batch's order.

    Attributes:
        batch: As it came.
    """

    __slots__ = ("_samples", "batch")

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self._samples: defaultdict[str, list[Sample]] = defaultdict(list)
        for sample in zip(batch.series, batch.values, batch.times, strict=True):
            self._samples[sample[0].metric.name].append(sample)

    def of(self, metrics: Container[str]) -> Iterator[tuple[str, list[Sample]]]:
        """Those of the wanted metrics that are there, the one that came first first."""
        return ((name, found) for name, found in self._samples.items() if name in metrics)
