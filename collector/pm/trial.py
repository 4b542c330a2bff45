"""Measurement files read for a person: every value with its formula and its counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import BinaryIO

from collector.pm.cell_directory import CellDirectory, Directory, OpenDirectory
from collector.pm.extract import Extract, Extractor, PeriodKey
from collector.pm.harvest import FileTally, harvest
from collector.pm.kpi import KpiTable, Labels
from collector.pm.measurements import Measurement, Measurements
from collector.pm.rules import RuleBook
from collector.pm.style import StyleSet
from omc.core.catalogue import Catalogue
from omc.core.inventory import Cell, Inventory
from omc.core.metric import Metric
from omc.core.metric_text import formula
from omc.core.model import CellName, SeriesTable, sorted_labels

#: Bytes that may come out of one file: a person waits for it.
_LIMIT = 16 << 30


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a cell.

    Attributes:
        metric: Stored, or derived from stored ones.
        labels: Besides site, node and cell.
        value: In the metric's unit.
        formula: What it is computed from.
        counters: The counters of the formula, as the file had them; none for derived metrics.
    """

    metric: Metric
    labels: Labels
    value: float
    formula: str
    counters: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CellReading:
    """One cell in one granularity period.

    Attributes:
        node: That reported it.
        cell: As the inventory knows it, or as the file calls it.
        end_ms: End of the period, Unix milliseconds.
        period: Its seconds.
        suspect: The node marked something of it as suspect.
        values: Derived ones first, in the catalogue's order.
    """

    node: str
    cell: Cell
    end_ms: int
    period: int
    suspect: bool
    values: list[Value]


class Trial:
    """Reads files without keeping or publishing anything.

    Args:
        styles: Which counters mean what.
        catalogue: That they were checked with.
        zone: Of times that do not name their offset, and of those that are shown.
        inventory: Whose cells are known; None takes every object that looks like a cell.

    Attributes:
        styles: As given.
        zone: As given.
        tally: What became of the files.
    """

    def __init__(
        self,
        styles: StyleSet,
        catalogue: Catalogue,
        zone: tzinfo,
        inventory: Inventory | None = None,
    ) -> None:
        self.styles = styles
        self.zone = zone
        self.tally = FileTally()
        self.readings_count = 0
        self._catalogue = catalogue
        rules = RuleBook(styles, catalogue)
        directory: Directory
        cells: Mapping[CellName, Cell]
        if inventory is None:
            directory = found = OpenDirectory(styles)
            cells = found.cells
        else:
            directory, cells = CellDirectory(inventory, styles), inventory.cells
        self._extractor = Extractor(directory, rules)
        self._measurements = Measurements(cells, rules, catalogue, SeriesTable())
        self._periods: dict[PeriodKey, Extract] = {}

    @property
    def unknown(self) -> Counter[str]:
        """Objects that are no known cell, and how often they came."""
        return self._extractor.unknown

    def read(self, file: BinaryIO, name: str) -> None:
        """Read a file, as far as it can be read."""
        for step in harvest(file, name, self._extractor, self.zone, _LIMIT, self.tally):
            for key, extract in step.items():
                self._periods.setdefault(key, Extract(extract.vendor)).merge(extract)

    def readings(self) -> Iterator[CellReading]:
        """What the files say of each cell and period, in order of node, time and cell."""
        for key in sorted(self._periods):
            extract = self._periods[key]
            suspect = extract.suspect_cells
            by_cell: dict[str, list[Measurement]] = {}
            for measurement in self._measurements.of(key, extract):
                by_cell.setdefault(measurement.cell.name, []).append(measurement)
            for name in sorted(by_cell):
                self.readings_count += 1
                found = by_cell[name]
                values = [*self._derived(found), *map(_stored, found)]
                yield CellReading(
                    key.reporter.node,
                    found[0].cell,
                    key.end_ms,
                    key.period,
                    name in suspect,
                    values,
                )

    def _derived(self, measurements: list[Measurement]) -> Iterator[Value]:
        table = KpiTable(self._catalogue)
        for one in measurements:
            table.add(one.rule.metric, one.rule.formula.labels, one.value)
        for kpi in table.kpis():
            yield Value(kpi.metric, kpi.labels, kpi.value, formula(kpi.metric), {})


def _stored(measurement: Measurement) -> Value:
    rule = measurement.rule
    terms = (*rule.of, *rule.over)
    names = dict.fromkeys(name for term in terms for name in (term.counter, term.where))
    counters = {
        name.removeprefix("$"): measurement.counters[name]
        for name in names
        if name in measurement.counters
    }
    labels = sorted_labels(rule.formula.labels)
    return Value(rule.metric, labels, measurement.value, rule.formula.text, counters)
