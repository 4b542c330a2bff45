"""What a metric says, as plain values under plain names.

Whole numbers travel unsigned: a negative one is its two's complement, in as many bits as the
datatype has or in all 32 of the field (Sparkplug 3.0.0, 6.4.16; publishers differ). So nobody can
read one without its datatype, which stands in the birth only.

What holds several values is taken apart: the members of a template instance are `name/member`, the
cells of a data set `name/row/column`, the elements of an array `name/index`. A row goes by the text
in its first column if that holds texts, else by its number, from 0.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from omc.core.sparkplug import DataType

#: A number, a truth or a text; None where the publisher says that there is no value.
Scalar = int | float | str | bool | None

_SIGNED_BITS = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}
_TEXTS = (DataType.STRING, DataType.TEXT, DataType.UUID)
#: `struct` letters of the elements of arrays, which are little-endian (6.4.16).
_ELEMENTS = {
    DataType.INT8_ARRAY: "b",
    DataType.INT16_ARRAY: "h",
    DataType.INT32_ARRAY: "i",
    DataType.INT64_ARRAY: "q",
    DataType.UINT8_ARRAY: "B",
    DataType.UINT16_ARRAY: "H",
    DataType.UINT32_ARRAY: "I",
    DataType.UINT64_ARRAY: "Q",
    DataType.FLOAT_ARRAY: "f",
    DataType.DOUBLE_ARRAY: "d",
    DataType.DATE_TIME_ARRAY: "q",
}
#: Significant digits that tell all 32-bit floats apart: often seven do, nine always.
_FLOAT_DIGITS = (7, 8, 9)
_FLOAT = struct.Struct("<f")
_BITS_OF_COUNT = 4


def scalar(field: str, value: Any, datatype: int) -> Scalar:
    """A value as it is meant.

    Args:
        field: The field of the oneof that held it.
        value: As protobuf gives it.
        datatype: Of the metric, property or column.
    """
    if field in ("int_value", "long_value"):
        bits = _SIGNED_BITS.get(datatype)  # type: ignore[call-overload]
        if bits is None:
            return bool(value) if datatype == DataType.BOOLEAN else int(value)
        value &= (1 << bits) - 1
        return int(value - (1 << bits) if value >> (bits - 1) else value)
    if field == "float_value":
        return _shortest(value)
    if field in ("double_value", "boolean_value", "string_value"):
        return value  # type: ignore[no-any-return]
    return None


def elements(content: bytes, datatype: int) -> list[Scalar]:
    """The elements of an array; nothing where the datatype is no array.

    Raises:
        ValueError: the bytes are none of such an array.
    """
    if datatype == DataType.BOOLEAN_ARRAY:
        return _truths(content)
    if datatype == DataType.STRING_ARRAY:
        return [text.decode() for text in content.split(b"\0")[:-1]]
    letter = _ELEMENTS.get(datatype)  # type: ignore[call-overload]
    if letter is None:
        return []
    size = struct.calcsize(letter)
    if len(content) % size:
        raise ValueError(f"{len(content)} bytes are no whole number of elements of {size}")
    found = struct.unpack(f"<{len(content) // size}{letter}", content)
    return [_shortest(value) if letter == "f" else value for value in found]


def cells(name: str, data_set: Any) -> Iterator[tuple[str, Scalar]]:
    """The cells of a data set under their names."""
    columns, types = list(data_set.columns), list(data_set.types)
    for number, row in enumerate(data_set.rows):
        found = []
        for column, datatype, element in zip(columns, types, row.elements, strict=False):
            field = element.WhichOneof("value")
            value = None if field is None else scalar(field, getattr(element, field), datatype)
            found.append((column, value))
        is_named = bool(found) and types[0] in _TEXTS and bool(found[0][1])
        row_name = found[0][1] if is_named else number
        for column, value in found[is_named:]:
            yield f"{name}/{row_name}/{column}", value


def _truths(content: bytes) -> list[Scalar]:
    """A count of 32 bits, then one bit each, the highest first."""
    count = int.from_bytes(content[:_BITS_OF_COUNT], "little")
    bits = content[_BITS_OF_COUNT:]
    if len(content) < _BITS_OF_COUNT or len(bits) != (count + 7) // 8:
        raise ValueError(f"{len(bits)} bytes are not {count} bits")
    return [bool(bits[place // 8] >> (7 - place % 8) & 1) for place in range(count)]


def _shortest(value: float) -> float:
    """The float64 that a person would have written for a 32-bit float: 54.16, not 54.1599998."""
    if value != value or value in (float("inf"), float("-inf")):
        return value
    for digits in _FLOAT_DIGITS:
        short = float(f"{value:.{digits}g}")
        if abs(short) <= _LARGEST_FLOAT and _FLOAT.unpack(_FLOAT.pack(short))[0] == value:
            return short
    return value


_LARGEST_FLOAT: float = _FLOAT.unpack(bytes.fromhex("ffff7f7f"))[0]
