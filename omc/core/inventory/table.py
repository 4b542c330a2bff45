"""One inventory file as columns of raw values, and the conversion to columns of typed ones.

Columns are converted whole, so that 20,000 rows cost a fraction of a second; only where a column
holds a fault is it gone through again row by row, to say where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from omc.core.errors import Problem
from omc.core.inventory.fields import Parser
from omc.core.inventory.model import Kind
from omc.core.inventory.schema import SCHEMAS, Column
from omc.core.yaml_source import shown

#: Stands for a field that could not be read, until the problem ends the load.
UNREADABLE = object()


class Places(Protocol):
    """Where rows and fields stand in their files."""

    def problem(self, row: int, column: str, text: str) -> Problem:
        """A problem with one field; with the whole row when it has no such field."""
        ...


@dataclass(slots=True)
class Table:
    """The rows of one kind as they stand in a file.

    Attributes:
        kind: Which.
        columns: Raw values by column, all of `length`: text from CSV, anything from YAML; an
            empty text or None where nothing stands. Missing columns are left out.
        length: How many rows.
        places: Where they stand.
        problems: What is wrong with the form of the file.
        decimal_comma: Numbers are written 21,31 (spreadsheets that separate by semicolon).
    """

    kind: Kind
    columns: dict[str, list[Any]]
    length: int
    places: Places
    problems: list[Problem] = field(default_factory=list)
    decimal_comma: bool = False


class _NoPlaces:
    def problem(self, row: int, column: str, text: str) -> Problem:
        raise IndexError(row)


def empty_table(kind: Kind) -> Table:
    """A table without rows, for a kind that has no file."""
    return Table(kind, {}, 0, _NoPlaces())


@dataclass(frozen=True, slots=True)
class TypedTable:
    """The rows of one kind as typed columns.

    Attributes:
        kind: Which.
        columns: Every column of the schema, by name, in its order.
        length: How many rows.
        places: Where they stand.
        complete: False when a column of the key is missing, so that nobody can refer to it.
    """

    kind: Kind
    columns: dict[str, list[Any]]
    length: int
    places: Places
    complete: bool = True

    def rows(self) -> list[Any]:
        """The objects."""
        return list(map(SCHEMAS[self.kind].make, *self.columns.values()))

    def keys(self) -> list[Any]:
        """What tells the rows apart: a value, or a tuple where the key has more columns."""
        names = SCHEMAS[self.kind].key
        columns = [self.columns[name] for name in names]
        return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))


def convert(table: Table, problems: list[Problem]) -> TypedTable:
    """Read every field; what is wrong is added to `problems`."""
    problems.extend(table.problems)
    schema = SCHEMAS[table.kind]
    columns = {}
    for column in schema.columns:
        raw = table.columns.get(column.name)
        if raw is None:
            columns[column.name] = [column.default] * table.length
        else:
            columns[column.name] = _convert_column(table, column, raw, problems)
    keys = (column.name for column in schema.columns if column.required)
    complete = table.length == 0 or all(k in table.columns for k in keys if k in schema.key)
    return TypedTable(table.kind, columns, table.length, table.places, complete)


def _convert_column(
    table: Table, column: Column, raw: Sequence[Any], problems: list[Problem]
) -> list[Any]:
    parse, default = _parser(table, column), column.default
    if not column.required or not ("" in raw or None in raw):
        try:
            return [default if v is None or v == "" else parse(v) for v in raw]
        except ValueError:
            pass
    return [_convert_field(table, column, row, value, problems) for row, value in enumerate(raw)]


def _parser(table: Table, column: Column) -> Parser:
    if column.decimal and table.decimal_comma:
        return lambda value: column.parse(value.replace(",", "."))
    return column.parse


def _convert_field(
    table: Table, column: Column, row: int, value: Any, problems: list[Problem]
) -> Any:
    if value is None or value == "":
        if column.required:
            problems.append(table.places.problem(row, column.name, f"{column.name}: is empty"))
            return UNREADABLE
        return column.default
    try:
        return _parser(table, column)(value)
    except ValueError as error:
        text = f"{column.name}: found {shown(value)}; {error}"
        problems.append(table.places.problem(row, column.name, text))
        return UNREADABLE
