"""How full the journal is, and how long it will last as it grows now."""

from __future__ import annotations

import math
from collections import deque

#: Seconds over which growth is measured, and between two measurements that are remembered.
_WINDOW = 300.0
_STEP = 5.0
#: Share of the limit below which growth tells nothing: a destination that falls behind for some
#: minutes, or a machine with too much to do, fills a journal that little now and then.
_TELLING = 0.05


class FillLevel:
    """The size of the journal over the last minutes.

    Args:
        limit: Bytes it may have.

    Attributes:
        size: Bytes it has.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, now: float, size: int) -> None:
        """Remember the size at a moment of the monotonic clock."""
        self.size = size
        if self._seen and now - self._seen[-1][0] < _STEP:
            return
        self._seen.append((now, size))
        while now - self._seen[0][0] > _WINDOW:
            self._seen.popleft()

    def seconds_until_full(self, now: float) -> float:
        """Seconds until it is full at the present growth.

        Infinite while it does not grow, or is all but empty.
        """
        if self.size >= self.limit:
            return 0.0
        is_early = not self._seen or now - self._seen[0][0] < _STEP
        if is_early or self.size < _TELLING * self.limit:
            return math.inf
        began, before = self._seen[0]
        growth = (self.size - before) / (now - began)
        return (self.limit - self.size) / growth if growth > 0 else math.inf
