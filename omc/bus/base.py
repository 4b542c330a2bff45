"""The seam between what reads and what writes.

Sources publish; live readers (the Prometheus view, alarms, the console) are called at once; push
sinks read through a named `Consumer` and acknowledge what they have delivered. Nothing here assumes
one process or one machine: a durable implementation can take the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from omc.core.model import Batch, Event

BatchListener = Callable[[Batch], None]
EventListener = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one `Consumer.read` returned.

    Attributes:
        token: Opaque to the reader; names this delivery when it is acknowledged.
        batches: Oldest first, never empty.
        samples: How many samples they hold together.
    """

    token: int
    batches: Sequence[Batch]
    samples: int


@dataclass(frozen=True, slots=True)
class ConsumerState:
    """How a consumer stands; `published == acknowledged + dropped + waiting` at any time.

    All four count samples since the consumer was opened.
    """

    published: int
    acknowledged: int
    dropped: int
    waiting: int


class Consumer(Protocol):
    """One named reader of everything that is published, at its own pace."""

    @property
    def name(self) -> str: ...

    @property
    def state(self) -> ConsumerState: ...

    async def read(self, max_samples: int, max_wait: float) -> Delivery | None:
        """Wait for samples.

        Returns as soon as `max_samples` are there, or when `max_wait` seconds have passed since
        the first one; waits without limit for the first. Always at least one batch, so one batch
        larger than `max_samples` comes whole. None once the bus is closed and all is read.
        Until a delivery is acknowledged, a second `read` returns it again.
        """
        ...

    def acknowledge(self, delivery: Delivery) -> None:
        """The samples are safe elsewhere (or set aside for good): forget them."""
        ...


class Bus(Protocol):
    """Where sources publish."""

    def publish(self, batch: Batch) -> None:
        """Hand a batch on. Never blocks; the batch must not be changed afterwards."""
        ...

    def emit(self, event: Event) -> None:
        """Hand an event on. Never blocks."""
        ...

    async def settled(self) -> None:
        """Return when everything published so far is as safe as this bus makes it."""
        ...

    def listen(self, on_batch: BatchListener | None, on_event: EventListener | None) -> None:
        """Call live readers for all that follows, in the publisher's own task: be quick."""
        ...

    def consumer(self, name: str, capacity: int) -> Consumer:
        """Open the named consumer, which holds at most `capacity` samples, oldest dropped first."""
        ...

    def close(self) -> None:
        """No more will be published: consumers read what is left, then get None."""
        ...
