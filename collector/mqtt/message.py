"""One message while it is read, and what is counted and said of what cannot be taken of it."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from collector.mqtt.counts import Result, SubscriptionCounts
from collector.mqtt.rejection import Reason

log = structlog.get_logger(__name__)

_MOST_LINES = 100
_LONGEST_SAMPLE = 80
_NOT_WORTH_A_LINE = (Reason.MISSING, Reason.RETAINED, Reason.BAD_QUALITY)


@dataclass(slots=True)
class Message:
    """What became of one message so far.

    Attributes:
        topic: As received.
        payload: As received.
        retained: The broker had kept it.
        now_ms: When it arrived.
        samples: Taken of it.
        missing: Values that the publisher says it does not have.
        refused: Records and values that could not be taken.
        is_understood: It told something that is no value: a birth, a death.
    """

    topic: str
    payload: bytes
    retained: bool
    now_ms: int
    samples: int = 0
    missing: int = 0
    refused: int = 0
    is_understood: bool = False

    @property
    def result(self) -> Result:
        """How it ended."""
        if self.samples:
            return Result.PARTIAL if self.refused else Result.ACCEPTED
        if self.refused:
            return Result.REJECTED
        return Result.ACCEPTED if self.missing or self.is_understood else Result.IGNORED


class Refusals:
    """Counts what one subscription refuses, and logs each reason once.

    Args:
        counts: Where to count.
        subscription: Named in the log.
    """

    def __init__(self, counts: SubscriptionCounts, subscription: str) -> None:
        self._counts = counts
        self._subscription = subscription
        self._logged: set[str] = set()

    def refuse(self, message: Message, reason: Reason, detail: str = "") -> None:
        """Something of a message is not taken.

        Args:
            message: What it stood in.
            reason: What is counted.
            detail: For the log.
        """
        self._counts.rejected[reason] += 1
        if reason is Reason.MISSING:
            message.missing += 1
            return
        message.refused += 1
        # A metric that the catalogue does not have is listed by name.
        once = f"{reason} {detail}" if reason is Reason.UNKNOWN_METRIC else reason.value
        if once in self._logged or reason in _NOT_WORTH_A_LINE or len(self._logged) > _MOST_LINES:
            return
        self._logged.add(once)
        log.warning(
            "mqtt_payload_refused",
            subscription=self._subscription,
            reason=reason.value,
            detail=_shown(detail),
            topic=_shown(message.topic),
            sample=_shown(message.payload[:_LONGEST_SAMPLE].decode("latin-1")),
        )


def _shown(text: str) -> str:
    """Text from outside as a log line may show it: short, printable ASCII."""
    return ascii(text[:_LONGEST_SAMPLE])[1:-1]
