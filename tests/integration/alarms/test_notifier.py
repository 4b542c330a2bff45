"""Telling real receivers: a webhook, Apprise, Alertmanager."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.header import decode_header, make_header
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from starlette.responses import RedirectResponse, Response

from omc.alarms import Alarm, AlarmEngine, Maintenance, Severity, alarm_key
from omc.alarms.notify.mail import MailSender
from omc.alarms.notify.notifier import Notifier, UnknownRoute
from omc.alarms.notify.sending import NotDelivered
from omc.alarms.notify.told import Ledger
from omc.alarms.wording.message import Message
from omc.core.clock import Clock, ManualClock, SystemClock
from omc.core.inventory import Inventory
from omc.core.settings.notify import (
    AlertmanagerRoute,
    AppriseRoute,
    HeartbeatSettings,
    MailRoute,
    RouteSettings,
    WebhookRoute,
)
from tests.sample_data import NEW_YEAR_MS
from tests.servers.alertmanager import Alertmanager
from tests.servers.process import free_port
from tests.servers.smtp import SmtpServer
from tests.servers.webhook import WebhookReceiver

SITE = (("site", "VYE001"),)
KEY = alarm_key("dc_bus_voltage_low", SITE)
AN_ALARM = Alarm(
    *("dc_bus_voltage_low", SITE, Severity.MAJOR, Severity.MAJOR, NEW_YEAR_MS, NEW_YEAR_MS),
    contributors=(("bus", Severity.MAJOR),),
)


def _write(alarm: Alarm, language: str) -> Message:
    if alarm.rule == "unspeakable":
        raise KeyError("a mistake of ours")
    return Message(f"{alarm.severity.word} {alarm.key} ({language})", ("Việc cần làm: ...",))


class Telling:
    """An engine whose alarms are told by a notifier that runs."""

    def __init__(
        self, folder: Path, *routes: RouteSettings, beat: str = "", clock: Clock | None = None
    ) -> None:
        clock = clock or SystemClock()
        self.engine = AlarmEngine(clock, {}, Maintenance(Inventory()))
        self.ledger = Ledger(folder / "notifications.db")
        heartbeat = HeartbeatSettings.model_construct(url=SecretStr(beat), every=0.2)
        self.notifier = Notifier(
            self.engine,
            routes,
            heartbeat if beat else None,
            self.ledger,
            _write,
            "vi",
            ZoneInfo("Asia/Ho_Chi_Minh"),
            clock,
            Random(1),
        )

    def report(self, severity: Severity) -> None:
        self.engine.report("dc_bus_voltage_low", SITE, "bus", severity, 45.0)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.notifier.run(), name="notifier")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def until(what: Callable[[], bool], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not what():  # noqa: ASYNC110 - receivers do not call back
            await asyncio.sleep(0.05)


async def test_a_webhook_is_told_of_the_beginning_the_worse_and_the_end(tmp_path: Path) -> None:
    async with WebhookReceiver() as receiver:
        telling = Telling(tmp_path, WebhookRoute(name="noc", via="webhook", url=receiver.url))
        async with telling.running():
            telling.report(Severity.MAJOR)
            await until(lambda: len(receiver.received) == 1)
            telling.report(Severity.CRITICAL)
            await until(lambda: len(receiver.received) == 2)
            telling.report(Severity.CLEARED)
            await until(lambda: len(telling.ledger.deliveries()) == 3)
    assert [body["kind"] for body in receiver.received] == ["raised", "worse", "over"]
    assert receiver.received[0]["key"] == KEY
    assert receiver.received[0]["title"] == f"major {KEY} (vi)"
    assert receiver.keys == [body["id"] for body in receiver.received]
    assert len(set(receiver.keys)) == 3
    results = [(d.kind, d.result) for d in reversed(telling.ledger.deliveries())]
    assert results == [("raised", "delivered"), ("worse", "delivered"), ("over", "delivered")]


async def test_a_receiver_that_is_away_is_told_when_it_is_back(tmp_path: Path) -> None:
    async with WebhookReceiver() as receiver:
        receiver.refuse = True
        telling = Telling(tmp_path, WebhookRoute(name="noc", via="webhook", url=receiver.url))
        async with telling.running():
            telling.report(Severity.MAJOR)
            await until(lambda: telling.notifier.failed["noc"] >= 2)
            receiver.refuse = False
            await until(lambda: len(receiver.received) == 1)
    assert telling.ledger.deliveries()[-1].result == 'answered 503: {"detail":"not now"}'


async def test_a_message_that_is_refused_holds_up_no_other(tmp_path: Path) -> None:
    async with WebhookReceiver() as receiver:
        receiver.refused_rule = "dc_bus_voltage_low"
        telling = Telling(tmp_path, WebhookRoute(name="noc", via="webhook", url=receiver.url))
        async with telling.running():
            telling.report(Severity.CRITICAL)
            await until(lambda: receiver.refusals >= 2)
            for rule, severity in (("mains", Severity.MAJOR), ("fibre", Severity.CRITICAL)):
                telling.engine.report(rule, SITE, "x", severity)
            await until(lambda: len(receiver.received) == 2)
            receiver.refused_rule = ""
            await until(lambda: telling.notifier.delivered["noc"] == 3)
    told = [body["rule"] for body in receiver.received]
    assert told == ["fibre", "mains", "dc_bus_voltage_low"], "the worst first, and nothing lost"
    results = [delivery.result for delivery in telling.ledger.deliveries(key=KEY)]
    assert results == ["delivered", 'answered 422: {"detail":"no such thing"}']


async def test_quiet_hours_hold_back_what_can_wait_until_they_are_over(tmp_path: Path) -> None:
    clock = ManualClock()  # it is 07:00 in Hanoi
    async with WebhookReceiver() as receiver:
        quiet = {"begins": "06:00", "ends": "08:00", "severities": ["major"]}
        route = WebhookRoute.model_validate(
            {"name": "noc", "via": "webhook", "url": receiver.url, "quiet": quiet}
        )
        telling = Telling(tmp_path, route, clock=clock)
        async with telling.running():
            telling.report(Severity.MAJOR)
            telling.engine.report("over by then", SITE, "x", Severity.MAJOR)
            telling.engine.report("fibre", SITE, "x", Severity.CRITICAL)
            await until(lambda: len(receiver.received) == 1)
            assert receiver.received[0]["rule"] == "fibre", "what cannot wait is told at once"
            clock.advance(3599)
            telling.engine.report("over by then", SITE, "x", Severity.CLEARED)
            telling.engine.report("power", SITE, "x", Severity.CRITICAL)
            await until(lambda: len(receiver.received) == 2)
            assert receiver.received[1]["rule"] == "power"
            clock.advance(11)
            await until(lambda: len(receiver.received) == 3)
    assert receiver.received[2]["key"] == KEY


async def test_a_restart_neither_repeats_nor_loses_a_message(tmp_path: Path) -> None:
    async with WebhookReceiver() as receiver:
        route = WebhookRoute(name="noc", via="webhook", url=receiver.url)
        before = Telling(tmp_path, route)
        async with before.running():
            before.report(Severity.MAJOR)
            await until(lambda: before.notifier.delivered["noc"] == 1)
        before.engine.report("mains", SITE, "x", Severity.MAJOR)  # not told yet
        after = Telling(tmp_path, route)
        after.engine.restore(before.engine.active())
        async with after.running():
            await until(lambda: len(receiver.received) == 2)
            after.engine.report("later", SITE, "x", Severity.MAJOR)  # a repetition came before it
            await until(lambda: len(receiver.received) == 3)
    told = [body["rule"] for body in receiver.received]
    assert told == ["dc_bus_voltage_low", "mains", "later"]


async def test_one_route_that_hangs_delays_no_other(tmp_path: Path) -> None:
    nobody = WebhookRoute(name="away", via="webhook", url=f"http://127.0.0.1:{free_port()}/x")
    async with WebhookReceiver() as receiver:
        there = WebhookRoute(name="noc", via="webhook", url=receiver.url)
        telling = Telling(tmp_path, nobody, there)
        async with telling.running():
            telling.report(Severity.MAJOR)
            await until(lambda: telling.notifier.delivered == {"away": 0, "noc": 1})


async def test_an_alarm_that_cannot_be_put_into_words_keeps_no_other_from_being_told(
    tmp_path: Path,
) -> None:
    async with WebhookReceiver() as receiver:
        telling = Telling(tmp_path, WebhookRoute(name="noc", via="webhook", url=receiver.url))
        telling.engine.report("unspeakable", SITE, "x", Severity.CRITICAL)
        telling.report(Severity.MAJOR)
        async with telling.running():
            await until(lambda: telling.notifier.delivered["noc"] == 1)
    assert telling.notifier.failed["noc"] == 1


async def test_the_next_one_is_woken_in_their_language_unless_somebody_acknowledges(
    tmp_path: Path,
) -> None:
    async with WebhookReceiver() as receiver, WebhookReceiver() as head:
        first = WebhookRoute(name="noc", via="webhook", url=receiver.url)
        second = WebhookRoute(name="head", via="webhook", url=head.url, language="en").model_copy(
            update={"unacknowledged_for": 2.0}
        )
        telling = Telling(tmp_path, first, second)
        telling.report(Severity.MAJOR)
        telling.engine.report("mains", SITE, "x", Severity.MAJOR)
        telling.engine.acknowledge(alarm_key("mains", SITE), "lan")
        async with telling.running():
            await until(lambda: telling.notifier.delivered["noc"] == 2)
            await until(lambda: telling.notifier.delivered["head"] == 1)
            await asyncio.sleep(0.5)
    assert [body["title"] for body in head.received] == [f"major {KEY} (en)"]


async def test_apprise_delivers_title_and_text(tmp_path: Path) -> None:
    async with WebhookReceiver() as receiver:
        url = receiver.url.replace("http://", "json://")
        route = AppriseRoute.model_construct(name="phone", via="apprise", url=SecretStr(url))
        telling = Telling(tmp_path, route)
        async with telling.running():
            telling.report(Severity.MAJOR)
            await until(lambda: len(receiver.received) == 1)
    assert receiver.received[0]["title"] == f"major {KEY} (vi)"
    assert receiver.received[0]["message"] == "Việc cần làm: ..."
    assert receiver.received[0]["type"] == "failure"


async def test_mails_have_the_same_id_for_the_same_news_and_are_one_thread(tmp_path: Path) -> None:
    with SmtpServer() as server:
        route = MailRoute.model_construct(
            name="mail",
            via="mail",
            host="127.0.0.1",
            port=server.port,
            security="none",
            sender="omc@example.vn",
            to=("noc@example.vn", "lan@example.vn"),
        )
        for folder in ("first", "lost-its-memory"):
            telling = Telling(tmp_path / folder, route)
            telling.engine.restore([AN_ALARM])
            async with telling.running():
                await until(lambda told=telling: told.notifier.delivered["mail"] == 1)  # type: ignore[misc]
                telling.report(Severity.CLEARED)
                await until(lambda told=telling: told.notifier.delivered["mail"] == 2)  # type: ignore[misc]
        mails = server.mails()
    assert len(mails) == 4
    assert len({mail["Message-ID"] for mail in mails}) == 2
    assert len({mail["References"] for mail in mails}) == 1
    assert {mail["To"] for mail in mails} == {"noc@example.vn, lan@example.vn"}
    title = str(make_header(decode_header(mails[0]["Subject"])))
    assert title in {f"major {KEY} (vi)", f"cleared {KEY} (vi)"}


async def test_a_mail_server_that_is_away_is_told_later(tmp_path: Path) -> None:
    sender = MailSender(
        MailRoute.model_construct(
            name="mail",
            via="mail",
            host="127.0.0.1",
            port=free_port(),
            security="none",
            sender="a@b",
            to=("c@d",),
        )
    )
    with pytest.raises(NotDelivered, match="ConnectionRefusedError"):
        await sender.try_out(Message("title", ("text",)))


async def test_alertmanager_has_the_alert_while_it_lasts_and_the_watchdog_always(
    tmp_path: Path,
) -> None:
    with Alertmanager() as alertmanager:
        url = f"http://127.0.0.1:{alertmanager.port}"
        telling = Telling(tmp_path, AlertmanagerRoute(name="am", via="alertmanager", url=url))
        async with telling.running():
            telling.report(Severity.MAJOR)
            await until(lambda: set(alertmanager.alerts()) == {"dc_bus_voltage_low"})
            alert = alertmanager.alerts()["dc_bus_voltage_low"]
            assert alert["labels"]["severity"] == "major"
            assert alert["labels"]["site"] == "VYE001"
            assert alert["annotations"]["summary"] == f"major {KEY} (vi)"
            await until(alertmanager.watchdog_is_there)
            telling.report(Severity.CLEARED)
            await until(lambda: alertmanager.alerts() == {})


async def test_a_test_message_says_whether_it_got_through(tmp_path: Path) -> None:
    async with WebhookReceiver() as receiver:
        telling = Telling(tmp_path, WebhookRoute(name="noc", via="webhook", url=receiver.url))
        await telling.notifier.try_out("noc")
        assert receiver.received[0]["kind"] == "test"
        receiver.refuse = True
        with pytest.raises(NotDelivered, match="answered 503"):
            await telling.notifier.try_out("noc")
        with pytest.raises(UnknownRoute):
            await telling.notifier.try_out("nobody")
    assert [d.kind for d in telling.ledger.deliveries()] == ["test", "test"]


async def test_who_is_sent_elsewhere_is_not_told(tmp_path: Path) -> None:
    """A redirection turns the POST into a GET that tells nothing, and is answered with success."""
    async with WebhookReceiver() as receiver:
        receiver.answer = RedirectResponse(receiver.url, 302)
        telling = Telling(tmp_path, WebhookRoute(name="noc", via="webhook", url=receiver.url))
        with pytest.raises(NotDelivered, match="redirected"):
            await telling.notifier.try_out("noc")
    assert receiver.beats == 0


async def test_what_a_receiver_says_need_not_be_text(tmp_path: Path) -> None:
    async with WebhookReceiver() as receiver:
        receiver.answer = Response(b"\xe9t\xe9", media_type="text/plain; charset=utf-8")
        telling = Telling(tmp_path, WebhookRoute(name="noc", via="webhook", url=receiver.url))
        await telling.notifier.try_out("noc")
    assert len(receiver.received) == 1


async def test_the_heartbeat_calls_for_as_long_as_the_service_lives(tmp_path: Path) -> None:
    async with WebhookReceiver() as receiver:
        telling = Telling(tmp_path, beat=receiver.url)
        async with telling.running():
            await until(lambda: receiver.beats >= 3)
        beats = receiver.beats
        await asyncio.sleep(0.5)
        assert receiver.beats == beats
