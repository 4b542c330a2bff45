"""Where the texts of labels come from, compiled."""

from __future__ import annotations

import re
from collections.abc import Mapping

from collector.decoding.conditions import CompiledCondition
from collector.decoding.octets import octets_text
from collector.decoding.reference import Reference
from collector.decoding.text import text_of
from collector.profiles.profile import TextSource, TextSources
from collector.varbind import Value


class CompiledSource:
    """One source of a text.

    Attributes:
        reference: Where the value stands; None for constants and labels of other tables.
        label: `table.label` of another table's row.
        by: Index parts that name that row.
        pointer: The column of the row that asks whose value names that row, instead of `by`.
        constant: The text itself.
        condition: The source counts only if this holds.
    """

    __slots__ = (
        "_format",
        "_map",
        "_pattern",
        "by",
        "condition",
        "constant",
        "label",
        "pointer",
        "reference",
    )

    def __init__(self, source: TextSource) -> None:
        stored = source.column is not None or source.scalar is not None
        self.reference: Reference | None = source.place if stored else None
        self.label = source.label
        self.by = source.by
        self.pointer = source.pointer
        self.constant = source.constant
        self.condition = CompiledCondition(source.when) if source.when is not None else None
        self._format = source.format
        self._pattern = re.compile(source.pattern) if source.pattern is not None else None
        self._map = {str(key): text for key, text in source.map.items()}

    @property
    def own_column(self) -> str | None:
        """The column that has the index of the row that asks, if there is one."""
        if self.pointer is not None:
            return self.pointer.column
        if self.reference is None or self.reference.by:
            return None
        return self.reference.column

    def finish(self, value: Value) -> str:
        """The label text that a raw value gives; "" if it gives none."""
        text = octets_text(value, self._format) if isinstance(value, bytes) else text_of(value)
        if self._pattern is not None:
            match = self._pattern.search(text)
            text = (match[1] or "") if match is not None else ""
        return self._map.get(text, text)


def compile_sources(texts: Mapping[str, TextSources]) -> dict[str, tuple[CompiledSource, ...]]:
    """Compile the sources of several texts."""
    return {name: tuple(map(CompiledSource, sources)) for name, sources in texts.items()}
