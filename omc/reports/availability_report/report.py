"""The availability report as a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import shapely

from omc.core.inventory import SpanName, Technology
from omc.core.model import CellName, NodeName, SiteCode
from omc.reports import periods
from omc.reports.availability import added
from omc.reports.availability_report.causes import CAUSE_TEXTS, Cause, Causes, times_without_mains
from omc.reports.availability_report.cost import AreaCost, cost_by_area
from omc.reports.availability_report.regulation import regulation_table
from omc.reports.availability_report.tables import (
    Group,
    Thing,
    availability_columns,
    availability_values,
    kinds_table,
    outages_table,
    targets_table,
    things_table,
)
from omc.reports.document import (
    Chart,
    ChartKind,
    Classes,
    Column,
    ColumnKind,
    Document,
    Feature,
    Figure,
    Figures,
    Language,
    Map,
    MapLayer,
    Period,
    Section,
    Table,
    Value,
)
from omc.reports.past_alarms import PastAlarms
from omc.reports.shapes import area_shapes
from omc.reports.sources import Sources
from omc.reports.speaker import Said, speaker
from omc.reports.uptime import Uptime, UptimeReader

#: Limits between the colours of the map.
_BOUNDS = (0.95, 0.98, 0.99, 0.995, 0.999)
_SHOWN = 20


def availability_report(
    sources: Sources, period: Period, language: Language, say: Callable[[str], None]
) -> Document:
    """Build the report.

    Args:
        sources: Of the installation.
        period: Local days.
        language: Of all texts.
        say: Told what is being read.
    """
    return _Report(sources, period, language, say).document()


class _Report:
    def __init__(
        self, sources: Sources, period: Period, language: Language, say: Callable[[str], None]
    ) -> None:
        self._sources = sources
        self._inventory = sources.inventory
        self._period = period
        self._language: Language = language
        self._say = say
        self._said: Said = speaker(language)
        self._day = period.end.date() - timedelta(days=1)
        say("alarms")
        self._alarms = PastAlarms.read(sources.settings.data, self._inventory, period.start_ms)
        self._reader = UptimeReader(sources, period, self._alarms)
        mains = times_without_mains(sources, period.start_ms, period.end_ms)
        self._causes = Causes(self._alarms, mains)

    def document(self) -> Document:
        said = self._said
        cells = {}
        for technology in Technology:
            self._say(f"{technology} cells")
            cells[technology] = self._reader.cells(technology)
        groups = list(self._groups(cells))
        sites = next(group for group in groups if group.name == "sites")
        return Document(
            f"availability-{periods.stem(self._period)}",
            said("Availability", "Độ khả dụng mạng lưới"),
            self._language,
            self._period,
            said(
                f"Administrative units as of {self._day:%Y-%m-%d}",
                f"Đơn vị hành chính tại ngày {self._day:%d/%m/%Y}",
            ),
            self._sources.now,
            (
                self._summary(groups),
                self._sites(sites),
                self._cost(cells[Technology.G4]),
                self._outages(groups),
                self._details(groups),
                self._regulation(),
            ),
            tuple(self._basis(groups)),
        )

    # -- what is reported of -----------------------------------------------------------------------

    def _groups(self, cells: dict[Technology, dict[str, Uptime]]) -> Iterator[Group]:
        targets, said = self._sources.settings.reports.targets, self._said
        sites = self._reader.sites()
        yield Group("sites", said("Sites", "Trạm"), targets.sites, self._at_sites(sites, str))
        for technology, found in cells.items():
            if found:
                title = said(f"{technology} cells", f"Cell {technology}")
                name = f"cells_{technology.lower()}"
                yield Group(name, title, targets.cells, self._at_sites(found, self._site_of_cell))
        self._say("nodes")
        nodes = self._reader.nodes()
        title = said("Devices", "Thiết bị")
        yield Group("nodes", title, targets.nodes, self._at_sites(nodes, self._site_of_node))
        spans = self._reader.spans()
        title = said("Fibre spans", "Tuyến cáp quang")
        things = tuple(Thing(n, self._end(n), self._route(n), up) for n, up in spans.items())
        yield Group("spans", title, targets.spans, things)
        self._say("PONs")
        pons = self._reader.pons()
        pon_things = tuple(
            Thing(f"{olt} {port}", (site := self._site_of_node(olt)), self._place(site), up)
            for (olt, port), up in pons.items()
        )
        yield Group("pons", "PON", targets.pons, pon_things)

    def _at_sites(
        self, found: dict[str, Uptime], site_of: Callable[[str], str]
    ) -> tuple[Thing, ...]:
        return tuple(
            Thing(name, (site := site_of(name)), self._place(site), uptime)
            for name, uptime in found.items()
        )

    def _site_of_cell(self, name: str) -> str:
        return self._inventory.cells[CellName(name)].site

    def _site_of_node(self, name: str) -> str:
        return self._inventory.nodes[NodeName(name)].site or ""

    def _place(self, code: str) -> str:
        site = self._inventory.sites.get(SiteCode(code))
        if site is None:
            return ""
        area = None if site.area is None else self._inventory.area(site.area, self._day)
        return site.name if area is None else f"{site.name}, {area.name}"

    def _end(self, span: str) -> str:
        site = self._inventory.site_of_end(self._inventory.spans[SpanName(span)].start)
        return "" if site is None else site.code

    def _route(self, span: str) -> str:
        found = self._inventory.spans[SpanName(span)]
        return f"{found.start} – {found.end}"

    # -- sections ----------------------------------------------------------------------------------

    def _summary(self, groups: list[Group]) -> Section:
        said = self._said
        ratio = availability_columns(said)[0]
        figures = []
        for group in groups:
            whole = group.whole
            column = Column(ratio.key, group.title, ColumnKind.SHARE, decimals=3)
            value = whole.proved if group.measured else None
            figures.append(Figure(column, value, self._figure_basis(group)))
        paragraphs = (
            said(
                "Availability counts what was seen to work. Time of which nothing is known is "
                "counted as if nothing had worked, so missing data never makes a figure better; "
                "“at most” counts it the other way, and the truth lies between.",
                "Độ khả dụng chỉ tính thời gian có bằng chứng hoạt động. Thời gian không có dữ "
                "liệu tính như không hoạt động, nên thiếu dữ liệu không bao giờ làm số liệu đẹp "
                "hơn; cột “tối đa” tính ngược lại, giá trị thật nằm giữa hai số.",
            ),
        )
        kinds, targets = kinds_table(groups, said), targets_table(groups, said)
        return Section(
            said("Summary", "Tóm tắt"), paragraphs, (Figures(tuple(figures)), kinds, targets)
        )

    def _figure_basis(self, group: Group) -> str:
        whole, said = group.whole, self._said
        if not group.measured:
            return said("nothing was measured", "không có dữ liệu đo")
        data = f"{(whole.completeness or 0) * 100:.1f} %"
        most = f"{(whole.at_most or 0) * 100:.3f} %"
        if self._language == "vi":
            data, most = data.replace(".", ","), most.replace(".", ",")
        return said(
            f"{len(group.things)} objects, ratio of sums; data for {data} of the time, "
            f"at most {most}",
            f"{len(group.things)} đối tượng, tỷ số của các tổng; có dữ liệu {data} thời gian, "
            f"tối đa {most}",
        )

    def _sites(self, sites: Group) -> Section:
        said = self._said
        days = self._days(sites)
        chart = Chart(
            "site_days",
            said("Unplanned time of sites by day", "Thời gian sự cố trạm theo ngày"),
            days.name,
            "day",
            ("unplanned_seconds", "planned_seconds"),
            ChartKind.COLUMN,
            stacked=True,
            most=31,
        )
        worst = Chart(
            "worst_sites",
            said("Sites with the longest unplanned time", "Trạm có thời gian sự cố dài nhất"),
            sites.name,
            "name",
            ("unplanned_seconds",),
            most=15,
        )
        blocks = (self._map(sites), chart, worst, things_table(sites, said, _SHOWN), days)
        return Section(sites.title, (), blocks)

    def _days(self, sites: Group) -> Table:
        said, duration = self._said, ColumnKind.DURATION
        columns = (
            Column("day", said("Day", "Ngày"), ColumnKind.DAY),
            Column("unplanned_seconds", said("Unplanned", "Sự cố"), duration),
            Column("planned_seconds", said("Planned", "Bảo trì"), duration),
        )
        zone = self._sources.zone
        found: dict[date, list[float]] = {
            day: [0.0, 0.0] for day in periods.local_days(self._period)
        }
        for day, seconds in found.items():
            whole = periods.days(day, day, zone)
            for thing in sites.things:
                for outage in thing.uptime.outages:
                    start = max(outage.start_ms, whole.start_ms)
                    inside = max(min(outage.end_ms, whole.end_ms) - start, 0) / 1000
                    if inside and outage.seconds:
                        planned = inside * outage.planned / outage.seconds
                        seconds[0] += inside - planned
                        seconds[1] += planned
        rows: list[tuple[Value, ...]] = [(day, *seconds) for day, seconds in found.items()]
        title = said("Down time of sites by day", "Thời gian gián đoạn trạm theo ngày")
        note = said("Local days; all sites added up.", "Ngày địa phương; cộng tất cả các trạm.")
        return Table("site_days", title, columns, rows, (note,), shown=31)

    def _map(self, sites: Group) -> Map:
        said = self._said
        columns = (
            Column("name", said("Site", "Trạm")),
            Column("place", said("Where", "Địa điểm")),
            *availability_columns(said),
        )
        features = []
        for thing in sites.worst()[::-1]:
            site = self._inventory.sites[SiteCode(thing.name)]
            failures = [o for o in thing.uptime.outages if not o.is_planned]
            values = (
                *(thing.name, thing.place),
                *availability_values(thing.uptime.availability, failures),
            )
            features.append(Feature(shapely.Point(site.longitude, site.latitude), values))
        colours = Classes("availability_ratio", _BOUNDS, reverse=True)
        layer = MapLayer("sites", sites.title, columns, features, colours)
        source = said(
            "OMC Telemetry: inventory and archive", "OMC Telemetry: danh mục, kho lưu trữ"
        )
        title = said("Availability of sites", "Độ khả dụng của trạm")
        areas = area_shapes(self._inventory, self._day, said("Areas", "Đơn vị hành chính"))
        layers = (layer,) if areas is None else (areas, layer)
        return Map("site_availability", title, layers, source)

    def _cost(self, cells: dict[str, Uptime]) -> Section:
        said = self._said
        costs = cost_by_area(self._inventory, cells, self._causes, self._day)
        table = self._cost_table(list(costs.values()))
        chart = Chart(
            "person_hours",
            said("Person-hours without 4G", "Giờ-người không có 4G"),
            table.name,
            "area",
            tuple(f"{cause}_hours" for cause in Cause),
            stacked=True,
        )
        paragraph = said(
            "What outages cost people: hours without 4G times the people concerned. People of a "
            "commune are assumed to be spread evenly over its 4G sites; service by neighbouring "
            "sites is left out.",
            "Thiệt hại do gián đoạn: số giờ không có 4G nhân với số dân bị ảnh hưởng. Giả định dân "
            "số của xã chia đều cho các trạm 4G; không tính phần trạm lân cận phục vụ thay.",
        )
        title = said("People without 4G", "Người dân không có 4G")
        return Section(title, (paragraph,), (chart, table))

    def _cost_table(self, costs: list[AreaCost]) -> Table:
        said, number = self._said, ColumnKind.NUMBER
        hours = said("person-hours", "giờ-người")
        columns = (
            Column("area", said("Area", "Địa bàn")),
            Column("people", said("People", "Dân số"), number),
            *(
                Column(f"{cause}_hours", CAUSE_TEXTS[cause].of(self._language), number, hours)
                for cause in Cause
            ),
            Column("all_hours", said("Together", "Tổng"), number, hours),
            Column(
                *("data_ratio", said("Data", "Dữ liệu"), ColumnKind.SHARE),
                decimals=1,
                note=said(
                    "share of the cells' time that is known; the rest costs nothing here",
                    "tỷ lệ thời gian của cell có dữ liệu; phần còn lại không tính vào đây",
                ),
            ),
        )
        costs.sort(key=lambda cost: (-sum(cost.person_hours.values()), cost.name))
        rows = [self._cost_row(cost) for cost in costs]
        total = sum(sum(c.person_hours.values()) for c in costs)
        years = sorted({c.year for c in costs if c.year is not None})
        notes = [
            said("Population: inventory", "Dân số: danh mục")
            + (f" ({', '.join(map(str, years))})." if years else "."),
            said(
                f"All areas together: {total:,.0f} person-hours.",
                f"Tổng các địa bàn: {total:,.0f} giờ-người.".replace(",", "."),
            ),
            said(
                "Causes: root causes found at the time, else the archived state of the mains.",
                "Nguyên nhân: nguyên nhân gốc do hệ thống tìm ra, nếu không có thì theo trạng thái "
                "điện lưới trong kho lưu trữ.",
            ),
        ]
        title = said("Person-hours without 4G", "Giờ-người không có 4G")
        return Table("person_hours", title, columns, rows, tuple(notes), shown=_SHOWN)

    def _cost_row(self, cost: AreaCost) -> tuple[Value, ...]:
        if cost.people is None:
            return (cost.name, *[None] * (len(Cause) + 2), cost.cells.completeness)
        hours = cost.person_hours
        return (
            *(cost.name, cost.people),
            *(hours[cause] for cause in Cause),
            sum(hours.values()),
            cost.cells.completeness,
        )

    def _outages(self, groups: list[Group]) -> Section:
        table = outages_table(groups, self._causes.of, self._said)
        return Section(table.title, (), (table,))

    def _details(self, groups: list[Group]) -> Section:
        tables = [things_table(g, self._said, _SHOWN) for g in groups if g.name != "sites"]
        return Section(self._said("All objects", "Chi tiết theo đối tượng"), (), tuple(tables))

    def _regulation(self) -> Section:
        table = regulation_table(self._sources.history, self._period, self._language)
        return Section(table.title, (), (table,))

    def _basis(self, groups: list[Group]) -> Iterator[str]:
        said = self._said
        if self._sources.history is None:
            yield said(
                "There is no archive: nothing was measured, and every figure is open.",
                "Không có kho lưu trữ: không có số liệu đo, mọi chỉ tiêu đều để ngỏ.",
            )
        elif self._sources.now < self._period.end:
            yield said(
                "The period is not over: figures are up to now.",
                "Kỳ báo cáo chưa kết thúc: số liệu tính đến thời điểm lập.",
            )
        if not self._alarms.kept:
            yield said(
                "No history of alarms is kept here: nothing is known of fibre spans, of planned "
                "work, and causes are told from the mains alone.",
                "Không có lịch sử cảnh báo: không có số liệu tuyến cáp và bảo trì, nguyên nhân chỉ "
                "suy từ điện lưới.",
            )
        elif self._alarms.since_ms > self._period.start_ms:
            first = datetime.fromtimestamp(self._alarms.since_ms / 1000, self._sources.zone)
            yield said(
                f"The history of alarms begins on {first:%Y-%m-%d at %H:%M}: of the time before "
                "nothing is known of fibre spans, and causes are told from the mains alone.",
                f"Lịch sử cảnh báo bắt đầu từ {first:%H:%M ngày %d/%m/%Y}: trước đó không có số "
                "liệu tuyến cáp, nguyên nhân chỉ suy từ điện lưới.",
            )
        whole = added(group.whole for group in groups)
        if whole.completeness is not None and whole.completeness < 0.999:
            text = f"{whole.completeness * 100:.1f} %"
            yield said(
                f"Data are there for {text} of the time of all objects.",
                f"Có dữ liệu {text.replace('.', ',')} thời gian của tất cả đối tượng.",
            )
        yield said(
            "Site: up while any of its devices answers. Device: answers polls. Cell: counters of "
            "unavailable time (3GPP TS 32.425 4.5.6 and its like). Span: no cut found. PON: its "
            "port works.",
            "Trạm: hoạt động khi có thiết bị trả lời. Thiết bị: trả lời thu thập. Cell: số đếm "
            "thời gian không khả dụng (3GPP TS 32.425 mục 4.5.6 và tương đương). Tuyến cáp: không "
            "phát hiện đứt. PON: cổng hoạt động.",
        )
