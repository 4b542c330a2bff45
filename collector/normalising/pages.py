"""Pages of varbinds that came before, whose values become samples all at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from collector.decoding.decode import Decoder
from collector.normalising.reading import Entry
from collector.varbind import Varbind
from omc.core.model import Series

_INTEGERS = {int}
_FLOATS = {float}


class Page:
    """A page every value of which was a sample when it came last.

    Its OIDs are not kept: whoever asks for the page knows them by their hash.

    Attributes:
        series: One a varbind.
    """

    __slots__ = ("_parts", "series")

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.series: list[Series] = [entry.series for entry in entries]
        decoders = groupby(entry.decode for entry in entries)
        self._parts: list[tuple[int, Decoder | None]] = [
            (sum(1 for _ in part), decode) for decode, part in decoders
        ]

    def numbers(self, varbinds: Sequence[Varbind]) -> list[float] | None:
        """The values as samples; None when one of them is none and has to be looked at closely."""
        values = [value for _, value in varbinds]
        numbers: list[float] = []
        start = 0
        for count, decode in self._parts:
            part = values[start : start + count]
            start += count
            found = part if decode is None else list(map(decode, part))
            if set(map(type, found)) != (_INTEGERS if decode is None else _FLOATS):
                return None
            numbers += found  # type: ignore[arg-type] # of these two types only
        return numbers
