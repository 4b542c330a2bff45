"""What gateways say, in whichever language: the seam between what is true and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from omc.simulator.reading import Reading


@dataclass(frozen=True, slots=True)
class GatewayMessage:
    """What is published.

    Attributes:
        topic: Where to.
        payload: What.
        values: Readings in it.
        qos: 0 or 1.
        retain: Whether the broker keeps it.
    """

    topic: str
    payload: bytes
    values: int = 0
    qos: int = 1
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Everything:
    """All that a gateway measures at one moment.

    Attributes:
        readings: Environment and power.
        counters: Of its cells, sums of a period.
        period: Seconds of that period.
    """

    readings: Sequence[Reading]
    counters: Sequence[Reading]
    period: float


class GatewayLanguage(Protocol):
    """How one gateway tells what it knows. Times are Unix seconds."""

    def state(self, time: float, everything: Everything | None) -> list[GatewayMessage]:
        """It has come online, with all it measures; None: it has gone offline."""
        ...

    def report(
        self, device_class: str, time: float, readings: Sequence[Reading], period: float | None
    ) -> list[GatewayMessage]:
        """What it measures now; `period` in seconds of sums of a period that ends at `time`."""
        ...

    def answer(
        self, topic: str, payload: bytes, time: float, everything: Callable[[], Everything]
    ) -> list[GatewayMessage]:
        """What it says to a command; nothing to one for others."""
        ...
