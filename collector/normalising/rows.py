"""The names of a device's rows: index parts, texts of columns and joined tables, templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from collector.decoding.index import IndexValue
from collector.decoding.reference import Reference
from collector.decoding.text import text_of
from collector.normalising.cells import Cells
from collector.profiles.plan import Plan
from collector.profiles.rules import CompiledRule, CompiledTable, Templates
from collector.profiles.templates import render
from collector.profiles.text_source import CompiledSource
from collector.varbind import Value

_NO_INDEX: Mapping[str, IndexValue] = {}


class Row:
    """One row of a table, or (without table) the device itself.

    Args:
        rows: Where the row belongs.
        table: Its table; None for scalars.
        suffix: Its index as it stands in the OID.
    """

    __slots__ = ("_index", "_rows", "suffix", "table")

    def __init__(self, rows: Rows, table: CompiledTable | None, suffix: str) -> None:
        self._rows = rows
        self.table = table
        self.suffix = suffix
        self._index = _NO_INDEX if table is None else None

    @property
    def index(self) -> Mapping[str, IndexValue] | None:
        """The index taken apart when first asked for; None if it does not fit the table."""
        if self._index is None and self.table is not None:
            self._index = self.table.decode_index(self.suffix)
        return self._index

    def value(self, reference: Reference) -> Value:
        """The value a reference points at, or None."""
        return self._rows.cells.get(reference, self.joined(reference.by, reference.pointer))

    def joined(self, by: Sequence[str], pointer: Reference | None = None) -> str:
        """Index of the row that these parts of ours or the pointer's value name, else ours."""
        if pointer is not None:
            return text_of(self._rows.cells.get(pointer, self.suffix))
        if not by:
            return self.suffix
        index = self.index or _NO_INDEX
        return ".".join(index[name].sub_identifiers for name in by)

    def is_selected(self) -> bool:
        """Whether the table's conditions want the row to be read."""
        if self.table is None or not self.table.where:
            return True
        return all(c.failure(self.value(c.reference)) is None for c in self.table.where)

    def labels(self, templates: Templates) -> dict[str, str]:
        """Labels filled in, "" where there is no text."""
        return {label: self.label(label, texts) for label, texts in templates.items()}

    def label(self, label: str, templates: Sequence[str]) -> str:
        """One label; where it should tell rows apart and does not, the index is added."""
        text = render(templates, self._field)
        table = self.table
        if table is not None and label == table.unique and self._rows.is_shared(table, text):
            return f"{text}#{self.suffix}"
        return text

    def _field(self, name: str) -> str:
        part = (self.index or _NO_INDEX).get(name)
        if part is not None:
            return part.text
        own = self.table.texts.get(name) if self.table is not None else None
        sources = own or self._rows.plan.texts.get(name, ())
        return next((text for source in sources if (text := self._text(source))), "")

    def _text(self, source: CompiledSource) -> str:
        condition = source.condition
        if condition is not None and condition.failure(self.value(condition.reference)):
            return ""
        if source.reference is not None:
            return source.finish(self.value(source.reference))
        if source.label is not None:
            suffix = self.joined(source.by, source.pointer)
            return source.finish(self._rows.label(source.label, suffix))
        return source.finish(source.constant)


class Rows:
    """Rows of one device.

    Args:
        plan: Its tables.
        cells: What the device said.
    """

    def __init__(self, plan: Plan, cells: Cells) -> None:
        self.plan = plan
        self.cells = cells
        self._shared: dict[str, frozenset[str]] = {}
        self._fitting: dict[str, set[str]] = {}

    def row(self, table: CompiledTable | None, suffix: str) -> Row | None:
        """A row, or None if its index does not fit the table."""
        row = Row(self, table, suffix)
        if table is not None:
            fitting = self._fitting.setdefault(table.name, set())
            if suffix not in fitting:
                if row.index is None:
                    return None
                fitting.add(suffix)
        return row

    def forget_indexes(self) -> None:
        """Look anew at the index of every row that is asked for."""
        self._fitting.clear()

    def is_named(self, row: Row, rule: CompiledRule) -> bool:
        """Whether what the rule's labels are made of has been read for the row."""
        own = not rule.name_columns or self.cells.has_row(rule.name_columns, row.suffix)
        return own and (not rule.name_joins or any(self._has(row, s) for s in rule.name_joins))

    def _has(self, row: Row, source: CompiledSource) -> bool:
        suffix = row.joined(source.by)
        if source.label is not None:
            return self._is_known(self._table_of(source.label), suffix)
        reference = source.reference
        return reference is not None and self.cells.has_row([reference.column or ""], suffix)

    def _table_of(self, table_and_label: str) -> CompiledTable:
        return self.plan.tables[table_and_label.partition(".")[0]]

    def _is_known(self, table: CompiledTable, suffix: str) -> bool:
        return not table.own_columns or self.cells.has_row(table.own_columns, suffix)

    def named(self, table: CompiledTable) -> list[Row]:
        """Every row that the table's naming columns have."""
        rows = (self.row(table, suffix) for suffix in self.cells.rows(table.own_columns))
        return [row for row in rows if row is not None]

    def label(self, table_and_label: str, suffix: str) -> str:
        """A label of another table's row; "" if that row has no name."""
        table, label = self._table_of(table_and_label), table_and_label.partition(".")[2]
        row = self.row(table, suffix) if self._is_known(table, suffix) else None
        return row.label(label, table.labels[label]) if row is not None else ""

    def is_shared(self, table: CompiledTable, text: str) -> bool:
        """Whether two rows have this text for the table's unique label."""
        return text in self._shared.get(table.name, ())

    def find_shared(self) -> list[str]:
        """Look for rows with the same unique label anew; names of the tables where that changed."""
        changed = []
        for table in self.plan.tables.values():
            if table.unique is None:
                continue
            before = self._shared.pop(table.name, frozenset())
            label = table.labels[table.unique]
            texts = Counter(row.label(table.unique, label) for row in self.named(table))
            shared = frozenset(text for text, count in texts.items() if count > 1)
            self._shared[table.name] = shared
            if shared != before:
                changed.append(table.name)
        return changed
