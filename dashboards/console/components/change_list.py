"""What has happened, newest first, as a list that patches itself."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.console.components.rows import Row, Rows


class ChangeList(Rows, component="change_list.js"):
    """Changes of alarms, one a line.

    Args:
        rows: key, time, severity, what, title, where, href.
        empty: What is said when there are none.
    """

    def __init__(self, rows: Sequence[Row], empty: str) -> None:
        super().__init__(rows)
        self._props["empty"] = empty
