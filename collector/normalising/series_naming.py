"""Which series a row of a device gives, and how its values are decoded."""

from __future__ import annotations

from collections.abc import Mapping

from collector.normalising.cells import Place
from collector.normalising.reading import Reading
from collector.normalising.rows import Row, Rows
from collector.profiles.plan import Plan
from collector.profiles.rules import CompiledMeaning, CompiledRule
from omc.core.model import Quality, Series, SeriesTable, label_text


class SeriesNaming:
    """Makes readings and info series of one device.

    Args:
        plan: What the rules mean.
        rows: The device's rows.
        table: Where series are interned.
        identity: Labels of every series.
    """

    def __init__(
        self, plan: Plan, rows: Rows, table: SeriesTable, identity: Mapping[str, str]
    ) -> None:
        self._plan = plan
        self._rows = rows
        self._table = table
        self._identity = dict(identity)
        self._texts: dict[str, dict[str, str]] = {}

    def is_named(self, rule: CompiledRule, place: Place) -> bool:
        """Whether all that names a row for a rule is known (or never will be: no such row)."""
        row = self._rows.row(rule.table, place.suffix)
        return row is None or self._rows.is_named(row, rule)

    def reading(self, rule: CompiledRule, place: Place) -> Reading | Quality | None:
        """What a rule makes of a row.

        Returns:
            None if the rule does not want the row, INVALID if the row's index makes no sense.
        """
        row = self._rows.row(rule.table, place.suffix)
        if row is None:
            return Quality.INVALID
        meaning = rule.meaning(row.value) if row.is_selected() else None
        if meaning is None:
            return None
        return Reading(self._series(meaning, row), rule.use(meaning, row.value))

    def infos(self, task: str) -> dict[Series, None]:
        """Info series of a task, as far as they have labels."""
        found: dict[Series, None] = {}
        for rule in self._plan.infos[task]:
            _, meaning = rule.cases[0]
            for row in self._named_rows(rule):
                if rule.failure(row.value) is None and row.is_selected():
                    labels = row.labels(meaning.labels)
                    if any(labels.values()):
                        found[self._table.intern(meaning.metric, labels | self._identity)] = None
        return found

    def _named_rows(self, rule: CompiledRule) -> list[Row]:
        if rule.table is not None:
            return self._rows.named(rule.table)
        return [Row(self._rows, None, "")]

    def forget_texts(self) -> None:
        """What the rows are named by changed, or their texts are not needed any more.

        A row's columns come one after the other, and most of them carry the same labels.
        """
        self._texts.clear()
        self._rows.forget_indexes()

    def _series(self, meaning: CompiledMeaning, row: Row) -> Series:
        texts = self._texts.setdefault(meaning.naming, {})
        text = texts.get(row.suffix)
        if text is None:
            text = label_text({**row.labels(meaning.labels), **self._identity})
            texts[row.suffix] = text
        return self._table.intern_text(meaning.metric, text)
