"""What a wire format says of a series: made once, remembered while the series is in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from omc.core.model import Series

RenderedT = TypeVar("RenderedT", str, bytes)


class RenderedSeries(dict[Series, RenderedT], Generic[RenderedT]):
    """A dict that renders the series it does not know yet: `rendered[series]`.

    It remembers in two generations: when the younger one is full it becomes the older one, and what
    nobody used during a whole generation is forgotten. So memory is bounded by two generations,
    and series that left cost nothing for ever. The dict itself is the younger one.

    Args:
        render: Makes the text or bytes of one series.
        generation: Series that one holds; more than that in regular use cost time, not
            correctness.
    """

    def __init__(self, render: Callable[[Series], RenderedT], generation: int = 1_000_000) -> None:
        super().__init__()
        self._render: Callable[[Series], RenderedT] = render
        self._generation = generation
        self._older: dict[Series, RenderedT] = {}

    @property
    def remembered(self) -> int:
        """Series held at this moment."""
        return len(self) + len(self._older)

    def forget(self, series: Series) -> None:
        """Drop what is remembered of a series: to be given to `SeriesTable.on_forget`."""
        self.pop(series, None)
        self._older.pop(series, None)

    def __missing__(self, series: Series) -> RenderedT:
        rendered = self._older.get(series) or self._render(series)
        if len(self) >= self._generation:
            self._older = dict(self)
            self.clear()
        self[series] = rendered
        return rendered
