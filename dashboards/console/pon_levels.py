"""How much light the ONTs see: counted once for all viewers, as there are tens of thousands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from heapq import nsmallest

from dashboards.console.world import ConsoleWorld
from omc.core.model import Latest

#: Seconds for which a count is good: ONTs are read every quarter of an hour.
_GOOD_FOR = 30.0
#: Edges of the histogram in dBm. ITU-T G.984.2 class B+ receives from -27 to -8 dBm.
WEAKEST, STRONGEST = -32, -8
LOW_DBM, HIGH_DBM = -27.0, -8.0
_MOST = 60


@dataclass(frozen=True, slots=True)
class PonLevels:
    """The light of all ONTs at one moment.

    Attributes:
        histogram: ONTs by whole dBm, rounded down; the outer ones hold all beyond.
        worst: Those with the least light, the worst first.
        online: ONTs that are up.
        offline: ONTs that are down.
        ports_down: PON ports that are down.
        ports: All that are known.
    """

    histogram: Counter[int]
    worst: list[Latest]
    online: int
    offline: int
    ports_down: int
    ports: int

    @property
    def weak(self) -> int:
        """ONTs that see less than they need."""
        return sum(count for level, count in self.histogram.items() if level < LOW_DBM)


class PonWatch:
    """Counts when it is asked and the last count is old.

    Args:
        world: Where the values are.
    """

    def __init__(self, world: ConsoleWorld) -> None:
        self._world = world
        self._levels: PonLevels | None = None
        self._counted = 0.0

    def levels(self) -> PonLevels:
        """The light now, or half a minute ago."""
        now = self._world.clock.monotonic()
        if self._levels is None or now - self._counted > _GOOD_FOR:
            self._levels, self._counted = self._count(), now
        return self._levels

    def _count(self) -> PonLevels:
        values = self._world.values
        light = list(values.latest("pon_ont_rx_power_dbm"))
        levels = (max(WEAKEST, min(STRONGEST, int(found.value // 1))) for found in light)
        up = [found.value == 1 for found in values.latest("pon_ont_up")]
        ports = [found.value == 1 for found in values.latest("pon_port_up")]
        return PonLevels(
            Counter(levels),
            nsmallest(_MOST, light, key=lambda found: found.value),
            sum(up),
            len(up) - sum(up),
            len(ports) - sum(ports),
            len(ports),
        )
