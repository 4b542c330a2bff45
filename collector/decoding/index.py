"""What the sub-identifiers behind a column's OID say: the row's index, part by part.

Source of the encodings: RFC 2578 clause 7.7 (mapping of the INDEX clause).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from collector.decoding.octets import OctetFormat, octets_text

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]

_OCTET = 255
_SUB_IDENTIFIER = 2**32 - 1
_IPV4_LENGTH = 4


class IndexKind(StrEnum):
    """The type of an index object."""

    INTEGER = "integer"
    OCTETS = "octets"
    OID = "oid"
    IPV4 = "ipv4"


class BitField(BaseModel):
    """Some bits of a packed integer.

    Attributes:
        shift: Position of the lowest bit.
        bits: How many.
        add: Added to the field: 1 where the agent counts from 0 and people from 1.
        equals: The row has no meaning for us unless the field (before `add`) has this value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shift: Annotated[int, Field(ge=0, le=31)]
    bits: Annotated[int, Field(ge=1, le=32)]
    add: int = 0
    equals: int | None = None


class IndexPart(BaseModel):
    """One object of a table's INDEX clause; a plain word in YAML means an integer of that name.

    Attributes:
        name: How templates and joins call it.
        kind: Its type.
        length: Sub-identifiers of octets or an OID: a number (fixed size), `prefixed` (its length
            stands in front) or `implied` (all that is left; only in the last part).
        format: How octets become text.
        fields: Names for bits of a packed integer; templates and joins can use them too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    kind: IndexKind = IndexKind.INTEGER
    length: Annotated[int, Field(ge=1, le=128)] | Literal["prefixed", "implied"] | None = None
    format: OctetFormat = OctetFormat.AUTO
    fields: Mapping[Name, BitField] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _word_is_an_integer(cls, data: object) -> object:
        return {"name": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        sized = self.kind in (IndexKind.OCTETS, IndexKind.OID)
        if sized and self.length is None:
            raise ValueError(f"{self.name}: say its length: a number, 'prefixed' or 'implied'")
        if not sized and self.length is not None:
            raise ValueError(f"{self.name}: only octets and oid have a length")
        if self.fields and self.kind is not IndexKind.INTEGER:
            raise ValueError(f"{self.name}: only an integer has bit fields")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The part's own name and those of its fields."""
        return (self.name, *self.fields)


class IndexValue(NamedTuple):
    """One decoded part.

    Attributes:
        sub_identifiers: As they stand in the OID, dotted: what a joined table is asked with.
        text: What people read.
    """

    sub_identifiers: str
    text: str


#: Sub-identifiers of one row to its named parts, or None when they do not fit the INDEX clause.
IndexDecoder = Callable[[str], Mapping[str, IndexValue] | None]
_PartReader = Callable[[list[int]], dict[str, IndexValue] | None]


def index_names(parts: Sequence[IndexPart]) -> tuple[str, ...]:
    """Every name a template of the table may use, in order."""
    return tuple(name for part in parts for name in part.names)


def compile_index(parts: Sequence[IndexPart]) -> IndexDecoder:
    """Make the function that takes a row's index apart."""
    readers = [_READERS[part.kind](part) for part in parts]

    def decode(suffix: str) -> Mapping[str, IndexValue] | None:
        left = _sub_identifiers(suffix)
        if left is None:
            return None
        found: dict[str, IndexValue] = {}
        for read in readers:
            values = read(left)
            if values is None:
                return None
            found.update(values)
        return None if left else found

    return decode


def _sub_identifiers(suffix: str) -> list[int] | None:
    try:
        numbers = [int(word) for word in suffix.split(".")]
    except ValueError:
        return None
    return numbers if all(0 <= number <= _SUB_IDENTIFIER for number in numbers) else None


def _dotted(numbers: Sequence[int]) -> str:
    return ".".join(map(str, numbers))


def _integer_reader(part: IndexPart) -> _PartReader:
    def read(left: list[int]) -> dict[str, IndexValue] | None:
        if not left:
            return None
        number = left.pop(0)
        values = {part.name: IndexValue(str(number), str(number))}
        for name, field in part.fields.items():
            bits = (number >> field.shift) & ((1 << field.bits) - 1)
            if field.equals is not None and bits != field.equals:
                return None
            values[name] = IndexValue(str(bits + field.add), str(bits + field.add))
        return values

    return read


def _sized_reader(part: IndexPart) -> _PartReader:
    def read(left: list[int]) -> dict[str, IndexValue] | None:
        prefix: list[int] = []
        if part.length == "prefixed":
            if not left:
                return None
            prefix = [left.pop(0)]
        length = _length_of(part, prefix, left)
        if length > len(left):
            return None
        numbers = left[:length]
        del left[:length]
        text = _dotted(numbers) if part.kind is IndexKind.OID else _octets(numbers, part.format)
        return None if text is None else {part.name: IndexValue(_dotted(prefix + numbers), text)}

    return read


def _length_of(part: IndexPart, prefix: list[int], left: list[int]) -> int:
    if isinstance(part.length, int):
        return part.length
    return prefix[0] if prefix else len(left)


def _octets(numbers: Sequence[int], octet_format: OctetFormat) -> str | None:
    if any(number > _OCTET for number in numbers):
        return None
    return octets_text(bytes(numbers), octet_format)


def _ipv4_reader(part: IndexPart) -> _PartReader:
    def read(left: list[int]) -> dict[str, IndexValue] | None:
        numbers = left[:_IPV4_LENGTH]
        del left[:_IPV4_LENGTH]
        if len(numbers) < _IPV4_LENGTH or any(number > _OCTET for number in numbers):
            return None
        return {part.name: IndexValue(_dotted(numbers), _dotted(numbers))}

    return read


_READERS: Mapping[IndexKind, Callable[[IndexPart], _PartReader]] = {
    IndexKind.INTEGER: _integer_reader,
    IndexKind.OCTETS: _sized_reader,
    IndexKind.OID: _sized_reader,
    IndexKind.IPV4: _ipv4_reader,
}
