"""Looking for bad samples by halving what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from omc.core.model import Batch


def halves(batches: Sequence[Batch]) -> tuple[list[Batch], list[Batch]]:
    """Split batches in the middle of their samples; of two or more, neither half is empty."""
    half = sum(map(len, batches)) // 2
    first: list[Batch] = []
    second: list[Batch] = []
    for batch in batches:
        taken = min(half, len(batch))
        half -= taken
        if taken:
            first.append(_part(batch, slice(0, taken)))
        if taken < len(batch):
            second.append(_part(batch, slice(taken, None)))
    return first, second


def _part(batch: Batch, part: slice) -> Batch:
    return replace(
        batch,
        series=batch.series[part],
        values=batch.values[part],
        times=batch.times[part],
        origins=None if batch.origins is None else batch.origins[part],
    )
