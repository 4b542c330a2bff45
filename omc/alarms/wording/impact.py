"""Whom an alarm concerns: sites, cells, areas, people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from omc.core.inventory import Area, Inventory
from omc.core.model import AreaCode, SiteCode


@dataclass(frozen=True, slots=True)
class Impact:
    """What is lost.

    Attributes:
        sites: Codes, sorted.
        cells: Number of cells by technology ("3G", "4G", "5G"), only those there are.
        areas: Names of the communes concerned, those with most sites first.
        people: Estimate of the people whose sites are lost: each commune's population in the
            proportion of its sites; None where no population is known.
    """

    sites: tuple[str, ...] = ()
    cells: Mapping[str, int] = field(default_factory=dict)
    areas: tuple[str, ...] = ()
    people: int | None = None


def impact_of(inventory: Inventory, places: Iterable[str], day: date) -> Impact:
    """What the loss of places means.

    Args:
        inventory: Sites, cells, areas.
        places: Site codes; places that are no sites count for nothing.
        day: Which areas are valid.
    """
    sites = sorted({SiteCode(place) for place in places} & inventory.sites.keys())
    cells = Counter(
        str(cell.technology) for site in sites for cell in inventory.cells_of.get(site, ())
    )
    lost = Counter(code for site in sites if (code := inventory.sites[site].area) is not None)
    areas = {code: area for code in lost if (area := inventory.area(code, day)) is not None}
    return Impact(
        tuple(sites),
        dict(sorted(cells.items())),
        tuple(areas[code].name for code, _ in lost.most_common() if code in areas),
        _people(inventory, lost, areas),
    )


def _people(
    inventory: Inventory, lost: Mapping[AreaCode, int], areas: Mapping[AreaCode, Area]
) -> int | None:
    """Population by the share of sites lost; None if it is known of no area."""
    shares = []
    for code, area in areas.items():
        if area.population is not None:
            all_sites = sum(site.area == code for site in inventory.sites.values())
            shares.append(area.population * lost[code] / all_sites)
    return round(sum(shares)) if shares else None
