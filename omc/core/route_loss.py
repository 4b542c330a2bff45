"""How much light a fibre route should take: A = αL + αs·x + αc·y (ITU-T G.652 appendix I).

The inventory knows lengths and where cables are joined, but neither wavelengths nor splices, so
these are assumed as a planner would.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

#: Up to here transceivers send at 1310 nm (IEEE 802.3 10GBASE-LR), further at 1550 nm (-ER).
LONG_KM = 10.0
#: Attenuation of an installed G.652.D cable in dB/km: at 1310 nm, and at 1550 nm.
SHORT_DB_PER_KM, LONG_DB_PER_KM = 0.35, 0.22
#: Cable on a drum, after which the next one is spliced on.
DRUM_KM = 4.0
SPLICE_DB = 0.1
#: At each end of the route, in the distribution frame.
CONNECTOR_DB = 0.5


def splices(lengths_km: Sequence[float]) -> int:
    """Splices of a route: between drums, where its cables are joined, and a pigtail at each end."""
    within = sum(max(math.ceil(length / DRUM_KM) - 1, 0) for length in lengths_km)
    return within + len(lengths_km) - 1 + 2


def route_loss_decibels(lengths_km: Sequence[float]) -> float:
    """What a route should take.

    Args:
        lengths_km: Of its cables, at least one, joined one behind the other.
    """
    length = sum(lengths_km)
    per_km = LONG_DB_PER_KM if length > LONG_KM else SHORT_DB_PER_KM
    return per_km * length + SPLICE_DB * splices(lengths_km) + CONNECTOR_DB * 2
