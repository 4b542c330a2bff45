"""Connectors that get dirty: a few take more light month by month, until they are cleaned."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from omc.simulator.rhythm import DAY
from omc.simulator.seeds import unit

_MONTH = 30 * DAY
#: Seconds from one cleaning to the next.
_CLEANED_EVERY = 75 * DAY


class Connector(Enum):
    """Where it is: how many get dirty there, and how fast.

    Attributes:
        stream: Keeps the chances of the kinds apart.
        share: Of all that get dirty.
        least: Decibels a month.
        most: Likewise.
    """

    #: Of a router's line port; its index is that of the span and which end it is.
    LINE_PORT = (1, 0.04, 0.4, 2.6)
    #: Of a PON at its OLT; its index is that of the PON.
    PON = (2, 0.03, 0.25, 0.45)

    def __init__(self, stream: int, share: float, least: float, most: float) -> None:
        self.stream = stream
        self.share = share
        self.least = least
        self.most = most


def dirt_decibels(kind: Connector, index: int, time: float) -> float:
    """What a connector takes of the light at a time."""
    rate, since = _soiling(kind, index)
    return rate * ((time + since) % _CLEANED_EVERY) if rate else 0.0


@lru_cache(maxsize=16_384)
def _soiling(kind: Connector, index: int) -> tuple[float, float]:
    """Decibels a second, 0 for one that stays clean; and a shift of the day it is cleaned."""
    if unit(index, kind.stream, 21) >= kind.share:
        return 0.0, 0.0
    a_month = kind.least + (kind.most - kind.least) * unit(index, kind.stream, 22)
    return a_month / _MONTH, _CLEANED_EVERY * unit(index, kind.stream, 23)
