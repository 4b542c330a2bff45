"""Series that have lost their value, until a receiver of remote_write has been told.

A receiver goes on drawing the last value of a series for five minutes, unless it is told that the
series has ended. Markers are held in memory only: one that is lost with the process costs no more
than that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from omc.bus.base import Consumer
from omc.core.model import Series


class _End(NamedTuple):
    """When a series ended, and how many samples had been published until then."""

    time_ms: int
    behind: int


class StaleMarkers:
    """What one sink has to tell. The latest end of each series counts.

    Args:
        behind: The consumer of the sink: a marker waits until the samples that were published
            before it have gone. None lets it overtake them.
        capacity: Markers held while the sink is away; then the oldest are dropped.
    """

    def __init__(self, behind: Consumer | None, capacity: int = 1_000_000) -> None:
        self._behind = behind
        self._capacity = capacity
        self._ends: dict[Series, _End] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, series: Series, time_ms: int) -> None:
        """A series has no value from this time on."""
        self._ends.pop(series, None)  # the latest stands last
        behind = self._behind.state.published if self._behind else 0
        self._ends[series] = _End(time_ms, behind)
        if len(self._ends) > self._capacity:
            del self._ends[next(iter(self._ends))]

    def due(self, going: int, limit: int) -> dict[Series, int]:
        """The markers that may go now, oldest first, and their times.

        Args:
            going: Samples that have just gone and are not acknowledged yet.
            limit: How many at most.
        """
        if not self._ends:
            return {}
        gone = going
        if self._behind is not None:
            state = self._behind.state
            gone += state.published - state.waiting
        markers: dict[Series, int] = {}
        for series, end in self._ends.items():
            if end.behind > gone or len(markers) == limit:
                break
            markers[series] = end.time_ms
        return markers

    def told(self, markers: Mapping[Series, int]) -> None:
        """These need not be told again."""
        for series, time_ms in markers.items():
            end = self._ends.get(series)
            if end is not None and end.time_ms == time_ms:
                del self._ends[series]
