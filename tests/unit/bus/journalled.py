"""A journalled bus for tests: opened, fed, read, and ended well or badly."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from omc.bus.base import Consumer, Delivery
from omc.bus.journal import JournalledBus, JournalPolicy
from omc.core.clock import Clock, SystemClock
from omc.core.model import Batch, Series, SeriesTable
from tests.sample_data import make_metric, numbered_batch

TABLE = SeriesTable()


def series_of_key(key: str) -> Series | None:
    """Every metric is known but `gone`."""
    name, brace, rest = key.partition("{")
    return None if name == "gone" else TABLE.intern_text(make_metric(name), brace + rest)


SERIES = TABLE.intern(make_metric("m"), {"site": "VP001"})


def batch(*values: int) -> Batch:
    return numbered_batch(SERIES, values)


@asynccontextmanager
async def opened(
    folder: Path, clock: Clock | None = None, **bounds: float
) -> AsyncIterator[JournalledBus]:
    """A bus whose journal lies in a folder; closed well at the end of the block."""
    policy = JournalPolicy(
        folder / "journal.sqlite",
        max_bytes=int(bounds.get("max_bytes", 1 << 30)),
        max_age=bounds.get("max_age", 1e9),
        commit_interval=bounds.get("commit_interval", 0.005),
    )
    bus = JournalledBus(policy, clock or SystemClock(), series_of_key)
    async with bus.running():
        yield bus


def values(delivery: Delivery | None) -> list[int]:
    assert delivery is not None
    return [int(value) for batch in delivery.batches for value in batch.values]


async def read(consumer: Consumer, max_samples: int = 1000) -> list[int]:
    """One delivery, acknowledged."""
    delivery = await consumer.read(max_samples, 0.001)
    assert delivery is not None
    consumer.acknowledge(delivery)
    return values(delivery)


async def read_all(consumer: Consumer, count: int, max_samples: int = 1000) -> list[int]:
    """So many samples, acknowledged."""
    found: list[int] = []
    while len(found) < count:
        found += await read(consumer, max_samples)
    return found
