"""Ways to tell: Apprise, a webhook, Alertmanager; `mail.py` is another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from omc.alarms.life.alarm import Alarm
from omc.alarms.notify.mail import MailSender
from omc.alarms.notify.routing import Announcement, Telling
from omc.alarms.notify.sending import NotDelivered, Sender
from omc.alarms.severity import Severity
from omc.alarms.wording.message import Message
from omc.core.http_failure import in_short
from omc.core.settings.notify import (
    AlertmanagerRoute,
    AppriseRoute,
    MailRoute,
    RouteSettings,
    WebhookRoute,
)
from omc.core.unjoined_thread import in_unjoined_thread

_TIMEOUT = aiohttp.ClientTimeout(total=10)
#: Bytes of what a receiver says that are read: enough to see what is wrong.
_LONGEST_ANSWER = 200
#: An alert that is not sent again within this time ends by itself.
_ALERT_LIFETIME = timedelta(minutes=5)


class AppriseSender:
    """Through Apprise."""

    def __init__(self, route: AppriseRoute) -> None:
        import apprise  # its hundred services take a third of a second and 30 MB: only if asked for

        self._apprise = apprise.Apprise()
        self._is_understood = self._apprise.add(route.url.get_secret_value())

    async def send(self, announcement: Announcement, message: Message) -> None:
        await self._notify(message, _APPRISE_TYPES.get(announcement.alarm.severity, "info"))

    async def try_out(self, message: Message) -> None:
        await self._notify(message, "info")

    async def send_files(self, message: Message, files: Sequence[Path]) -> None:
        """Deliver a message, with files attached where the service takes any. Raises as `send`."""
        await self._notify(message, "info", files)

    async def _notify(self, message: Message, kind: str, files: Sequence[Path] = ()) -> None:
        if not self._is_understood:
            raise NotDelivered("Apprise does not understand the URL of this route")
        body = "\n".join(message.lines) or message.title
        attached = [str(file) for file in files] or None
        notify = partial(self._apprise.notify, body, message.title, kind, attach=attached)
        done = await in_unjoined_thread(notify, "apprise")
        if not done:
            raise NotDelivered("the service did not take it")


_APPRISE_TYPES = {
    Severity.CLEARED: "success",
    Severity.WARNING: "warning",
    Severity.MINOR: "warning",
    Severity.MAJOR: "failure",
    Severity.CRITICAL: "failure",
}


class _HttpSender:
    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def _post(self, url: str, body: object, **arguments: Any) -> None:
        try:
            # Sent elsewhere, a POST would become a GET that tells nobody anything.
            async with self._session.post(
                url, json=body, allow_redirects=False, **arguments
            ) as answer:
                text = (await answer.content.read(_LONGEST_ANSWER)).decode(errors="replace")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NotDelivered(in_short(error)) from None
        if 300 <= answer.status < 400:
            raise NotDelivered(f"answered {answer.status}: redirected; give the final URL")
        if not 200 <= answer.status < 300:
            raise NotDelivered(f"answered {answer.status}: {text}")


class WebhookSender(_HttpSender):
    """A POST of JSON. The `Idempotency-Key` is the same however often the same news is sent."""

    def __init__(self, route: WebhookRoute, session: aiohttp.ClientSession) -> None:
        super().__init__(session)
        self._url = route.url
        self._headers = (
            {"Authorization": f"Bearer {route.token.get_secret_value()}"} if route.token else {}
        )

    async def send(self, announcement: Announcement, message: Message) -> None:
        alarm = announcement.alarm
        body = {
            "id": announcement.identity,
            "kind": str(announcement.kind),
            "key": alarm.key,
            "rule": alarm.rule,
            "labels": dict(alarm.labels),
            "severity": alarm.severity.word,
            "raised_ms": alarm.raised_ms,
            "title": message.title,
            "text": list(message.lines),
        }
        headers = self._headers | {"Idempotency-Key": announcement.identity}
        await self._post(self._url, body, headers=headers)

    async def try_out(self, message: Message) -> None:
        body = {"kind": "test", "title": message.title, "text": list(message.lines)}
        await self._post(self._url, body, headers=self._headers)


class AlertmanagerSender(_HttpSender):
    """The v2 API. What lasts has to be sent again and again (`refresh`), or it ends there."""

    def __init__(self, route: AlertmanagerRoute, session: aiohttp.ClientSession) -> None:
        super().__init__(session)
        self._url = f"{route.url}/api/v2/alerts"
        self._auth = (
            aiohttp.BasicAuth(route.user, route.password.get_secret_value())
            if route.user is not None and route.password is not None
            else None
        )

    async def send(self, announcement: Announcement, message: Message) -> None:
        over = announcement.kind is Telling.OVER
        await self.refresh([(announcement.alarm, message)], over=over)

    async def refresh(self, alarms: Sequence[tuple[Alarm, Message]], *, over: bool = False) -> None:
        """Say that these last, or that they are over. Raises as `send`."""
        now = datetime.now(UTC)
        ends = now if over else now + _ALERT_LIFETIME
        alerts = [_alert(alarm, message, ends) for alarm, message in alarms]
        await self._post(self._url, alerts, auth=self._auth)

    async def watchdog(self) -> None:
        """The alert that always fires: Alertmanager's end of the dead man's switch."""
        now = datetime.now(UTC)
        alert = {
            "labels": {"alertname": "Watchdog", "severity": "none", "service": "omc"},
            "annotations": {"summary": "OMC Telemetry is alive"},
            "startsAt": now.isoformat(),
            "endsAt": (now + _ALERT_LIFETIME).isoformat(),
        }
        await self._post(self._url, [alert], auth=self._auth)

    async def try_out(self, message: Message) -> None:
        now = datetime.now(UTC)
        alert = {
            "labels": {"alertname": "OmcTest", "severity": "none"},
            "annotations": {"summary": message.title, "description": "\n".join(message.lines)},
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(minutes=1)).isoformat(),
        }
        await self._post(self._url, [alert], auth=self._auth)


def _alert(alarm: Alarm, message: Message, ends: datetime) -> dict[str, Any]:
    # The severity is a label, as everybody's routing wants it. It is the worst that the alarm has
    # been: an alert with another label would be another alert.
    labels = dict(alarm.labels) | {"alertname": alarm.rule, "severity": alarm.worst.word}
    return {
        "labels": labels,
        "annotations": {"summary": message.title, "description": "\n".join(message.lines)},
        "startsAt": datetime.fromtimestamp(alarm.raised_ms / 1000, UTC).isoformat(),
        "endsAt": ends.isoformat(),
    }


@asynccontextmanager
async def open_sender(route: RouteSettings) -> AsyncIterator[Sender]:
    """The sender of a route, with its connections."""
    if isinstance(route, AppriseRoute):
        yield await asyncio.to_thread(AppriseSender, route)
        return
    if isinstance(route, MailRoute):
        yield MailSender(route)
        return
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        if isinstance(route, WebhookRoute):
            yield WebhookSender(route, session)
        else:
            yield AlertmanagerSender(route, session)
