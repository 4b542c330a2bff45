"""What one route may have to be told, found without looking at every alarm every second."""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass
from datetime import tzinfo
from itertools import count
from random import Random

from omc.alarms.life.alarm import AlarmKey, Change
from omc.alarms.life.engine import AlarmEngine
from omc.alarms.notify.routing import Announcement, Later, Wishes, outlook
from omc.alarms.notify.told import Ledger
from omc.core.clock import Clock

#: Seconds after which a message that was refused is tried again: ever longer, up to the last.
_FIRST_RETRY, _LONGEST_RETRY = 1.0, 120.0


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A message that did not get through: which, how often, and when it is tried again."""

    identity: str
    attempts: int
    until_ms: int


class RouteWatch:
    """Looks at alarms that have changed, and at those whose time has come.

    A message that is refused waits by itself: it holds up no other.

    Args:
        engine: The alarms. All that are known are looked at first, those that change afterwards.
        ledger: What the route was told.
        route: Its name.
        wishes: What it wants.
        zone: Of its quiet hours.
        clock: The time.
        randomness: Spreads retries.
    """

    def __init__(
        self,
        engine: AlarmEngine,
        ledger: Ledger,
        route: str,
        wishes: Wishes,
        zone: tzinfo,
        clock: Clock,
        randomness: Random,
    ) -> None:
        self._engine = engine
        self._told = ledger.of_route(route)
        self._wishes = wishes
        self._zone = zone
        self._clock = clock
        self._randomness = randomness
        self._changed = dict.fromkeys(alarm.key for alarm in engine.known())
        self._waiting: dict[AlarmKey, int] = {}
        self._refusals: dict[AlarmKey, _Refusal] = {}
        #: The most severe first, then the first that was found: (-severity, number, key).
        self._ready: list[tuple[int, int, AlarmKey]] = []
        self._numbers = count()
        self._wake = asyncio.Event()
        engine.listen(self._heed)

    def _heed(self, change: Change) -> None:
        self._changed[change.alarm.key] = None
        self._wake.set()

    @property
    def is_refused(self) -> bool:
        """Whether any message waits for another attempt."""
        return bool(self._refusals)

    def refused(self, announcement: Announcement) -> bool:
        """A message did not get through; what is said next is decided anew when its time comes.

        Returns:
            Whether that was its first attempt.
        """
        key = announcement.alarm.key
        before = self._refusals.get(key)
        is_first = before is None or before.identity != announcement.identity
        attempts = 1 if before is None or is_first else before.attempts + 1
        longest = min(_LONGEST_RETRY, _FIRST_RETRY * 2.0 ** min(attempts - 1, 30))
        pause = longest * self._randomness.uniform(0.5, 1.0)
        until_ms = self._clock.time_ms() + round(1000 * pause)
        self._refusals[key] = _Refusal(announcement.identity, attempts, until_ms)
        self._changed[key] = None
        return is_first

    def accepted(self, announcement: Announcement) -> None:
        """A message got through."""
        self._refusals.pop(announcement.alarm.key, None)

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
            self._refusals.pop(key, None)
            return None
        now = self._clock.time_ms()
        found = outlook(alarm, self._told.get(key), self._wishes, now, self._zone)
        refusal = self._refusals.get(key)
        if refusal is not None and isinstance(found, Announcement):
            if found.identity == refusal.identity and now < refusal.until_ms:
                found = Later(refusal.until_ms)
        elif found is None:
            self._refusals.pop(key, None)
        if isinstance(found, Later):
            self._waiting[key] = found.time_ms
        return found
