"""Which objects of a device the labels of a rule are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from collector.decoding.reference import Reference
from collector.profiles.rules import CompiledRule, CompiledTable
from collector.profiles.templates import template_fields
from collector.profiles.text_source import CompiledSource


class Need(NamedTuple):
    """An object that something depends on.

    Attributes:
        reference: Where it stands.
        same_row: It has the index of the row that depends on it.
    """

    reference: Reference
    same_row: bool


class TextReferences:
    """Follows the fields of templates to the objects they come from.

    Args:
        tables: Of the plan.
        device: Text sources of the device.
    """

    def __init__(
        self, tables: Mapping[str, CompiledTable], device: Mapping[str, tuple[CompiledSource, ...]]
    ) -> None:
        self._tables = tables
        self._device = device

    def of_rule(self, rule: CompiledRule) -> Iterator[Need]:
        """Objects that name the rule's series, and those that select its rows."""
        yield from self._of_fields(rule.fields(), rule.table)
        if rule.table is not None:
            for condition in rule.table.where:
                yield from needs_of(condition.reference)

    def tables_of_rule(self, rule: CompiledRule) -> set[str]:
        """Names of the tables whose labels the rule's series carry: its own and joined ones."""
        if rule.table is None:
            return set()
        sources = (s for f in rule.fields() for s in rule.table.texts.get(f, ()))
        joined = {source.label.partition(".")[0] for source in sources if source.label}
        return {rule.table.name, *joined}

    def _of_fields(self, fields: Iterable[str], table: CompiledTable | None) -> Iterator[Need]:
        for field in fields:
            own = table.texts.get(field, ()) if table is not None else ()
            for source in own or self._device.get(field, ()):
                if source.condition is not None:
                    yield from needs_of(source.condition.reference)
                if source.reference is not None:
                    yield from needs_of(source.reference)
                if source.label is not None:
                    yield from self._of_label(source.label)
                    yield from needs_of(source.pointer)

    def _of_label(self, label: str) -> Iterator[Need]:
        table_name, _, name = label.partition(".")
        table = self._tables[table_name]
        fields = dict.fromkeys(field for t in table.labels[name] for field in template_fields(t))
        for need in self._of_fields(fields, table):
            yield Need(need.reference, same_row=False)


def needs_of(reference: Reference | None) -> Iterator[Need]:
    """The object itself, and the pointer that says in which row it stands."""
    if reference is None:
        return
    yield Need(reference, same_row=reference.column is not None and not reference.joins)
    yield from needs_of(reference.pointer)
