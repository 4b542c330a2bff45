"""Inventory files in YAML: one key, the kind, with a list of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omc.core.errors import ConfigurationError, Problem
from omc.core.inventory.model import Kind
from omc.core.inventory.schema import SCHEMAS
from omc.core.inventory.table import Table
from omc.core.yaml_source import YamlFile, load_yaml, shown


@dataclass(frozen=True, slots=True)
class YamlPlaces:
    """Where the rows of a YAML file stand.

    Attributes:
        file: The file.
        kind: Its one key.
        indexes: Index in the file's list, for each row.
    """

    file: YamlFile
    kind: Kind
    indexes: list[int]

    def problem(self, row: int, column: str, text: str) -> Problem:
        return self.file.problem((self.kind.value, self.indexes[row], column), text)


def read_yaml(path: Path, kind: Kind) -> Table:
    """Read one kind from one file.

    Raises:
        ConfigurationError: the file cannot be read at all. Faults of single rows are in the
            table's own problems.
    """
    file = load_yaml(path)
    rows = _list_of_rows(file, kind)
    indexes = [index for index, row in enumerate(rows) if isinstance(row, dict)]
    places = YamlPlaces(file, kind, indexes)
    problems = [
        file.problem((kind.value, index), f"found {shown(row)}; expected keys and values")
        for index, row in enumerate(rows)
        if not isinstance(row, dict)
    ]
    good = [rows[index] for index in indexes]
    names = SCHEMAS[kind].names
    known = frozenset(names)
    for row, fields in enumerate(good):
        if not fields.keys() <= known:
            problems += _unknown_keys(places, row, fields)
    columns = {name: [_stripped(fields.get(name)) for fields in good] for name in names}
    return Table(kind, columns, len(good), places, problems)


def _list_of_rows(file: YamlFile, kind: Kind) -> list[Any]:
    data = file.data if file.data is not None else {kind.value: []}
    if not isinstance(data, dict) or kind.value not in data:
        fault = f"expected the key {kind.value!r} with a list of {kind.value}"
        raise ConfigurationError([file.problem((), fault)])
    others = [str(key) for key in data if key != kind.value]
    if others:
        fault = f"the key {others[0]!r} is not known here; allowed: {kind.value}"
        raise ConfigurationError([file.problem((others[0],), fault, at_key=True)])
    rows = data[kind.value]
    if rows is None:
        return []
    if not isinstance(rows, list):
        fault = f"{kind.value}: found {shown(rows)}; expected a list"
        raise ConfigurationError([file.problem((kind.value,), fault)])
    return rows


def _unknown_keys(places: YamlPlaces, row: int, fields: Mapping[str, Any]) -> list[Problem]:
    names = SCHEMAS[places.kind].names
    location = (places.kind.value, places.indexes[row])
    return [
        places.file.problem(
            (*location, key),
            f"the key {key!r} is not known here; allowed: {', '.join(names)}",
            at_key=True,
        )
        for key in fields
        if key not in names
    ]


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
