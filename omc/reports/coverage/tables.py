"""Tables of cover: by area, gaps, and what could not be used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from omc.core.inventory import Technology
from omc.core.metric import Text
from omc.core.model import AreaCode
from omc.reports.coverage.basis import population_note
from omc.reports.coverage.columns import AREA, CODE, Columns, rows_of_areas
from omc.reports.coverage.figures import ReportFigures
from omc.reports.coverage.gaps import Gap
from omc.reports.coverage.prediction import Where
from omc.reports.coverage.report import CoverageReport
from omc.reports.document import Language, Table, Value

_COVER = Text(en="{technology} by area", vi="{technology} theo địa bàn")
_SITES = Text(en="Sites", vi="Trạm")
_CELLS = Text(en="Cells", vi="Cell")
_BANDS = Text(en="Bands", vi="Băng tần")
_DENSITY = Text(en="Sites per 100 km²", vi="Trạm/100 km²")
_KM2 = Text(en="Ground", vi="Diện tích")
_PEOPLE = Text(en="People", vi="Dân số")
_GROUND_OUT = Text(en="Ground outdoors", vi="Diện tích phủ ngoài trời")
_GROUND_IN = Text(en="Ground indoors", vi="Diện tích phủ trong nhà")
_PEOPLE_OUT = Text(en="People outdoors", vi="Dân số phủ ngoài trời")
_PEOPLE_IN = Text(en="People indoors", vi="Dân số phủ trong nhà")
_GROUND_AVAILABLE = Text(
    en="Ground outdoors, by availability", vi="Diện tích ngoài trời có tính khả dụng"
)
_PEOPLE_AVAILABLE = Text(
    en="People outdoors, by availability", vi="Dân số ngoài trời có tính khả dụng"
)
_INDOORS_AVAILABLE = Text(
    en="People indoors, by availability", vi="Dân số trong nhà có tính khả dụng"
)
_PEOPLE_CHANGE = Text(en="Change, people outdoors", vi="Thay đổi dân số phủ ngoài trời")
_GROUND_CHANGE = Text(en="Change, ground outdoors", vi="Thay đổi diện tích phủ ngoài trời")
_POINTS = Text(en="points", vi="điểm %")

_GAPS = Text(en="{technology}: gaps outdoors", vi="{technology}: vùng lõm ngoài trời")
#: A page has room for these and their map.
_GAPS_SHOWN = 15
_UNCOVERED = Text(en="People not covered", vi="Dân số chưa được phủ")
_LONGITUDE = Text(en="Longitude", vi="Kinh độ")
_LATITUDE = Text(en="Latitude", vi="Vĩ độ")
_NEAREST_SITE = Text(en="Nearest site", vi="Trạm gần nhất")
_SITE_NAME = Text(en="Its name", vi="Tên trạm")
_SITE_KM = Text(en="Distance to the site", vi="Cách trạm")
_NEAREST_FIBRE = Text(en="Nearest fibre", vi="Cáp quang gần nhất")
_FIBRE_KM = Text(en="Distance to fibre", vi="Cách cáp")

_LEFT_OUT = Text(en="What could not be used", vi="Dữ liệu không dùng được")
_WHAT = Text(en="What", vi="Loại")
_NAME = Text(en="Name", vi="Tên")
_WHY = Text(en="Why", vi="Lý do")
_CELL = Text(en="cell", vi="cell")
_SITE = Text(en="site", vi="trạm")
_NO_CELLS = Text(
    en="radiates, but the inventory has no cell of it",
    vi="có phát sóng nhưng danh mục không có cell",
)
_OUTSIDE = Text(en="lies in none of the areas", vi="nằm ngoài mọi địa bàn")


class CoverTables:
    """Makes the tables of cover of one report.

    Args:
        report: What they show.
        figures: Its shares.
        language: Of all texts.
    """

    def __init__(self, report: CoverageReport, figures: ReportFigures, language: Language) -> None:
        self._report = report
        self._figures = figures
        self._language = language
        self._columns = Columns(language)
        self._names = {unit.code: unit.area.name for unit in report.geography.units}

    def cover(self) -> Iterator[Table]:
        """One table a technology."""
        people = population_note(self._report, self._language)
        points = _POINTS.of(self._language)
        columns = (
            self._columns.text("code", CODE),
            self._columns.text("area", AREA),
            self._columns.number("sites", _SITES),
            self._columns.number("cells", _CELLS),
            self._columns.text("bands", _BANDS),
            self._columns.number("sites_per_100km2", _DENSITY, decimals=1),
            self._columns.number("km2", _KM2, "km²", 1),
            self._columns.number("people", _PEOPLE),
            self._columns.share("area_outdoors", _GROUND_OUT),
            self._columns.share("area_indoors", _GROUND_IN),
            self._columns.share("people_outdoors", _PEOPLE_OUT, people),
            self._columns.share("people_indoors", _PEOPLE_IN, people),
            self._columns.share("area_outdoors_available", _GROUND_AVAILABLE, decimals=2),
            self._columns.share("people_outdoors_available", _PEOPLE_AVAILABLE, people, 2),
            self._columns.share("people_indoors_available", _INDOORS_AVAILABLE, people, 2),
            self._columns.number("area_outdoors_change", _GROUND_CHANGE, points, 2),
            self._columns.number("people_outdoors_change", _PEOPLE_CHANGE, points, 2),
        )
        for technology in self._report.request.technologies:
            rows = [
                self._cover_row(technology, code, name, areas)
                for code, name, areas in rows_of_areas(self._report, self._language)
            ]
            title = _COVER.of(self._language).format(technology=technology.value)
            yield Table(f"cover_{technology.value.lower()}", title, columns, rows)

    def _cover_row(
        self, technology: Technology, code: str, name: str, areas: Sequence[AreaCode]
    ) -> list[Value]:
        standing = [self._report.equipment[area, technology] for area in areas]
        sites = len(set().union(*(one.sites for one in standing)))
        bands = sorted(set().union(*(one.bands for one in standing)))
        km2 = self._figures.ground_km2(areas)
        outdoors = self._figures.shares(technology, Where.OUTDOORS, areas)
        indoors = self._figures.shares(technology, Where.INDOORS, areas)
        return [
            code,
            name,
            sites,
            sum(one.cells for one in standing),
            " ".join(bands),
            100 * sites / km2 if km2 else None,
            km2,
            self._figures.people(areas),
            outdoors.area,
            indoors.area,
            outdoors.people,
            indoors.people,
            outdoors.area_available,
            outdoors.people_available,
            indoors.people_available,
            _points(outdoors.area_change),
            _points(outdoors.people_change),
        ]

    def gaps(self) -> Iterator[Table]:
        """Of each technology that has gaps, all of them, ranked."""
        columns = (
            self._columns.number("rank", Text(en="#", vi="#")),
            self._columns.text("code", CODE),
            self._columns.text("area", AREA),
            self._columns.number("people", _UNCOVERED),
            self._columns.number("km2", _KM2, "km²", 2),
            self._columns.number("longitude", _LONGITUDE, "°", 5),
            self._columns.number("latitude", _LATITUDE, "°", 5),
            self._columns.text("site", _NEAREST_SITE),
            self._columns.text("site_name", _SITE_NAME),
            self._columns.number("site_km", _SITE_KM, "km", 2),
            self._columns.text("span", _NEAREST_FIBRE),
            self._columns.number("span_km", _FIBRE_KM, "km", 2),
        )
        notes = (population_note(self._report, self._language),)
        for technology in self._report.request.technologies:
            own = [gap for gap in self._report.study.gaps if gap.technology is technology]
            rows = [self._gap_row(rank, gap) for rank, gap in enumerate(own, start=1)]
            if rows:
                name = f"gaps_{technology.value.lower()}"
                title = _GAPS.of(self._language).format(technology=technology.value)
                yield Table(name, title, columns, rows, notes, shown=_GAPS_SHOWN)

    def _gap_row(self, rank: int, gap: Gap) -> list[Value]:
        middle = gap.patch.representative_point()
        longitude, latitude = self._report.study.plane.degrees(middle.x, middle.y)
        return [
            rank,
            gap.area,
            self._names[gap.area],
            gap.people,
            gap.km2,
            longitude,
            latitude,
            gap.site.code if gap.site else None,
            gap.site.name if gap.site else None,
            gap.site_km,
            gap.span,
            gap.span_km,
        ]

    def left_out(self) -> Table:
        """Cells and sites that figures do not stand on, and why."""
        columns = (
            self._columns.text("what", _WHAT),
            self._columns.text("name", _NAME),
            self._columns.text("why", _WHY),
        )
        cell, site = _CELL.of(self._language), _SITE.of(self._language)
        rows: list[list[Value]] = [
            [cell, name, why.of(self._language)]
            for why, names in self._report.assumptions.refused.items()
            for name in names
        ]
        rows += [[site, c, _NO_CELLS.of(self._language)] for c in self._report.unplanned_sites]
        rows += [[site, c, _OUTSIDE.of(self._language)] for c in self._report.geography.outside]
        return Table("left_out", _LEFT_OUT.of(self._language), columns, rows)


def _points(change: float | None) -> float | None:
    """A difference of shares in points of a percent."""
    return None if change is None else 100 * change
