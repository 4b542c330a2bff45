"""What a device said about names, types and conditions: raw values by column and row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from collector.decoding.reference import Reference
from collector.varbind import Value, Varbind


class Place(NamedTuple):
    """Where a value stands.

    Attributes:
        oid: Of the column, or the complete one of a scalar.
        suffix: The row's index; "" for a scalar.
    """

    oid: str
    suffix: str

    @property
    def text(self) -> str:
        """The complete OID."""
        return f"{self.oid}.{self.suffix}" if self.suffix else self.oid


class Cells:
    """Values by place, replaced a column at a time so that rows that are gone disappear.

    Args:
        columns: OIDs of the columns that may be stored.
    """

    def __init__(self, columns: frozenset[str]) -> None:
        self._columns = columns
        self._depths = sorted({oid.count(".") + 1 for oid in columns}, reverse=True)
        self._values: dict[str, dict[str, Value]] = {}
        self._incoming: dict[str, dict[str, Value]] = {}
        self._last_column = ""
        self._last_prefix = "."

    def place(self, oid: str) -> Place:
        """Split an OID into column and index; one of no known column is a scalar."""
        if oid.startswith(self._last_prefix):
            return Place(self._last_column, oid[len(self._last_prefix) :])
        words = oid.split(".")
        for depth in self._depths:
            column = ".".join(words[:depth])
            if column in self._columns and len(words) > depth:
                self._last_column, self._last_prefix = column, column + "."
                return Place(column, ".".join(words[depth:]))
        return Place(oid, "")

    def get(self, reference: Reference, suffix: str) -> Value:
        """The value a reference points at from a row, or None."""
        if reference.scalar is not None:
            return self._values.get(reference.scalar, {}).get("")
        return self._values.get(reference.column or "", {}).get(suffix)

    def set(self, place: Place, value: Value) -> bool:
        """Store one value at once; True if it is another one than before."""
        column = self._values.setdefault(place.oid, {})
        if place.suffix in column and column[place.suffix] == value:
            return False
        column[place.suffix] = value
        return True

    def forget(self, oid: str) -> None:
        """Drop everything of a column or scalar."""
        self._values.pop(oid, None)

    def has_row(self, columns: Iterable[str], suffix: str) -> bool:
        """Whether any of the columns has this row."""
        return any(suffix in self._values.get(column, ()) for column in columns)

    def rows(self, columns: Iterable[str]) -> Iterator[str]:
        """Indexes of the rows that the columns have, each once."""
        seen: dict[str, None] = {}
        for column in columns:
            seen.update(dict.fromkeys(self._values.get(column, ())))
        return iter(seen)

    def collect(self, varbinds: Iterable[Varbind]) -> None:
        """Keep values back until `commit`."""
        for oid, value in varbinds:
            place = self.place(oid)
            self._incoming.setdefault(place.oid, {})[place.suffix] = value

    def commit(self, oid: str, *, replace: bool) -> list[Place]:
        """Take what was collected of a column or scalar over; the places that changed.

        Args:
            oid: Of the column or scalar.
            replace: Rows that were not collected are gone; else they stay.
        """
        old = self._values.get(oid, {})
        incoming = self._incoming.pop(oid, {})
        new = incoming if replace else {**old, **incoming}
        self._values[oid] = new
        if new == old:
            return []
        suffixes = old.keys() | new.keys()
        return [
            Place(oid, suffix)
            for suffix in suffixes
            if (suffix in old) != (suffix in new) or old.get(suffix) != new.get(suffix)
        ]
