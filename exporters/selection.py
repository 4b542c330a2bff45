"""Batches without some of their samples."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from itertools import compress

from omc.core.model import Batch


def selected(batch: Batch, keep: Sequence[bool]) -> Batch:
    """The samples to keep, one truth a sample; the batch itself when that is all of them."""
    if all(keep):
        return batch
    return replace(
        batch,
        series=list(compress(batch.series, keep)),
        values=array("d", compress(batch.values, keep)),
        times=array("q", compress(batch.times, keep)),
        origins=None if batch.origins is None else list(compress(batch.origins, keep)),
    )


def until(batches: Sequence[Batch], last_ms: int) -> list[Batch]:
    """The batches without samples after a time, and without those that are empty then."""
    kept = [
        batch
        if max(batch.times, default=last_ms) <= last_ms
        else selected(batch, [time_ms <= last_ms for time_ms in batch.times])
        for batch in batches
    ]
    return [batch for batch in kept if batch.series]
