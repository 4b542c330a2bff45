"""How many series publishers can make us keep: a bound, because names come from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from omc.core.catalogue import Metric
from omc.core.model import Series, SeriesTable


class SeriesBudget:
    """Interns the series that come in by MQTT, and no new ones beyond the limit."""

    def __init__(self, table: SeriesTable, limit: int = 500_000) -> None:
        self._limit = limit
        self._known: set[Series] = set()
        self._on_forget: list[Callable[[Series], None]] = []
        self._table = table
        table.on_forget(self._forget)

    def intern(self, metric: Metric, labels: Mapping[str, str]) -> Series | None:
        """The series, or None when it would be one too many."""
        series = self._table.find(metric, labels)
        if series is None or series not in self._known:
            if len(self._known) >= self._limit:
                return None
            series = self._table.intern(metric, labels)
            self._known.add(series)
        return series

    def on_forget(self, forget: Callable[[Series], None]) -> None:
        """Tell those who keep series that one of them is gone, so that they look it up again."""
        self._on_forget.append(forget)

    def __len__(self) -> int:
        return len(self._known)

    def _forget(self, series: Series) -> None:
        if series in self._known:
            self._known.discard(series)
            for forget in self._on_forget:
                forget(series)
