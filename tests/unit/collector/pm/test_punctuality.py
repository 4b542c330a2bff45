"""What nodes owe, whatever the length of their periods and the times at which these end."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from collector.pm.cell_directory import Reporter
from collector.pm.extract import PeriodKey
from collector.pm.ledger import PeriodRecord
from collector.pm.punctuality import Punctuality
from omc.core.model import SeriesTable
from tests.unit.collector.pm.test_intake import CATALOGUE, INVENTORY

MINUTE = 60_000
QUARTER, HOUR = 15, 60
#: 2026-11-24 07:00 at Hanoi: a full hour. All times of the tests are minutes since.
START_MS = 1_795_478_400_000
ENB1 = Reporter("ENB1", "VPH001", "08000")


class Day:
    """Accounts with a deadline of 15 minutes, looked at every minute."""

    def __init__(self, *, expected: bool = False, begins: int = 0) -> None:
        self.missing: list[tuple[int, int]] = []
        self.accounts = Punctuality(CATALOGUE, SeriesTable(), 900.0, START_MS + begins * MINUTE)
        self._begins = begins
        if expected:
            self.accounts.expect(INVENTORY, ["ENB*"])

    def run(self, until: int, reports: Iterable[tuple[int, int]]) -> None:
        """Let files come two minutes after the ends of their periods, given as (end, length)."""
        pending = sorted(reports)
        for minute in range(self._begins, until + 1):
            while pending and pending[0][0] + 2 <= minute:
                end, length = pending.pop(0)
                key = PeriodKey(ENB1, START_MS + end * MINUTE, length * 60)
                self.accounts.reported(PeriodRecord(key, START_MS + minute * MINUTE, False, False))
            for batch in self.accounts.missing(START_MS + minute * MINUTE):
                end = (batch.times[0] - START_MS) // MINUTE
                self.missing.append((end, round((batch.period or 0) / 60)))
        self._begins = until + 1


def every(length: int, since: int, until: int, phase: int = 0) -> list[tuple[int, int]]:
    return [(end + phase, length) for end in range(since, until + 1, length)]


@pytest.mark.parametrize("phase", [0, 5])
@pytest.mark.parametrize("begins", [45, 59, 60])
@pytest.mark.parametrize("expected", [False, True])
def test_hourly_files_on_time_leave_nothing_missing(
    expected: bool, begins: int, phase: int
) -> None:
    day = Day(expected=expected, begins=begins)
    day.run(1440, every(HOUR, 60, 1440, phase))
    assert [end for end, _ in day.missing if end > 60 + phase] == []
    assert len(day.missing) <= 1  # an expected one is thought to owe quarter hours at first


def test_an_hour_that_does_not_come_is_missing() -> None:
    day = Day(expected=True, begins=50)
    day.run(600, [report for report in every(HOUR, 60, 600) if report[0] != 300])
    assert day.missing == [(300, HOUR)]


def test_a_node_that_goes_over_to_hours_owes_hours() -> None:
    day = Day()
    day.run(1440, [*every(QUARTER, 15, 300), *every(HOUR, 360, 1440)])
    assert [missing for missing in day.missing if missing[0] > 360] == []
    assert len(day.accounts) == 1
    day.run(1600, [])
    assert day.missing[-2:] == [(1500, HOUR), (1560, HOUR)]


def test_a_node_that_goes_over_to_quarter_hours_owes_quarter_hours() -> None:
    day = Day()
    day.run(1450, [*every(HOUR, 60, 300), *every(QUARTER, 315, 1440)])
    assert day.missing == []
    day.run(1470, [])
    assert day.missing == [(1455, QUARTER)]


def test_a_node_that_reports_both_owes_both() -> None:
    day = Day()
    lost = {375, 390, 405, 420}
    quarters = [report for report in every(QUARTER, 15, 1440) if report[0] not in lost]
    hours = [report for report in every(HOUR, 60, 1440) if report[0] != 600]
    day.run(1440, [*quarters, *hours])
    assert sorted(day.missing) == [*((end, QUARTER) for end in sorted(lost)), (600, HOUR)]
    assert len(day.accounts.ages(START_MS + 1440 * MINUTE)) == 1


def test_periods_that_end_at_other_times_than_before_are_owed_at_those() -> None:
    day = Day()
    later = [report for report in every(QUARTER, 315, 600, phase=5) if report[0] != 425]
    day.run(600, [*every(QUARTER, 15, 300), *later])
    assert day.missing == [(425, QUARTER)]


def test_an_old_file_of_a_length_that_is_not_used_any_more_owes_nothing() -> None:
    day = Day()
    day.run(700, [*every(QUARTER, 15, 300), *every(HOUR, 360, 660)])
    day.missing.clear()
    day.accounts.reported(
        PeriodRecord(PeriodKey(ENB1, START_MS + 285 * MINUTE, 900), START_MS, True, False)
    )
    day.run(1000, every(HOUR, 720, 960))
    assert day.missing == []
