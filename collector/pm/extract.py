"""The counters that somebody wants, picked out of a file and kept by node, period and cell.

An extract is a set of facts (object, counter, value): extracts of one node and period that come in
several files, in any order, are merged into the same set. So what is computed from them does not
depend on how a node splits, orders or repeats its files.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from collector.pm.cell_directory import Directory, MeasuredObject, Reporter
from collector.pm.document import MeasInfo, MeasValue
from collector.pm.rules import CellRules, RuleBook
from omc.core.inventory import Cell
from omc.core.model import SiteCode

#: Objects below one cell that are kept: more than any cell has neighbours.
_MOST_OBJECTS = 2000
#: Names of objects that are remembered with the cell that they belong to.
_MOST_NAMES = 50_000
_MOST_UNKNOWN = 1000

#: Counters of one object; of a cell, by the name of the object below it.
Counters = dict[str, float]
Objects = dict[str, Counters]


class PeriodKey(NamedTuple):
    """One granularity period of one node.

    Attributes:
        reporter: The node.
        end_ms: End of the period, Unix milliseconds.
        period: Its seconds.
    """

    reporter: Reporter
    end_ms: int
    period: int


@dataclass(slots=True)
class Extract:
    """What is known of one node's period.

    Attributes:
        vendor: Of the file's header: it decides which styles are tried.
        cells: Cell -> object -> counter -> value.
        suspect: Cell -> object and group -> whether the node marked them as suspect.
    """

    vendor: str = ""
    cells: dict[str, Objects] = field(default_factory=dict)
    suspect: dict[str, dict[str, bool]] = field(default_factory=dict)

    def merge(self, other: Extract) -> bool:
        """Add what another one knows; where they differ, the other is right.

        Returns:
            Whether that changed anything.
        """
        changed = other.vendor != self.vendor
        self.vendor = other.vendor
        for cell, objects in other.cells.items():
            mine = self.cells.setdefault(cell, {})
            for name, counters in objects.items():
                if name not in mine and len(mine) >= _MOST_OBJECTS:
                    continue
                known = mine.setdefault(name, {})
                if any(known.get(counter) != value for counter, value in counters.items()):
                    known.update(counters)
                    changed = True
        for cell, flags in other.suspect.items():
            known_flags = self.suspect.setdefault(cell, {})
            if any(known_flags.get(name) != flag for name, flag in flags.items()):
                known_flags.update(flags)
                changed = True
        return changed

    @property
    def size(self) -> int:
        """Counters in it."""
        return sum(len(one) for objects in self.cells.values() for one in objects.values())

    @property
    def suspect_cells(self) -> set[str]:
        """Cells of which anything is suspect."""
        return {cell for cell, flags in self.suspect.items() if any(flags.values())}


class _Pick(NamedTuple):
    """One counter to pick from a value list.

    Attributes:
        at: Its place.
        name: Of the counter.
        elements: Places in a distribution, which is one value with commas; empty for a number.
    """

    at: int
    name: str
    elements: tuple[int, ...]


class Extractor:
    """Picks the wanted counters out of measured objects.

    Args:
        directory: Finds cells and nodes.
        rules: Knows which counters are wanted.

    Attributes:
        values: Counters picked since `take`.
        rejected: Values that were none, by reason, since the beginning.
        unknown: Objects that look like cells and are none of the inventory, since the beginning.
    """

    def __init__(self, directory: Directory, rules: RuleBook) -> None:
        self.values = 0
        self.rejected: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self._directory = directory
        self._rules = rules
        self._extracts: dict[PeriodKey, Extract] = {}
        self._objects: dict[str, MeasuredObject | None] = {}
        self._picks: dict[tuple[int, str, bool], list[_Pick]] = {}
        self._info: MeasInfo | None = None
        self._keys: dict[SiteCode, PeriodKey] = {}

    def add(self, measured: MeasValue) -> None:
        """Take in one object."""
        info = measured.info
        if info is not self._info:
            self._begin(info)
        name = measured.object
        found = self._objects.get(name)
        if found is None:
            if name in self._objects:
                return
            if len(self._objects) >= _MOST_NAMES:
                self._objects.clear()
            found = self._objects[name] = self._directory.locate(info, name)
            if found is None:
                self._note_unknown(name)
                return
        picks = self._picks_for(info, found)
        if not picks:
            return
        extract = self._extract(info, found.cell)
        objects = extract.cells.setdefault(found.cell.name, {})
        if found.below not in objects and len(objects) >= _MOST_OBJECTS:
            self.rejected["too_many_objects"] += len(picks)
            return
        self._pick(measured.values, picks, objects.setdefault(found.below, {}))
        flags = extract.suspect.setdefault(found.cell.name, {})
        flags[f"{found.below}|{info.name}"] = measured.suspect

    def take(self) -> dict[PeriodKey, Extract]:
        """What was gathered since the last time."""
        gathered, self._extracts = self._extracts, {}
        self.values = 0
        return gathered

    def _begin(self, info: MeasInfo) -> None:
        if self._info is None or info.origin != self._info.origin:
            self._objects.clear()
        self._picks.clear()
        self._keys.clear()
        self._info = info

    def _note_unknown(self, name: str) -> None:
        if len(self.unknown) < _MOST_UNKNOWN or name in self.unknown:
            self.unknown[name] += 1

    def _extract(self, info: MeasInfo, cell: Cell) -> Extract:
        key = self._keys.get(cell.site)
        if key is None:
            reporter = self._directory.reporter(info.origin, cell)
            key = self._keys[cell.site] = PeriodKey(reporter, info.end_ms, info.period)
        extract = self._extracts.get(key)
        if extract is None:
            extract = self._extracts[key] = Extract(info.origin.vendor)
        return extract

    def _picks_for(self, info: MeasInfo, found: MeasuredObject) -> list[_Pick]:
        rules = self._rules.of(found.cell.technology, info.origin.vendor)
        key = (id(rules), found.kind, found.is_own)
        picks = self._picks.get(key)
        if picks is None:
            picks = self._picks[key] = _picks(info.counters, rules, found)
        return picks

    def _pick(
        self, values: Sequence[str | None], picks: Sequence[_Pick], counters: Counters
    ) -> None:
        for index, name, elements in picks:
            text = values[index]
            if text is None:
                continue
            if elements:
                self._pick_elements(text, name, elements, counters)
                continue
            try:
                counters[name] = _number(text)
            except ValueError:
                self.rejected["not_a_number"] += 1
        self.values += len(picks)

    def _pick_elements(
        self, text: str, name: str, elements: Sequence[int], counters: Counters
    ) -> None:
        parts = text.split(",")
        for element in elements:
            if element < len(parts) and parts[element].strip():
                try:
                    counters[f"{name}[{element}]"] = _number(parts[element])
                except ValueError:
                    self.rejected["not_a_number"] += 1


def _number(text: str) -> float:
    """A decimal number.

    Raises:
        ValueError: it is none; what only Python takes for one (`1_000`, `nan`) is none.
    """
    value = float(text)
    if not math.isfinite(value) or "_" in text:
        raise ValueError(text)
    return value


def _picks(counters: Sequence[str], rules: CellRules, found: MeasuredObject) -> list[_Pick]:
    wanted = rules.own if found.is_own else rules.below.get(found.kind, {})
    return [
        _Pick(index, name, wanted[name]) for index, name in enumerate(counters) if name in wanted
    ]
