"""The 5G cells of every site: those on air, or those that are imagined where there are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from omc.core.inventory import Cell, Inventory, Site, Technology
from omc.core.model import CellName
from omc.reports.radio.parameters import Candidate
from omc.reports.readiness.condition import Condition


def cells_of_5g(
    found: Sequence[Condition], inventory: Inventory, candidate: Candidate, day: date
) -> Iterator[Cell]:
    """What is to be predicted.

    Args:
        found: Sites with radio.
        inventory: Their cells.
        candidate: What is imagined.
        day: On which cells are on air.
    """
    for one in found:
        own = inventory.cells_of.get(one.site.code, ())
        on_air = [c for c in own if c.technology is Technology.G5 and c.is_on_air_on(day)]
        yield from on_air or _imagined(one.site, own, one.height_m, candidate)


def _imagined(
    site: Site, own: Sequence[Cell], height_m: float | None, candidate: Candidate
) -> Iterator[Cell]:
    """As many sectors as its 4G has, looking the same way, from its highest antenna."""
    looks = {c.azimuth for c in own if c.technology is Technology.G4 and c.azimuth is not None}
    for number, azimuth in enumerate(sorted(looks) or candidate.azimuths, start=1):
        yield Cell(
            CellName(f"{site.code} {candidate.band} {number}"),
            site.code,
            Technology.G5,
            candidate.band,
            number,
            azimuth=azimuth,
            height_m=height_m,
            tilt=candidate.tilt,
            bandwidth_mhz=candidate.bandwidth_mhz,
        )
