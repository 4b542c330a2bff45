"""Reports that the service makes by itself, and sends to people.

What was made and sent is kept in `schedule.json` beside the reports: a period that ended while the
service was down is made up for, once.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

import structlog

from omc.alarms.notify.mail import MailSender
from omc.alarms.notify.senders import AppriseSender
from omc.alarms.notify.sending import NotDelivered
from omc.alarms.wording.message import Message
from omc.core.atomic_file import replace_file
from omc.core.clock import Clock
from omc.core.metric import Text
from omc.core.settings import Settings
from omc.core.settings.notify import FileRoute, MailRoute
from omc.core.settings.reports import ScheduledReport
from omc.reports import periods
from omc.reports.document import Period
from omc.reports.facts import period_text
from omc.reports.maker import ReportFailed, ReportMaker, ReportOrder
from omc.reports.value_text import day_text

log = structlog.get_logger(__name__)

STATE = "schedule.json"
#: Seconds between two looks at the clock, and before a report that failed is tried again.
_LOOK_SECONDS = 30.0
_RETRY_SECONDS = 900.0
#: Later than this a report says that it is late.
_LATE = timedelta(minutes=30)
#: Periods that are looked back for what was never made.
_MOST_SKIPPED = 60

_LAST = {"day": periods.last_day, "week": periods.last_week, "month": periods.last_month}
_TITLES = {
    "coverage": Text(en="Coverage report", vi="Báo cáo vùng phủ"),
    "availability": Text(en="Availability report", vi="Báo cáo độ khả dụng"),
    "5g-readiness": Text(en="5G readiness report", vi="Báo cáo sẵn sàng 5G"),
}


_WHERE = Text(
    en="Also on the console, page Reports: {name}",
    vi="Có trên trang Báo cáo của giao diện điều hành: {name}",
)


_LATE_TEXT = Text(en="It is late: it was due at {due}.", vi="Báo cáo lập trễ: lẽ ra lập lúc {due}.")
_SKIPPED = Text(
    en="Never made or sent: {periods}. Order them on the console, or with 'omc report'.",
    vi="Các kỳ chưa từng lập hoặc gửi: {periods}. Hãy đặt trên giao diện điều hành hoặc bằng lệnh "
    "'omc report'.",
)


class ReportSchedule:
    """All scheduled reports.

    Args:
        settings: Which, and the routes they are sent to.
        maker: Makes them.
        clock: The time.
    """

    def __init__(self, settings: Settings, maker: ReportMaker, clock: Clock) -> None:
        self._settings = settings
        self._maker = maker
        self._clock = clock
        self._routes = {
            route.name: route for route in settings.alarms.routes if isinstance(route, FileRoute)
        }
        self._wait_until: dict[str, float] = {}
        #: Of this run: a disk that takes no note of it must not have a report sent again.
        self._made: dict[str, str] = {}

    async def run(self) -> None:
        """Make reports when they are due, until cancelled."""
        await asyncio.to_thread(self._begin)
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """Make and send what is due now."""
        done = await asyncio.to_thread(self._done)
        for one in self._settings.reports.schedule:
            period = self.due(one)
            if period is None or done.get(one.name) == periods.stem(period):
                continue
            if self._clock.monotonic() < self._wait_until.get(one.name, 0.0):
                continue
            try:
                await self._make(one, period, self._skipped(period, done.get(one.name)))
            except (ReportFailed, OSError) as error:
                log.error("report_failed", report=one.name, reason=str(error))  # noqa: TRY400
                self._wait_until[one.name] = self._clock.monotonic() + _RETRY_SECONDS
                continue
            done = await asyncio.to_thread(self._note, one.name, periods.stem(period))

    def due(self, one: ScheduledReport) -> Period | None:
        """The period it is to be about now; None while its hour on the day after has not come."""
        period = _LAST[one.every](self._now())
        return period if self._now() >= self._hour(one, period) else None

    def _hour(self, one: ScheduledReport, period: Period) -> datetime:
        """When the report of a period is due."""
        midnight = datetime.combine(period.end.date(), time(), self._settings.timezone)
        return midnight + timedelta(minutes=one.at)

    def _skipped(self, period: Period, done: str | None) -> list[Period]:
        """Periods between the last one that was done and this one, the earliest first."""
        found: list[Period] = []
        earlier = periods.before(period)
        while periods.stem(earlier) != done:
            if len(found) == _MOST_SKIPPED:  # the schedule was another one then
                return []
            found.insert(0, earlier)
            earlier = periods.before(earlier)
        return found

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.time_ms() / 1000, self._settings.timezone)

    # -- making and sending ------------------------------------------------------------------------

    async def _make(self, one: ScheduledReport, period: Period, skipped: list[Period]) -> None:
        language = one.language or self._settings.language
        due = self._hour(one, period)
        is_late = self._now() - due > _LATE
        files = await self._maker.make(_order(one, period, language))
        log.info(
            "report_made",
            report=one.name,
            files=[file.name for file in files],
            due=due.isoformat() if is_late else None,
            skipped=[periods.stem(one) for one in skipped],
        )
        lines = [_where(files, language)]
        if is_late:
            when = f"{day_text(due, language)} {due:%H:%M}"
            lines.append(_LATE_TEXT.of(language).format(due=when))
        if skipped:
            names = ", ".join(periods.stem(one) for one in skipped)
            lines.append(_SKIPPED.of(language).format(periods=names))
        title = f"{_TITLES[one.report].of(language)}: {period_text(period, language)}"
        message = Message(title, tuple(lines))
        for name in one.send_to:
            route = self._routes[name]
            try:
                if isinstance(route, MailRoute):
                    await MailSender(route).send_files(message, files)
                else:
                    sender = await asyncio.to_thread(AppriseSender, route)
                    await sender.send_files(message, files)
            except NotDelivered as error:
                raise ReportFailed(Text(en=f"{name}: {error}", vi=f"{name}: {error}")) from None

    # -- what was done -----------------------------------------------------------------------------

    def _begin(self) -> None:
        """A report that was never scheduled before begins with the next period, not the last."""
        done = self._done()
        for one in self._settings.reports.schedule:
            if one.name not in done:
                self._note(one.name, periods.stem(_LAST[one.every](self._now())))

    def _done(self) -> Mapping[str, str]:
        """The last period that each report was made and sent for."""
        try:
            content = json.loads((self._maker.folder / STATE).read_bytes())
        except (OSError, ValueError):
            content = None
        return {**content, **self._made} if isinstance(content, dict) else self._made

    def _note(self, name: str, stem: str) -> Mapping[str, str]:
        self._made[name] = stem
        done = self._done()
        try:
            self._maker.folder.mkdir(parents=True, exist_ok=True)
            replace_file(self._maker.folder / STATE, json.dumps(done, indent=1).encode())
        except OSError as error:  # after a restart it is made and sent once more
            log.error("report_not_noted", report=name, reason=str(error))  # noqa: TRY400
        return done


def _where(files: Sequence[Path], language: str) -> str:
    """Where to find what a message may be without: not every service takes files."""
    stem = files[0].name.partition(".")[0] if files else ""
    kinds = ", ".join(dict.fromkeys(file.suffix.removeprefix(".") for file in files))
    return _WHERE.of(language).format(name=f"{stem} ({kinds})")


def _order(one: ScheduledReport, period: Period, language: str) -> ReportOrder:
    last = period.end.date() - timedelta(days=1)
    options = tuple((option, str(value)) for option, value in one.options.items())
    return ReportOrder(one.report, period.start.date(), last, one.formats, language, options)
