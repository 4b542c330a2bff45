"""A subscriber at work, and what it handed on, for the tests of this folder."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from collector.mqtt.broker import Broker, Subscription
from collector.mqtt.directory import OpenDirectory
from collector.mqtt.mapping import MappingSet
from collector.mqtt.series_budget import SeriesBudget
from collector.mqtt.subscriber import Subscriber
from omc.bus.base import Bus
from omc.bus.local import LocalBus
from omc.core.catalogue import Catalogue
from omc.core.clock import SystemClock
from omc.core.database import Database
from omc.core.model import Batch, Event, SeriesTable
from omc.core.resources import config_folder


@cache
def catalogue() -> Catalogue:
    return Catalogue.load(config_folder() / "metrics")


@cache
def shipped() -> MappingSet:
    return MappingSet.load([config_folder() / "mqtt"], catalogue())


def broker(port: int, prefix: str, **changes: Any) -> Broker:
    """A broker on 127.0.0.1 with one native subscription on `<prefix>/{site}/{device}/telemetry`.

    The client id is the prefix: tests share a broker and must not share a session.
    """
    settings: dict[str, Any] = {
        "name": "test",
        "host": "127.0.0.1",
        "port": port,
        "client_id": prefix,
        "subscriptions": (Subscription(f"{prefix}/{{site}}/{{device}}/telemetry", "native"),),
    }
    return Broker(**(settings | changes))


class Heard:
    """Everything that came over a bus."""

    def __init__(self, bus: Bus) -> None:
        self.batches: list[Batch] = []
        self.events: list[Event] = []
        bus.listen(self.batches.append, self.events.append)

    @property
    def values(self) -> list[float]:
        return [value for batch in self.batches for value in batch.values]

    @property
    def series(self) -> set[str]:
        return {series.key for batch in self.batches for series in batch.series}

    @property
    def samples(self) -> int:
        return sum(len(batch) for batch in self.batches)

    def told(self, text: str) -> list[Event]:
        return [event for event in self.events if event.text == text]


class SlowBus(LocalBus):
    """A bus that takes its time until what it has is safe."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def settled(self) -> None:
        await asyncio.sleep(self._seconds)


class HeldBus(LocalBus):
    """A bus that has nothing safe until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = asyncio.Event()

    async def settled(self) -> None:
        await self.let_go.wait()


class Collecting:
    """One subscriber on a bus of its own."""

    def __init__(
        self,
        broker: Broker,
        bus: Bus | None = None,
        table: SeriesTable | None = None,
        births: Database | None = None,
    ):
        self.bus = bus or LocalBus()
        self.heard = Heard(self.bus)
        self.subscriber = Subscriber(
            broker,
            shipped(),
            catalogue=catalogue(),
            budget=SeriesBudget(table or SeriesTable()),
            directory=OpenDirectory(),
            bus=self.bus,
            clock=SystemClock(),
            random=random.Random(1),
            births=births,
        )
        self.counts = self.subscriber.counts

    @property
    def is_subscribed(self) -> bool:
        """Whether the broker has granted all subscriptions."""
        return self.counts.granted_subscriptions >= self.counts.subscriptions.keys()

    @asynccontextmanager
    async def running(
        self, *, connected: bool = True, subscribed: bool = True
    ) -> AsyncIterator[None]:
        """Run it for the length of a `with`, from the moment it is connected, and subscribed."""
        task = asyncio.create_task(self.subscriber.run(), name="subscriber")
        try:
            if connected:
                await until(lambda: self.counts.connected or task.done())
            if connected and subscribed:
                await until(lambda: self.is_subscribed or task.done())
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled(), task.exception()


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for a condition.

    Raises:
        AssertionError: it did not come true in time.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)
