"""The while after the end of a root cause, in which what it explained may end too."""

from __future__ import annotations

from omc.alarms.life.alarm import Alarm, AlarmKey
from omc.alarms.life.engine import AlarmEngine
from omc.core.clock import Clock


class Aftermath:
    """Keeps children beneath a root that is over, for a while.

    Args:
        engine: The alarms.
        clock: The time.
        seconds: How long.
    """

    def __init__(self, engine: AlarmEngine, clock: Clock, seconds: float) -> None:
        self._engine = engine
        self._clock = clock
        self._seconds = seconds
        self._ended: dict[AlarmKey, float] = {}

    def begin(self, key: AlarmKey) -> None:
        """A root is over."""
        self._ended[key] = self._clock.monotonic()

    def tick(self) -> list[Alarm]:
        """Let time pass; returns alarms that outlast their root and stand for themselves now.

        A root that is active again has its children back.
        """
        now = self._clock.monotonic()
        over = {key for key, ended in self._ended.items() if now - ended >= self._seconds}
        for key in over:
            del self._ended[key]
        over = {key for key in over if not self._is_active(key)}
        if not over:
            return []
        left = [alarm for alarm in self._engine.active() if alarm.root in over]
        for alarm in left:
            self._engine.set_root(alarm.key, None)
        return left

    def _is_active(self, key: AlarmKey) -> bool:
        root = self._engine.get(key)
        return root is not None and root.is_active
