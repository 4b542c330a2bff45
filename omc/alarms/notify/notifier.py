"""Telling, until it is told: one task a route, so that one that hangs delays no other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import tzinfo
from random import Random

import aiohttp
import structlog

from omc.alarms.life.alarm import Alarm
from omc.alarms.life.engine import AlarmEngine
from omc.alarms.notify.routing import Announcement, after_telling
from omc.alarms.notify.senders import AlertmanagerSender, open_sender
from omc.alarms.notify.sending import NotDelivered, Sender
from omc.alarms.notify.told import DELIVERED, Delivery, Ledger
from omc.alarms.notify.watch import RouteWatch
from omc.alarms.wording.message import Message
from omc.core.clock import Clock
from omc.core.settings.notify import HeartbeatSettings, RouteSettings

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 1.0
_REFRESH_SECONDS = 60.0
#: Alerts that are refreshed with one request: others get their turn between.
_AT_ONCE = 200

#: Puts an alarm into words in a language.
Write = Callable[[Alarm, str], Message]


class UnknownRoute(KeyError):
    """No route of that name is set."""


class Notifier:
    """All routes.

    Args:
        engine: The alarms.
        routes: Who is told, and how.
        heartbeat: The dead man's switch; None for none.
        ledger: What was told.
        write: Puts alarms into words.
        language: Of routes that name none.
        zone: Of quiet hours.
        clock: The time.
        randomness: Spreads retries.
        settled: Returns when the alarms are on disk, if it takes them: nobody is told before.
    """

    def __init__(
        self,
        engine: AlarmEngine,
        routes: Iterable[RouteSettings],
        heartbeat: HeartbeatSettings | None,
        ledger: Ledger,
        write: Write,
        language: str,
        zone: tzinfo,
        clock: Clock,
        randomness: Random,
        settled: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._engine = engine
        self._routes = {route.name: route for route in routes}
        self._heartbeat = heartbeat
        self._ledger = ledger
        self._write = write
        self._language = language
        self._zone = zone
        self._clock = clock
        self._randomness = randomness
        self._settled = settled
        self.delivered = dict.fromkeys(self._routes, 0)
        self.failed = dict.fromkeys(self._routes, 0)

    async def run(self) -> None:
        """Tell until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name, route in self._routes.items():
                group.create_task(self._serve(route), name=f"route:{name}")
            if self._heartbeat is not None:
                group.create_task(self._beat(self._heartbeat), name="heartbeat")

    async def try_out(self, name: str) -> None:
        """Send a test message through a route.

        Raises:
            UnknownRoute: there is none of that name.
            NotDelivered: it did not get through.
        """
        route = self._routes.get(name)
        if route is None:
            raise UnknownRoute(name)
        result = DELIVERED
        try:
            async with open_sender(route) as sender:
                await sender.try_out(_test_message(route.language or self._language, name))
        except NotDelivered as failure:
            result = str(failure)
            raise
        finally:
            delivery = Delivery(self._clock.time_ms(), name, "", "test", result)
            await asyncio.to_thread(self._ledger.record, delivery)

    async def _serve(self, route: RouteSettings) -> None:
        watch = RouteWatch(
            *(self._engine, self._ledger, route.name, route, self._zone, self._clock),
            self._randomness,
        )
        async with open_sender(route) as sender:
            refreshed = float("-inf")
            while True:
                while (following := watch.next()) is not None:
                    await self._tell(route, sender, following, watch)
                now = self._clock.monotonic()
                if isinstance(sender, AlertmanagerSender) and now - refreshed >= _REFRESH_SECONDS:
                    refreshed = now
                    await self._refresh(route, sender)
                await watch.changed(_LOOK_SECONDS)

    async def _tell(
        self, route: RouteSettings, sender: Sender, announcement: Announcement, watch: RouteWatch
    ) -> None:
        if self._settled is not None:
            await self._settled()
        try:
            message = self._write(announcement.alarm, route.language or self._language)
            await sender.send(announcement, message)
        except NotDelivered as failure:
            await self._keep_refusal(route, announcement, watch, str(failure))
            return
        except Exception as fault:
            # A fault of ours, or of a library's, with one message must not end all other routes.
            log.exception("notification_failed_internally", route=route.name)
            await self._keep_refusal(route, announcement, watch, type(fault).__name__)
            return
        now = self._clock.time_ms()
        delivery = _delivery(now, route, announcement, DELIVERED)
        told = after_telling(announcement, now)
        await asyncio.to_thread(self._ledger.remember, delivery, told)
        self.delivered[route.name] += 1
        was_refused = watch.is_refused
        watch.accepted(announcement)
        if was_refused and not watch.is_refused:
            log.info("notification_recovered", route=route.name)

    async def _keep_refusal(
        self, route: RouteSettings, announcement: Announcement, watch: RouteWatch, reason: str
    ) -> None:
        """Try it again later, and record its first attempt."""
        self.failed[route.name] += 1
        if not watch.is_refused:
            log.warning("notification_failed", route=route.name, reason=reason)
        if watch.refused(announcement):
            delivery = _delivery(self._clock.time_ms(), route, announcement, reason)
            await asyncio.to_thread(self._ledger.record, delivery)

    async def _refresh(self, route: RouteSettings, sender: AlertmanagerSender) -> None:
        """What lasts lasts there too."""
        told = self._ledger.of_route(route.name)
        lasting = [key for key, before in told.items() if before.severity]
        try:
            await sender.watchdog()
            for begin in range(0, len(lasting), _AT_ONCE):
                alarms = map(self._engine.get, lasting[begin : begin + _AT_ONCE])
                language = route.language or self._language
                written = [(a, self._write(a, language)) for a in alarms if a and a.is_active]
                if written:
                    await sender.refresh(written)
        except NotDelivered as failure:
            self.failed[route.name] += 1
            log.warning("alertmanager_away", route=route.name, reason=str(failure))

    async def _beat(self, heartbeat: HeartbeatSettings) -> None:
        failing = False
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                try:
                    async with session.get(heartbeat.url.get_secret_value()) as answer:
                        ok = answer.status < 400
                except (aiohttp.ClientError, OSError, TimeoutError):
                    ok = False
                if failing and ok:
                    log.info("heartbeat_recovered")
                elif not ok and not failing:
                    log.warning("heartbeat_failing")
                failing = not ok
                await asyncio.sleep(heartbeat.every)


def _delivery(
    time_ms: int, route: RouteSettings, announcement: Announcement, result: str
) -> Delivery:
    key, kind = announcement.alarm.key, str(announcement.kind)
    return Delivery(time_ms, route.name, key, kind, result)


def _test_message(language: str, route: str) -> Message:
    if language == "vi":
        return Message(f"Tin thử từ OMC Telemetry ({route})", ("Tuyến thông báo này hoạt động.",))
    return Message(f"Test message of OMC Telemetry ({route})", ("This route works.",))
