"""Values over time, drawn by the ECharts of the wheel in the colours of the theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nicegui.element import Element
from nicegui.elements import echart

#: Importing the package tells pages where ECharts is.
_ECHARTS = echart.__name__


class HistoryChart(Element, component="history_chart.js"):
    """One chart; empty until it is given lines.

    Args:
        title: What it shows, with the unit.
        unit: How values are written: `percent`, `bits`, `bytes`, or a unit that is put behind.
        waiting: What is said until there are lines.
    """

    def __init__(self, title: str, unit: str, waiting: str) -> None:
        super().__init__()
        self._props["title"] = title
        self._props["unit"] = unit
        self._props["waiting"] = waiting

    def show(
        self,
        lines: Sequence[dict[str, Any]],
        span_ms: tuple[int, int],
        gap_ms: int,
        empty: str,
    ) -> None:
        """Draw lines.

        Args:
            lines: Each a `name` and `points` of Unix milliseconds and value.
            span_ms: The whole time that is shown.
            gap_ms: Points further apart than this are not joined.
            empty: What is said if there are none.
        """
        self.run_method("show", list(lines), list(span_ms), gap_ms, empty)
