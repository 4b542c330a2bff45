"""From the counters of a node's period to samples of catalogue metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from collector.pm.extract import Extract, Objects, PeriodKey
from collector.pm.formula import PERIOD
from collector.pm.rules import CellRules, Rule, RuleBook
from collector.pm.style import PREFIXES
from omc.core.catalogue import Catalogue
from omc.core.inventory import Cell
from omc.core.model import Batch, CellName, Quality, Series, SeriesTable


class Measurement(NamedTuple):
    """One value and where it comes from.

    Attributes:
        cell: Of the inventory.
        rule: Whose formula gave it.
        counters: What the formula was given.
        value: In the metric's unit; not yet checked against its range.
    """

    cell: Cell
    rule: Rule
    counters: Mapping[str, float]
    value: float


class Measurements:
    """Computes what is stored.

    Args:
        cells: Of the inventory, by name.
        rules: The formulas.
        catalogue: Has the metrics that every style gives.
        table: Interns series.

    Attributes:
        rejected: Values that the catalogue does not take, by reason.
    """

    def __init__(
        self,
        cells: Mapping[CellName, Cell],
        rules: RuleBook,
        catalogue: Catalogue,
        table: SeriesTable,
    ) -> None:
        self.rejected: Counter[str] = Counter()
        self._cells = cells
        self._rules = rules
        self._table = table
        self._stamps = {
            technology: catalogue.metric(f"{prefix}cell_period_end_timestamp_seconds")
            for technology, prefix in PREFIXES.items()
        }
        self._series: dict[tuple[str, str], dict[int, Series]] = {}
        table.on_forget(lambda _: self._series.clear())

    def of(self, key: PeriodKey, extract: Extract) -> Iterator[Measurement]:
        """Every value that the counters of a period give."""
        for name, objects in extract.cells.items():
            cell = self._cells.get(CellName(name))
            if cell is None:
                continue
            rules = self._rules.of(cell.technology, extract.vendor)
            views = _Views(objects, rules, key.period)
            for group in rules.rules:
                for rule in group:
                    counters = views.counters(rule)
                    value = rule.value(counters)
                    if value is not None:
                        yield Measurement(cell, rule, counters, value)
                        break

    def batches(self, key: PeriodKey, extract: Extract) -> list[Batch]:
        """Samples at the period's end: what is trusted, and what the node marked as suspect."""
        node = key.reporter.node
        suspect_cells = extract.suspect_cells
        trusted = Batch(f"pm:{node}", key.period, period=key.period)
        suspect = Batch(f"pm:{node}:suspect", key.period, period=key.period, suspect=True)
        stamped: set[str] = set()
        for cell, rule, _, value in self.of(key, extract):
            if not rule.metric.in_range(value):
                self.rejected[Quality.OUT_OF_RANGE] += 1
                continue
            batch = suspect if cell.name in suspect_cells else trusted
            batch.add(self._series_of(node, cell, rule), value, key.end_ms)
            if cell.name not in stamped:
                stamped.add(cell.name)
                batch.add(self._stamp(node, cell), key.end_ms / 1000, key.end_ms)
        return [batch for batch in (trusted, suspect) if batch.series]

    def _series_of(self, node: str, cell: Cell, rule: Rule) -> Series:
        known = self._series.setdefault((node, cell.name), {})
        series = known.get(id(rule))
        if series is None:
            labels = {"site": cell.site, "node": node, "cell": cell.name, **rule.formula.labels}
            series = known[id(rule)] = self._table.intern(rule.metric, labels)
        return series

    def _stamp(self, node: str, cell: Cell) -> Series:
        known = self._series.setdefault((node, cell.name), {})
        series = known.get(0)
        if series is None:
            labels = {"site": cell.site, "node": node, "cell": cell.name}
            series = known[0] = self._table.intern(self._stamps[cell.technology], labels)
        return series


class _Views:
    """The counters of one cell, as rules want to see them."""

    def __init__(self, objects: Objects, rules: CellRules, period: int) -> None:
        self._objects = objects
        self._period = float(period)
        self._below: dict[tuple[str, ...], dict[str, float]] = {}
        #: Of several own objects (NRCellCU, NRCellDU) with one counter, the last by name is right.
        self._own: dict[str, float] = {PERIOD: self._period}
        for name in sorted(objects):
            if _is_own(name):
                self._own.update(objects[name])

    def counters(self, rule: Rule) -> Mapping[str, float]:
        """What the formula of a rule is given."""
        kinds = rule.formula.object
        return self._sums(kinds) if kinds else self._own

    def _sums(self, kinds: tuple[str, ...]) -> dict[str, float]:
        """Counters of the objects below the cell, added up."""
        sums = self._below.get(kinds)
        if sums is None:
            sums = self._below[kinds] = {PERIOD: self._period}
            for name in sorted(self._objects):
                if not _is_own(name) and _kind(name) in kinds:
                    for counter, value in self._objects[name].items():
                        sums[counter] = sums.get(counter, 0.0) + value
        return sums


def _is_own(name: str) -> bool:
    return "," not in name and "/" not in name


def _kind(name: str) -> str:
    last = max(name.rpartition(","), name.rpartition("/"), key=lambda part: len(part[0]))[2]
    return last.replace("-", "=", 1).partition("=")[0].strip()
