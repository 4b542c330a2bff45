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
    """One named reader of everything that is published, at its own pace.

    A consumer opened with `any_order` may have a second reader, `backfill`: the first then always
    has what was published last, and what it could not deliver in time comes through the second,
    newest first, so that a backlog never delays the present. Both share one `state`.
    """

    @property
    def name(self) -> str: ...

    @property
    def state(self) -> ConsumerState: ...

    @property
    def backfill(self) -> Consumer | None:
        """The second reader; None where there is none."""
        ...

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

    def renew(self, delivery: Delivery) -> Delivery:
        """What to try next after an outstanding delivery failed: the same, or newer samples.

        In the second case the old ones are left to `backfill`, and the delivery that is returned
        is the outstanding one.
        """
        ...

    def set_aside(self, batches: Sequence[Batch], reason: str, samples: int) -> None:
        """Keep samples that are refused for good, as far as can be, for people to look at.

        Args:
            batches: Among them are the refused ones.
            reason: What the sink said.
            samples: How many it refused.
        """
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

    def consumer(self, name: str, capacity: int, *, any_order: bool = False) -> Consumer:
        """Open the named consumer.

        Args:
            name: Unique; a durable bus knows by it what was acknowledged before.
            capacity: Samples it holds in memory at most; the oldest are dropped first, or left on
                the disk where they are there.
            any_order: Its sink takes samples in any order.
        """
        ...

    def close(self) -> None:
        """No more will be published: consumers read what is left, then get None."""
        ...
