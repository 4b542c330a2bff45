"""Messages that come again although their samples were taken: the acknowledgement got lost."""

from __future__ import annotations

from collector.mqtt.manual_ack import Received


class Deliveries:
    """Remembers the last message of every packet identifier.

    The DUP flag alone proves nothing (it only says that it was sent before, perhaps to a process
    that died), and the identifier alone is used again. Together with an equal topic and payload
    they do, as long as this process lives. After that, a sample with the same series and time is
    the same sample to every sink; only a payload without a time of its own is then counted twice.
    """

    def __init__(self) -> None:
        self._taken: dict[int, int] = {}

    def is_known(self, message: Received) -> bool:
        """Whether the message's samples were taken already."""
        if not message.redelivered or message.qos == 0:
            return False
        return self._taken.get(message.identifier) == _fingerprint(message)

    def remember(self, message: Received) -> None:
        """Its samples are safe."""
        if message.qos:
            self._taken[message.identifier] = _fingerprint(message)


def _fingerprint(message: Received) -> int:
    return hash((message.topic, message.payload))
