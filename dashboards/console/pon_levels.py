"""How much light the ONTs see: counted once for all viewers, as there are tens of thousands."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from heapq import nsmallest
from statistics import median
from typing import NamedTuple

from dashboards.console.world import ConsoleWorld
from omc.core.model import Latest

#: Seconds for which a count is good: ONTs are read every quarter of an hour.
_GOOD_FOR = 60.0
#: Edges of the histogram in dBm. ITU-T G.984.2 class B+ receives from -27 to -8 dBm.
WEAKEST, STRONGEST = -32, -8
LOW_DBM, HIGH_DBM = -27.0, -8.0
#: Of labels as they are rendered: cheaper than taking all of them apart.
_PON = re.compile(r'node="([^"]*)".*?pon="([^"]*)"')


class PonName(NamedTuple):
    """A port of an OLT, as series name it."""

    node: str
    pon: str

    @classmethod
    def of(cls, label_text: str) -> PonName:
        """From the labels of a series, as they are rendered."""
        found = _PON.search(label_text)
        return cls(found[1], found[2]) if found else cls("", "")


@dataclass(slots=True)
class PonLevels:
    """The light of some ONTs at one moment.

    Attributes:
        light: What is known of each ONT's.
        online: ONTs that are up.
        offline: ONTs that are down.
        ports_down: PON ports that are down.
        ports: All that are known.
    """

    light: list[Latest] = field(default_factory=list)
    online: int = 0
    offline: int = 0
    ports_down: int = 0
    ports: int = 0

    def histogram(self) -> Counter[int]:
        """ONTs by whole dBm, rounded down; the outer ones hold all beyond."""
        return Counter(max(WEAKEST, min(STRONGEST, int(ont.value // 1))) for ont in self.light)

    def worst(self, most: int) -> list[Latest]:
        """Those with the least light, the worst first."""
        return nsmallest(most, self.light, key=lambda ont: ont.value)

    @property
    def weak(self) -> int:
        """ONTs that see less than they need."""
        return sum(ont.value < LOW_DBM for ont in self.light)

    @property
    def weakest(self) -> float | None:
        """The least light of any of them, dBm."""
        return min((ont.value for ont in self.light), default=None)

    @property
    def middle(self) -> float | None:
        """What half of them exceed, dBm."""
        return median(ont.value for ont in self.light) if self.light else None


class PonWatch:
    """Counts when it is asked and the last count is old.

    Args:
        world: Where the values are.
    """

    def __init__(self, world: ConsoleWorld) -> None:
        self._world = world
        self._counted: float | None = None
        self._of_pon: dict[PonName, PonLevels] = {}
        self._all = PonLevels()
        # The series of one ONT share the text of their labels, and do not change.
        self._pon_of: dict[str, PonName] = {}

    def levels(self) -> PonLevels:
        """All ONTs, now or a minute ago."""
        self._renew()
        return self._all

    def by_pon(self) -> dict[PonName, PonLevels]:
        """The same, PON by PON."""
        self._renew()
        return self._of_pon

    def _renew(self) -> None:
        now = self._world.clock.monotonic()
        if self._counted is None or now - self._counted > _GOOD_FOR:
            self._counted = now
            self._count()

    def _count(self) -> None:
        values, pons, whole = self._world.values, self._of_pon, PonLevels()
        pons.clear()
        offline: set[str] = set()  # what they received before says nothing of now
        for ont in values.latest("pon_ont_up"):
            if ont.value != 1:
                offline.add(ont.series.label_text)
            for levels in (self._levels_of(ont), whole):
                levels.online += ont.value == 1
                levels.offline += ont.value != 1
        for ont in values.latest("pon_ont_rx_power_dbm"):
            if ont.series.label_text not in offline:
                for levels in (self._levels_of(ont), whole):
                    levels.light.append(ont)
        for port in values.latest("pon_port_up"):
            for levels in (self._levels_of(port), whole):
                levels.ports += 1
                levels.ports_down += port.value != 1
        self._all = whole

    def _levels_of(self, latest: Latest) -> PonLevels:
        text = latest.series.label_text
        name = self._pon_of.get(text)
        if name is None:
            name = self._pon_of[text] = PonName.of(text)
        return self._of_pon.setdefault(name, PonLevels())
