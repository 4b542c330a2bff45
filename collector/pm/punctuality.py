"""How completely nodes report: what they owe, what has come, and since when one is silent.

What is said of a period are sums of that period and stand at its end, so that a file that comes a
day late mends the completeness of its own time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    """A node that owes periods of one length.

    Attributes:
        reporter: The node.
        period: Seconds of the periods.
        first_ms: End of the period with which it began to report; where it never has, when it
            began to owe some.
        end_ms: End of the last period that it has reported; where it never has, as `first_ms`.
        judged_ms: End of the last period of which was said whether it came.
        has_reported: It ever has; else its period is a guess.
        reported: Ends of periods that came, behind `judged_ms`.
    """

    reporter: Reporter
    period: int
    first_ms: int
    end_ms: int
    judged_ms: int
    has_reported: bool = False
    reported: set[int] = field(default_factory=set)

    def take(self, reporter: Reporter, end_ms: int) -> None:
        """A period came."""
        if end_ms >= self.end_ms:
            if (end_ms - self.judged_ms) % self._step_ms:  # its periods end at other times now
                self.judged_ms = self.judged_from(end_ms, max(self.judged_ms, self.end_ms))
            self.reporter, self.end_ms = reporter, end_ms
        if end_ms > self.judged_ms:
            self.reported.add(end_ms)

    def judged_from(self, end_ms: int, since_ms: int) -> int:
        """The first end since a time, of periods of which one ends at `end_ms`."""
        return end_ms - (end_ms - since_ms) // self._step_ms * self._step_ms

    def is_left_for(self, other: _Debtor) -> bool:
        """Whether the node reports periods of another length instead.

        It does if none of these was reported since it began with those, though one was due.
        """
        began_ms = min(other.first_ms, other.end_ms - other._step_ms)
        return self.end_ms <= began_ms and other.end_ms - self.end_ms >= self._step_ms

    def overdue(self, before_ms: int) -> Iterator[int]:
        """Ends of periods up to a time that were not judged before, and that did not come."""
        step = self._step_ms
        # After a long rest of our own, only the last day is judged.
        earliest = before_ms - _DAY_MS
        if self.judged_ms < earliest:
            self.judged_ms += (earliest - self.judged_ms) // step * step
        while self.judged_ms + step <= before_ms:
            self.judged_ms += step
            if self.judged_ms not in self.reported:
                yield self.judged_ms
        self.reported = {end_ms for end_ms in self.reported if end_ms > self.judged_ms}

    @property
    def _step_ms(self) -> int:
        return self.period * 1000


class Punctuality:
    """Keeps accounts of all nodes that report, or should.

    A node that has reported once owes every further period, until it has been silent for a week.
    One that reports periods of several lengths owes those of each.

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
        #: By node and site, and by seconds of the period.
        self._debtors: dict[tuple[str, str], dict[int, _Debtor]] = {}

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
                debtor = _Debtor(reporter, _USUAL_PERIOD, start, start, start)
                place = (reporter.node, reporter.site)
                self._debtors.setdefault(place, {_USUAL_PERIOD: debtor})

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
        reporter, end_ms, period = key
        debtors = self._debtors.setdefault((reporter.node, reporter.site), {})
        guessed = next((one for one in debtors.values() if not one.has_reported), None)
        if guessed is not None:
            debtors.clear()
        debtor = debtors.get(period)
        if debtor is None:
            debtor = _Debtor(reporter, period, end_ms, end_ms, end_ms, has_reported=True)
            if guessed is not None:
                debtor.judged_ms = debtor.judged_from(end_ms, guessed.judged_ms)
            debtors[period] = debtor
        debtor.take(reporter, end_ms)
        left = [one for one in debtors.values() if any(map(one.is_left_for, debtors.values()))]
        for one in left:
            del debtors[one.period]

    def missing(self, now_ms: int) -> list[Batch]:
        """Periods whose deadline has passed since the last call, and that did not come."""
        return [
            self._account(PeriodKey(debtor.reporter, end_ms, debtor.period), (1, 0, 0, 0, 0))
            for debtors in self._debtors.values()
            for debtor in debtors.values()
            for end_ms in debtor.overdue(now_ms - self._deadline_ms)
        ]

    def ages(self, now_ms: int) -> Batch:
        """How long ago the last reported period of each node ended."""
        batch = Batch("pm:ages", LOOK_INTERVAL)
        for debtors in self._debtors.values():
            debtor = _latest(debtors)
            series = self._table.intern(self._age, _labels(debtor.reporter))
            batch.add(series, max(0.0, (now_ms - debtor.end_ms) / 1000), now_ms)
        return batch

    def forgive(self, now_ms: int) -> list[Series]:
        """Let go of what has been silent for a week; the ages' series of nodes that are gone."""
        gone: list[Series] = []
        for place, debtors in list(self._debtors.items()):
            kept = {
                period: debtor
                for period, debtor in debtors.items()
                if now_ms - debtor.end_ms <= _FORGIVEN_MS
            }
            if kept:
                self._debtors[place] = kept
            else:
                del self._debtors[place]
                gone.append(self._table.intern(self._age, _labels(_latest(debtors).reporter)))
        return gone

    def _account(self, key: PeriodKey, facts: Iterable[float]) -> Batch:
        source = f"pm:{key.reporter.node}:{key.reporter.site}:account"
        batch = Batch(source, key.period, period=key.period)
        labels = _labels(key.reporter)
        for metric, value in zip(self._metrics, facts, strict=True):
            batch.add(self._table.intern(metric, labels), float(value), key.end_ms)
        return batch


def _latest(debtors: Mapping[int, _Debtor]) -> _Debtor:
    """The periods of which one ended last."""
    return max(debtors.values(), key=lambda debtor: debtor.end_ms)


def _labels(reporter: Reporter) -> dict[str, str]:
    return {"site": reporter.site, "node": reporter.node, "area": reporter.area}
