"""Days, weeks and months of reports are local, also where clocks are changed."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from omc.reports import periods
from tests.unit.reports.sample_document import ZONE

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_MS = 3_600_000


def test_a_day_has_as_many_hours_as_its_clock_says() -> None:
    spring = periods.days(date(2026, 3, 29), date(2026, 3, 29), BERLIN)
    autumn = periods.days(date(2026, 10, 25), date(2026, 10, 25), BERLIN)
    assert (spring.end_ms - spring.start_ms) / HOUR_MS == 23
    assert (autumn.end_ms - autumn.start_ms) / HOUR_MS == 25


def test_the_last_day_week_and_month_end_before_now() -> None:
    now = datetime(2027, 1, 1, 0, 30, tzinfo=ZONE)  # still 2026 in UTC
    assert periods.stem(periods.last_day(now)) == "2026-12-31"
    assert periods.stem(periods.last_month(now)) == "2026-12"
    assert periods.stem(periods.last_week(now)) == "2026-12-21_2026-12-27"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), "2026-02"),
        (date(2026, 1, 1), date(2026, 1, 31), "2025-12"),
        (date(2026, 1, 5), date(2026, 1, 11), "2025-12-29_2026-01-04"),
    ],
)
def test_the_period_before_is_the_month_before_or_as_many_days(
    first: date, last: date, expected: str
) -> None:
    assert periods.stem(periods.before(periods.days(first, last, ZONE))) == expected


def test_a_period_ends_after_it_begins() -> None:
    with pytest.raises(ValueError, match="empty"):
        periods.days(date(2026, 3, 2), date(2026, 3, 1), ZONE)
