"""The availability report as a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta

import shapely

from omc.core.inventory import Technology
from omc.core.model import SiteCode
from omc.reports import periods
from omc.reports.availability import added
from omc.reports.availability_report.groups import Groups
from omc.reports.availability_report.outage_list import outages_table
from omc.reports.availability_report.regulation import regulation_table
from omc.reports.availability_report.tables import (
    Group,
    availability_columns,
    availability_values,
    kinds_table,
    targets_table,
    things_table,
)
from omc.reports.completeness import file_completeness
from omc.reports.completeness_section import completeness_line, completeness_section
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
from omc.reports.geography import area_name
from omc.reports.outage_cost.causes import Causes, times_without_mains
from omc.reports.outage_cost.cost import Inhabited, cost_by_area
from omc.reports.outage_cost.section import cost_section
from omc.reports.past_alarms import PastAlarms
from omc.reports.shapes import area_shapes
from omc.reports.sources import Sources
from omc.reports.speaker import Said, speaker
from omc.reports.uptime import Uptime, UptimeReader
from omc.reports.value_text import number_text

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
        self._groups = Groups(sources, self._reader, self._day, self._said, say)
        self._files = file_completeness(sources.history, period, sources.now, self._inventory.nodes)
        mains = times_without_mains(sources, period.start_ms, period.end_ms)
        self._causes = Causes(self._alarms, mains)

    def document(self) -> Document:
        said = self._said
        cells = {}
        for technology in Technology:
            self._say(f"{technology} cells")
            cells[technology] = self._reader.cells(technology)
        groups = list(self._groups.found(cells))
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
            tuple(self._sections(groups, cells[Technology.G4])),
            tuple(self._basis(groups)),
        )

    def _sections(self, groups: list[Group], cells: Mapping[str, Uptime]) -> Iterator[Section]:
        yield self._summary(groups)
        yield self._sites(next(group for group in groups if group.name == "sites"))
        yield self._costs(cells)
        yield self._outages(groups)
        yield self._details(groups)
        files = completeness_section(self._files, self._area_of, self._language)
        if files is not None:
            yield files
        yield self._regulation()

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
        count = number_text(len(group.things), 0, self._language)
        data = number_text((whole.completeness or 0) * 100, 1, self._language)
        most = number_text((whole.at_most or 0) * 100, 3, self._language)
        return said(
            f"{count} objects, ratio of sums; data for {data} % of the time, at most {most} %",
            f"{count} đối tượng, tỷ số của các tổng; có dữ liệu {data} % thời gian, "
            f"tối đa {most} %",
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
        title = said("Down time of sites by day", "Gián đoạn trạm theo ngày")
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

    def _costs(self, cells: Mapping[str, Uptime]) -> Section:
        area_of = {site.code: site.area for site in self._inventory.sites.values() if site.area}
        valid = (self._inventory.area(code, self._day) for code in {*area_of.values()})
        areas = {area.code: area for area in valid if area is not None}
        inhabited = {code: Inhabited(one.name, one.population) for code, one in areas.items()}
        costs = cost_by_area(self._inventory, cells, self._causes, area_of, inhabited)
        years = sorted({year for area in areas.values() if (year := area.population_year)})
        since = f" ({', '.join(map(str, years))})" if years else ""
        population = self._said("Population: inventory", "Dân số: danh mục")
        return cost_section(costs, f"{population}{since}.", self._language)

    def _area_of(self, site: str) -> str:
        return area_name(self._inventory, site, self._day)

    def _outages(self, groups: list[Group]) -> Section:
        table = outages_table(groups, self._causes.of, self._language)
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
        files = completeness_line(self._files, self._language)
        if files:
            yield files
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
