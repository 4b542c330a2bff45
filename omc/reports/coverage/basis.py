"""What the figures of a coverage report stand on, in words: printed with them."""

from __future__ import annotations

from collections.abc import Iterator

from omc.core.inventory import AreaLevel, Technology
from omc.core.metric import Text
from omc.reports.availability import Availability, added
from omc.reports.completeness_section import completeness_line
from omc.reports.coverage.figures import ReportFigures
from omc.reports.coverage.population import PopulationBasis
from omc.reports.coverage.report import CoverageReport
from omc.reports.document import Language
from omc.reports.geography import LEVEL_TEXTS
from omc.reports.value_text import number_text

_UNIFORM = Text(
    en="population of {year}, assumed uniform in each {level}",
    vi="dân số năm {year}, giả định phân bố đều trong mỗi {level}",
)
_COUNTED = Text(en="population of {year} from {source}", vi="dân số năm {year} theo {source}")
_NOBODY = Text(en="population not known: no figures of people", vi="chưa có số liệu dân số")
_NO_YEAR = Text(en="an unknown year", vi="không rõ năm")
_OUTSIDE = Text(
    en="{people} people of the population file live outside of all areas and are in no figure.",
    vi="{people} người trong tệp dân số ở ngoài mọi địa bàn, không tính vào số liệu nào.",
)
_MODEL = Text(
    en="Cover is predicted, not measured: {model}, {share} of locations, grid of {grid} m, "
    "{ground}; {source}.",
    vi="Vùng phủ là kết quả dự báo, không phải đo kiểm: {model}, {share} vị trí, lưới {grid} m, "
    "{ground}; {source}.",
)
_FLAT = Text(en="flat ground", vi="không tính địa hình")
_TERRAIN = Text(en="with terrain", vi="có tính địa hình")
_THRESHOLDS = Text(en="Thresholds: {texts}.", vi="Ngưỡng thu: {texts}.")
_INDOORS = Text(
    en="Indoors: {loss} dB more at 1.8 GHz, {depth} m behind the outer wall.",
    vi="Trong nhà: suy hao thêm {loss} dB ở 1,8 GHz, cách tường ngoài {depth} m.",
)
_AVAILABILITY = Text(
    en="Weighed by availability: 1 - product(1 - availability of each site that reaches the "
    "place); outages of different sites are taken as independent, those of one site's cells as "
    "one. Time of which nothing is known counts as outage.",
    vi="Có tính độ khả dụng: 1 - tích(1 - độ khả dụng của từng trạm phủ tới); sự cố của các trạm "
    "khác nhau coi là độc lập, các cell cùng trạm coi là một. Thời gian không có dữ liệu tính là "
    "gián đoạn.",
)
_COMPLETE = Text(
    en="{technology}: {known} of {all} cells have data, for {share} of all cells' time.",
    vi="{technology}: {known}/{all} cell có dữ liệu, chiếm {share} thời gian của kỳ.",
)
_NO_ARCHIVE = Text(
    en="{technology}: nothing was measured in the period, so nothing is said of availability.",
    vi="{technology}: kỳ này không có số liệu đo, nên không có số liệu độ khả dụng.",
)
_CORRECTED = Text(
    en="{technology}: levels are corrected by {mean} dB, from {n} drive-test places (spread "
    "{sigma} dB).",
    vi="{technology}: mức thu hiệu chỉnh {mean} dB theo {n} điểm đo kiểm (độ lệch {sigma} dB).",
)
_TOO_FEW = Text(
    en="{technology}: {n} drive-test places are too few to correct the model by.",
    vi="{technology}: {n} điểm đo kiểm là quá ít để hiệu chỉnh mô hình.",
)
_ASSUMED = Text(
    en="Not in the inventory and taken from technologies.yaml: {texts}.",
    vi="Không có trong danh mục, lấy theo technologies.yaml: {texts}.",
)
_FIELDS = {
    "power_dbm": Text(en="power of {n} cells", vi="công suất của {n} cell"),
    "height_m": Text(en="antenna height of {n} cells", vi="độ cao anten của {n} cell"),
    "tilt": Text(en="tilt of {n} cells", vi="góc cúp của {n} cell"),
    "azimuth": Text(
        en="azimuth of {n} cells (their power is spread evenly around)",
        vi="góc phương vị của {n} cell (công suất chia đều mọi hướng)",
    ),
}
_SITES_OUTSIDE = Text(
    en="{n} sites lie in none of the areas; they cover them, and are counted in none.",
    vi="{n} trạm nằm ngoài mọi địa bàn: có tính vùng phủ nhưng không đếm vào địa bàn nào.",
)
_NO_BOUNDARY = Text(
    en="{n} areas have no boundary, so nothing is said of their cover: {names}.",
    vi="{n} địa bàn không có ranh giới nên không có số liệu vùng phủ: {names}.",
)
_REFUSED = Text(
    en="{n} cells could not be predicted and cover nothing here; see the last table.",
    vi="{n} cell không dự báo được và không tính vùng phủ; xem bảng cuối.",
)


