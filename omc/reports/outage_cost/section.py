"""The section on what outages cost people."""

from __future__ import annotations

from collections.abc import Iterable

from omc.reports.document import Chart, Column, ColumnKind, Language, Section, Table, Value
from omc.reports.outage_cost.causes import CAUSE_TEXTS, Cause
from omc.reports.outage_cost.cost import AreaCost
from omc.reports.speaker import speaker

_SHOWN = 20


def cost_section(costs: Iterable[AreaCost], population: str, language: Language) -> Section:
    """Person-hours without 4G, by area and cause, the most expensive areas first.

    Args:
        costs: By area.
        population: Sentence that says what people are known from.
        language: Of all texts.
    """
    said = speaker(language)
    table = _table(list(costs), population, language)
    chart = Chart(
        "person_hours",
        said("Person-hours without 4G", "Giờ-người không có 4G"),
        table.name,
        "area",
        tuple(f"{cause}_hours" for cause in Cause),
        stacked=True,
    )
    paragraph = said(
        "What outages cost people: hours without 4G times the people concerned. People of an "
        "area are assumed to be spread evenly over its 4G sites; service by neighbouring "
        "sites is left out.",
        "Thiệt hại do gián đoạn: số giờ không có 4G nhân với số dân bị ảnh hưởng. Giả định dân "
        "số của địa bàn chia đều cho các trạm 4G; không tính phần trạm lân cận phục vụ thay.",
    )
    title = said("People without 4G", "Người dân không có 4G")
    return Section(title, (paragraph,), (chart, table))


def _table(costs: list[AreaCost], population: str, language: Language) -> Table:
    said, number = speaker(language), ColumnKind.NUMBER
    hours = said("person-hours", "giờ-người")
    columns = (
        Column("area", said("Area", "Địa bàn")),
        Column("people", said("People", "Dân số"), number),
        *(
            Column(f"{cause}_hours", CAUSE_TEXTS[cause].of(language), number, hours)
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
    costs.sort(key=lambda cost: (-sum(cost.person_hours.values()), cost.area.name))
    rows = [_row(cost) for cost in costs]
    total = sum(sum(c.person_hours.values()) for c in costs)
    notes = [
        population,
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


def _row(cost: AreaCost) -> tuple[Value, ...]:
    name, people, hours = cost.area.name, cost.area.people, cost.person_hours
    if people is None:
        return (name, *[None] * (len(Cause) + 2), cost.cells.completeness)
    return (
        *(name, round(people)),
        *(hours[cause] for cause in Cause),
        sum(hours.values()),
        cost.cells.completeness,
    )
