"""Lists that change while people look: only what is different goes to the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui.element import Element

Row = Mapping[str, Any]


def patch_of(before: Mapping[str, Row], after: Sequence[Row]) -> dict[str, Any] | None:
    """What makes the one list of the other: new and changed rows, and the order of all.

    Rows are known by their `key`. None if nothing is different.
    """
    order = [row["key"] for row in after]
    changed = [row for row in after if before.get(row["key"]) != row]
    if not changed and list(before) == order:
        return None
    return {"rows": changed, "order": order if list(before) != order else None}


class Rows(Element):
    """An element whose script keeps rows by key and has a method `patch`.

    Args:
        rows: What it shows first.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        super().__init__()
        self._shown: dict[str, Row] = {row["key"]: row for row in rows}
        self._props["rows"] = list(rows)

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows from now on, in this order."""
        patch = patch_of(self._shown, rows)
        if patch is not None:
            self._shown = {row["key"]: row for row in rows}
            self.run_method("patch", patch)
