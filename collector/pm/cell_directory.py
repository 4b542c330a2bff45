"""Which cell and node a measured object belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from collector.pm.document import MeasInfo, Origin
from collector.pm.style import StyleSet
from omc.core.inventory import Cell, Inventory, Technology
from omc.core.model import CellName, SiteCode

_LONGEST_NAME = 64
#: Nodes that the inventory does not know, by name: names come from files, and each has series.
_MOST_STRANGERS = 5000
_NOBODY = "unknown"


@dataclass(frozen=True, slots=True)
class MeasuredObject:
    """An object of a cell.

    Attributes:
        cell: Of the inventory.
        kind: Class of the object: the cell's own, or of something below it.
        below: The object's name below the cell, beginning with the cell's class: one for each
            object of the cell.
        is_own: It is the cell itself, and nothing below it.
    """

    cell: Cell
    kind: str
    below: str
    is_own: bool


@dataclass(frozen=True, slots=True, order=True)
class Reporter:
    """The node that a file tells of.

    Attributes:
        node: Its name: the inventory's, or where that knows none the file's own.
        site: Where it stands; "" for what belongs to no site.
        area: Of the site; "" where the inventory does not say.
    """

    node: str
    site: str
    area: str


class Directory(Protocol):
    """Finds what measured objects belong to."""

    def locate(self, info: MeasInfo, name: str) -> MeasuredObject | None:
        """The object of a cell that is measured; None if it is no known cell.

        Args:
            info: Its group.
            name: measObjLdn.
        """
        ...

    def reporter(self, origin: Origin, cell: Cell) -> Reporter:
        """The node behind a managed element.

        Args:
            origin: What the file says of it.
            cell: One that it measured.
        """
        ...


class CellDirectory:
    """Finds cells of the inventory by the names that files give them.

    A cell is looked for under its `name` and its `identity` of the inventory. A file may write
    either as the value of the cell's own part of the name (EUtranCellFDD=VPH001-L18-1), as the
    whole name up to that part (MRBTS-1/LNBTS-1/LNCEL-3), or as managed element and value (ENB1/3).
    """

    def __init__(self, inventory: Inventory, styles: StyleSet) -> None:
        self._inventory = inventory
        self._cells: dict[str, Cell] = {}
        for cell in inventory.cells.values():
            if cell.identity:
                self._cells.setdefault(cell.identity, cell)
        self._cells.update({cell.name: cell for cell in inventory.cells.values()})
        self._pattern = class_pattern(cls for _, style in styles for cls in style.cells)
        self._strangers: set[str] = set()

    def locate(self, info: MeasInfo, name: str) -> MeasuredObject | None:
        found = self._pattern.search(name)
        if found is None:
            return None
        origin, value, up_to = info.origin, found["value"].strip(), name[: found.end()]
        candidates = (
            value,
            up_to,
            f"{origin.prefix},{up_to}",
            f"{_last_value(origin.element)}/{value}",
            f"{origin.label}/{value}",
        )
        cell = next((self._cells[key] for key in candidates if key in self._cells), None)
        return None if cell is None else measured_object(cell, found, name)

    def reporter(self, origin: Origin, cell: Cell) -> Reporter:
        """The node behind a managed element.

        A node that the inventory does not know is called as the file calls it, and stands where
        its cell does: one that serves several sites is then several nodes of one name.
        """
        for name in _names(origin):
            node = self._inventory.node_by_identifier.get(name)
            if node is not None:
                return Reporter(node.name, node.site or "", self._area(node.site))
        name = called(origin)
        if name not in self._strangers and len(self._strangers) >= _MOST_STRANGERS:
            name = _NOBODY
        self._strangers.add(name)
        return Reporter(name, cell.site, self._area(cell.site))

    def _area(self, code: SiteCode | None) -> str:
        site = self._inventory.sites.get(code) if code is not None else None
        return (site.area or "") if site is not None else ""


class OpenDirectory:
    """Takes every object that looks like a cell for one: for work without an inventory.

    Attributes:
        cells: Those that were met, by name.

    Args:
        styles: Which classes are cells, and of which generation.
    """

    def __init__(self, styles: StyleSet) -> None:
        self.cells: dict[CellName, Cell] = {}
        self._styles = styles
        self._pattern = class_pattern(cls for _, style in styles for cls in style.cells)

    def locate(self, info: MeasInfo, name: str) -> MeasuredObject | None:
        found = self._pattern.search(name)
        if found is None:
            return None
        called_cell = CellName(found["value"].strip())
        cell = self.cells.get(called_cell)
        if cell is None:
            technology = self._technology(info, found["kind"])
            if technology is None:
                return None
            cell = self.cells[called_cell] = Cell(called_cell, SiteCode(""), technology, "", 1)
        return measured_object(cell, found, name)

    def _technology(self, info: MeasInfo, kind: str) -> Technology | None:
        """The generation whose counters the group has most of, among those with such cells."""
        found = set(info.counters)
        scores = {
            style.technology: sum(f.counters_in(found) for f in style.values)
            for _, style in self._styles
            if kind in style.cells and style.is_for(info.origin.vendor)
        }
        return max(scores, key=lambda technology: scores[technology], default=None)

    def reporter(self, origin: Origin, cell: Cell) -> Reporter:
        return Reporter(called(origin), cell.site, "")


def measured_object(cell: Cell, found: re.Match[str], name: str) -> MeasuredObject:
    """What of a cell an object is, by what follows the cell's part of its name."""
    kind, rest = found["kind"], name[found.end() :]
    # After a comma and a blank only descriptions of the cell follow (Huawei).
    if not rest or rest.startswith(", "):
        return MeasuredObject(cell, kind, kind, is_own=True)
    return MeasuredObject(cell, _last_class(rest), kind + rest, is_own=False)


def called(origin: Origin) -> str:
    """What a file calls the node that it tells of."""
    name = next((name for name in _names(origin) if name.isprintable()), _NOBODY)
    return name[:_LONGEST_NAME]


def _names(origin: Origin) -> list[str]:
    """What a node may be called, the likeliest first."""
    names = [origin.label, _last_value(origin.element), origin.element]
    names += [_last_value(origin.sender), origin.sender]
    return [name for name in names if name]


def class_pattern(classes: Iterable[str]) -> re.Pattern[str]:
    """Matches the part of an object's name that names a cell, in any vendor's separators."""
    kinds = "|".join(sorted({re.escape(one) for one in classes}, key=len, reverse=True))
    return re.compile(rf"(?:^|[,/:])\s*(?P<kind>{kinds})[=-](?P<value>[^,/]+)")


def _last_value(name: str) -> str:
    """`ENB1` of `SubNetwork=VN,ManagedElement=ENB1`, `MRBTS-1` of itself."""
    last = re.split(r"[,/]", name)[-1]
    return last.partition("=")[2].strip() or last.strip()


def _last_class(name: str) -> str:
    last = re.split(r"[,/]", name)[-1]
    return re.split(r"[=-]", last, maxsplit=1)[0].strip()
