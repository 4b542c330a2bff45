"""Tables of what cells and fibre did in a period: availability, load, PON ports and light."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from omc.core.inventory import Technology
from omc.core.metric import Text
from omc.core.model import AreaCode
from omc.reports.availability import Availability, added
from omc.reports.coverage.columns import AREA, CODE, TECHNOLOGY, Columns, rows_of_areas
from omc.reports.coverage.fibre import CLASS_B_PLUS_DBM, AreaFibre
from omc.reports.coverage.figures import ReportFigures
from omc.reports.coverage.load import BUSY_SHARE, Load
from omc.reports.coverage.report import CoverageReport
from omc.reports.document import Language, Table, Value

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
    "{share} %: its busiest hour of the day, on average over days.",
    vi="Giờ cao điểm: giờ địa phương có lưu lượng lớn nhất mỗi ngày của địa bàn; PRB hướng xuống, "
    "cộng số PRB dùng và số PRB có của các cell và các giờ rồi chia một lần. Cell trên "
    "{share} %: giờ bận nhất trong ngày, trung bình các ngày.",
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

_BYTES_A_GIGABYTE = 1e9


class NetworkTables:
    """Makes the tables of cells and fibre of one report.

    Args:
        report: What they show.
        figures: Tells what was measured.
        language: Of all texts.
    """

    def __init__(self, report: CoverageReport, figures: ReportFigures, language: Language) -> None:
        self._report = report
        self._figures = figures
        self._language = language
        self._columns = Columns(language)

    def load(self) -> Table:
        """Availability and load of every technology, by area."""
        columns = (
            self._columns.text("technology", TECHNOLOGY),
            self._columns.text("code", CODE),
            self._columns.text("area", AREA),
            self._columns.share("availability_proved", _PROVED, decimals=3),
            self._columns.share("availability_at_most", _AT_MOST, decimals=3),
            *(self._columns.share(part, title, decimals=3) for part, title in _PARTS.items()),
            self._columns.share("prb_mean", _BLOCKS),
            self._columns.share("prb_busy_hour", _BLOCKS_BUSY),
            self._columns.number("busy_cells", _BUSY_CELLS),
            self._columns.number("measured_cells", _MEASURED_CELLS),
            self._columns.number("users_mean", _USERS),
            self._columns.number("users_busy_hour", _USERS_BUSY),
            self._columns.number("traffic_gigabytes", _TRAFFIC, "GB"),
            self._columns.number("hours", _HOURS),
        )
        rows = [
            row
            for technology in self._report.request.technologies
            for row in self._load_rows(technology)
        ]
        note = _LOAD_NOTE.of(self._language).format(share=f"{BUSY_SHARE * 100:g}")
        notes = (_PROVED_NOTE.of(self._language), note)
        return Table("load", _LOAD.of(self._language), columns, rows, notes, shown=150)

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
            self._columns.text("code", CODE),
            self._columns.text("area", AREA),
            self._columns.number("route_km", _ROUTE, "km", 1),
            self._columns.number("olts", _OLTS),
            self._columns.number("pon_ports", _PORTS),
            self._columns.number("onts", _ONTS),
            self._columns.share("occupancy", _OCCUPANCY),
            self._columns.number("full_ports", _FULL),
            self._columns.number("counted_ports", _COUNTED),
        )
        rows: list[list[Value]] = []
        for code, name, areas in rows_of_areas(self._report, self._language):
            parts = [figures.by_area[area] for area in areas]
            rows.append([code, name, *_fibre_values(parts)])
        note = _FIBRE_NOTE.of(self._language).format(n=figures.without_route, km=figures.outside_km)
        yield Table("fibre", _FIBRE.of(self._language), columns, rows, (note,))
        if figures.weakest:
            yield self._light()

    def _light(self) -> Table:
        names = {unit.code: unit.area.name for unit in self._report.geography.units}
        columns = (
            self._columns.text("area", AREA),
            self._columns.text("node", _OLT),
            self._columns.text("pon", _PORT),
            self._columns.text("ont", _ONT),
            self._columns.number("rx_dbm", _RECEIVED, "dBm", 1),
            self._columns.number("margin_db", _MARGIN, "dB", 1),
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
