"""Our own state as a host application: online while we are connected (Sparkplug 3.0.0, 4.1.3, 5.3).

Edge nodes may wait for us to be online before they say anything. They trust the latest timestamp,
so the birth of a connection and its will carry the same one.
"""

from __future__ import annotations

import json

from collector.mqtt.counts import Result, SubscriptionCounts
from collector.mqtt.reader import Command
from collector.mqtt.sparkplug.topic import state_topic
from collector.mqtt.topic_template import TopicTemplate
from omc.core.model import Batch


class OwnState:
    """A reader of our own state: when somebody else says that we are offline, we say it again.

    Args:
        host_id: Ours.
        counts: Where to count.

    Attributes:
        counts: As given.
        template: Our state's topic.
    """

    def __init__(self, host_id: str, counts: SubscriptionCounts) -> None:
        self.counts = counts
        self.template = TopicTemplate.parse(state_topic(host_id))
        self._since_ms = 0
        self._is_contradicted = False

    def begin(self, now_ms: int) -> Command:
        """A connection is about to be made: its will."""
        self._since_ms = now_ms
        return self._state(online=False, time_ms=now_ms)

    def online(self) -> Command:
        """What to publish once we listen."""
        self._is_contradicted = False
        return self._state(online=True, time_ms=self._since_ms)

    def offline(self, now_ms: int) -> Command:
        """What to publish before we leave."""
        return self._state(online=False, time_ms=max(now_ms, self._since_ms))

    def read(self, topic: str, payload: bytes, *, retained: bool, now_ms: int) -> Result:
        try:
            state = json.loads(payload)
        except ValueError:
            state = None
        self._is_contradicted = not (isinstance(state, dict) and state.get("online") is True)
        self.counts.messages[Result.ACCEPTED] += 1
        return Result.ACCEPTED

    def take(self) -> list[Batch]:
        return []

    def connected(self, *, session_kept: bool) -> None:
        """Nothing to prepare."""

    def disconnected(self) -> None:
        """The broker says it for us: that is the will."""

    def tick(self, now_ms: int) -> list[Command]:
        return [self.online()] if self._is_contradicted else []

    def _state(self, *, online: bool, time_ms: int) -> Command:
        text = json.dumps({"online": online, "timestamp": time_ms})
        return Command(self.template.text, text.encode(), qos=1, retain=True)
