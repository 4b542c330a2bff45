"""What one row of the inventory says about another: keys, references, periods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from omc.core.errors import Problem
from omc.core.inventory.model import AreaLevel, Kind, NodeKind
from omc.core.inventory.schema import SCHEMAS
from omc.core.inventory.table import UNREADABLE, TypedTable
from omc.core.yaml_source import shown

#: Every kind is there, an empty one where there is no file.
Tables = Mapping[Kind, TypedTable]

#: Column -> the kind whose key it names.
_REFERENCES = {
    Kind.AREAS: {"parent": Kind.AREAS},
    Kind.SITES: {"area": Kind.AREAS},
    Kind.CELLS: {"site": Kind.SITES},
    Kind.NODES: {"site": Kind.SITES},
    Kind.PONS: {"node": Kind.NODES, "span": Kind.SPANS},
}

_WHAT = {
    Kind.AREAS: "area",
    Kind.SITES: "site",
    Kind.NODES: "node",
    Kind.SPANS: "span",
    Kind.CELLS: "cell",
    Kind.PONS: "PON",
}

_RANK = {AreaLevel.COMMUNE: 0, AreaLevel.DISTRICT: 1, AreaLevel.PROVINCE: 2}


def check_inventory(tables: Tables) -> Iterator[Problem]:
    """Every contradiction between rows. Fields that could not be read are passed over."""
    for table in tables.values():
        if table.complete:
            yield from duplicates(table)
        yield from _dangling(table, tables)
    yield from _areas(tables)
    yield from _cells(tables)
    yield from _nodes(tables)
    yield from _identifiers(tables)
    yield from _spans(tables)
    yield from _pons(tables)


def _problem(table: TypedTable, row: int, column: str, text: str) -> Problem:
    return table.places.problem(row, column, f"{column}: {text}")


def _given(value: object) -> bool:
    return value is not None and value is not UNREADABLE


def _line(table: TypedTable, row: int) -> int:
    return table.places.problem(row, SCHEMAS[table.kind].key[0], "").line


def duplicates(table: TypedTable) -> Iterator[Problem]:
    """Rows with a key that an earlier row has."""
    seen: dict[Any, int] = {}
    column = SCHEMAS[table.kind].key[0]
    for row, key in enumerate(table.keys()):
        parts = key if isinstance(key, tuple) else (key,)
        if UNREADABLE in parts:
            continue
        first = seen.setdefault(key, row)
        if first != row:
            name = " ".join(str(part) for part in parts if part is not None)
            text = f"{_WHAT[table.kind]} {shown(name)} is already on line {_line(table, first)}"
            yield _problem(table, row, column, text)


def _names(tables: Tables, kind: Kind) -> set[Any] | None:
    """What may be referred to; None when that cannot be told, because it was not readable."""
    table = tables[kind]
    return set(table.columns[SCHEMAS[kind].key[0]]) if table.complete else None


def _dangling(table: TypedTable, tables: Tables) -> Iterator[Problem]:
    for column, kind in _REFERENCES.get(table.kind, {}).items():
        known = _names(tables, kind)
        if known is None:
            continue
        for row, name in enumerate(table.columns[column]):
            if _given(name) and name not in known:
                yield _problem(table, row, column, f"there is no {_WHAT[kind]} {shown(name)}")


Period = tuple[date, date, int]


def _period(table: TypedTable, row: int) -> Period | None:
    """First day, day after the last, and the row; None where the file is not readable."""
    start, end = table.columns["valid_from"][row], table.columns["valid_to"][row]
    if start is UNREADABLE or end is UNREADABLE:
        return None
    return (start or date.min, end or date.max, row)


def _areas(tables: Tables) -> Iterator[Problem]:
    table = tables[Kind.AREAS]
    periods: dict[Any, list[Period]] = defaultdict(list)
    for row, code in enumerate(table.columns["code"]):
        period = _period(table, row)
        if period is not None and period[0] >= period[1]:
            yield _problem(table, row, "valid_to", "must be later than valid_from")
        elif period is not None and _given(code):
            periods[code].append(period)
    for of_one_code in periods.values():
        of_one_code.sort()
        yield from _overlaps(table, of_one_code)
    for row, parent in enumerate(table.columns["parent"]):
        if parent in periods:
            yield from _parent(table, row, periods[parent])


def _overlaps(table: TypedTable, periods: list[Period]) -> Iterator[Problem]:
    for (start, end, row), (next_start, _, next_row) in pairwise(periods):
        if start < next_start < end:
            text = f"the period overlaps that of line {_line(table, row)}"
            yield _problem(table, next_row, "valid_from", text)


def _parent(table: TypedTable, row: int, parents: list[Period]) -> Iterator[Problem]:
    name = shown(table.columns["parent"][row])
    level = table.columns["level"][row]
    above = table.columns["level"][parents[0][2]]
    if UNREADABLE not in (level, above) and _RANK[above] <= _RANK[level]:
        text = f"{name} is a {above.value}, which is not above a {level.value}"
        yield _problem(table, row, "parent", text)
    period = _period(table, row)
    if period is not None and period[0] < period[1] and not _covered(*period[:2], parents):
        text = (
            f"{name} is not valid for the whole period: needed {_days(*period[:2])}, "
            f"{name} is valid {' and '.join(_days(*known[:2]) for known in parents)}"
        )
        yield _problem(table, row, "parent", text)


def _days(start: date, end: date) -> str:
    """A period in words."""
    if start == date.min:
        return "always (no valid_from)" if end == date.max else f"until {end}"
    return f"from {start}" if end == date.max else f"from {start} until {end}"


def _covered(start: date, end: date, periods: list[Period]) -> bool:
    """Whether periods, sorted, cover everything from start to end without a gap."""
    for begin, finish, _ in periods:
        if begin <= start < finish:
            start = finish
    return start >= end


def _cells(tables: Tables) -> Iterator[Problem]:
    sites, cells = tables[Kind.SITES].columns, tables[Kind.CELLS].columns
    listed = dict(zip(sites["code"], sites["technologies"], strict=True))
    pairs = zip(cells["site"], cells["technology"], strict=True)
    for row, (site, technology) in enumerate(pairs):
        has: Any = listed.get(site) or UNREADABLE
        if UNREADABLE not in (has, technology) and technology not in has:
            text = f"found {technology.value}; site {shown(site)} lists only {' '.join(has)}"
            yield _problem(tables[Kind.CELLS], row, "technology", text)


def _nodes(tables: Tables) -> Iterator[Problem]:
    table = tables[Kind.NODES]
    columns = table.columns
    seen: dict[tuple[Any, Any], int] = {}
    triples = zip(columns["address"], columns["port"], columns["credentials"], strict=True)
    for row, (address, port, credentials) in enumerate(triples):
        if address is None and credentials is not None:
            yield _problem(table, row, "address", "is empty, but there are credentials")
        if address is not None and credentials is None:
            yield _problem(table, row, "credentials", "is empty, but there is an address")
        if not _given(address) or not _given(port):
            continue
        first = seen.setdefault((address, port), row)
        if first != row:
            text = f"{address} port {port} is already on line {_line(table, first)}"
            yield _problem(table, row, "address", text)


def _identifiers(tables: Tables) -> Iterator[Problem]:
    table = tables[Kind.NODES]
    owner = {name: row for row, name in enumerate(table.columns["name"]) if _given(name)}
    for row, identifiers in enumerate(table.columns["identifiers"]):
        for identifier in identifiers if identifiers is not UNREADABLE else ():
            first = owner.setdefault(identifier, row)
            if first != row:
                text = f"{shown(identifier)} is already a name of the node on line"
                yield _problem(table, row, "identifiers", f"{text} {_line(table, first)}")


def _spans(tables: Tables) -> Iterator[Problem]:
    table = tables[Kind.SPANS]
    sites, nodes = _names(tables, Kind.SITES), _names(tables, Kind.NODES)
    if sites is not None and nodes is not None:
        for column in ("from", "to"):
            yield from _span_ends(table, column, sites, nodes)
    ends = zip(table.columns["from"], table.columns["to"], strict=True)
    for row, (start, end) in enumerate(ends):
        if _given(start) and start == end:
            yield _problem(table, row, "to", "a span ends elsewhere than it begins")


def _span_ends(
    table: TypedTable, column: str, sites: set[Any], nodes: set[Any]
) -> Iterator[Problem]:
    for row, name in enumerate(table.columns[column]):
        if not _given(name):
            continue
        if name in sites and name in nodes:
            yield _problem(table, row, column, f"{shown(name)} is both a site and a node")
        elif name not in sites and name not in nodes:
            yield _problem(table, row, column, f"there is no site or node {shown(name)}")


def _pons(tables: Tables) -> Iterator[Problem]:
    nodes = tables[Kind.NODES].columns
    kinds = dict(zip(nodes["name"], nodes["kind"], strict=True))
    for row, name in enumerate(tables[Kind.PONS].columns["node"]):
        kind = kinds.get(name, UNREADABLE)
        if kind is not UNREADABLE and kind is not NodeKind.OLT:
            text = f"{shown(name)} is a {kind.value}; a PON hangs on an olt"
            yield _problem(tables[Kind.PONS], row, "node", text)
