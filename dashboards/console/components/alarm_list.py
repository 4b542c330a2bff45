"""Root alarms as a list that patches itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards.console.components.rows import Row, Rows


class AlarmList(Rows, component="alarm_list.js"):
    """Alarms, one below the other; each leads to its page.

    Args:
        rows: As `AlarmWriter.row` writes them.
        texts: By key: what the list says itself.
        selected: Key of the one that is open beside the list; "" for none.
    """

    def __init__(self, rows: Sequence[Row], texts: Mapping[str, str], selected: str = "") -> None:
        super().__init__(rows)
        self._props["texts"] = dict(texts)
        self._props["selected"] = selected
