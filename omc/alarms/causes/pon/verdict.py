"""Why ONTs of a PON were lost together: their fibre, or the mains of their homes.

An ONT that loses its power says so with its last breath (dying gasp, ITU-T G.984.3);
one that loses its light cannot. Some gasps are lost where many ONTs send one at once, and some ONTs
have none to give, so the share of gasps is weighed, and not their mere presence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

#: How likely the OLT hears the gasp of an ONT whose home loses its mains, and sees one where only
#: light was lost (somebody pulled a plug in the same minutes). Engineering judgement.
_GASP_OF_MAINS, _GASP_OF_FIBRE = 0.7, 0.04
#: Odds of the mains before any gasp is known, where the OLT's own site has no mains, has some, or
#: where nothing is known of it.
_PRIOR_ODDS = {True: 3.0, False: 0.4, None: 0.7}
#: What was lost at once is one fault, so gasps do not count as if each ONT were one by itself.
_MOST_LOG_ODDS = 5.0

#: From so many ONTs on, and this share of those in operation, a loss is one fault of several homes.
_LEAST_ONTS, _LEAST_SHARE_OF_HOMES = 3, 0.2
#: From this share on, what all ONTs have in common is lost.
_SHARE_OF_FEEDER = 0.9


class PonFault(StrEnum):
    """Faults of a PON that several ONTs share.

    FEEDER is the cable from the OLT to the first splitter, or the port itself; BRANCH a splitter
    or a distribution cable behind the first splitter; HOMES the mains of the homes.
    """

    FEEDER = "feeder"
    BRANCH = "branch"
    HOMES = "homes"


@dataclass(frozen=True, slots=True)
class PonLoss:
    """ONTs of one PON that were lost within some minutes.

    Attributes:
        onts: How many were in operation before.
        lost: How many of them are lost.
        known: Of how many of those it is known whether they gasped.
        gasps: How many did.
        port_down: Whether the OLT hears no ONT of the port at all; None if that is not known.
        mains_away: Whether the OLT's site has lost its mains; None if that is not known.
    """

    onts: int
    lost: int
    known: int
    gasps: int
    port_down: bool | None = None
    mains_away: bool | None = None


@dataclass(frozen=True, slots=True)
class PonVerdict:
    """What is wrong.

    Attributes:
        fault: The fault.
        confidence: 0..1.
        second: What it is otherwise.
    """

    fault: PonFault
    confidence: float
    second: PonFault


def judge(loss: PonLoss) -> PonVerdict | None:
    """The fault that several ONTs share; None where each of the lost ones stands for itself."""
    is_whole = loss.port_down is True or 0 < _SHARE_OF_FEEDER * loss.onts <= loss.lost
    if loss.lost < _LEAST_ONTS and loss.port_down is not True:
        return None
    fibre = PonFault.FEEDER if is_whole else PonFault.BRANCH
    mains = _likelihood_of_mains(loss)
    if mains < 0.5:
        return PonVerdict(fibre, 1 - mains, PonFault.HOMES)
    if loss.lost < _LEAST_SHARE_OF_HOMES * loss.onts:
        return None  # homes that were switched off one by one
    return PonVerdict(PonFault.HOMES, mains, fibre)


def _likelihood_of_mains(loss: PonLoss) -> float:
    without = loss.known - loss.gasps
    for_mains = loss.gasps * math.log(_GASP_OF_MAINS / _GASP_OF_FIBRE)
    for_fibre = without * math.log((1 - _GASP_OF_FIBRE) / (1 - _GASP_OF_MAINS))
    gasps = min(max(for_mains - for_fibre, -_MOST_LOG_ODDS), _MOST_LOG_ODDS)
    return 1 / (1 + math.exp(-gasps) / _PRIOR_ODDS[loss.mains_away])
