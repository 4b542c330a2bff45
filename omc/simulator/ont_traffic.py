"""How much an ONT has carried: nothing while its fibre is cut or its home has no mains."""

from __future__ import annotations

from typing import NamedTuple

from omc.simulator.mains import Interval, merged
from omc.simulator.network import Pon
from omc.simulator.rhythm import phase_of, traffic_volume
from omc.simulator.world import Moment


class OntVolumes(NamedTuple):
    """Busy-hour seconds of traffic since a time.

    Attributes:
        ordinary: Of an ONT that goes with the mains.
        backed_up: Of an ONT that has a battery.
    """

    ordinary: float
    backed_up: float


def ont_volumes(moment: Moment, pon: Pon, since: float) -> OntVolumes:
    """What an ONT of a PON has carried from `since` to the moment."""
    phase, now = phase_of(pon.index), moment.time
    links = moment.world.links
    cuts = [
        *links.down_times(pon.feeder, since, now),
        *links.down_times(pon.distribution, since, now),
    ]
    mains = moment.world.mains_outages(pon.commune, since, now)
    total = traffic_volume(now, phase) - traffic_volume(since, phase)
    return OntVolumes(
        max(total - _lost([*cuts, *mains], phase), 0.0), max(total - _lost(cuts, phase), 0.0)
    )


def _lost(intervals: list[Interval], phase: int) -> float:
    return sum(
        traffic_volume(end, phase) - traffic_volume(start, phase)
        for start, end in merged(intervals)
    )
