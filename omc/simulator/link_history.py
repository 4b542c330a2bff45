"""When links were down: a counter does not grow over a dead link."""

from __future__ import annotations

import math
from collections.abc import Collection

from omc.simulator.mains import Interval
from omc.simulator.province import Province
from omc.simulator.topology import transport_spans

#: Remembered outages of one link; older ones are forgotten (their counters jump by what they lost).
_REMEMBERED = 1000


class LinkHistory:
    """Down times of spans, as they were noticed: cut ones, and those that end at a dark site."""

    def __init__(self, province: Province) -> None:
        self._ends = {span.index: (span.a, span.b) for span in transport_spans(province)}
        self._since: dict[int, float] = {}
        self._past: dict[int, list[Interval]] = {}
        self._changed: dict[int, float] = {}

    def update(self, cuts: Collection[int], dark: Collection[int], time: float) -> None:
        """Note which links are down from `time` on: cut, or dark at either end."""
        down = {span for span, (a, b) in self._ends.items() if a in dark or b in dark}
        down.update(cuts)
        for span in down - self._since.keys():
            self._since[span] = time
            self._changed[span] = time
        for span in self._since.keys() - down:
            past = self._past.setdefault(span, [])
            past.append((self._since.pop(span), time))
            del past[:-_REMEMBERED]
            self._changed[span] = time

    def is_down(self, span: int) -> bool:
        """Whether a link was down at the last update."""
        return span in self._since

    def changed(self, span: int) -> float | None:
        """When a link last came or went; None: not since the simulator started."""
        return self._changed.get(span)

    def down_times(self, span: int, since: float, until: float) -> list[Interval]:
        """Times within [since, until] at which a link was down."""
        past = self._past.get(span, ())
        times = [(max(a, since), min(b, until)) for a, b in past if b > since]
        lasting = self._since.get(span, math.inf)
        if lasting < until:
            times.append((max(lasting, since), until))
        return times

    @property
    def down(self) -> int:
        """How many links are down."""
        return len(self._since)
