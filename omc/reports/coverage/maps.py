"""Maps of a coverage report: levels on the grid, shares by area, gaps and sites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from omc.core.inventory import Technology
from omc.core.metric import Text
from omc.reports.coverage.basis import locations_text
from omc.reports.coverage.figures import ReportFigures
from omc.reports.coverage.prediction import Where
from omc.reports.coverage.report import CoverageReport
from omc.reports.document import (
    Classes,
    Column,
    ColumnKind,
    Feature,
    Language,
    Map,
    MapLayer,
    Raster,
    Value,
)

#: Decibels above the threshold; what lies below it is not covered.
_LEVEL_CLASSES = (0.0, 5.0, 10.0, 15.0, 25.0, 35.0)
_SHARE_CLASSES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
#: Where most areas have little, as while a technology is new.
_LOW_SHARE_CLASSES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.6)
_PEOPLE_CLASSES = (100.0, 500.0, 2000.0, 10_000.0, 30_000.0)

_LEVELS = Text(en="{technology}: {level} outdoors", vi="{technology}: {level} ngoài trời")
_SHARES = Text(
    en="{technology}: people covered outdoors by area",
    vi="{technology}: dân số được phủ ngoài trời theo địa bàn",
)
_AREA_SHARES = Text(
    en="{technology}: ground covered outdoors by area",
    vi="{technology}: diện tích được phủ ngoài trời theo địa bàn",
)
_AREAS = Text(en="Areas", vi="Địa bàn")
_AREA = Text(en="Area", vi="Địa bàn")
_CODE = Text(en="Code", vi="Mã")
_PEOPLE_SHARE = Text(en="people covered", vi="dân số được phủ")
_GROUND_SHARE = Text(en="ground covered", vi="diện tích được phủ")
_GAPS_OF = Text(en="{technology}: gaps by people", vi="{technology}: vùng lõm theo số dân")
_OUT_OF_REACH = Text(en="out of reach of all cells", vi="ngoài tầm mọi cell")
_COVER_LAYER = Text(en="{technology} outdoors", vi="{technology} ngoài trời")
_GAP_LAYER = Text(en="{technology} gaps", vi="Vùng lõm {technology}")
_PEOPLE = Text(en="People", vi="Dân số")
_KM2 = Text(en="Ground", vi="Diện tích")
_SOURCE = Text(
    en="prediction {model}, {location} of locations, grid {grid} m; boundaries: inventory",
    vi="dự báo {model}, {location} vị trí, lưới {grid} m; ranh giới: danh mục",
)


def cover_maps(report: CoverageReport, figures: ReportFigures, language: Language) -> Iterator[Map]:
    """For each technology a map of levels, and one of shares by area."""
    outlines = _outlines(report, language)
    for technology in report.request.technologies:
        key = technology.value.lower()
        of = report.parameters.technologies.technologies[technology]
        title = _LEVELS.of(language).format(technology=technology.value, level=of.level)
        column = Column("level_dbm", of.level, ColumnKind.NUMBER, "dBm")
        classes = tuple(of.threshold_dbm + above for above in _LEVEL_CLASSES)
        picture = report.study.picture
        raster = Raster(
            *(title, picture.levels[technology], picture.bounds, picture.crs, column, classes),
            nothing=_OUT_OF_REACH.of(language),
        )
        yield Map(f"levels_{key}", title, (outlines,), source_text(report, language), raster)
        known = report.study.population is not None
        title = (_SHARES if known else _AREA_SHARES).of(language)
        layer = _shares(report, figures, technology, language)
        text = title.format(technology=technology.value)
        yield Map(f"cover_{key}", text, (layer,), source_text(report, language))


def gap_maps(report: CoverageReport, language: Language) -> Iterator[Map]:
    """For each technology with gaps a map of them over the outlines of the areas."""
    names = {unit.code: unit.area.name for unit in report.geography.units}
    columns = (
        Column("rank", "#", ColumnKind.NUMBER),
        Column("code", _CODE.of(language)),
        Column("area", _AREA.of(language)),
        Column("people", _PEOPLE.of(language), ColumnKind.NUMBER),
        Column("km2", _KM2.of(language), ColumnKind.NUMBER, "km²", 2),
    )
    outlines = _outlines(report, language)
    for technology in report.request.technologies:
        own = [gap for gap in report.study.gaps if gap.technology is technology]
        features = [
            Feature(
                report.study.plane.raised(gap.patch),
                (rank, gap.area, names[gap.area], gap.people, gap.km2),
            )
            for rank, gap in enumerate(own, start=1)
        ]
        if features:
            name = f"gaps_{technology.value.lower()}"
            title = _GAPS_OF.of(language).format(technology=technology.value)
            colours = Classes("people", _PEOPLE_CLASSES)
            legend = _GAP_LAYER.of(language).format(technology=technology.value)
            layer = MapLayer(name, legend, columns, features, colours)
            yield Map(name, title, (outlines, layer), source_text(report, language))


def source_text(report: CoverageReport, language: Language) -> str:
    """The line below a map."""
    propagation = report.parameters.propagation
    return _SOURCE.of(language).format(
        model=propagation.title,
        location=locations_text(report),
        grid=f"{report.study.size_m:g}",
    )


def _outlines(report: CoverageReport, language: Language) -> MapLayer:
    columns = (Column("code", _CODE.of(language)), Column("area", _AREA.of(language)))
    features = [
        Feature(unit.boundary, (unit.code, unit.area.name))
        for unit in report.study.units
        if unit.boundary is not None
    ]
    return MapLayer("areas", _AREAS.of(language), columns, features)


def _shares(
    report: CoverageReport, figures: ReportFigures, technology: Technology, language: Language
) -> MapLayer:
    """Areas by people covered; by ground where nobody knows who lives where."""
    key = technology.value.lower()
    known = report.study.population is not None
    columns = (
        Column("code", _CODE.of(language)),
        Column("area", _AREA.of(language)),
        Column("people_outdoors", _PEOPLE_SHARE.of(language), ColumnKind.SHARE, decimals=1),
        Column("area_outdoors", _GROUND_SHARE.of(language), ColumnKind.SHARE, decimals=1),
    )
    features = []
    for unit in report.study.units:
        if unit.boundary is None:
            continue
        shares = figures.shares(technology, Where.OUTDOORS, [unit.code])
        values: Sequence[str | float | None] = (
            unit.code,
            unit.area.name,
            shares.people,
            shares.area,
        )
        features.append(Feature(unit.boundary, values))
    title = _COVER_LAYER.of(language).format(technology=technology.value)
    shown = 2 if known else 3
    bounds = _share_classes([feature.values[shown] for feature in features])
    colours = Classes(columns[shown].key, bounds)
    return MapLayer(f"cover_{key}", title, columns, features, colours)


def _share_classes(shares: Sequence[Value]) -> tuple[float, ...]:
    """Bounds that tell areas apart."""
    known = sorted(share for share in shares if isinstance(share, float))
    low = known and known[len(known) // 2] < _SHARE_CLASSES[0]
    return _LOW_SHARE_CLASSES if low else _SHARE_CLASSES
