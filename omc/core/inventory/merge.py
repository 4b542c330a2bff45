"""Rows of another file brought into a table of the inventory.

Rows are matched by their key. A column that the source lacks keeps its values; a field that is
empty in the source is emptied. Rows that the source does not mention stay: nothing is ever deleted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from omc.core.errors import ConfigurationError, Problem
from omc.core.inventory.checks import duplicates
from omc.core.inventory.schema import SCHEMAS
from omc.core.inventory.table import Places, Table, TypedTable, convert
from omc.core.yaml_source import shown


@dataclass(frozen=True, slots=True)
class Merge:
    """A table after an import, not yet checked against the others.

    Attributes:
        table: All rows, as text.
        added: Rows of the source that are new.
        changed: Rows of the source that differ from what was there.
        unchanged: Rows of the source that say the same.
        kept: Rows that the source does not mention.
    """

    table: Table
    added: int
    changed: int
    unchanged: int
    kept: int


def merge(existing: Table, source: Table) -> Merge:
    """Bring the rows of `source` into `existing`; both of one kind, fields as text.

    Raises:
        ConfigurationError: what is wrong within either, each fault in its own file.
    """
    problems: list[Problem] = []
    old, new = convert(existing, problems), convert(source, problems)
    problems.extend(duplicates(new))
    matches = _matches(old, new, source, problems)
    if problems:
        raise ConfigurationError(problems)
    provided = [name for name in SCHEMAS[source.kind].names if name in source.columns]
    merging = _Merging(existing, old, new, provided)
    for row, match in enumerate(matches):
        merging.take(row, match)
    return merging.result()


def _matches(
    old: TypedTable, new: TypedTable, source: Table, problems: list[Problem]
) -> list[int | None]:
    """For each row of the source, the row it replaces, or None."""
    names = [name for name in SCHEMAS[new.kind].key if name in source.columns]
    rows: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(*(old.columns[name] for name in names), strict=True)):
        rows[key].append(row)
    matches: list[int | None] = []
    for row, key in enumerate(zip(*(new.columns[name] for name in names), strict=True)):
        found = rows.get(key, [])
        if len(found) > 1:
            text = f"{names[0]}: {shown(key[0])} has several periods; add the column valid_from"
            problems.append(new.places.problem(row, names[0], text))
        matches.append(found[0] if found else None)
    return matches


@dataclass(frozen=True, slots=True)
class _MergedPlaces:
    """Rows that come from two files.

    Attributes:
        old: The inventory's own file.
        new: The imported file.
        rows: For each row, its row in the old and in the new file.
        provided: Columns of the new file.
    """

    old: Places
    new: Places
    rows: list[tuple[int | None, int | None]]
    provided: frozenset[str]

    def problem(self, row: int, column: str, text: str) -> Problem:
        old, new = self.rows[row]
        if new is not None and (old is None or column in self.provided):
            return self.new.problem(new, column, text)
        return self.old.problem(old or 0, column, text)


class _Merging:
    """The work of `merge`, row by row."""

    def __init__(
        self, existing: Table, old: TypedTable, new: TypedTable, provided: list[str]
    ) -> None:
        self._old, self._new, self._provided = old, new, provided
        schema = SCHEMAS[new.kind]
        self._write = {column.name: column.write for column in schema.columns}
        self._header = [n for n in schema.names if n in existing.columns or n in provided]
        self._columns = {name: self._texts(existing, name) for name in self._header}
        self._rows: list[tuple[int | None, int | None]] = [(r, None) for r in range(old.length)]
        self._added = self._changed = self._unchanged = 0

    def _texts(self, existing: Table, name: str) -> list[str]:
        """What stands in the file; where numbers have a decimal comma there, with a point."""
        raw = existing.columns.get(name)
        if raw is None:
            return [""] * existing.length
        if existing.decimal_comma:
            return [self._text(name, value) for value in self._old.columns[name]]
        return list(raw)

    def _text(self, name: str, value: Any) -> str:
        return "" if value is None else self._write[name](value)

    def take(self, row: int, match: int | None) -> None:
        """Add a row of the source, or put it in the place of the one it matches."""
        if match is None:
            self._added += 1
            self._rows.append((None, row))
            for name in self._header:
                given = name in self._provided
                self._columns[name].append(
                    self._text(name, self._new.columns[name][row]) if given else ""
                )
            return
        differing = [
            name
            for name in self._provided
            if self._new.columns[name][row] != self._old.columns[name][match]
        ]
        self._rows[match] = (match, row)
        self._changed += bool(differing)
        self._unchanged += not differing
        for name in differing:
            self._columns[name][match] = self._text(name, self._new.columns[name][row])

    def result(self) -> Merge:
        places = _MergedPlaces(
            self._old.places, self._new.places, self._rows, frozenset(self._provided)
        )
        table = Table(self._new.kind, dict(self._columns), len(self._rows), places)
        kept = self._old.length - self._changed - self._unchanged
        return Merge(table, self._added, self._changed, self._unchanged, kept)
