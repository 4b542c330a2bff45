"""Tables of a coverage report, in one language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from omc.core.inventory import Technology
from omc.core.metric import Text
from omc.core.model import AreaCode
from omc.reports.availability import Availability, added
from omc.reports.coverage.basis import population_note
from omc.reports.coverage.fibre import CLASS_B_PLUS_DBM, AreaFibre
from omc.reports.coverage.figures import ReportFigures
from omc.reports.coverage.load import BUSY_SHARE, Load
from omc.reports.coverage.prediction import Where
from omc.reports.coverage.report import CoverageReport
from omc.reports.document import Column, ColumnKind, Language, Table, Value

_ALL = Text(en="All areas", vi="Toàn bộ")
_CODE = Text(en="Code", vi="Mã")
_AREA = Text(en="Area", vi="Địa bàn")
_TECHNOLOGY = Text(en="Technology", vi="Công nghệ")

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

_GAPS = Text(en="Gaps outdoors", vi="Vùng lõm ngoài trời")
_UNCOVERED = Text(en="People not covered", vi="Dân số chưa được phủ")
_LONGITUDE = Text(en="Longitude", vi="Kinh độ")
_LATITUDE = Text(en="Latitude", vi="Vĩ độ")
_NEAREST_SITE = Text(en="Nearest site", vi="Trạm gần nhất")
_SITE_NAME = Text(en="Its name", vi="Tên trạm")
_SITE_KM = Text(en="Distance to the site", vi="Cách trạm")
_NEAREST_FIBRE = Text(en="Nearest fibre", vi="Cáp quang gần nhất")
_FIBRE_KM = Text(en="Distance to fibre", vi="Cách cáp")

_LOAD = Text(en="Availability and load by area", vi="Độ khả dụng và tải theo địa bàn")
_PROVED = Text(en="Availability, proved", vi="Độ khả dụng chắc chắn")
_AT_MOST = Text(en="Availability, at most", vi="Độ khả dụng tối đa")
_PARTS = {
    "fault": Text(en="Out: fault", vi="Gián đoạn: sự cố"),
    "maintenance": Text(en="Out: maintenance", vi="Gián đoạn: bảo dưỡng"),
    "energy_saving": Text(en="Out: energy saving", vi="Tắt: tiết kiệm năng lượng"),
    "unknown": Text(en="Nothing known", vi="Không có số liệu"),
}
_PROVED_NOTE = Text(
    en="Time of which nothing is known counts as out in the one, as up in the other.",
    vi="Thời gian không có số liệu: cột thứ nhất tính là gián đoạn, cột thứ hai tính là khả dụng.",
)
_BLOCKS = Text(en="PRB in use, mean", vi="PRB sử dụng, trung bình")
_BLOCKS_BUSY = Text(en="PRB in use, busy hour", vi="PRB sử dụng, giờ cao điểm")
_BUSY_CELLS = Text(en="Cells over 70 %", vi="Cell trên 70 %")
_MEASURED_CELLS = Text(en="Cells with PRB data", vi="Cell có số liệu PRB")
_USERS = Text(en="Users, mean", vi="Thuê bao kết nối, trung bình")
_USERS_BUSY = Text(en="Users, busy hour", vi="Thuê bao kết nối, giờ cao điểm")
_TRAFFIC = Text(en="Traffic", vi="Lưu lượng")
_HOURS = Text(en="Hours with data", vi="Số giờ có số liệu")
_LOAD_NOTE = Text(
    en="Busy hour: of each local day the hour with the most user data in the area; PRB are "
    "downlink, used and present ones added up over cells and hours and divided once. A cell over "
    "{share:.0%}: its busiest hour of the day, on average over days.",
    vi="Giờ cao điểm: giờ địa phương có lưu lượng lớn nhất mỗi ngày của địa bàn; PRB hướng xuống, "
    "cộng số PRB dùng và số PRB có của các cell và các giờ rồi chia một lần. Cell trên "
    "{share:.0%}: giờ bận nhất trong ngày, trung bình các ngày.",
)

_FIBRE = Text(en="Fibre by area", vi="Cáp quang theo địa bàn")
_ROUTE = Text(en="Cable routes", vi="Chiều dài tuyến cáp")
_OLTS = Text(en="OLTs", vi="OLT")
_PORTS = Text(en="PON ports", vi="Cổng PON")
_ONTS = Text(en="ONTs", vi="ONT")
_OCCUPANCY = Text(en="Splits in use", vi="Tỷ lệ sử dụng bộ chia")
_FULL = Text(en="Ports over 80 %", vi="Cổng trên 80 %")
_COUNTED = Text(en="Ports with data", vi="Cổng có số liệu")
_FIBRE_NOTE = Text(
    en="Cables count where they lie; {n} without a route count half at each end; {km:.1f} km lie "
    "outside of all areas. ONTs and splits are of the ports of the area's OLTs.",
    vi="Cáp tính theo nơi đi qua; {n} cáp không có tuyến tính một nửa cho mỗi đầu; {km:.1f} km "
    "ngoài mọi địa bàn. ONT và bộ chia theo cổng của các OLT trong địa bàn.",
)
_LIGHT = Text(en="Worst optical budgets", vi="ONT có suy hao lớn nhất")
_OLT = Text(en="OLT", vi="OLT")
_PORT = Text(en="Port", vi="Cổng")
_ONT = Text(en="ONT", vi="ONT")
_RECEIVED = Text(en="Power received", vi="Công suất thu")
_MARGIN = Text(en="Margin to class B+", vi="Dự phòng so với lớp B+")
_LIGHT_NOTE = Text(
    en="Of {n} ONTs with measured light; mean of the period in milliwatts; class B+ works down to "
    "{limit:g} dBm (ITU-T G.984.2).",
    vi="Trong {n} ONT có số liệu; trung bình kỳ theo miliwatt; lớp B+ làm việc đến {limit:g} dBm "
    "(ITU-T G.984.2).",
)

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

_BYTES_A_GIGABYTE = 1e9


class Tables:
    """Makes the tables of one report.

    Args:
        report: What they show.
        figures: Its shares.
        language: Of all texts.
    """

    def __init__(self, report: CoverageReport, figures: ReportFigures, language: Language) -> None:
        self._report = report
        self._figures = figures
        self._language = language
        self._everywhere = [unit.code for unit in report.geography.units]

    def _share(self, key: str, title: Text, note: str = "", decimals: int = 1) -> Column:
        text = title.of(self._language)
        return Column(key, text, ColumnKind.SHARE, decimals=decimals, note=note)

    def _number(self, key: str, title: Text, unit: str = "", decimals: int = 0) -> Column:
        return Column(key, title.of(self._language), ColumnKind.NUMBER, unit, decimals)

    def _text(self, key: str, title: Text) -> Column:
        return Column(key, title.of(self._language))

    def _rows_of_areas(self) -> Iterator[tuple[str, str, list[AreaCode]]]:
        """Code, name and areas of each row; the last is everything."""
        for unit in self._report.geography.units:
            yield unit.code, unit.area.name, [unit.code]
        if len(self._everywhere) > 1:
            yield "", _ALL.of(self._language), self._everywhere

    def cover(self) -> Iterator[Table]:
        """One table a technology."""
        people = population_note(self._report, self._language)
        points = _POINTS.of(self._language)
        columns = (
            self._text("code", _CODE),
            self._text("area", _AREA),
            self._number("sites", _SITES),
            self._number("cells", _CELLS),
            self._text("bands", _BANDS),
            self._number("sites_per_100km2", _DENSITY, decimals=1),
            self._number("km2", _KM2, "km²", 1),
            self._number("people", _PEOPLE),
            self._share("area_outdoors", _GROUND_OUT),
            self._share("area_indoors", _GROUND_IN),
            self._share("people_outdoors", _PEOPLE_OUT, people),
            self._share("people_indoors", _PEOPLE_IN, people),
            self._share("area_outdoors_available", _GROUND_AVAILABLE, decimals=2),
            self._share("people_outdoors_available", _PEOPLE_AVAILABLE, people, 2),
            self._share("people_indoors_available", _INDOORS_AVAILABLE, people, 2),
            self._number("area_outdoors_change", _GROUND_CHANGE, points, 2),
            self._number("people_outdoors_change", _PEOPLE_CHANGE, points, 2),
        )
        for technology in self._report.request.technologies:
            rows = [
                self._cover_row(technology, code, name, areas)
                for code, name, areas in self._rows_of_areas()
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

    def gaps(self) -> Table:
        """All gaps of all technologies, ranked."""
        names = {unit.code: unit.area.name for unit in self._report.geography.units}
        columns = (
            self._text("technology", _TECHNOLOGY),
            self._number("rank", Text(en="#", vi="#")),
            self._text("code", _CODE),
            self._text("area", _AREA),
            self._number("people", _UNCOVERED),
            self._number("km2", _KM2, "km²", 2),
            self._number("longitude", _LONGITUDE, "°", 5),
            self._number("latitude", _LATITUDE, "°", 5),
            self._text("site", _NEAREST_SITE),
            self._text("site_name", _SITE_NAME),
            self._number("site_km", _SITE_KM, "km", 2),
            self._text("span", _NEAREST_FIBRE),
            self._number("span_km", _FIBRE_KM, "km", 2),
        )
        rows: list[list[Value]] = []
        ranks: dict[Technology, int] = {}
        for gap in self._report.study.gaps:
            rank = ranks[gap.technology] = ranks.get(gap.technology, 0) + 1
            middle = gap.patch.representative_point()
            longitude, latitude = self._report.study.plane.degrees(middle.x, middle.y)
            rows.append(
                [
                    gap.technology.value,
                    rank,
                    gap.area,
                    names[gap.area],
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
            )
        notes = (population_note(self._report, self._language),)
        return Table("gaps", _GAPS.of(self._language), columns, rows, notes)

    def load(self) -> Table:
        """Availability and load of every technology, by area."""
        columns = (
            self._text("technology", _TECHNOLOGY),
            self._text("code", _CODE),
            self._text("area", _AREA),
            self._share("availability_proved", _PROVED, decimals=3),
            self._share("availability_at_most", _AT_MOST, decimals=3),
            *(self._share(part, title, decimals=3) for part, title in _PARTS.items()),
            self._share("prb_mean", _BLOCKS),
            self._share("prb_busy_hour", _BLOCKS_BUSY),
            self._number("busy_cells", _BUSY_CELLS),
            self._number("measured_cells", _MEASURED_CELLS),
            self._number("users_mean", _USERS),
            self._number("users_busy_hour", _USERS_BUSY),
            self._number("traffic_gigabytes", _TRAFFIC, "GB"),
            self._number("hours", _HOURS),
        )
        rows = [
            row
            for technology in self._report.request.technologies
            for row in self._load_rows(technology)
        ]
        note = _LOAD_NOTE.of(self._language).format(share=BUSY_SHARE)
        notes = (_PROVED_NOTE.of(self._language), note)
        return Table("load", _LOAD.of(self._language), columns, rows, notes)

    def _load_rows(self, technology: Technology) -> Iterator[list[Value]]:
        loads = self._report.loads.get(technology)
        for place, unit in enumerate(self._report.geography.units):
            load: list[Value] = [None] * 8
            if loads is not None:
                load = _load_values(loads[place])
            names = [unit.code, unit.area.name]
            yield [technology.value, *names, *self._worked(technology, unit.code), *load]

    def _worked(self, technology: Technology, area: AreaCode) -> list[Value]:
        """Availability of the area's cells, and shares of their time."""
        unit_of = self._report.geography.unit_of
        whole = added(
            self._report.worked.get(cell.name, Availability())
            for cell in self._report.cells
            if cell.technology is technology and unit_of.get(cell.site) == area
        )
        if not whole.total or not self._figures.is_measured(technology):
            return [None] * (len(_PARTS) + 2)
        parts = (whole.unplanned, whole.planned, whole.saving, whole.unknown)
        return [whole.proved, whole.at_most, *(part / whole.total for part in parts)]

    def fibre(self) -> Iterator[Table]:
        """Fibre by area, and the weakest ONTs where light was measured."""
        figures = self._report.fibre
        columns = (
            self._text("code", _CODE),
            self._text("area", _AREA),
            self._number("route_km", _ROUTE, "km", 1),
            self._number("olts", _OLTS),
            self._number("pon_ports", _PORTS),
            self._number("onts", _ONTS),
            self._share("occupancy", _OCCUPANCY),
            self._number("full_ports", _FULL),
            self._number("counted_ports", _COUNTED),
        )
        rows: list[list[Value]] = []
        for code, name, areas in self._rows_of_areas():
            parts = [figures.by_area[area] for area in areas]
            rows.append([code, name, *_fibre_values(parts)])
        note = _FIBRE_NOTE.of(self._language).format(n=figures.without_route, km=figures.outside_km)
        yield Table("fibre", _FIBRE.of(self._language), columns, rows, (note,))
        if figures.weakest:
            yield self._light()

    def _light(self) -> Table:
        names = {unit.code: unit.area.name for unit in self._report.geography.units}
        columns = (
            self._text("area", _AREA),
            self._text("node", _OLT),
            self._text("pon", _PORT),
            self._text("ont", _ONT),
            self._number("rx_dbm", _RECEIVED, "dBm", 1),
            self._number("margin_db", _MARGIN, "dB", 1),
        )
        rows: list[list[Value]] = [
            [
                names.get(one.area) if one.area is not None else None,
                one.node,
                one.pon,
                one.ont,
                one.rx_dbm,
                one.rx_dbm - CLASS_B_PLUS_DBM,
            ]
            for one in self._report.fibre.weakest
        ]
        note = _LIGHT_NOTE.of(self._language).format(
            n=self._report.fibre.measured_onts, limit=CLASS_B_PLUS_DBM
        )
        return Table("weak_onts", _LIGHT.of(self._language), columns, rows, (note,))

    def left_out(self) -> Table:
        """Cells and sites that figures do not stand on, and why."""
        columns = (self._text("what", _WHAT), self._text("name", _NAME), self._text("why", _WHY))
        cell, site = _CELL.of(self._language), _SITE.of(self._language)
        rows: list[list[Value]] = [
            [cell, name, why]
            for why, names in self._report.assumptions.refused.items()
            for name in names
        ]
        rows += [[site, c, _NO_CELLS.of(self._language)] for c in self._report.unplanned_sites]
        rows += [[site, c, _OUTSIDE.of(self._language)] for c in self._report.geography.outside]
        return Table("left_out", _LEFT_OUT.of(self._language), columns, rows)


def _points(change: float | None) -> float | None:
    """A difference of shares in points of a percent."""
    return None if change is None else 100 * change


def _load_values(load: Load) -> list[Value]:
    measured = load.cells_measured
    return [
        load.blocks,
        load.blocks_busy_hour,
        load.cells_busy if measured else None,
        measured or None,
        load.users,
        load.users_busy_hour,
        None if load.bytes is None else load.bytes / _BYTES_A_GIGABYTE,
        load.hours,
    ]


def _fibre_values(parts: Sequence[AreaFibre]) -> list[Value]:
    known = [part.onts for part in parts if part.onts is not None]
    branches = sum(part.branches for part in parts)
    counted = sum(part.counted_ports for part in parts)
    onts = sum(part.onts_on_branches for part in parts)
    return [
        sum(part.route_km for part in parts),
        sum(part.olts for part in parts),
        sum(part.ports for part in parts),
        sum(known) if known else None,
        onts / branches if branches else None,
        sum(part.full_ports for part in parts) if counted else None,
        counted or None,
    ]
