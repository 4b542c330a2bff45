"""What a device said, not necessarily all of it, as a draft looks at it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from collector.decoding.octets import OctetFormat, octets_text
from collector.varbind import Value

Oid = tuple[int, ...]

_LONGEST = 120


class Walk:
    """Values of one device in the order of their OIDs.

    Args:
        values: By OID.
    """

    def __init__(self, values: Mapping[Oid, Value]) -> None:
        self._oids = sorted(values)
        self._values = values

    def under(self, oid: Oid) -> list[Value]:
        """Values of all instances of an object."""
        start, end = bisect_left(self._oids, oid), bisect_left(self._oids, (*oid[:-1], oid[-1] + 1))
        return [self._values[at] for at in self._oids[start:end]]

    def oids_under(self, oid: Oid, known: Iterable[Oid]) -> list[Oid]:
        """Instances below an OID that belong to none of some objects."""
        start, end = bisect_left(self._oids, oid), bisect_left(self._oids, (*oid[:-1], oid[-1] + 1))
        objects = set(known)
        lengths = {len(object_) for object_ in objects}
        return [
            at
            for at in self._oids[start:end]
            if not any(at[:length] in objects for length in lengths)
        ]

    def value(self, oid: Oid) -> Value:
        """One value; None if there is none."""
        return self._values.get(oid)

    def text(self, oid: str) -> str:
        """A value as text; "" if there is none."""
        value = self.value(tuple(map(int, oid.split("."))))
        return "" if value is None else text_of_value(value)


def text_of_value(value: Value) -> str:
    """A value as people read it."""
    if value is None:
        return "Null"
    text = octets_text(value, OctetFormat.AUTO) if isinstance(value, bytes) else str(value)
    return "".join(character if character.isprintable() else " " for character in text)


def examples(values: Sequence[Value]) -> str:
    """The first values that differ, in one line."""
    texts = list(dict.fromkeys(text_of_value(value) for value in values[:50]))
    return ", ".join(texts[:3]) + (", ..." if len(texts) > 3 else "")


def one_line(text: str) -> str:
    """Text for a comment."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "..."
