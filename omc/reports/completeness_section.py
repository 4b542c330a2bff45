"""What a report says of measurement files that did not come: by area, by node, and in one line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from omc.reports.completeness import Completeness, Reporter, together
from omc.reports.document import Column, ColumnKind, Language, Section, Table, Value
from omc.reports.speaker import Said, speaker
from omc.reports.value_text import number_text

#: Site -> name of its area; "" where it lies in none.
AreaOf = Callable[[str], str]
_Rows = Mapping[tuple[str, ...], Completeness]
#: From here on everything is taken to have come.
_WHOLE = 0.999


def completeness_section(
    found: Mapping[Reporter, Completeness], area_of: AreaOf, language: Language
) -> Section | None:
    """Tables by area and by node, the least complete first; None where no files are taken."""
    if not found:
        return None
    said = speaker(language)
    title = said("Completeness of measurement files", "Mức đầy đủ của tệp đo")
    note = said(
        "Granularity periods (3GPP TS 32.401). A node goes on owing what it owed on its fullest "
        "day, also when it is silent for good. KPIs of cells stand on what came alone.",
        "Số chu kỳ đo (3GPP TS 32.401). Nút im lặng vẫn được tính là còn nợ như ngày gửi đủ nhất. "
        "KPI của cell chỉ dựa trên số liệu đã nhận.",
    )
    by_area: dict[str, list[Completeness]] = defaultdict(list)
    for reporter, one in found.items():
        by_area[area_of(reporter.site)].append(one)
    areas: _Rows = {(name or "–",): together(parts) for name, parts in by_area.items()}
    nodes: _Rows = {(r.node, r.site, area_of(r.site)): one for r, one in found.items()}
    where = Column("area", said("Area", "Địa bàn"))
    node = (Column("node", said("Node", "Nút")), Column("site", said("Site", "Trạm")), where)
    by_node = said("Completeness by node", "Mức đầy đủ theo nút")
    return Section(
        title,
        (note,),
        (
            Table("pm_areas", title, (where, *_columns(said)), _rows(areas)),
            Table("pm_nodes", by_node, (*node, *_columns(said)), _rows(nodes), shown=30),
        ),
    )


def _columns(said: Said) -> tuple[Column, ...]:
    number = ColumnKind.NUMBER
    return (
        Column("completeness_ratio", said("Complete", "Đầy đủ"), ColumnKind.SHARE, decimals=1),
        Column("expected", said("Owed", "Phải gửi"), number),
        Column("received", said("Come", "Đã nhận"), number),
        Column("late", said("Late", "Trễ hạn"), number),
        Column("suspect", said("Suspect", "Nghi ngờ"), number),
        Column("last_day", said("Last one on", "Nhận gần nhất"), ColumnKind.DAY),
    )


def _rows(found: _Rows) -> list[tuple[Value, ...]]:
    worst = sorted(found.items(), key=lambda entry: (entry[1].ratio or 0.0, entry[0]))
    return [
        (*key, one.ratio, one.expected, one.received, one.late, one.suspect, one.last_day)
        for key, one in worst
    ]


def completeness_line(found: Mapping[Reporter, Completeness], language: Language) -> str:
    """For the first page: how much came, and how many nodes sent nothing; "" for all or nothing."""
    whole = together(found.values())
    if whole.ratio is None or whole.ratio >= _WHOLE:
        return ""
    share = f"{number_text(whole.ratio * 100, 1, language)} %"
    silent = sum(not one.received for one in found.values())
    missing = number_text(whole.expected - whole.received, 0, language)
    return speaker(language)(
        f"Measurement files: {share} of the periods owed came, {missing} are missing; {silent} of "
        f"{len(found)} nodes sent none. Load, users and traffic are of what came.",
        f"Tệp đo: đã nhận {share} số chu kỳ phải gửi, thiếu {missing}; {silent}/{len(found)} nút "
        "không gửi gì. Tải, thuê bao và lưu lượng chỉ tính trên số liệu đã nhận.",
    )
