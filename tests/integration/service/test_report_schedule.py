"""Reports that make themselves: when they are due, once, in a process, sent with their files."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from email.header import decode_header, make_header
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from omc.core.clock import ManualClock
from omc.core.errors import ConfigurationError
from omc.core.settings import load_settings
from omc.reports import periods
from omc.reports.maker import ReportMaker
from omc.reports.shelf import shelved_reports
from omc.service.installation import load_installation
from omc.service.report_schedule import STATE, ReportSchedule
from tests.servers.smtp import SmtpServer
from tests.servers.webhook import WebhookReceiver
from tests.shortage import nothing_more_to_open

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
SETTINGS = """
inventory: inventory
data: data
alarms:
  routes:
    - {{name: mail, via: apprise, url: "env:MAIL"}}
    - {{name: own-mail, via: mail, host: 127.0.0.1, port: {port}, security: none,
        sender: omc@example.vn, to: [lan@example.vn]}}
    - {{name: hook, via: webhook, url: "http://127.0.0.1:1"}}
reports:
  schedule:
    - name: monthly
      report: availability
      every: {every}
      at: "06:00"
      formats: [csv, html]
      send_to: [{route}]
"""
SITES = "code,name,latitude,longitude\nA,Trạm A,21.3,105.6\n"


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=HANOI).timestamp() * 1000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory" / "sites.csv").write_text(SITES, encoding="utf-8")
    return tmp_path


def write(folder: Path, every: str = "month", route: str = "mail", port: int = 25) -> Path:
    path = folder / "omc.yaml"
    text = SETTINGS.format(every=every, route=route, port=port)
    path.write_text(text, encoding="utf-8")
    return path


MakeSchedule = Callable[[str, str, str], tuple[ReportSchedule, ManualClock]]


def schedule_of(path: Path, now: str, url: str) -> tuple[ReportSchedule, ManualClock]:
    clock = ManualClock(at(now))
    settings = load_settings(path, {"MAIL": url})
    maker = ReportMaker(path, settings.report_folder)
    return ReportSchedule(settings, maker, clock), clock


@pytest.fixture
def make(folder: Path) -> MakeSchedule:
    def schedule(every: str, now: str, url: str) -> tuple[ReportSchedule, ManualClock]:
        return schedule_of(write(folder, every), now, url)

    return schedule


@pytest.mark.parametrize(
    ("every", "now", "stem"),
    [
        ("month", "2026-11-01T05:59", None),
        ("month", "2026-11-01T06:00", "2026-10"),
        ("month", "2026-12-31T23:59", "2026-11"),
        ("week", "2026-11-23T06:00", "2026-11-16_2026-11-22"),
        ("week", "2026-11-23T05:00", None),
        ("day", "2027-01-01T06:30", "2026-12-31"),
    ],
)
def test_a_report_is_due_at_its_hour_of_the_day_after(
    every: str, now: str, stem: str | None, make: MakeSchedule
) -> None:
    schedule, _ = make(every, now, "json://127.0.0.1:1")
    period = schedule.due(schedule._settings.reports.schedule[0])
    assert (None if period is None else periods.stem(period)) == stem


async def test_a_report_is_made_once_and_sent_with_its_files(
    folder: Path, make: MakeSchedule
) -> None:
    async with WebhookReceiver() as receiver:
        schedule, clock = make("month", "2026-10-20T12:00", receiver.url.replace("http", "json"))
        schedule._begin()
        await schedule.look()
        assert receiver.received == []  # what was over before it was scheduled is not made
        clock.advance(11.75 * 86_400)  # the first of the month, at six
        await schedule.look()
        await schedule.look()
        (message,) = receiver.received
        assert message["title"] == "Báo cáo độ khả dụng: 01/10/2026 đến 31/10/2026"
        names = {attached["filename"] for attached in message["attachments"]}
        assert "availability-2026-10-vi.html" in names
        assert "availability-2026-10-vi.sites.csv" in names
        assert "availability-2026-10-vi (csv, html)" in message["message"]  # where none are taken
        assert "trễ" not in message["message"]
    (shelved,) = shelved_reports(folder / "data" / "reports")
    assert shelved.name == "availability-2026-10-vi"


async def test_a_report_that_is_late_is_made_once_and_says_so(make: MakeSchedule) -> None:
    async with WebhookReceiver() as receiver:
        schedule, clock = make("day", "2026-10-20T12:00", receiver.url.replace("http", "json"))
        schedule._begin()
        clock.advance(4 * 86_400 + 3600)  # the service was down
        await schedule.look()
        await schedule.look()
        (message,) = receiver.received
    assert message["title"].endswith("23/10/2026")
    assert "Báo cáo lập trễ: lẽ ra lập lúc 24/10/2026 06:00." in message["message"]
    assert (
        "Các kỳ chưa từng lập hoặc gửi: 2026-10-20, 2026-10-21, 2026-10-22." in (message["message"])
    )


async def test_a_report_goes_by_mail_with_its_files_attached_as_they_are(folder: Path) -> None:
    with SmtpServer() as server:
        path = write(folder, "day", "own-mail", server.port)
        schedule, clock = schedule_of(path, "2026-10-20T12:00", "json://127.0.0.1:1")
        schedule._begin()
        clock.advance(86_400)
        await schedule.look()
        (mail,) = server.mails()
    assert str(make_header(decode_header(mail["Subject"]))) == "Báo cáo độ khả dụng: 20/10/2026"
    body, *attached = list(mail.walk())[1:]
    text = body.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert "trang Báo cáo" in text.decode()
    reports = folder / "data" / "reports"
    assert "availability-2026-10-20-vi.html" in {part.get_filename() for part in attached}
    for part in attached:
        assert part.get_payload(decode=True) == (reports / str(part.get_filename())).read_bytes()


async def test_what_could_not_be_sent_is_tried_again_later(
    folder: Path, make: MakeSchedule
) -> None:
    async with WebhookReceiver() as receiver:
        receiver.refuse = True
        schedule, clock = make("day", "2026-10-20T12:00", receiver.url.replace("http", "json"))
        schedule._begin()
        clock.advance(86_400)
        await schedule.look()
        receiver.refuse = False
        await schedule.look()
        assert receiver.received == []  # not yet
        clock.advance(901)
        await schedule.look()
        assert len(receiver.received) == 1
    assert json.loads((folder / "data" / "reports" / STATE).read_text()) == {
        "monthly": "2026-10-20"
    }


async def test_where_it_cannot_be_noted_a_report_is_made_and_sent_once_all_the_same(
    folder: Path, make: MakeSchedule
) -> None:
    (folder / "data" / "reports" / STATE).mkdir(parents=True)  # in the way, as a full disk is
    async with WebhookReceiver() as receiver:
        schedule, clock = make("day", "2026-10-20T12:00", receiver.url.replace("http", "json"))
        schedule._begin()
        clock.advance(86_400)
        await schedule.look()
        await schedule.look()
        assert len(receiver.received) == 1


async def test_a_report_that_cannot_be_started_is_tried_again_later(make: MakeSchedule) -> None:
    async with WebhookReceiver() as receiver:
        schedule, clock = make("day", "2026-10-20T12:00", receiver.url.replace("http", "json"))
        schedule._begin()
        clock.advance(86_400)
        with nothing_more_to_open():
            await schedule.look()
        assert receiver.received == []
        clock.advance(901)
        await schedule.look()
        assert len(receiver.received) == 1


@pytest.mark.parametrize("route", ["nobody", "hook"])
def test_a_route_that_carries_no_files_is_a_fault_with_its_place(route: str, folder: Path) -> None:
    path = write(folder, route=route)
    with pytest.raises(
        ConfigurationError, match=rf"omc\.yaml:17:17: send_to: .*'{route}'.* mail, own-mail"
    ):
        load_installation(path, {"MAIL": "json://127.0.0.1:1"})
