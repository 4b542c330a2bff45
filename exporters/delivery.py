"""Getting samples from the bus into a sink: batch, retry, give up or keep.

The one place that knows about failing sinks. A sink says only whether a failure may pass
(`SinkUnavailable`) or will not (`SinkRejected`); everything else is decided here.

* Unavailable: the same samples are tried again, ever more rarely, for as long as it takes (where
  nobody listens, every second: that costs nothing). What is published meanwhile waits in the
  consumer, which is bounded and drops (and counts) its oldest. Where the sink takes samples in any
  order, the newest are tried in their place, and the old ones are filled in afterwards.
* Rejected: the bad samples are looked for by halving, and set aside; all others are delivered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

import structlog

from exporters.halving import halves
from exporters.outage import Outage
from exporters.rejection_report import RejectionReport
from omc.bus.base import Consumer, Delivery
from omc.core.clock import Clock
from omc.core.errors import SinkRejected, SinkUnavailable, SinkUnreachable
from omc.core.model import Batch

log = structlog.get_logger(__name__)


class Sink(Protocol):
    """Where samples go."""

    async def send(self, batches: Sequence[Batch]) -> None:
        """Return when all samples are safe there.

        Must bear being given samples again that it has already taken. Need not limit its time:
        it is cancelled when it takes too long.

        Raises:
            SinkUnavailable: the same samples may be accepted later.
            SinkRejected: some samples never will; with a count, all others have been accepted.
        """
        ...


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """How patient a delivery is. Times in seconds.

    Attributes:
        max_samples: Samples sent at once.
        max_wait: How long to collect them.
        timeout: For one attempt.
        first_retry: Pause after the first failure; doubles with each further one.
        longest_retry: Longest pause, unless the sink asks for a longer one.
        longest_retry_after: The longest pause a sink may ask for.
        most_splits: Halvings spent on looking for bad samples in one delivery; what is still
            rejected then is set aside whole.
    """

    max_samples: int = 5_000
    max_wait: float = 1.0
    timeout: float = 10.0
    first_retry: float = 1.0
    longest_retry: float = 60.0
    longest_retry_after: float = 600.0
    most_splits: int = 100


class SinkDelivery:
    """Delivers what one consumer reads to one sink, until the bus is closed and all is delivered.

    A consumer with a second reader (`Consumer.backfill`) is worked off in two lanes at once: one
    has the present, and after an outage goes first with the newest samples; the other fills in
    what was missed. While the sink fails, one of them asks for both.

    Args:
        name: The sink's name in logs and metrics.
        consumer: Where samples come from.
        sink: Where they go.
        clock: Measures outages and lag.
        randomness: Spreads retries, so that many senders do not return in step.
        policy: How patient it is.
    """

    def __init__(
        self,
        name: str,
        consumer: Consumer,
        sink: Sink,
        clock: Clock,
        randomness: Random,
        policy: DeliveryPolicy | None = None,
    ) -> None:
        self.name = name
        self.consumer = consumer
        self._clock = clock
        self._outage = Outage(name, consumer, clock)
        self._report = RejectionReport(name)
        self._policy = policy or DeliveryPolicy()
        self._randomness = randomness
        self._live = _Lane(self, consumer, sink)
        self._lanes = [self._live]
        if consumer.backfill is not None:
            self._lanes.append(_Lane(self, consumer.backfill, sink))

    @property
    def rejected(self) -> int:
        """Samples set aside."""
        return sum(lane.rejected for lane in self._lanes)

    @property
    def retries(self) -> int:
        """Attempts that failed and were repeated."""
        return sum(lane.retries for lane in self._lanes)

    @property
    def written(self) -> int:
        """Samples the sink has taken."""
        return self.consumer.state.acknowledged - self.rejected

    @property
    def lag(self) -> float:
        """Age in seconds of the oldest sample being delivered; 0 when none is.

        Samples that are filled in after an outage do not count: they delay nothing.
        """
        if self._live.oldest_ms is None:
            return 0.0
        return max(0.0, (self._clock.time_ms() - self._live.oldest_ms) / 1000)

    async def run(self) -> None:
        """Deliver until the consumer says that no more will come; to be run as a task."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for number, lane in enumerate(self._lanes):
                    tasks.create_task(lane.run(), name=f"sink:{self.name}:{number}")
        except asyncio.CancelledError:
            waiting = self.consumer.state.waiting
            if waiting:
                log.warning("sink_left_behind", sink=self.name, samples=waiting)
            raise

    def pause(self, attempt: int, retry_after: float | None) -> float:
        """Seconds before the next attempt; `attempt` counts from 0."""
        policy = self._policy
        longest = min(policy.longest_retry, policy.first_retry * 2.0 ** min(attempt, 30))
        pause = longest * self._randomness.uniform(0.5, 1.0)
        return max(pause, min(retry_after or 0.0, policy.longest_retry_after))


