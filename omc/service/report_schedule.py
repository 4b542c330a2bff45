"""Reports that the service makes by itself, each in a process of its own, and sends to people.

`omc report` makes them, at low priority, so that neither its work nor its memory burdens
collecting; it may be killed at any moment. What was made and sent is kept in `schedule.json` beside
the reports: a period that ended while the service was down is made up for, once.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

import structlog

from omc.alarms.message import Message
from omc.alarms.notify.senders import AppriseSender
from omc.alarms.notify.sending import NotDelivered
from omc.core.atomic_file import replace_file
from omc.core.clock import Clock
from omc.core.metric import Text
from omc.core.settings import Settings
from omc.core.settings.notify import AppriseRoute
from omc.core.settings.reports import ScheduledReport
from omc.reports import periods
from omc.reports.document import Period
from omc.reports.facts import period_text

log = structlog.get_logger(__name__)

STATE = "schedule.json"
#: Seconds between two looks at the clock, and before a report that failed is tried again.
_LOOK_SECONDS = 30.0
_RETRY_SECONDS = 900.0
#: Nicer than anything that polls.
_NICENESS = 10

_LAST = {"day": periods.last_day, "week": periods.last_week, "month": periods.last_month}
_TITLES = {
    "coverage": Text(en="Coverage report", vi="Báo cáo vùng phủ"),
    "availability": Text(en="Availability report", vi="Báo cáo độ khả dụng"),
    "5g-readiness": Text(en="5G readiness report", vi="Báo cáo sẵn sàng 5G"),
}


class ReportFailed(Exception):
    """A report could not be made or sent; the text says why."""


class ReportSchedule:
    """All scheduled reports.

    Args:
        settings: Which, and the routes they are sent to.
        path: Of the settings' file.
        clock: The time.
    """

    def __init__(self, settings: Settings, path: Path, clock: Clock) -> None:
        self._settings = settings
        self._path = path
        self._clock = clock
        self.folder = settings.report_folder
        self._routes = {
            route.name: route for route in settings.alarms.routes if isinstance(route, AppriseRoute)
        }
        self._wait_until: dict[str, float] = {}

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
                await self._make(one, period)
            except ReportFailed as error:
                log.error("report_failed", report=one.name, reason=str(error))  # noqa: TRY400
                self._wait_until[one.name] = self._clock.monotonic() + _RETRY_SECONDS
                continue
            done = await asyncio.to_thread(self._note, one.name, periods.stem(period))

    def due(self, one: ScheduledReport) -> Period | None:
        """The period it is to be about now; None while its hour on the day after has not come."""
        period = _LAST[one.every](self._now())
        hour = datetime.combine(period.end.date(), time(), self._settings.timezone)
        return period if self._now() >= hour + timedelta(minutes=one.at) else None

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.time_ms() / 1000, self._settings.timezone)

    # -- making and sending ------------------------------------------------------------------------

    async def _make(self, one: ScheduledReport, period: Period) -> None:
        language = one.language or self._settings.language
        files = await self._in_a_process(self._arguments(one, period, language))
        log.info("report_made", report=one.name, files=[file.name for file in files])
        said = period_text(period, "vi" if language == "vi" else "en")
        message = Message(f"{_TITLES[one.report].of(language)}: {said}", ())
        for name in one.send_to:
            sender = await asyncio.to_thread(AppriseSender, self._routes[name])
            try:
                await sender.send_files(message, files)
            except NotDelivered as error:
                raise ReportFailed(f"{name}: {error}") from None

    def _arguments(self, one: ScheduledReport, period: Period, language: str) -> list[str]:
        last = period.end.date() - timedelta(days=1)
        arguments = ["report", one.report, "-c", str(self._path), "-o", str(self.folder)]
        arguments += ["--from", str(period.start.date()), "--to", str(last)]
        arguments += ["--format", ",".join(one.formats), "--language", language]
        for option, value in one.options.items():
            arguments += [f"--{option}", str(value)]
        return arguments

    async def _in_a_process(self, arguments: Sequence[str]) -> list[Path]:
        """Run `omc`; returns the files that it says it has written."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "omc", *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in a terminal is for the service, which ends it
        )
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
        try:
            output, errors = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise ReportFailed(errors.decode(errors="replace").strip().rpartition("\n")[2])
        return [Path(line.rsplit("  ", 1)[0]) for line in output.decode().splitlines()]

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
            content = json.loads((self.folder / STATE).read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def _note(self, name: str, stem: str) -> Mapping[str, str]:
        done = {**self._done(), name: stem}
        self.folder.mkdir(parents=True, exist_ok=True)
        replace_file(self.folder / STATE, json.dumps(done, indent=1).encode())
        return done
