"""The bus of one process, in memory: live calls, and bounded queues that count what they drop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from omc.bus.base import BatchListener, ConsumerState, Delivery, EventListener
from omc.bus.live import LiveReaders
from omc.core.model import Batch, Event


class LocalConsumer:
    """A bounded queue in memory. Opened through `LocalBus.consumer`."""

    def __init__(self, name: str, capacity: int) -> None:
        self._name = name
        self._capacity = capacity
        self._queue: deque[Batch] = deque()
        self._waiting = 0
        self._published = 0
        self._acknowledged = 0
        self._dropped = 0
        self._wake = asyncio.Event()
        self._closed = False
        self._unacknowledged: Delivery | None = None
        self._tokens = 0

    @property
    def name(self) -> str:
        return self._name

    @property
    def state(self) -> ConsumerState:
        return ConsumerState(self._published, self._acknowledged, self._dropped, self._waiting)

    @property
    def backfill(self) -> None:
        """In memory there is one order only."""
        return None

    def put(self, batch: Batch) -> None:
        """Queue a batch; the oldest queued ones make room for it."""
        size = len(batch)
        if size == 0:
            return
        self._published += size
        self._waiting += size
        self._queue.append(batch)
        while self._waiting > self._capacity and len(self._queue) > 1:
            dropped = len(self._queue.popleft())
            self._waiting -= dropped
            self._dropped += dropped
        self._wake.set()

    def close(self) -> None:
        """Let the reader finish with what is left."""
        self._closed = True
        self._wake.set()

    async def read(self, max_samples: int, max_wait: float) -> Delivery | None:
        if self._unacknowledged is not None:
            return self._unacknowledged
        while not self._queue:
            if self._closed:
                return None
            self._wake.clear()
            await self._wake.wait()
        await self._fill(max_samples, max_wait)
        return self._take(max_samples)

    async def _fill(self, max_samples: int, max_wait: float) -> None:
        try:
            async with asyncio.timeout(max_wait):
                while self._waiting < max_samples and not self._closed:
                    self._wake.clear()
                    await self._wake.wait()
        except TimeoutError:
            return

    def _take(self, max_samples: int) -> Delivery:
        batches = [self._queue.popleft()]
        samples = len(batches[0])
        while self._queue and samples + len(self._queue[0]) <= max_samples:
            samples += len(self._queue[0])
            batches.append(self._queue.popleft())
        self._tokens += 1
        self._unacknowledged = Delivery(self._tokens, batches, samples)
        return self._unacknowledged

    def acknowledge(self, delivery: Delivery) -> None:
        if self._unacknowledged is None or self._unacknowledged.token != delivery.token:
            raise ValueError(f"consumer {self._name}: delivery {delivery.token} is not outstanding")
        self._unacknowledged = None
        self._waiting -= delivery.samples
        self._acknowledged += delivery.samples

    def renew(self, delivery: Delivery) -> Delivery:
        return delivery

    def set_aside(self, batches: Sequence[Batch], reason: str, samples: int) -> None:
        """In memory nothing is kept; who delivers has logged and counted them."""


class LocalBus:
    """Fan-out within one process."""

    def __init__(self) -> None:
        self._live = LiveReaders()
        self._consumers: dict[str, LocalConsumer] = {}

    def publish(self, batch: Batch) -> None:
        self._live.publish(batch)
        for consumer in self._consumers.values():
            consumer.put(batch)

    def emit(self, event: Event) -> None:
        self._live.emit(event)

    async def settled(self) -> None:
        """In memory there is nothing to wait for."""

    def listen(
        self, on_batch: BatchListener | None = None, on_event: EventListener | None = None
    ) -> None:
        self._live.listen(on_batch, on_event)

    def consumer(self, name: str, capacity: int, *, any_order: bool = False) -> LocalConsumer:
        if name in self._consumers:
            raise ValueError(f"consumer {name!r} is already open")
        consumer = LocalConsumer(name, capacity)
        self._consumers[name] = consumer
        return consumer

    def close(self) -> None:
        for consumer in self._consumers.values():
            consumer.close()
