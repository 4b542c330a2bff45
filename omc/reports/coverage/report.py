"""A coverage report: everything it says, before it is in any language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from omc.core.inventory import AreaLevel, Cell, Inventory, Technology
from omc.core.model import AreaCode, CellName, SiteCode
from omc.history.reader import History
from omc.reports import periods
from omc.reports.availability import Availability
from omc.reports.completeness import Completeness, Reporter, file_completeness
from omc.reports.coverage.cell_time import costs, spell, uptimes, worked
from omc.reports.coverage.drive_test import Correction, corrections, read_drive_test
from omc.reports.coverage.fibre import FibreFigures, fibre_figures
from omc.reports.coverage.layout import lay_out
from omc.reports.coverage.load import Load, LoadReader
from omc.reports.coverage.network import (
    Equipment,
    cells_on_air,
    equipment,
    sites_without_cells,
)
from omc.reports.coverage.population_file import read_settlements
from omc.reports.coverage.study import Ground, Study, study
from omc.reports.coverage.terrain import terrain_of
from omc.reports.document import Period
from omc.reports.geography import Geography, geography
from omc.reports.outage_cost.cost import AreaCost
from omc.reports.past_alarms import PastAlarms
from omc.reports.radio.parameters import RadioParameters
from omc.reports.radio.transmitters import Assumptions, Transmitters
from omc.reports.sources import MEMORY, Sources

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CoverageRequest:
    """What is asked for.

    Attributes:
        period: Whole local days.
        level: Of the areas.
        areas: Codes or names; all if there are none.
        technologies: In the order to be shown.
        geography: The areas of that day; None: those of the period's last day.
    """

    period: Period
    level: AreaLevel
    areas: tuple[str, ...] = ()
    technologies: tuple[Technology, ...] = tuple(Technology)
    geography: date | None = None


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """What came out.

    Attributes:
        request: What was asked for.
        before: The period that changes are counted from.
        now: When it was made.
        geography: Areas.
        study: Cover.
        equipment: By area and technology, at the end of the period.
        worked: How long each cell of the technologies asked for worked; empty without an archive.
        costs: What outages of 4G cost people, by area; empty where 4G is not asked for.
        loads: By technology, in the order of the geography; empty without an archive.
        fibre: By area.
        files: How completely nodes sent their measurement files.
        parameters: Of the radio model.
        assumptions: What was not known of the cells on air at the end of the period.
        corrections: What drive tests say of each technology.
        cells: On air at the end of the period.
        unplanned_sites: Sites that radiate and have no cells in the inventory.
    """

    request: CoverageRequest
    before: Period
    now: datetime
    geography: Geography
    study: Study
    equipment: Mapping[tuple[AreaCode, Technology], Equipment]
    worked: Mapping[CellName, Availability]
    costs: Sequence[AreaCost]
    loads: Mapping[Technology, Sequence[Load]]
    fibre: FibreFigures
    files: Mapping[Reporter, Completeness]
    parameters: RadioParameters
    assumptions: Assumptions
    corrections: Mapping[Technology, Correction]
    cells: tuple[Cell, ...]
    unplanned_sites: tuple[SiteCode, ...]


def coverage_report(sources: Sources, request: CoverageRequest, say: Say) -> CoverageReport:
    """Make a report.

    Raises:
        ConfigurationError: a file of parameters, population, terrain or drive tests is wrong.
        UnknownArea: no such area.
        NothingToPredict: no area has a boundary.
    """
    say("areas")
    inventory, period = sources.inventory, request.period
    before = periods.before(period)
    areas = _areas(inventory, request)
    parameters = RadioParameters.load(sources.settings.coverage.parameters)
    cells, cells_before = (cells_on_air(inventory, _last_day(p)) for p in (period, before))
    say("availability of cells")
    alarms = PastAlarms.read(sources.settings.data, inventory, before.start_ms)
    found, found_before = (
        uptimes(sources, request.technologies, p, alarms) for p in (period, before)
    )
    measured, measured_before = worked(found), worked(found_before)
    ground = _ground(sources, areas, parameters)
    measured_by = _corrections(sources, ground, cells)
    applied = {technology: one.applied_db for technology, one in measured_by.items()}
    transmitters = Transmitters(parameters, applied)
    all_cells = {cell.name: cell for cell in (*cells, *cells_before)}
    stations = transmitters.stations(inventory, request.technologies, all_cells.values())
    spells = [spell(cells, measured), spell(cells_before, measured_before)]
    cover = study(
        ground,
        stations,
        request.technologies,
        spells,
        lambda done, count: say(f"cover: {done}/{count}"),
    )
    say("load of cells")
    loads = _loads(sources, request, areas)
    say("fibre")
    return CoverageReport(
        request,
        before,
        sources.now,
        areas,
        cover,
        equipment(cells, areas),
        measured,
        costs(sources, period, alarms, found.get(Technology.G4, {}), areas, cover),
        loads,
        fibre_figures(inventory, areas, sources.history, _over(period, sources.now)),
        _files(sources, request, areas),
        parameters,
        transmitters.assumptions.among({cell.name for cell in cells}),
        measured_by,
        tuple(cells),
        tuple(sites_without_cells(inventory)),
    )


def _last_day(period: Period) -> date:
    return period.end.date() - timedelta(days=1)


def _over(period: Period, now: datetime) -> Period:
    """The part of a period that is over."""
    return period if period.end <= now or now <= period.start else replace(period, end=now)


def _areas(inventory: Inventory, request: CoverageRequest) -> Geography:
    period = request.period
    day = request.geography or _last_day(period)
    days = (period.start.date(), period.end.date())
    return geography(inventory, request.level, day, request.areas, days)


def _ground(sources: Sources, areas: Geography, parameters: RadioParameters) -> Ground:
    wish = sources.settings.coverage
    settlements = None
    if wish.population is not None:
        settlements = read_settlements(wish.population, wish.grid_m, wish.population_year)
    layout = lay_out(sources.inventory, areas, wish.grid_m, settlements)
    terrain = terrain_of(wish.terrain, layout.plane, parameters.propagation)
    return Ground(sources.inventory, layout, parameters, terrain)


def _corrections(
    sources: Sources, ground: Ground, cells: Sequence[Cell]
) -> dict[Technology, Correction]:
    path = sources.settings.coverage.drive_test
    if path is None:
        return {}
    tests = read_drive_test(path)
    return corrections(
        tests, sources.inventory, cells, ground.parameters, ground.layout, ground.obstruction
    )


def _files(
    sources: Sources, request: CoverageRequest, areas: Geography
) -> dict[Reporter, Completeness]:
    """Of the nodes of the areas; of all nodes where all areas are wanted."""
    nodes = sources.inventory.nodes
    found = file_completeness(sources.history, request.period, sources.now, nodes)
    if not request.areas:
        return found
    return {r: one for r, one in found.items() if r.site in areas.unit_of}


def _loads(
    sources: Sources, request: CoverageRequest, areas: Geography
) -> dict[Technology, list[Load]]:
    if sources.history is None:
        return {}
    unit_of = {str(site): str(unit) for site, unit in areas.unit_of.items()}
    folder = sources.settings.archive_folder
    history = History(folder, sources.catalogue, unit_of, memory=MEMORY, threads=1)
    try:
        codes = [unit.code for unit in areas.units]
        reader = LoadReader(history, request.period, codes, unit_of)
        return {t: reader.loads(t) for t in request.technologies}
    finally:
        history.close()
