"""A coverage report as a document: sections, tables and maps in one language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from omc.core.inventory import AreaLevel, Technology
from omc.core.metric import Text
from omc.core.model import AreaCode
from omc.reports import periods
from omc.reports.area_names import file_part
from omc.reports.completeness_section import completeness_section
from omc.reports.coverage.basis import basis_lines, locations_text, population_note
from omc.reports.coverage.figures import ReportFigures
from omc.reports.coverage.maps import cover_maps, gap_maps
from omc.reports.coverage.network_tables import NetworkTables
from omc.reports.coverage.prediction import Where
from omc.reports.coverage.report import CoverageReport, CoverageRequest
from omc.reports.coverage.tables import CoverTables
from omc.reports.document import (
    Block,
    Chart,
    Column,
    ColumnKind,
    Document,
    Figure,
    Figures,
    Language,
    Section,
)
from omc.reports.facts import period_text
from omc.reports.outage_cost.section import cost_section
from omc.reports.value_text import day_text

_TITLE = Text(en="Coverage, capacity and fibre", vi="Vùng phủ, năng lực mạng và cáp quang")
_COVER = Text(en="Who is covered", vi="Vùng phủ sóng")
_GAPS = Text(en="Gaps", vi="Vùng lõm sóng")
_LOAD = Text(en="Availability and load of cells", vi="Độ khả dụng và tải của cell")
_FIBRE = Text(en="Fibre", vi="Cáp quang")
_DATA = Text(en="What is missing in the data", vi="Dữ liệu còn thiếu")
_PEOPLE = Text(en="people", vi="dân số")
#: Where nobody knows who lives where, headlines are of the ground.
_GROUND = Text(en="ground", vi="diện tích")
_OUTDOORS = Text(
    en="{technology}: {what} covered outdoors", vi="{technology}: {what} được phủ ngoài trời"
)
_INDOORS = Text(
    en="{technology}: {what} covered indoors", vi="{technology}: {what} được phủ trong nhà"
)
_AVAILABLE = Text(
    en="{technology}: {what} covered outdoors, weighed by availability",
    vi="{technology}: {what} được phủ ngoài trời, có tính độ khả dụng",
)
_LEVELS = {
    AreaLevel.COMMUNE: Text(en="communes", vi="xã, phường"),
    AreaLevel.DISTRICT: Text(en="districts", vi="huyện"),
    AreaLevel.PROVINCE: Text(en="provinces", vi="tỉnh"),
}
_GEOGRAPHY = Text(en="{count} {level} as of {day}", vi="{count} {level} theo địa giới ngày {day}")
_CHANGED = Text(
    en="; areas change within the period on {days}: --geography restates them",
    vi="; địa giới thay đổi trong kỳ vào {days}: --geography để lập lại theo địa giới khác",
)
_CHART = Text(en="People covered outdoors", vi="Dân số được phủ ngoài trời")
_COMPARED = Text(
    en="Changes are counted from {before}, with the cells that were on air at its end.",
    vi="Thay đổi so với {before}, theo các cell phát sóng vào cuối kỳ đó.",
)
_NO_GAPS = Text(
    en="No gap of 0.05 km2 or more was found.", vi="Không có vùng lõm từ 0,05 km² trở lên."
)
_GAPS_TOLD = Text(
    en="A gap is a connected patch within one area that no cell covers outdoors. Those with the "
    "most people come first; distances are from its middle.",
    vi="Vùng lõm là vùng liền mạch trong một đơn vị hành chính không cell nào phủ được ngoài trời. "
    "Vùng nhiều dân nhất đứng trước; khoảng cách tính từ giữa vùng.",
)


def coverage_document(report: CoverageReport, language: Language) -> Document:
    """Write a report down."""
    figures = ReportFigures(report)
    tables = CoverTables(report, figures, language)
    network = NetworkTables(report, figures, language)
    request = report.request
    sections = [
        _cover(report, figures, tables, language),
        _gaps(report, tables, language),
        *_costs(report, language),
        Section(_LOAD.of(language), (), (network.load(),)),
        Section(_FIBRE.of(language), (), tuple(network.fibre())),
    ]
    names = {unit.code: unit.area.name for unit in report.geography.units}
    name_of = {str(site): names[code] for site, code in report.geography.unit_of.items()}
    files = completeness_section(report.files, lambda site: name_of.get(site, ""), language)
    if files is not None:
        sections.append(files)
    left_out = tables.left_out()
    if left_out.rows:
        sections.append(Section(_DATA.of(language), (), (left_out,)))
    return Document(
        _name(request),
        _TITLE.of(language),
        language,
        request.period,
        geography_text(report, language),
        report.now,
        tuple(sections),
        tuple(basis_lines(report, figures, language)),
        _scope(request),
    )


def _name(request: CoverageRequest) -> str:
    """Reports about a part of the network lie beside the one about all of it."""
    parts = ["coverage", request.level.value, periods.stem(request.period)]
    if request.areas:
        parts.append(file_part(*request.areas))
    if len(request.technologies) < len(Technology):
        parts += [technology.value.lower() for technology in request.technologies]
    if request.geography is not None:
        parts.append(f"in-{request.geography}")
    return "-".join(parts)


def _scope(request: CoverageRequest) -> str:
    """What part of the network it is about, in names that need no translation."""
    parts = [", ".join(request.areas)] if request.areas else []
    if len(request.technologies) < len(Technology):
        parts.append(", ".join(technology.value for technology in request.technologies))
    return "; ".join(parts)


def geography_text(report: CoverageReport, language: Language) -> str:
    """Which areas, and whether they were others within the period."""
    areas = report.geography
    text = _GEOGRAPHY.of(language).format(
        count=len(areas.units),
        level=_LEVELS[areas.level].of(language),
        day=day_text(areas.day, language),
    )
    if areas.changes:
        days = ", ".join(day_text(day, language) for day in areas.changes)
        text += _CHANGED.of(language).format(days=days)
    return text


def _cover(
    report: CoverageReport, figures: ReportFigures, tables: CoverTables, language: Language
) -> Section:
    everywhere = [unit.code for unit in report.geography.units]
    headlines = Figures(tuple(_headlines(report, figures, everywhere, language)))
    charts = [
        Chart(
            f"people_{technology.value.lower()}",
            f"{technology.value}: {_CHART.of(language)}",
            f"cover_{technology.value.lower()}",
            "area",
            ("people_outdoors", "people_indoors"),
            most=40,
        )
        for technology in report.request.technologies
        if report.study.population is not None
    ]
    maps = cover_maps(report, figures, language)
    blocks: tuple[Block, ...] = (headlines, *tables.cover(), *charts, *maps)
    before = period_text(report.before, language)
    return Section(_COVER.of(language), (_COMPARED.of(language).format(before=before),), blocks)


def _headlines(
    report: CoverageReport,
    figures: ReportFigures,
    everywhere: Sequence[AreaCode],
    language: Language,
) -> Iterator[Figure]:
    people = population_note(report, language)
    known = report.study.population is not None
    what = (_PEOPLE if known else _GROUND).of(language)
    for technology in report.request.technologies:
        outdoors = figures.shares(technology, Where.OUTDOORS, everywhere)
        indoors = figures.shares(technology, Where.INDOORS, everywhere)
        threshold = _threshold(report, technology)
        basis = f"{threshold}; {people}"
        for title, value in (
            (_OUTDOORS, outdoors.people if known else outdoors.area),
            (_INDOORS, indoors.people if known else indoors.area),
            (_AVAILABLE, outdoors.people_available if known else outdoors.area_available),
        ):
            text = title.of(language).format(technology=technology.value, what=what)
            yield Figure(Column("share", text, ColumnKind.SHARE, decimals=1), value, basis)


def _threshold(report: CoverageReport, technology: Technology) -> str:
    of = report.parameters.technologies.technologies[technology]
    return f"{of.level} ≥ {of.threshold_dbm:g} dBm, {locations_text(report)}"


def _costs(report: CoverageReport, language: Language) -> Iterator[Section]:
    """What outages cost; nothing where no 4G cell was measured."""
    if report.costs:
        note = population_note(report, language)
        yield cost_section(report.costs, f"{note[0].upper()}{note[1:]}.", language)


def _gaps(report: CoverageReport, tables: CoverTables, language: Language) -> Section:
    if not report.study.gaps:
        return Section(_GAPS.of(language), (_NO_GAPS.of(language),))
    told = zip(tables.gaps(), gap_maps(report, language), strict=True)
    blocks = tuple(block for table_and_map in told for block in table_and_map)
    return Section(_GAPS.of(language), (_GAPS_TOLD.of(language),), blocks)
