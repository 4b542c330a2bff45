"""How long cells worked in a period, and what the time without 4G cost people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from omc.core.inventory import Cell, Technology
from omc.core.model import AreaCode, CellName
from omc.reports.availability import Availability
from omc.reports.coverage.prediction import Spell
from omc.reports.coverage.study import Study
from omc.reports.document import Period
from omc.reports.geography import Geography
from omc.reports.outage_cost.causes import Causes, times_without_mains
from omc.reports.outage_cost.cost import AreaCost, Inhabited, cost_by_area
from omc.reports.past_alarms import PastAlarms
from omc.reports.sources import Sources
from omc.reports.uptime import Uptime, UptimeReader


def uptimes(
    sources: Sources, technologies: Iterable[Technology], period: Period, alarms: PastAlarms
) -> dict[Technology, Mapping[str, Uptime]]:
    """Of cells by name; nothing without an archive."""
    if sources.history is None or sources.now <= period.start:
        return {}
    reader = UptimeReader(sources, period, alarms)
    return {technology: reader.cells(technology) for technology in technologies}


def worked(found: Mapping[Technology, Mapping[str, Uptime]]) -> dict[CellName, Availability]:
    """How long each cell worked, of whatever technology."""
    return {
        CellName(name): uptime.availability
        for cells in found.values()
        for name, uptime in cells.items()
    }


def spell(cells: Sequence[Cell], measured: Mapping[CellName, Availability]) -> Spell:
    """How much of the time each cell served people; time of which nothing is known is none.

    Where nothing at all was measured every cell counts as working: figures by time are not shown.
    """
    if not measured:
        return Spell({cell.name: 1.0 for cell in cells})
    shares = {cell.name: measured.get(cell.name, Availability()).with_planned for cell in cells}
    return Spell({name: share or 0.0 for name, share in shares.items()})


def costs(
    sources: Sources,
    period: Period,
    alarms: PastAlarms,
    cells: Mapping[str, Uptime],
    areas: Geography,
    cover: Study,
) -> list[AreaCost]:
    """What outages of 4G cells cost the people of each area."""
    if not cells:
        return []
    people: dict[AreaCode, float] = {}
    if cover.population is not None:
        codes = (unit.code for unit in cover.units)
        people = dict(zip(codes, cover.totals.people.tolist(), strict=True))
    inhabited = {
        unit.code: Inhabited(unit.area.name, people.get(unit.code)) for unit in areas.units
    }
    causes = Causes(alarms, times_without_mains(sources, period.start_ms, period.end_ms))
    return cost_by_area(sources.inventory, cells, causes, areas.unit_of, inhabited)
