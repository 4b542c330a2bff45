"""The whole inventory: loaded from a folder, checked, and looked up by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from omc.core.errors import ConfigurationError, Problem
from omc.core.inventory.checks import check_inventory
from omc.core.inventory.csv_file import read_csv
from omc.core.inventory.model import (
    Area,
    Cell,
    Kind,
    Node,
    Pon,
    Site,
    Span,
    SpanName,
)
from omc.core.inventory.table import Places, Table, convert, empty_table
from omc.core.inventory.yaml_file import read_yaml
from omc.core.model import AreaCode, CellName, NodeName, SiteCode

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_SUFFIXES = (".csv", ".yaml", ".yml")


class Inventory:
    """What there is. Immutable by convention; load a new one to change it.

    Attributes:
        areas: By code; one entry a period of validity, oldest first.
        sites: By code.
        cells: By name.
        nodes: By name.
        spans: By name.
        pons: By OLT and port.
        node_by_identifier: Nodes by their name and by every other identifier.
        nodes_of: Nodes of a site.
        cells_of: Cells of a site.
        pons_of: PONs of an OLT.
    """

    def __init__(
        self,
        *,
        areas: Iterable[Area] = (),
        sites: Iterable[Site] = (),
        cells: Iterable[Cell] = (),
        nodes: Iterable[Node] = (),
        spans: Iterable[Span] = (),
        pons: Iterable[Pon] = (),
        places: Mapping[Kind, Places] | None = None,
    ) -> None:
        in_time = sorted(areas, key=lambda area: area.valid_from or date.min)
        self.areas: dict[AreaCode, tuple[Area, ...]] = _grouped(in_time, lambda area: area.code)
        self.sites: dict[SiteCode, Site] = {site.code: site for site in sites}
        self.cells: dict[CellName, Cell] = {cell.name: cell for cell in cells}
        self.nodes: dict[NodeName, Node] = {node.name: node for node in nodes}
        self.spans: dict[SpanName, Span] = {span.name: span for span in spans}
        self.pons: dict[tuple[NodeName, str], Pon] = {(pon.node, pon.port): pon for pon in pons}
        self.node_by_identifier: dict[str, Node] = {
            identifier: node
            for node in self.nodes.values()
            for identifier in (node.name, *node.identifiers)
        }
        placed = [node for node in self.nodes.values() if node.site is not None]
        self.nodes_of: dict[SiteCode | None, tuple[Node, ...]] = _grouped(placed, lambda n: n.site)
        self.cells_of: dict[SiteCode, tuple[Cell, ...]] = _grouped(
            self.cells.values(), lambda cell: cell.site
        )
        self.pons_of: dict[NodeName, tuple[Pon, ...]] = _grouped(
            self.pons.values(), lambda pon: pon.node
        )
        self._places = dict(places or {})

    @classmethod
    def load(cls, folder: Path) -> Inventory:
        """Read the files of a folder: `areas`, `sites`, `cells`, `nodes`, `spans` and `pons`.

        Each is `.csv` or `.yaml`; one that is missing is empty.

        Raises:
            ConfigurationError: with every problem of every file.
        """
        problems: list[Problem] = []
        files = find_files(folder, problems)
        unreadable = set()
        tables = []
        for kind, path in files.items():
            try:
                tables.append(read_table(path, kind))
            except ConfigurationError as error:
                problems.extend(error.problems)
                unreadable.add(kind)
        return cls.of_tables(tables, unreadable, problems)

    @classmethod
    def of_tables(
        cls,
        tables: Iterable[Table],
        unreadable: Iterable[Kind] = (),
        problems: Sequence[Problem] = (),
    ) -> Inventory:
        """Check tables against each other and make the inventory.

        Args:
            tables: At most one a kind; a kind without table is empty.
            unreadable: Kinds that cannot be read, so that nothing is said of references to them.
            problems: What is already known to be wrong.

        Raises:
            ConfigurationError: with every problem.
        """
        found = list(problems)
        typed = {table.kind: convert(table, found) for table in tables}
        for kind in set(Kind) - set(typed):
            typed[kind] = convert(empty_table(kind), [])
        for kind in unreadable:
            typed[kind] = replace(typed[kind], complete=False)
        found.extend(check_inventory(typed))
        if found:
            raise ConfigurationError(found)
        places = {kind: table.places for kind, table in typed.items()}
        return cls(**{kind.value: table.rows() for kind, table in typed.items()}, places=places)

    def problem(self, node: NodeName, column: str, text: str) -> Problem:
        """A problem with a field of a node, where it stands in its file.

        For what the inventory alone cannot know: credentials of the settings, profiles.
        """
        row = list(self.nodes).index(node)
        return self._places[Kind.NODES].problem(row, column, f"{column}: {text}")

    def area(self, code: AreaCode, day: date) -> Area | None:
        """The area of that code on that day, or None when there was none."""
        return next((a for a in self.areas.get(code, ()) if a.is_valid_on(day)), None)

    def site_of_end(self, end: str) -> Site | None:
        """The site of a span's end: itself, or where the node stands; None if it has no site."""
        site = self.sites.get(SiteCode(end))
        node = self.nodes.get(NodeName(end))
        if site is None and node is not None and node.site is not None:
            return self.sites.get(node.site)
        return site

    @property
    def route_km(self) -> float:
        """Length of all cables."""
        return sum(span.length_km for span in self.spans.values())


def find_files(folder: Path, problems: list[Problem]) -> dict[Kind, Path]:
    """The file of each kind; what stands in the way is added to `problems`."""
    if not folder.is_dir():
        problems.append(Problem(str(folder), 0, 0, "there is no such folder"))
        return {}
    files: dict[Kind, Path] = {}
    kinds = {kind.value: kind for kind in Kind}
    for path in sorted(folder.iterdir()):
        if path.suffix not in _SUFFIXES or path.name.startswith("."):
            continue
        kind = kinds.get(path.stem)
        if kind is None:
            text = f"is no file of an inventory; expected one of {', '.join(kinds)}"
            problems.append(Problem(str(path), 0, 0, text))
        elif kind in files:
            text = f"{files[kind].name} is there too; keep one of them"
            problems.append(Problem(str(path), 0, 0, text))
        else:
            files[kind] = path
    return files


def read_table(path: Path, kind: Kind) -> Table:
    """Read one inventory file, CSV or YAML by its ending.

    Raises:
        ConfigurationError: it cannot be read at all.
    """
    return read_csv(path, kind) if path.suffix == ".csv" else read_yaml(path, kind)


def _grouped(items: Iterable[V], key: Callable[[V], K]) -> dict[K, Any]:
    groups: dict[K, list[V]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return {name: tuple(group) for name, group in groups.items()}
