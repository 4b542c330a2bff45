"""What a subscription does with its messages: the seam between the connection and the formats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from collector.mqtt.counts import Result, SubscriptionCounts
from collector.mqtt.json_payload import PayloadReader
from collector.mqtt.site_status import HeldStates
from collector.mqtt.topic_template import TopicTemplate
from omc.bus.base import Bus
from omc.core.model import Batch


@dataclass(frozen=True, slots=True)
class Command:
    """A message of ours.

    Attributes:
        topic: Where to.
        payload: What.
        qos: 0 or 1.
        retain: Whether the broker is to keep it.
    """

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


class Reader(Protocol):
    """Reads the messages of one subscription.

    Attributes:
        counts: What became of them.
        template: Its topics.
    """

    counts: SubscriptionCounts
    template: TopicTemplate

    def read(self, topic: str, payload: bytes, *, retained: bool, now_ms: int) -> Result:
        """Take one message. Never raises: what is wrong with it is counted."""
        ...

    def take(self) -> list[Batch]:
        """What is to be published, since the last call."""
        ...

    def connected(self, *, session_kept: bool) -> None:
        """There is a connection; whether the broker has kept what we were to get meanwhile."""
        ...

    def disconnected(self) -> None:
        """There is none any more: nobody tells us what changes."""
        ...

    def tick(self, now_ms: int) -> list[Command]:
        """Let time pass, once a second while connected; what to send."""
        ...


class PlainReader:
    """Messages that each say everything themselves: JSON and text, telemetry and states.

    Args:
        payloads: Reads them.
        bus: Where states go.
        source: Of the batches of states.
    """

    def __init__(self, payloads: PayloadReader, bus: Bus, source: str) -> None:
        self.counts = payloads.counts
        self.template = payloads.template
        self._payloads = payloads
        self._bus = bus
        is_status = payloads.mapping.kind == "status"
        interval = payloads.mapping.interval
        self.held = HeldStates(source, interval, bus.emit) if is_status else None

    def read(self, topic: str, payload: bytes, *, retained: bool, now_ms: int) -> Result:
        result = self._payloads.read(topic, payload, retained=retained, now_ms=now_ms)
        if self.held is not None:
            batches = self._payloads.take()
            self.held.update(batches, retained=retained, now_ms=now_ms)
            for batch in batches:
                self._bus.publish(batch)
        return result

    def take(self) -> list[Batch]:
        return self._payloads.take()

    def connected(self, *, session_kept: bool) -> None:
        """What holds is retained, and so comes by itself."""

    def disconnected(self) -> None:
        """What was said expires when nobody repeats it."""

    def tick(self, now_ms: int) -> list[Command]:
        batch = self.held.due(now_ms) if self.held else None
        if batch is not None:
            self._bus.publish(batch)
        return []
