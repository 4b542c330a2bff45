"""What a reader knows of the OIDs of one poll task, by column and row."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from collector.normalising.cells import Place
from collector.normalising.reading import Entry


class Entries:
    """Entries by place.

    Rows repeat from column to column and from device to device: no entry keeps a text of its own.
    """

    def __init__(self) -> None:
        self._columns: dict[str, dict[str, Entry]] = {}

    def find(self, place: Place) -> Entry | None:
        """The entry of a place, if it is known."""
        rows = self._columns.get(place.oid)
        return None if rows is None else rows.get(place.suffix)

    def put(self, place: Place, entry: Entry) -> None:
        """Know a place."""
        self._columns.setdefault(place.oid, {})[sys.intern(place.suffix)] = entry

    def pop(self, place: Place) -> Entry | None:
        """Know a place no more."""
        rows = self._columns.get(place.oid)
        entry = None if rows is None else rows.pop(place.suffix, None)
        if rows is not None and not rows:
            del self._columns[place.oid]
        return entry

    def column(self, oid: str) -> list[Place]:
        """The known places of a column, or of a scalar."""
        return [Place(oid, suffix) for suffix in self._columns.get(oid, ())]

    def has_useful(self, oid: str) -> bool:
        """Whether any entry of a column is worth reading."""
        return any(entry.is_useful for entry in self._columns.get(oid, {}).values())

    def entries(self) -> Iterator[Entry]:
        """Every entry."""
        for rows in self._columns.values():
            yield from rows.values()

    def __contains__(self, place: Place) -> bool:
        return self.find(place) is not None

    def __iter__(self) -> Iterator[Place]:
        return (Place(oid, suffix) for oid, rows in self._columns.items() for suffix in rows)

    def __len__(self) -> int:
        return sum(map(len, self._columns.values()))
