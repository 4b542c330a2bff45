"""The cells of a site: which technologies and carriers it has, and how busy they get."""

from __future__ import annotations

import random
from dataclasses import dataclass

from omc.simulator.network import Cell, Technology


@dataclass(frozen=True, slots=True)
class _Carrier:
    """A layer of cells on all sectors of a site.

    Attributes:
        letters: In the cell's name.
        technology: Of the layer.
        band: 3GPP band.
        urban: Chance that a site in a ward has it.
        rural: Chance that any other site has it.
        users: Connected in the busy hour of a typical cell.
        megabits: Downlink Mbit/s in the busy hour of a typical cell.
    """

    letters: str
    technology: Technology
    band: str
    urban: float
    rural: float
    users: float
    megabits: float


_CARRIERS = (
    _Carrier("U21", Technology.UTRAN, "B1", 0.95, 0.35, 9.0, 1.6),
    _Carrier("U9", Technology.UTRAN, "B8", 0.30, 0.45, 7.0, 1.1),
    _Carrier("L18", Technology.LTE, "B3", 1.00, 1.00, 62.0, 34.0),
    _Carrier("L21", Technology.LTE, "B1", 0.90, 0.55, 41.0, 27.0),
    _Carrier("L9", Technology.LTE, "B8", 0.35, 0.45, 25.0, 9.0),
    _Carrier("N26", Technology.NR, "n41", 0.40, 0.05, 55.0, 190.0),
)


def build_cells(site: int, code: str, urban: bool, chance: random.Random) -> list[Cell]:
    """All cells of one site, in order of carrier and sector."""
    turn = chance.randrange(0, 120, 10)
    return [
        Cell(
            name=f"{code}-{carrier.letters}-{sector}",
            site=site,
            technology=carrier.technology,
            band=carrier.band,
            sector=sector,
            azimuth=(turn + 120 * (sector - 1)) % 360,
            busy_users=round(carrier.users * weight, 1),
            busy_megabits=round(carrier.megabits * weight, 2),
        )
        for carrier in _CARRIERS
        if chance.random() < (carrier.urban if urban else carrier.rural)
        for sector in (1, 2, 3)
        for weight in (chance.lognormvariate(0.0 if urban else -0.25, 0.35),)
    ]