class _Lane:
    """One reader, and what it has read until that is delivered."""

    def __init__(self, whole: SinkDelivery, consumer: Consumer, sink: Sink) -> None:
        self.rejected = 0
        self.retries = 0
        self.oldest_ms: int | None = None
        self._whole = whole
        self._consumer = consumer
        self._sink = sink
        self._policy = whole._policy
        self._outage = whole._outage

    async def run(self) -> None:
        """Deliver until no more will come."""
        policy = self._policy
        while (
            delivery := await self._consumer.read(policy.max_samples, policy.max_wait)
        ) is not None:
            self._take(delivery)
            rejected = await self._deliver()
            self._consumer.acknowledge(self._delivery)
            self.rejected += rejected
            self.oldest_ms = None

    def _take(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self.oldest_ms = min(min(batch.times) for batch in delivery.batches)

    async def _deliver(self) -> int:
        """Bring all samples to rest: in the sink, or set aside. Returns how many were set aside."""
        set_aside = 0
        splits = self._policy.most_splits
        pieces = [self._delivery.batches]
        while pieces:
            piece, refusal = await self._send(pieces.pop())
            if refusal is None:
                continue
            size = sum(map(len, piece))
            if refusal.rejected is None and size > 1 and splits > 0:
                splits -= 1
                pieces += reversed(halves(piece))
            else:
                rejected = min(size, refusal.rejected or size)
                set_aside += rejected
                self._whole._report.tell(refusal, piece, rejected)
                self._consumer.set_aside(piece, str(refusal), rejected)
        return set_aside

    async def _send(self, piece: Sequence[Batch]) -> tuple[Sequence[Batch], SinkRejected | None]:
        """Send a piece as often as it takes, or newer samples in its place.

        Returns:
            What came to rest, and why it was refused. A fault in the sink's own code counts as a
            refusal, so that samples it cannot handle do not stop all others.
        """
        attempt = 0
        while True:
            await self._outage.let_ask(self._consumer)
            try:
                failure = await self._attempt(piece)
            except SinkRejected as refusal:
                return piece, refusal
            if failure is None:
                return piece, None
            self._outage.failed(failure, self._consumer)
            self.retries += 1
            await self._outage.wait(self._pause(attempt, failure))
            attempt += 1
            if piece is self._delivery.batches:
                self._take(self._consumer.renew(self._delivery))
                piece = self._delivery.batches

    async def _attempt(self, piece: Sequence[Batch]) -> SinkUnavailable | None:
        """Send once; returns why it may be tried again, or None.

        Raises:
            SinkRejected: trying again would not help.
        """
        try:
            async with asyncio.timeout(self._policy.timeout):
                await self._sink.send(piece)
        except SinkUnavailable as error:
            return error
        except TimeoutError:
            return SinkUnavailable(f"no answer within {self._policy.timeout:g} s")
        except SinkRejected:
            self._outage.answered()
            raise
        except Exception as error:
            raise SinkRejected(f"{type(error).__name__}: {error}") from error
        self._outage.answered()
        return None

    def _pause(self, attempt: int, failure: SinkUnavailable) -> float:
        pause = self._whole.pause(attempt, failure.retry_after)
        if isinstance(failure, SinkUnreachable):
            return min(pause, self._policy.first_retry)
        return pause


async def drain(deliveries: Iterable[asyncio.Task[None]], seconds: float) -> None:
    """Let deliveries finish after `Bus.close`; those that need longer are cancelled, and say so."""
    tasks = list(deliveries)
    if not tasks:
        return
    _, unfinished = await asyncio.wait(tasks, timeout=seconds)
    for task in unfinished:
        task.cancel()
    await asyncio.gather(*unfinished, return_exceptions=True)
