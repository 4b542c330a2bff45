"""The PONs: splitters around their OLT, the homes behind them, the light that reaches them."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from omc.simulator.geometry import Point, length, meander, moved
from omc.simulator.network import Onts
from omc.simulator.seeds import stream

#: One site in five has an OLT; each has this many GPON ports in use.
OLT_SHARE = 0.19
PONS_AN_OLT = 11
PORTS_A_BOARD = 16
#: ONTs in the whole province at full size; each PON has at most its splitter's 64.
ONTS_A_SITE = 71.3
MAX_ONTS_A_PON = 64

_SLACK = 1.06
#: Optics of a class B+ port: dBm, and dB of what the light passes.
_OLT_TX = 3.4
_DOWN_LOSS_A_KM = 0.34
_UP_LOSS_A_KM = 0.40
_SPLITTER_LOSS = {32: 17.1, 64: 20.3}


@dataclass(frozen=True, slots=True)
class PonPlan:
    """One PON before it has names.

    Attributes:
        site: Index of the site the OLT stands at.
        port: 0-based count of the port on its OLT.
        onts: How many.
        splitter: Where.
        feeder_line: Geometry of the feeder cable.
        feeder_metres: Route length of the feeder cable.
        reach: Metres from the splitter within which homes lie.
    """

    site: int
    port: int
    onts: int
    splitter: Point
    feeder_line: tuple[Point, ...]
    feeder_metres: float
    reach: float


def plan_pons(seed: int, site: int, position: Point, counts: Sequence[int]) -> list[PonPlan]:
    """Place the splitters of one OLT; `counts` says how many ONTs each port serves."""
    chance = stream(seed, "splitters", site)
    turn = chance.uniform(0, 2 * math.pi)
    plans = []
    for port, onts in enumerate(counts):
        angle = turn + 2 * math.pi * port / len(counts) + chance.uniform(-0.25, 0.25)
        away = chance.triangular(350.0, 4200.0, 1500.0)
        splitter = moved(position, angle, away)
        line = tuple(meander(position, splitter, chance, 0.30, 2))
        metres = length(line) * _SLACK
        plans.append(
            PonPlan(site, port, onts, line[-1], line, metres, chance.uniform(250.0, 700.0))
        )
    return plans


def connect_onts(plan: PonPlan, chance: random.Random) -> Onts:
    """Give every home its distance and its light.

    Powers follow from the loss of splitter, fibre and connectors; one home in a hundred has a bad
    connector, as anywhere.
    """
    onts = Onts()
    splitter_loss = _SPLITTER_LOSS[32 if plan.onts <= 32 else 64]
    for number in range(plan.onts):
        metres = plan.feeder_metres + plan.reach * math.sqrt(chance.random()) * 1.3
        fixed = splitter_loss + chance.gauss(1.3, 0.45)
        if chance.random() < 0.01:
            fixed += chance.uniform(2.0, 6.0)
        launch = min(max(chance.gauss(2.3, 0.35), 0.6), 4.8)
        onts.number.append(number)
        onts.metres.append(min(round(metres), 60_000))
        onts.ont_rx.append(round(100 * (_OLT_TX - fixed - _DOWN_LOSS_A_KM * metres / 1000)))
        onts.olt_rx.append(round(100 * (launch - fixed - _UP_LOSS_A_KM * metres / 1000)))
        onts.ont_tx.append(round(100 * launch))
        onts.backed_up.append(1 if chance.random() < 0.07 else 0)
        onts.off_since_days.append(chance.randint(1, 200) if chance.random() < 0.02 else 0)
    return onts


def distribution_lines(plan: PonPlan, chance: random.Random) -> tuple[Point, ...]:
    """The trunk of the distribution cable: from the splitter through the homes, one line."""
    end = moved(plan.splitter, chance.uniform(0, 2 * math.pi), plan.reach)
    return tuple(meander(plan.splitter, end, chance, 0.35, 1))
