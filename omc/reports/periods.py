"""Periods of reports: local days, weeks and months, whose midnights a time zone may move."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from omc.reports.document import Period


def days(first: date, last: date, zone: ZoneInfo) -> Period:
    """Whole local days, both included.

    Raises:
        ValueError: the last is before the first.
    """
    return Period(_midnight(first, zone), _midnight(last + timedelta(days=1), zone))


def last_day(now: datetime) -> Period:
    """The last whole local day before now, which is aware."""
    today = now.date()
    return days(today - timedelta(days=1), today - timedelta(days=1), _zone(now))


def last_week(now: datetime) -> Period:
    """The last whole local week, Monday to Sunday (ISO 8601)."""
    monday = now.date() - timedelta(days=now.weekday() + 7)
    return days(monday, monday + timedelta(days=6), _zone(now))


def last_month(now: datetime) -> Period:
    """The last whole local month."""
    last = now.date().replace(day=1) - timedelta(days=1)
    return days(last.replace(day=1), last, _zone(now))


def before(period: Period) -> Period:
    """The period before: the month before a whole month, else as many days before."""
    start, end = period.start.date(), period.end.date()
    zone = _zone(period.start)
    if start.day == 1 and end.day == 1:
        last = start - timedelta(days=1)
        first = last.replace(day=1)
        if (end - start).days <= 31:
            return days(first, last, zone)
    length = (end - start).days
    return days(start - timedelta(days=length), start - timedelta(days=1), zone)


def stem(period: Period) -> str:
    """The period as part of a file's name: `2026-10`, `2026-10-05` or `2026-10-05_2026-10-11`."""
    first, last = period.start.date(), period.end.date() - timedelta(days=1)
    if first.day == 1 and last.month == first.month and period.end.day == 1:
        return f"{first:%Y-%m}"
    return f"{first}" if first == last else f"{first}_{last}"


def local_days(period: Period) -> list[date]:
    """Every local day of a period."""
    first = period.start.date()
    count = (period.end.date() - first).days
    return [first + timedelta(days=number) for number in range(count)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _zone(moment: datetime) -> ZoneInfo:
    assert isinstance(moment.tzinfo, ZoneInfo)  # noqa: S101 - all moments of reports have one
    return moment.tzinfo
