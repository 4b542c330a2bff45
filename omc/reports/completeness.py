"""How completely nodes sent their measurement files in a period.

A node that has been silent for a week owes nothing any more as far as alarms go (docs/pm.md). Here
it goes on owing what it owed on its fullest day, and so do days on which the service itself kept no
account: a period with missing data must not look better for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from omc.history.reader import History
from omc.reports.document import Period
from omc.reports.seen import milliseconds, rows_of

_DAY_MS = 86_400_000
#: What stands for the days before the period, of a node that owed something only then: so many
#: periods a day, which are those of 15 minutes (docs/pm.md).
_BEFORE = -1
_USUAL_A_DAY = 96.0


class Reporter(NamedTuple):
    """Who sends files."""

    site: str
    node: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """Granularity periods of one node, or of several together.

    Attributes:
        expected: Owed.
        received: Of them, come in time or late.
        late: Of those, come after their deadline.
        suspect: Of those, with something that the node does not trust itself.
        last_day: Local day of the last one that came; None if none did.
    """

    expected: float = 0.0
    received: float = 0.0
    late: float = 0.0
    suspect: float = 0.0
    last_day: date | None = None

    @property
    def ratio(self) -> float | None:
        """Share that came; None where nothing was owed."""
        return min(self.received / self.expected, 1.0) if self.expected else None


def together(parts: Iterable[Completeness]) -> Completeness:
    """Added up, to be divided once."""
    found = list(parts)
    days = [one.last_day for one in found if one.last_day is not None]
    return Completeness(
        sum(one.expected for one in found),
        sum(one.received for one in found),
        sum(one.late for one in found),
        sum(one.suspect for one in found),
        max(days, default=None),
    )


def file_completeness(
    history: History | None, period: Period, now: datetime, nodes: Container[str]
) -> dict[Reporter, Completeness]:
    """Of every node that owes files; empty where no files are taken at all.

    Args:
        history: None: nothing is archived.
        period: Whole local days.
        now: What comes later is not owed yet.
        nodes: Of the inventory: one of them that owed something in another period owes it in this
            one too.
    """
    if history is None:
        return {}
    expected = _by_day(history, "pm_periods_expected", period)
    for reporter in _ever(history):
        if reporter.node in nodes:
            expected.setdefault(reporter, {_BEFORE: _USUAL_A_DAY})
    received = _by_day(history, "pm_periods_received", period)
    late = _whole(history, "pm_periods_late", period)
    suspect = _whole(history, "pm_periods_suspect", period)
    over_ms = min(round(now.timestamp() * 1000), period.end_ms)
    days = max(0, (over_ms - period.start_ms) // _DAY_MS)
    return {
        reporter: Completeness(
            _owed(by_day, days),
            sum(received.get(reporter, {}).values()),
            late.get(reporter, 0.0),
            suspect.get(reporter, 0.0),
            _last_day(received.get(reporter, {}), period),
        )
        for reporter, by_day in expected.items()
    }


def _owed(by_day: Mapping[int, float], days: int) -> float:
    """What was owed, with the days behind the first one of which there is no account."""
    missing = sum(day not in by_day for day in range(min(by_day) + 1, days))
    told = sum(value for day, value in by_day.items() if day != _BEFORE)
    return told + missing * max(by_day.values())


def _last_day(received: Mapping[int, float], period: Period) -> date | None:
    return period.start.date() + timedelta(days=max(received)) if received else None


def _ever(history: History) -> Iterator[Reporter]:
    for row in history.series("pm_periods_expected").to_pylist():
        yield Reporter(row["site"] or "", dict(row["labels"]).get("node", ""))


def _by_day(history: History, metric: str, period: Period) -> dict[Reporter, dict[int, float]]:
    """Sums by reporter and number of the day, where there are any."""
    wanted = (period.start_ms, period.end_ms, _DAY_MS, ["site", "node"])
    table = history.values(metric, *wanted, above=0.0, sort=False)
    days = ((milliseconds(table.column("time")) - period.start_ms) // _DAY_MS).tolist()
    found: dict[Reporter, dict[int, float]] = defaultdict(dict)
    for (site, node, _, value), day in zip(rows_of(table), days, strict=True):
        found[Reporter(site or "", node or "")][day] = value
    return dict(found)


def _whole(history: History, metric: str, period: Period) -> dict[Reporter, float]:
    wanted = (period.start_ms, period.end_ms, None, ["site", "node"])
    table = history.values(metric, *wanted, sort=False)
    return {Reporter(site or "", node or ""): value for site, node, _, value in rows_of(table)}
