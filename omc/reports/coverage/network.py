"""What stands in each area: sites, cells and bands of each technology on one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from omc.core.inventory import Cell, Inventory, Technology
from omc.core.model import AreaCode, SiteCode
from omc.reports.geography import Geography


@dataclass(slots=True)
class Equipment:
    """One technology in one area.

    Attributes:
        sites: Those with a cell of it.
        cells: How many.
        bands: That they work in.
    """

    sites: set[SiteCode] = field(default_factory=set)
    cells: int = 0
    bands: set[str] = field(default_factory=set)


def cells_on_air(inventory: Inventory, day: date) -> list[Cell]:
    """Cells that are meant to work on a day."""
    return [cell for cell in inventory.cells.values() if cell.is_on_air_on(day)]


def equipment(
    cells: Iterable[Cell], geography: Geography
) -> Mapping[tuple[AreaCode, Technology], Equipment]:
    """What stands where; every area and technology has an entry."""
    found = {(u.code, t): Equipment() for u in geography.units for t in Technology}
    for cell in cells:
        unit = geography.unit_of.get(cell.site)
        if unit is not None:
            of = found[unit, cell.technology]
            of.sites.add(cell.site)
            of.cells += 1
            of.bands.add(cell.band)
    return found


def sites_without_cells(inventory: Inventory) -> list[SiteCode]:
    """Sites that are said to radiate and have no cell that says how."""
    return [
        site.code
        for site in inventory.sites.values()
        if site.technologies and not inventory.cells_of.get(site.code)
    ]
