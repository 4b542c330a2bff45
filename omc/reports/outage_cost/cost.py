"""What outages cost people: person-hours without 4G, by area and cause.

Nobody knows who stands where. An area's people are shared out evenly over its 4G sites, and a
site's over its 4G cells: an hour without one of three cells costs a third of the site's people one
hour. That neighbours may have served them is left out, so it is an upper estimate for what is
known; time of which nothing is known costs nothing here, and is printed beside it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from omc.core.inventory import Inventory, Technology
from omc.core.model import AreaCode, SiteCode
from omc.reports.availability import Availability
from omc.reports.outage_cost.causes import Cause, Causes
from omc.reports.uptime import Uptime


@dataclass(frozen=True, slots=True)
class Inhabited:
    """An area, and how many people live there; None where nobody knows."""

    name: str
    people: float | None


@dataclass(slots=True)
class AreaCost:
    """What the outages of a period cost one area.

    Attributes:
        area: Which.
        person_hours: By cause; only where people are known.
        cells: Of its 4G cells, added up.
    """

    area: Inhabited
    person_hours: dict[Cause, float] = field(default_factory=lambda: dict.fromkeys(Cause, 0.0))
    cells: Availability = field(default_factory=Availability)


def cost_by_area(
    inventory: Inventory,
    cells: Mapping[str, Uptime],
    causes: Causes,
    area_of: Mapping[SiteCode, AreaCode],
    areas: Mapping[AreaCode, Inhabited],
) -> list[AreaCost]:
    """Person-hours without 4G in each area that has 4G sites.

    Args:
        inventory: Cells.
        cells: Up time of 4G cells, by name.
        causes: Tells why.
        area_of: Site -> the area it counts for; sites of no area cost nobody anything.
        areas: All that sites count for.
    """
    of_site: dict[SiteCode, list[str]] = defaultdict(list)
    for cell in inventory.cells.values():
        is_asked = cell.technology is Technology.G4 and cell.name in cells
        if is_asked and area_of.get(cell.site) in areas:
            of_site[cell.site].append(cell.name)
    sites_in = Counter(area_of[site] for site in of_site)
    costs = {code: AreaCost(areas[code]) for code in sites_in}
    for site, names in of_site.items():
        code = area_of[site]
        cost, people = costs[code], areas[code].people
        for name in names:
            cost.cells += cells[name].availability
            if people is not None:
                of_cell = people / sites_in[code] / len(names)
                for outage in cells[name].outages:
                    hours = outage.seconds / 3600
                    cost.person_hours[causes.of(site, outage)] += of_cell * hours
    return list(costs.values())
