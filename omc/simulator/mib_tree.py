"""A tree of objects that is computed, not stored: columns of code over rows of devices.

A `Column` is one object of a MIB: its OID and a function that reads a row. All devices of a kind
share one `MibTree` of columns; a device brings only its row indexes. 300,000 instances so cost the
memory of their row suffixes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from omc.simulator import ber
from omc.simulator.ber import Oid


class Rows:
    """The instances of one table on one device, in the order of their index sub-identifiers."""

    __slots__ = ("encoded", "suffixes")

    def __init__(self, suffixes: Sequence[Oid]) -> None:
        self.suffixes = list(suffixes)
        if any(a >= b for a, b in zip(self.suffixes, self.suffixes[1:], strict=False)):
            raise ValueError("rows of a table must ascend")
        self.encoded = [ber.encode_subidentifiers(suffix) for suffix in self.suffixes]

    def __len__(self) -> int:
        return len(self.suffixes)


#: The one row `.0` of a scalar object, shared by all devices.
SCALAR = Rows([(0,)])


class Device(Protocol):
    """What a tree needs of a device: the rows of its tables, by table name."""

    @property
    def rows(self) -> dict[str, Rows]: ...


DeviceT = TypeVar("DeviceT", bound=Device)
MomentT = TypeVar("MomentT")
#: A column that reads any device of a family also reads one member of it.
DeviceIn = TypeVar("DeviceIn", bound=Device, contravariant=True)
MomentIn = TypeVar("MomentIn", contravariant=True)


@dataclass(frozen=True, slots=True)
class Column(Generic[DeviceIn, MomentIn]):
    """One object of a MIB.

    Attributes:
        oid: Of the object, without the instance.
        table: Whose rows it has; "" for a scalar.
        read: (device, moment, row) to the encoded value; None where the instance is absent now
            (a neighbour behind a dead link).
    """

    oid: Oid
    table: str
    read: Callable[[DeviceIn, MomentIn, int], bytes | None]


class MibTree(Generic[DeviceT, MomentT]):
    """The columns of one kind of device, in OID order."""

    def __init__(self, columns: Sequence[Column[DeviceT, MomentT]]) -> None:
        ordered = sorted(columns, key=lambda column: column.oid)
        self._columns = ordered
        self._oids = [column.oid for column in ordered]
        self._encoded = [ber.encode_oid_body(column.oid) for column in ordered]
        for low, high in zip(self._oids, self._oids[1:], strict=False):
            if high[: len(low)] == low:
                raise ValueError(f"column {high} lies inside column {low}")

    def find(self, device: DeviceT, oid: Oid) -> tuple[int, int] | None:
        """Column and row of exactly this instance."""
        place = bisect_right(self._oids, oid) - 1
        if place < 0 or not self._is_within(oid, place):
            return None
        rows = self._rows(device, place)
        suffix = oid[len(self._oids[place]) :]
        row = bisect_left(rows.suffixes, suffix)
        return (place, row) if row < len(rows) and rows.suffixes[row] == suffix else None

    def knows_object(self, oid: Oid) -> bool:
        """Whether some column is the object of this OID, present row or not."""
        place = bisect_right(self._oids, oid) - 1
        return place >= 0 and self._is_within(oid, place)

    def after(self, device: DeviceT, oid: Oid) -> tuple[int, int] | None:
        """Column and row of the first instance behind `oid`; None at the end of the view."""
        place = bisect_right(self._oids, oid) - 1
        if place >= 0 and self._is_within(oid, place):
            row = bisect_right(self._rows(device, place).suffixes, oid[len(self._oids[place]) :])
            return self.at_or_after(device, place, row)
        return self.at_or_after(device, place + 1, 0)

    def at_or_after(self, device: DeviceT, place: int, row: int) -> tuple[int, int] | None:
        """The given place, or the next one that exists on this device."""
        while place < len(self._columns):
            if row < len(self._rows(device, place)):
                return place, row
            place, row = place + 1, 0
        return None

    def varbind(self, device: DeviceT, moment: MomentT, place: int, row: int) -> bytes | None:
        """One instance as an encoded VarBind (RFC 3416 section 3); None where it is absent now."""
        column = self._columns[place]
        value = column.read(device, moment, row)
        if value is None:
            return None
        rows = device.rows[column.table] if column.table else SCALAR
        return encode_varbind(self._encoded[place] + rows.encoded[row], value)

    def oid_at(self, device: DeviceT, place: int, row: int) -> Oid:
        """The whole OID of a place."""
        return self._oids[place] + self._rows(device, place).suffixes[row]

    def count(self, device: DeviceT) -> int:
        """How many instances the device has."""
        return sum(len(self._rows(device, place)) for place in range(len(self._columns)))

    def places(self, device: DeviceT) -> Iterator[tuple[int, int]]:
        """Every instance, in order."""
        for place in range(len(self._columns)):
            for row in range(len(self._rows(device, place))):
                yield place, row

    def _rows(self, device: DeviceT, place: int) -> Rows:
        table = self._columns[place].table
        return device.rows[table] if table else SCALAR

    def _is_within(self, oid: Oid, place: int) -> bool:
        prefix = self._oids[place]
        return oid[: len(prefix)] == prefix


def encode_varbind(name: bytes, value: bytes) -> bytes:
    """A VarBind from an encoded OID content and an encoded value."""
    body = b"\x06" + ber.encode_length(len(name)) + name + value
    return b"\x30" + ber.encode_length(len(body)) + body
