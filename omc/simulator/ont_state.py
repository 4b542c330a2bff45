"""Whether an ONT is online, and if not, why: the fibre, the mains, or its subscriber."""

from __future__ import annotations

from enum import Enum

from omc.simulator.network import Pon
from omc.simulator.rhythm import DAY
from omc.simulator.seeds import unit
from omc.simulator.world import STORY_START, Moment

#: Hundredths of dBm that an ONT needs at least (class B+, with what makers keep in hand).
_SENSITIVITY = -3000


class DownCause(Enum):
    """Why an ONT went offline (ITU-T G.984.3, G.988)."""

    LOSS_OF_SIGNAL = "los"
    DYING_GASP = "dying_gasp"


class OntState(Enum):
    """State of an ONT, first cause that applies."""

    ONLINE = "online"
    SWITCHED_OFF = "switched_off"
    NO_MAINS = "no_mains"
    NO_LIGHT = "no_light"

    @property
    def cause(self) -> DownCause:
        """What the OLT saw when it went: a gasp, unless the light just ended."""
        return DownCause.LOSS_OF_SIGNAL if self is OntState.NO_LIGHT else DownCause.DYING_GASP


def ont_state(moment: Moment, pon: Pon, ont: int) -> OntState:
    """State of one ONT; `ont` is its position on the PON."""
    if is_switched_off(moment, pon, ont):
        return OntState.SWITCHED_OFF
    if moment.mains_away(pon.commune) and not pon.onts.backed_up[ont]:
        return OntState.NO_MAINS
    return OntState.ONLINE if _has_light(moment, pon, ont) else OntState.NO_LIGHT


def _has_light(moment: Moment, pon: Pon, ont: int) -> bool:
    """Whether enough light arrives: its cables are whole, and not bent too much."""
    if moment.world.pon_is_cut(pon):
        return False
    bent = moment.world.bend_decibels(pon.feeder, pon.distribution)
    return not bent or pon.onts.ont_rx[ont] - 100 * bent >= _SENSITIVITY


def is_switched_off(moment: Moment, pon: Pon, ont: int) -> bool:
    """Whether the subscriber has switched an ONT off: for long, or for the night."""
    if pon.onts.off_since_days[ont]:
        return True
    hour = moment.hour
    if 5.5 <= hour < 22.5:
        return False
    chance = unit(pon.index, ont, moment.day)
    if chance >= 0.10:
        return False
    return hour < 4.5 + 10 * chance or hour > 22.5 + 15 * chance


def down_since(moment: Moment, pon: Pon, ont: int) -> float | None:
    """When an ONT that is offline went; None for one that is online."""
    state = ont_state(moment, pon, ont)
    if state is OntState.ONLINE:
        return None
    days = pon.onts.off_since_days[ont]
    if days:
        return STORY_START - days * DAY
    if state is OntState.SWITCHED_OFF:
        return moment.time - (moment.time - 22.5 * 3600 + 7 * 3600) % DAY
    if state is OntState.NO_MAINS:
        return moment.mains_lost(pon.commune)
    faults, spans = moment.world.faults, (pon.feeder, pon.distribution)
    cuts = [faults.cuts[span] for span in spans if span in faults.cuts]
    return min(cuts + [faults.bends[span][0] for span in spans if span in faults.bends])
