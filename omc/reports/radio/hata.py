"""Okumura-Hata and COST-231-Hata: measured medians of the 900 and 1800 MHz years.

Sources: M. Hata, IEEE Transactions on Vehicular Technology VT-29 (1980) 317; COST 231 final report
(EUR 18957), 4.4.1. Both end well below 3.7 GHz, and below 1 km they say nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from omc.reports.radio.path_loss import Array, Link, Mode, check_within

_AREAS = ("urban", "suburban", "open")
#: Shadow fading of macro cells; Okumura's own curves run from 6 to 8 dB in these bands.
_SIGMA_DB = 8.0


@dataclass(frozen=True, slots=True)
class Hata:
    """One of the two.

    Attributes:
        name: `okumura-hata` or `cost-231`.
        area: `urban` (a small or medium town), `suburban` or `open`; COST-231 knows the first only
            and is corrected as Hata is.
        low_mhz: Lowest carrier.
        high_mhz: Highest one.
    """

    name: str
    area: str
    low_mhz: float
    high_mhz: float

    @property
    def nearest_m(self) -> float:
        """As both publications say."""
        return 1000.0

    @property
    def farthest_m(self) -> float:
        """As both publications say."""
        return 20_000.0

    def check(self, link: Link) -> None:
        mhz = link.frequency_ghz * 1000
        check_within(self.name, "carriers", mhz, self.low_mhz, self.high_mhz, "MHz")
        check_within(self.name, "antennas", link.base_m, 30, 200, "m")
        check_within(self.name, "users", link.user_m, 1, 10, "m")

    def modes(self, distance_m: Array, link: Link) -> tuple[Mode, ...]:
        self.check(link)
        for edge in (float(distance_m.min()), float(distance_m.max())):
            check_within(self.name, "distances", edge, self.nearest_m, self.farthest_m, "m")
        loss = self._urban(distance_m, link) - self._relief(link.frequency_ghz * 1000)
        return (Mode(np.ones_like(loss), loss, np.full_like(loss, _SIGMA_DB)),)

    def _urban(self, distance_m: Array, link: Link) -> Array:
        mhz = math.log10(link.frequency_ghz * 1000)
        base = math.log10(link.base_m)
        of_user = (1.1 * mhz - 0.7) * link.user_m - (1.56 * mhz - 0.8)
        constant, slope = (69.55, 26.16) if self.name == "okumura-hata" else (46.3, 33.9)
        at_one_km = constant + slope * mhz - 13.82 * base - of_user
        return at_one_km + (44.9 - 6.55 * base) * np.log10(distance_m / 1000)

    def _relief(self, mhz: float) -> float:
        """How much less is lost outside of towns."""
        if self.area == "suburban":
            return 2 * math.log10(mhz / 28) ** 2 + 5.4
        if self.area == "open":
            return 4.78 * math.log10(mhz) ** 2 - 18.33 * math.log10(mhz) + 40.94
        return 0.0


def hata(name: str, area: str = "urban") -> Hata:
    """`okumura-hata` (150 to 1500 MHz) or `cost-231` (1500 to 2000 MHz).

    Raises:
        ValueError: no such area.
    """
    if area not in _AREAS:
        raise ValueError(f"area: expected one of {', '.join(_AREAS)}")
    ranges = {"okumura-hata": (150.0, 1500.0), "cost-231": (1500.0, 2000.0)}
    return Hata(name, area, *ranges[name])
