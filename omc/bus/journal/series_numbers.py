"""The dictionary of a journal: series as numbers, so that no key is written twice."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable

from omc.bus.journal.schema import series_hash
from omc.core.model import Series


class SeriesNumbers(dict[Series, int]):
    """Numbers by series, and the way back. Asking for a new series gives it a number.

    New numbers are written by `save`, in the transaction that writes the blocks that use them.
    Belongs to the journal's thread, except `series`, `learn` and `forget`.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection
        self._by_number: list[Series | None] = []
        self._unsaved: dict[bytes, int] = {}
        self._next: int = connection.execute(
            "SELECT coalesce(max(number), -1) + 1 FROM series"
        ).fetchone()[0]

    def __missing__(self, series: Series) -> int:
        key = series.key.encode("utf-8", "surrogatepass")
        query = "SELECT number FROM series WHERE hash = ? AND key = ?"
        row = self._connection.execute(query, (series_hash(key), key)).fetchone()
        number: int | None = row[0] if row else self._unsaved.get(key)
        if number is None:
            number = self._unsaved[key] = self._next
            self._next += 1
        self.learn(number, series)
        return number

    def save(self) -> None:
        """Write what is new; call `saved` once that is committed."""
        rows = [
            (number, key, series_checksum(number, key), series_hash(key))
            for key, number in self._unsaved.items()
        ]
        self._connection.executemany("INSERT INTO series VALUES (?, ?, ?, ?)", rows)

    def saved(self) -> None:
        """What `save` wrote is committed."""
        self._unsaved.clear()

    def keys_of_unknown(self, numbers: Iterable[int]) -> dict[int, str]:
        """Keys of those numbers whose series is not known here yet, as far as the file has them."""
        query = "SELECT key, checksum FROM series WHERE number = ?"
        found = {}
        for number in numbers:
            if self.series(number) is not None:
                continue
            key, checksum = self._connection.execute(query, (number,)).fetchone() or (b"", None)
            if checksum == series_checksum(number, key):
                found[number] = key.decode("utf-8", "surrogatepass")
        return found

    def series(self, number: int) -> Series | None:
        """The series of a number; None when it is not known here."""
        return self._by_number[number] if 0 <= number < len(self._by_number) else None

    def learn(self, number: int, series: Series) -> None:
        """A series and its number belong together."""
        missing = number + 1 - len(self._by_number)
        if missing > 0:
            self._by_number.extend([None] * missing)
        self._by_number[number] = series
        self[series] = number

    def forget(self, series: Series) -> None:
        """Drop a series that will not come again; the file keeps its number."""
        number = self.pop(series, None)
        if number is not None:
            self._by_number[number] = None


def series_checksum(number: int, key: bytes) -> int:
    """CRC-32 of a row of the dictionary."""
    return zlib.crc32(key, number & 0xFFFFFFFF)
