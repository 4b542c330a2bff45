"""Measurement files that did not come are said, and make no period look better."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from omc.reports import periods
from omc.reports.completeness import Completeness, Reporter, file_completeness, together
from omc.reports.completeness_section import completeness_line, completeness_section
from tests.sample_data import NEW_YEAR_MS
from tests.unit.history.archives import HOUR, Archive, Sample, labels
from tests.unit.reports.sample_document import ZONE

DAYS = 10
PERIOD = periods.days(date(2026, 1, 11), date(2026, 1, 10 + DAYS), ZONE)
LATER = PERIOD.end + timedelta(days=1)
A, B = Reporter("A", "ENB-A"), Reporter("B", "ENB-B")


def told(
    reporter: Reporter, days: Iterable[int], come: int = 24, late: int = 0, suspect: int = 0
) -> Iterable[Sample]:
    """A node that owes 24 periods of an hour on some days, of which so many come."""
    names = labels(site=reporter.site, node=reporter.node, area="x")
    for day in days:
        for hour in range(24):
            at = PERIOD.start_ms - NEW_YEAR_MS + day * 24 * HOUR + (hour + 1) * HOUR
            for metric, value in (
                ("pm_periods_expected", 1),
                ("pm_periods_received", hour < come),
                ("pm_periods_late", hour < late),
                ("pm_periods_suspect", hour < suspect),
            ):
                yield Sample(metric, names, at, float(value), 3600.0, 3600.0)


def found(
    folder: Path, samples: Iterable[Sample], now: datetime = LATER
) -> dict[Reporter, Completeness]:
    archive = Archive(folder / "archive")
    archive.write(samples)
    return file_completeness(archive.history(), PERIOD, now, {"ENB-A", "ENB-B"})


def test_what_came_late_and_suspect_is_counted_by_node(tmp_path: Path) -> None:
    samples = [*told(A, range(DAYS)), *told(B, range(DAYS), come=18, late=3, suspect=2)]
    of = found(tmp_path, samples)
    last = date(2026, 1, 10 + DAYS)
    assert of == {
        A: Completeness(240, 240, 0, 0, last),
        B: Completeness(240, 180, 30, 20, last),
    }
    assert together(of.values()).ratio == pytest.approx(420 / 480)


SILENCE = [
    (told(A, range(4)), LATER, 240.0),  # forgiven later, or we kept no account
    ([*told(A, range(3)), *told(A, range(7, DAYS))], LATER, 240.0),
    (told(A, range(6, DAYS)), LATER, 96.0),  # it was built then
    (told(A, range(4)), PERIOD.start + timedelta(days=6, hours=12), 144.0),  # no day to come
]


@pytest.mark.parametrize(("samples", "now", "expected"), SILENCE)
def test_a_node_that_falls_silent_goes_on_owing(
    samples: Iterable[Sample], now: datetime, expected: float, tmp_path: Path
) -> None:
    assert found(tmp_path, samples, now)[A].expected == expected


def test_a_node_that_was_silent_all_the_time_has_sent_nothing_of_what_it_owes(
    tmp_path: Path,
) -> None:
    gone = Reporter("C", "taken-out-of-the-inventory")
    of = found(tmp_path, [*told(A, range(DAYS)), *told(B, [-12]), *told(gone, [-12])])
    assert of.keys() == {A, B}
    assert of[B] == Completeness(96.0 * DAYS, 0, 0, 0, None)


def test_a_report_says_what_is_missing_and_nothing_where_all_came(tmp_path: Path) -> None:
    of = found(tmp_path, [*told(A, range(DAYS), come=12), *told(B, [-12])])
    assert "10.0 % of the periods owed came" in completeness_line(of, "en")
    assert "1 of 2 nodes sent none" in completeness_line(of, "en")
    assert "1/2 nút không gửi gì" in completeness_line(of, "vi")
    section = completeness_section(of, lambda site: {"A": "Xã Một"}.get(site, ""), "vi")
    assert section is not None
    areas, nodes = section.blocks
    assert [row[0] for row in areas.rows] == ["–", "Xã Một"]  # type: ignore[union-attr]
    assert [row[0] for row in nodes.rows] == ["ENB-B", "ENB-A"]  # type: ignore[union-attr]
    whole = {A: Completeness(240, 240)}
    assert completeness_line(whole, "en") == completeness_line({}, "en") == ""
    assert completeness_section({}, str, "en") is None
