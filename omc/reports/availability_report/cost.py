"""What outages cost people: person-hours without 4G, by area and cause.

Nobody knows who stands where. Each commune's people are shared out evenly over its 4G sites, and a
site's over its 4G cells: an hour without one of three cells costs a third of the site's people one
hour. That neighbours may have served them is left out, so it is an upper estimate for what is
known; time of which nothing is known costs nothing here, and is printed beside it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from omc.core.inventory import Inventory, Technology
from omc.core.model import AreaCode, SiteCode
from omc.reports.availability import Availability
from omc.reports.availability_report.causes import Cause, Causes
from omc.reports.uptime import Uptime


@dataclass(slots=True)
class AreaCost:
    """What the outages of a period cost one area.

    Attributes:
        name: Of the area.
        people: That live there; None where the inventory does not say.
        year: Of that figure.
        person_hours: By cause; only where people are known.
        cells: Of its 4G cells, added up.
    """

    name: str
    people: int | None
    year: int | None
    person_hours: dict[Cause, float] = field(default_factory=lambda: dict.fromkeys(Cause, 0.0))
    cells: Availability = field(default_factory=Availability)


def cost_by_area(
    inventory: Inventory, cells: Mapping[str, Uptime], causes: Causes, day: date
) -> dict[AreaCode, AreaCost]:
    """Person-hours without 4G in each area that has 4G sites.

    Args:
        inventory: Areas, sites, cells.
        cells: Up time of 4G cells, by name.
        causes: Tells why.
        day: Which areas are valid.
    """
    of_site: dict[SiteCode, list[str]] = defaultdict(list)
    for cell in inventory.cells.values():
        if cell.technology is Technology.G4 and cell.name in cells:
            of_site[cell.site].append(cell.name)
    sites_in = Counter(inventory.sites[site].area for site in of_site)
    costs: dict[AreaCode, AreaCost] = {}
    for site, names in of_site.items():
        code = inventory.sites[site].area
        area = None if code is None else inventory.area(code, day)
        if code is None or area is None:
            continue
        cost = costs.setdefault(code, AreaCost(area.name, area.population, area.population_year))
        people = None if area.population is None else area.population / sites_in[code]
        for name in names:
            cost.cells += cells[name].availability
            if people is not None:
                for outage in cells[name].outages:
                    hours = outage.seconds / 3600
                    cost.person_hours[causes.of(site, outage)] += people / len(names) * hours
    return costs