def population_note(report: CoverageReport, language: Language) -> str:
    """What every figure of people stands on."""
    return population_text(report.study.population, language)


def population_text(basis: PopulationBasis | None, language: Language) -> str:
    """What people are known from, as part of a sentence; None: nobody knows."""
    if basis is None:
        return _NOBODY.of(language)
    year = _NO_YEAR.of(language) if basis.year is None else str(basis.year)
    if basis.uniform:
        level = LEVEL_TEXTS[AreaLevel(basis.source)].of(language)
        return _UNIFORM.of(language).format(year=year, level=level)
    return _COUNTED.of(language).format(year=year, source=basis.source)


def locations_text(report: CoverageReport) -> str:
    """Share of the locations of a square that have to reach the threshold."""
    return f"{report.parameters.propagation.location_probability * 100:g} %"


def basis_lines(
    report: CoverageReport, figures: ReportFigures, language: Language
) -> Iterator[str]:
    """All that figures stand on."""
    note = population_note(report, language)
    yield f"{note[0].upper()}{note[1:]}."
    outside = report.study.uncounted_people
    if outside >= 1:
        yield _OUTSIDE.of(language).format(people=number_text(outside, 0, language))
    yield from _model(report, language)
    yield from _drive_tests(report, language)
    yield _AVAILABILITY.of(language)
    for technology in report.request.technologies:
        yield _completeness(report, figures, technology, language)
    files = completeness_line(report.files, language)
    if files:
        yield files
    yield from _missing(report, language)


def _model(report: CoverageReport, language: Language) -> Iterator[str]:
    propagation = report.parameters.propagation
    yield _MODEL.of(language).format(
        model=propagation.title,
        share=locations_text(report),
        grid=f"{report.study.size_m:g}",
        ground=(_TERRAIN if report.study.terrain else _FLAT).of(language),
        source=propagation.source.of(language),
    )
    texts = [
        f"{t.value} {of.level} {of.threshold_dbm:g} dBm"
        for t in report.request.technologies
        for of in (report.parameters.technologies.technologies[t],)
    ]
    yield _THRESHOLDS.of(language).format(texts=", ".join(texts))
    indoor = propagation.indoor
    loss = number_text(indoor.loss_db(1.8), 1, language)
    yield _INDOORS.of(language).format(loss=loss, depth=f"{indoor.depth_m:g}")


def _drive_tests(report: CoverageReport, language: Language) -> Iterator[str]:
    for technology, correction in report.corrections.items():
        text = _CORRECTED if correction.applied_db else _TOO_FEW
        yield text.of(language).format(
            technology=technology.value,
            n=correction.places,
            mean=number_text(correction.mean_db, 1, language),
            sigma=number_text(correction.sigma_db, 1, language),
        )


def _completeness(
    report: CoverageReport, figures: ReportFigures, technology: Technology, language: Language
) -> str:
    if not figures.is_measured(technology):
        return _NO_ARCHIVE.of(language).format(technology=technology.value)
    names = [cell.name for cell in report.cells if cell.technology is technology]
    parts = [report.worked.get(name, Availability()) for name in names]
    share = number_text(100 * (added(parts).completeness or 0.0), 1, language)
    return _COMPLETE.of(language).format(
        technology=technology.value,
        known=sum(bool(part.completeness) for part in parts),
        all=len(names),
        share=f"{share} %",
    )


def _missing(report: CoverageReport, language: Language) -> Iterator[str]:
    missing = report.assumptions.missing
    if missing:
        texts = [
            _FIELDS[name].of(language).format(n=len(missing[name])) for name in sorted(missing)
        ]
        yield _ASSUMED.of(language).format(texts=", ".join(texts))
    if report.geography.outside:
        yield _SITES_OUTSIDE.of(language).format(n=len(report.geography.outside))
    blind = report.geography.without_boundary
    if blind:
        names = ", ".join(unit.area.name for unit in blind)
        yield _NO_BOUNDARY.of(language).format(n=len(blind), names=names)
    refused = sum(len(cells) for cells in report.assumptions.refused.values())
    if refused:
        yield _REFUSED.of(language).format(n=refused)
