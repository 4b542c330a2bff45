"""A coverage report: everything it says, before it is in any language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from omc.core.inventory import AreaLevel, Cell, Inventory, Technology
from omc.core.model import AreaCode, SiteCode
from omc.history.reader import History
from omc.reports import periods
from omc.reports.coverage.fibre import FibreFigures, fibre_figures
from omc.reports.coverage.measured import Load, LoadReader, Worked, worked
from omc.reports.coverage.network import (
    Equipment,
    cells_on_air,
    equipment,
    sites_without_cells,
)
from omc.reports.coverage.population_file import read_settlements
from omc.reports.coverage.prediction import Spell
from omc.reports.coverage.study import Ground, Study, study
from omc.reports.document import Period
from omc.reports.geography import Geography, geography
from omc.reports.radio.parameters import RadioParameters
from omc.reports.radio.transmitters import Assumptions, Transmitters
from omc.reports.sources import Sources

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
        worked: How long cells worked; None without an archive.
        worked_before: In the period before.
        loads: By technology, in the order of the geography; empty without an archive.
        fibre: By area.
        parameters: Of the radio model.
        assumptions: What was not known of cells.
        cells: On air at the end of the period.
        unplanned_sites: Sites that radiate and have no cells in the inventory.
    """

    request: CoverageRequest
    before: Period
    now: datetime
    geography: Geography
    study: Study
    equipment: Mapping[tuple[AreaCode, Technology], Equipment]
    worked: Worked | None
    worked_before: Worked | None
    loads: Mapping[Technology, Sequence[Load]]
    fibre: FibreFigures
    parameters: RadioParameters
    assumptions: Assumptions
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
    measured, measured_before = (_worked(sources, request, p) for p in (period, before))
    transmitters = Transmitters(parameters)
    all_cells = {cell.name: cell for cell in (*cells, *cells_before)}
    stations = transmitters.stations(inventory, request.technologies, all_cells.values())
    spells = [_spell(cells, measured), _spell(cells_before, measured_before)]
    cover = study(
        _ground(sources, areas, parameters),
        stations,
        request.technologies,
        spells,
        lambda done, count: say(f"cover: tile {done} of {count}"),
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
        measured_before,
        loads,
        fibre_figures(inventory, areas, sources.history, _over(period, sources.now)),
        parameters,
        transmitters.assumptions,
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
    return Ground(sources.inventory, areas, wish.grid_m, settlements, parameters)


def _worked(sources: Sources, request: CoverageRequest, period: Period) -> Worked | None:
    """None where the archive tells nothing of any cell."""
    if sources.history is None:
        return None
    found = worked(sources.history, request.technologies, _over(period, sources.now))
    return found if found.observed else None


def _spell(cells: Sequence[Cell], measured: Worked | None) -> Spell:
    """Where nothing was measured every cell counts as working: figures by time are not shown."""
    if measured is None:
        return Spell({cell.name: 1.0 for cell in cells})
    return Spell({cell.name: measured.share(cell.name) for cell in cells})


def _loads(
    sources: Sources, request: CoverageRequest, areas: Geography
) -> dict[Technology, list[Load]]:
    if sources.history is None:
        return {}
    unit_of = {str(site): str(unit) for site, unit in areas.unit_of.items()}
    history = History(sources.settings.archive_folder, sources.catalogue, unit_of)
    try:
        codes = [unit.code for unit in areas.units]
        reader = LoadReader(history, request.period, codes, unit_of)
        return {t: reader.loads(t) for t in request.technologies}
    finally:
        history.close()
