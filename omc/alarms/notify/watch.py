"""What one route may have to be told, found without looking at every alarm every second."""

from __future__ import annotations

import asyncio
import heapq
from datetime import tzinfo
from itertools import count

from omc.alarms.life.alarm import AlarmKey, Change
from omc.alarms.life.engine import AlarmEngine
from omc.alarms.notify.routing import Announcement, Later, Wishes, outlook
from omc.alarms.notify.told import Ledger
from omc.core.clock import Clock


class RouteWatch:
    """Looks at alarms that have changed, and at those whose time has come.

    Args:
        engine: The alarms. All that are known are looked at first, those that change afterwards.
        ledger: What the route was told.
        route: Its name.
        wishes: What it wants.
        zone: Of its quiet hours.
        clock: The time.
    """

    def __init__(
        self,
        engine: AlarmEngine,
        ledger: Ledger,
        route: str,
        wishes: Wishes,
        zone: tzinfo,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._told = ledger.of_route(route)
        self._wishes = wishes
        self._zone = zone
        self._clock = clock
        self._changed = dict.fromkeys(alarm.key for alarm in engine.known())
        self._waiting: dict[AlarmKey, int] = {}
        #: The most severe first, then the first that was found: (-severity, number, key).
        self._ready: list[tuple[int, int, AlarmKey]] = []
        self._numbers = count()
        self._wake = asyncio.Event()
        engine.listen(self._heed)

    def _heed(self, change: Change) -> None:
        self.look_again(change.alarm.key)

    def look_again(self, key: AlarmKey) -> None:
        """Something may have to be told of this alarm after all."""
        self._changed[key] = None
        self._wake.set()

    async def changed(self, seconds: float) -> None:
        """Return when an alarm has changed, after so many seconds at the latest."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    def next(self) -> Announcement | None:
        """The most urgent news, decided now; None if there is none."""
        self._wake.clear()
        self._sort()
        while self._ready:
            _, _, key = heapq.heappop(self._ready)
            found = self._outlook(key)
            if isinstance(found, Announcement):
                return found
        return None

    def _sort(self) -> None:
        """Part what is to be told from what has to wait."""
        now = self._clock.time_ms()
        due = [key for key, time_ms in self._waiting.items() if time_ms <= now]
        changed, self._changed = self._changed, {}
        for key in (*due, *changed):
            self._waiting.pop(key, None)
            found = self._outlook(key)
            if isinstance(found, Announcement):
                place = (-int(found.alarm.severity), next(self._numbers), key)
                heapq.heappush(self._ready, place)

    def _outlook(self, key: AlarmKey) -> Announcement | Later | None:
        alarm = self._engine.get(key)
        if alarm is None:
            return None
        now = self._clock.time_ms()
        found = outlook(alarm, self._told.get(key), self._wishes, now, self._zone)
        if isinstance(found, Later):
            self._waiting[key] = found.time_ms
        return found
