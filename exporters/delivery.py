"""Getting samples from the bus into a sink: batch, retry, give up or keep.

The one place that knows about failing sinks. A sink says only whether a failure may pass
(`SinkUnavailable`) or will not (`SinkRejected`); everything else is decided here.

* Unavailable: the same samples are tried again, ever more rarely, for as long as it takes. What is
  published meanwhile waits in the consumer, which is bounded and drops (and counts) its oldest.
* Rejected: the bad samples are looked for by halving, and set aside; all others are delivered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Protocol

import structlog

from omc.bus.base import Consumer
from omc.core.clock import Clock
from omc.core.errors import SinkRejected, SinkUnavailable
from omc.core.model import Batch

log = structlog.get_logger(__name__)

#: Different reasons of rejection that are logged; further ones are only counted.
_MAX_REPORTED = 100


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
        self.rejected = 0
        self.retries = 0
        self._sink = sink
        self._clock = clock
        self._randomness = randomness
        self._policy = policy or DeliveryPolicy()
        self._oldest_ms: int | None = None
        self._outage: _Outage | None = None
        self._reported: set[str] = set()

    @property
    def written(self) -> int:
        """Samples the sink has taken."""
        return self.consumer.state.acknowledged - self.rejected

    @property
    def lag(self) -> float:
        """Age in seconds of the oldest sample being delivered; 0 when none is."""
        if self._oldest_ms is None:
            return 0.0
        return max(0.0, (self._clock.time_ms() - self._oldest_ms) / 1000)

    async def run(self) -> None:
        """Deliver until the consumer says that no more will come; to be run as a task."""
        policy = self._policy
        try:
            while (
                delivery := await self.consumer.read(policy.max_samples, policy.max_wait)
            ) is not None:
                self._oldest_ms = min(min(batch.times) for batch in delivery.batches)
                rejected = await self._deliver(delivery.batches)
                self.consumer.acknowledge(delivery)
                self.rejected += rejected
                self._oldest_ms = None
        except asyncio.CancelledError:
            waiting = self.consumer.state.waiting
            if waiting:
                log.warning("sink_left_behind", sink=self.name, samples=waiting)
            raise

    async def _deliver(self, batches: Sequence[Batch]) -> int:
        """Bring all samples to rest: in the sink, or set aside. Returns how many were set aside."""
        set_aside = 0
        splits = self._policy.most_splits
        pieces = [batches]
        while pieces:
            piece = pieces.pop()
            size = sum(map(len, piece))
            try:
                await self._send(piece)
            except SinkRejected as refusal:
                if refusal.rejected is None and size > 1 and splits > 0:
                    splits -= 1
                    pieces += reversed(halves(piece))
                else:
                    set_aside += min(size, refusal.rejected or size)
                    self._report(refusal, piece, size)
        return set_aside

    async def _send(self, batches: Sequence[Batch]) -> None:
        """One piece, as often as it takes.

        Raises:
            SinkRejected: trying again would not help. A fault in the sink's own code counts as
                one, so that samples it cannot handle do not stop all others.
        """
        attempt = 0
        while True:
            try:
                async with asyncio.timeout(self._policy.timeout):
                    await self._sink.send(batches)
            except SinkUnavailable as error:
                failure = error
            except TimeoutError:
                failure = SinkUnavailable(f"no answer within {self._policy.timeout:g} s")
            except SinkRejected:
                self._answered()
                raise
            except Exception as error:
                raise SinkRejected(f"{type(error).__name__}: {error}") from error
            else:
                self._answered()
                return
            self._failed(failure)
            self.retries += 1
            await asyncio.sleep(self.pause(attempt, failure.retry_after))
            attempt += 1

    def pause(self, attempt: int, retry_after: float | None) -> float:
        """Seconds before the next attempt; `attempt` counts from 0."""
        policy = self._policy
        longest = min(policy.longest_retry, policy.first_retry * 2.0 ** min(attempt, 30))
        pause = longest * self._randomness.uniform(0.5, 1.0)
        return max(pause, min(retry_after or 0.0, policy.longest_retry_after))

    def _failed(self, failure: SinkUnavailable) -> None:
        if self._outage is None:
            state = self.consumer.state
            self._outage = _Outage(self._clock.monotonic(), state.dropped)
            log.warning("sink_failed", sink=self.name, reason=str(failure), waiting=state.waiting)

    def _answered(self) -> None:
        outage, self._outage = self._outage, None
        if outage is not None:
            log.info(
                "sink_recovered",
                sink=self.name,
                after_seconds=round(self._clock.monotonic() - outage.since, 1),
                dropped=self.consumer.state.dropped - outage.dropped_before,
            )

    def _report(self, refusal: SinkRejected, piece: Sequence[Batch], size: int) -> None:
        """Log a rejection, once a reason: for a single sample that is its metric."""
        series = piece[0].series[0] if size == 1 else None
        reason = series.metric.name if series is not None else str(refusal)
        if reason in self._reported or len(self._reported) >= _MAX_REPORTED:
            return
        self._reported.add(reason)
        log.error(
            "samples_rejected",
            sink=self.name,
            samples=min(size, refusal.rejected or size),
            first=series.key if series is not None else None,
            reason=str(refusal),
            exc_info=refusal.__cause__,
        )


@dataclass(frozen=True, slots=True)
class _Outage:
    since: float
    dropped_before: int


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


async def drain(deliveries: Iterable[asyncio.Task[None]], seconds: float) -> None:
    """Let deliveries finish after `Bus.close`; those that need longer are cancelled, and say so."""
    tasks = list(deliveries)
    if not tasks:
        return
    _, unfinished = await asyncio.wait(tasks, timeout=seconds)
    for task in unfinished:
        task.cancel()
    await asyncio.gather(*unfinished, return_exceptions=True)
