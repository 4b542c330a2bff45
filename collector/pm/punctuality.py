"""How completely nodes report: what they owe, what has come, and since when one is silent.

What is said of a period are sums of that period and stand at its end, so that a file that comes a
day late mends the completeness of its own time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from collector.pm.cell_directory import Reporter
from collector.pm.extract import PeriodKey
from collector.pm.ledger import PeriodRecord
from omc.core.catalogue import Catalogue
from omc.core.inventory import Inventory
from omc.core.model import Batch, Series, SeriesTable

#: Of nodes that have not reported anything yet.
_USUAL_PERIOD = 900
#: Seconds between two looks at how long nodes have been silent.
LOOK_INTERVAL = 60.0
_DAY_MS = 86_400_000
_FORGIVEN_MS = 7 * _DAY_MS
_METRICS = (
    "pm_periods_expected",
    "pm_periods_received",
    "pm_periods_late",
    "pm_periods_suspect",
    "pm_files_duplicate",
)


@dataclass(slots=True)
class _Debtor:
    """A node that owes periods.

    Attributes:
        reporter: The node.
        period: Seconds of the periods that it reports.
        end_ms: End of the last period that it has reported; where it never has, when it began to
            owe some.
        judged_ms: End of the last period of which was said whether it came.
        has_reported: It ever has.
        reported: Ends of periods that came, behind `judged_ms`.
    """

    reporter: Reporter
    period: int
    end_ms: int
    judged_ms: int
    has_reported: bool = False
    reported: set[int] = field(default_factory=set)


class Punctuality:
    """Keeps accounts of all nodes that report, or should.

    A node that has reported once owes every further period, until it has been silent for a week.

    Args:
        catalogue: Has the metrics.
        table: Interns series.
        deadline: Seconds after its end by which a period is due.
        now_ms: Unix milliseconds: what nodes owe that never reported begins now.
    """

    def __init__(
        self, catalogue: Catalogue, table: SeriesTable, deadline: float, now_ms: int
    ) -> None:
        self._metrics = [catalogue.metric(name) for name in _METRICS]
        self._age = catalogue.metric("pm_report_age_seconds")
        self._table = table
        self._deadline_ms = round(deadline * 1000)
        self._start_ms = now_ms
        self._debtors: dict[tuple[str, str], _Debtor] = {}

    def __len__(self) -> int:
        return len(self._debtors)

    def expect(self, inventory: Inventory, patterns: Iterable[str]) -> None:
        """Let nodes of the inventory owe periods, by patterns of their names."""
        wanted = tuple(patterns)
        start = self._start_ms - self._start_ms % (_USUAL_PERIOD * 1000)
        for node in inventory.nodes.values():
            if any(fnmatchcase(node.name, pattern) for pattern in wanted):
                site = inventory.sites.get(node.site) if node.site else None
                reporter = Reporter(node.name, node.site or "", (site.area or "") if site else "")
                key = (reporter.node, reporter.site)
                self._debtors.setdefault(key, _Debtor(reporter, _USUAL_PERIOD, start, start))

    def restore(self, records: Iterable[PeriodRecord]) -> None:
        """Take up what nodes had reported before a restart, in order of time."""
        for record in records:
            self._take(record.key)

    def is_late(self, key: PeriodKey, now_ms: int) -> bool:
        """Whether a period that comes now is late."""
        return now_ms > key.end_ms + self._deadline_ms

    def reported(self, record: PeriodRecord) -> list[Batch]:
        """A period came; what there is to say of it."""
        self._take(record.key)
        facts = (1, 1, record.is_late, record.is_suspect, record.repeats)
        return [self._account(record.key, facts)]

    def _take(self, key: PeriodKey) -> None:
        reporter = key.reporter
        place = (reporter.node, reporter.site)
        debtor = self._debtors.get(place)
        if debtor is None:
            debtor = _Debtor(reporter, key.period, key.end_ms, key.end_ms)
            self._debtors[place] = debtor
        if key.end_ms >= debtor.end_ms or not debtor.has_reported:
            debtor.has_reported = True
            debtor.reporter, debtor.period, debtor.end_ms = reporter, key.period, key.end_ms
        if key.end_ms > debtor.judged_ms:
            debtor.reported.add(key.end_ms)

    def missing(self, now_ms: int) -> list[Batch]:
        """Periods whose deadline has passed since the last call, and that did not come."""
        return [
            self._account(PeriodKey(debtor.reporter, end_ms, debtor.period), (1, 0, 0, 0, 0))
            for debtor in self._debtors.values()
            for end_ms in self._overdue(debtor, now_ms)
        ]

    def _overdue(self, debtor: _Debtor, now_ms: int) -> Iterator[int]:
        step = debtor.period * 1000
        # After a long rest of our own, only the last day is judged.
        earliest = now_ms - self._deadline_ms - _DAY_MS
        if debtor.judged_ms < earliest:
            debtor.judged_ms += (earliest - debtor.judged_ms) // step * step
        while debtor.judged_ms + step + self._deadline_ms <= now_ms:
            debtor.judged_ms += step
            if debtor.judged_ms in debtor.reported:
                debtor.reported.discard(debtor.judged_ms)
            else:
                yield debtor.judged_ms
        debtor.reported = {end_ms for end_ms in debtor.reported if end_ms > debtor.judged_ms}

    def ages(self, now_ms: int) -> Batch:
        """How long ago the last reported period of each node ended."""
        batch = Batch("pm:ages", LOOK_INTERVAL)
        for debtor in self._debtors.values():
            series = self._table.intern(self._age, _labels(debtor.reporter))
            batch.add(series, max(0.0, (now_ms - debtor.end_ms) / 1000), now_ms)
        return batch

    def forgive(self, now_ms: int) -> list[Series]:
        """Let go of nodes that have been silent for a week; the series of their ages."""
        gone = [
            (place, debtor)
            for place, debtor in self._debtors.items()
            if now_ms - debtor.end_ms > _FORGIVEN_MS
        ]
        for place, _ in gone:
            del self._debtors[place]
        return [self._table.intern(self._age, _labels(debtor.reporter)) for _, debtor in gone]

    def _account(self, key: PeriodKey, facts: Iterable[float]) -> Batch:
        source = f"pm:{key.reporter.node}:{key.reporter.site}:account"
        batch = Batch(source, key.period, period=key.period)
        labels = _labels(key.reporter)
        for metric, value in zip(self._metrics, facts, strict=True):
            batch.add(self._table.intern(metric, labels), float(value), key.end_ms)
        return batch


def _labels(reporter: Reporter) -> dict[str, str]:
    return {"site": reporter.site, "node": reporter.node, "area": reporter.area}
