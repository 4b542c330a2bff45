"""Tables and the map of the 5G readiness report."""

from __future__ import annotations

import shapely

from omc.core.metric import Text
from omc.reports.document import (
    Categories,
    Column,
    ColumnKind,
    Feature,
    Language,
    Map,
    MapLayer,
    Table,
    Value,
)
from omc.reports.readiness import score
from omc.reports.readiness.condition import Condition
from omc.reports.readiness.score import NEED_TEXTS, WEIGHTS, Need, reasons
from omc.reports.readiness.study import Readiness
from omc.reports.shapes import area_shapes
from omc.reports.speaker import speaker
from omc.reports.value_text import duration_text, number_text

_NOW = Text(en="has 5G", vi="đã có 5G")
_NEXT = Text(en="next", vi="nên triển khai")
_OTHER = Text(en="later", vi="để sau")
_NUMBER = ColumnKind.NUMBER


def next_table(found: Readiness, language: Language) -> Table:
    """The next sites, in the order in which they are chosen."""
    said = speaker(language)
    columns = (
        Column("rank", "#", _NUMBER),
        Column("site", said("Site", "Trạm")),
        Column("place", said("Where", "Địa điểm")),
        Column("people", said("More people", "Dân phủ thêm"), _NUMBER),
        Column("people_together", said("Together", "Lũy kế"), _NUMBER),
        Column("score", said("Score", "Điểm"), _NUMBER, decimals=2),
        Column("reasons", said("Why", "Lý do")),
    )
    rows: list[tuple[Value, ...]] = []
    together = 0.0
    by_site = found.by_site
    for rank, (site, choice) in enumerate(
        zip(found.next_sites, found.chosen.choices, strict=True), start=1
    ):
        one = by_site[site]
        together += choice.people
        where = (rank, site, found.place(one.condition))
        rows.append((*where, choice.people, together, one.score, reasons(one, language)))
    title = said("Next sites for 5G", "Trạm 5G tiếp theo")
    return Table("next_sites", title, columns, rows, shown=50)


def ranking_table(found: Readiness, language: Language) -> Table:
    """All candidates, the best first."""
    said = speaker(language)
    best = said("if all that was not measured were perfect", "nếu mọi thứ chưa đo đều hoàn hảo")
    busy = said(
        "downlink PRB use in the local hour with the largest mean",
        "tỷ lệ sử dụng PRB đường xuống ở giờ có trung bình cao nhất",
    )
    full = said(
        "whose nearest 4G site is at 70 % or more in the busy hour",
        "dân có trạm 4G gần nhất đạt từ 70 % ở giờ cao điểm",
    )
    columns = (
        Column("rank", "#", _NUMBER),
        Column("site", said("Site", "Trạm")),
        Column("score", said("Score", "Điểm"), _NUMBER, decimals=2),
        Column("at_most", said("At most", "Tối đa"), _NUMBER, decimals=2, note=best),
        Column(
            *("busy_prb_ratio", said("4G busy hour", "4G giờ cao điểm"), ColumnKind.SHARE),
            note=busy,
        ),
        Column("people", said("People", "Dân số"), _NUMBER),
        Column(
            *("overloaded_people", said("Of them overloaded", "Trong đó quá tải"), _NUMBER),
            note=full,
        ),
        Column("reasons", said("Why", "Lý do")),
        *(
            Column(f"mark_{need}", NEED_TEXTS[need].of(language), _NUMBER, decimals=2)
            for need in Need
        ),
    )
    overloaded = found.overloaded
    rows: list[tuple[Value, ...]] = [
        (
            *(rank, one.condition.site.code, one.score, one.at_most),
            *(one.condition.busy_prb_ratio, one.surroundings.people),
            overloaded[one.condition.site.code],
            reasons(one, language),
            *one.marks.values(),
        )
        for rank, one in enumerate(found.ranked, start=1)
    ]
    title = said("All candidates by score", "Tất cả trạm ứng viên theo điểm")
    notes = (_weights(language), _needs(language))
    return Table("ranking", title, columns, rows, notes, shown=30)


def _weights(language: Language) -> str:
    weights = ", ".join(
        f"{NEED_TEXTS[need].of(language)} {number_text(weight * 100, 0, language)} %"
        for need, weight in WEIGHTS.items()
    )
    return speaker(language)(f"Weights: {weights}.", f"Trọng số: {weights}.")


def _needs(language: Language) -> str:
    watts = number_text(score.POWER_NEED_WATTS, 0, language)
    lasts = duration_text(score.RUNTIME_NEED_SECONDS, language)
    height = number_text(score.HEIGHT_NEED_M, 0, language)
    return speaker(language)(
        f"Full marks: 1 Gbit/s of the uplink free, rectifiers at most at 60 %, {lasts} of "
        f"battery with {watts} W more, 4G at 70 % in the busy hour, antennas at {height} m, "
        "two 5G sites within 3 km (engineering values).",
        f"Điểm tối đa khi: đường truyền còn 1 Gbit/s, chỉnh lưu dùng không quá 60 %, ắc quy đủ "
        f"{lasts} khi tải thêm {watts} W, 4G đạt 70 % giờ cao điểm, anten cao {height} m, có "
        "hai trạm 5G trong 3 km (giá trị kỹ thuật).",
    )


def sites_map(found: Readiness, language: Language) -> Map:
    """Sites that have 5G, those that should be next, and the others."""
    said = speaker(language)
    columns = (
        Column("site", said("Site", "Trạm")),
        Column("name", said("Name", "Tên")),
        Column("score", said("Score", "Điểm"), _NUMBER, decimals=2),
        Column("state", "5G"),
        Column("next", said("Next", "Thứ tự"), _NUMBER),
    )
    order = {site: rank for rank, site in enumerate(found.next_sites, start=1)}
    features = [
        _feature(one.condition, one.score, language, order.get(one.condition.site.code))
        for one in reversed(found.ranked)
    ]
    features += [_feature(own, None, language) for own in found.with_5g]
    states = tuple(text.of(language) for text in (_OTHER, _NEXT, _NOW))
    layer = MapLayer(
        *("sites", said("Sites", "Trạm"), columns, features),
        Categories("state", states),
        label="next",
    )
    inventory = found.sources.inventory
    areas = area_shapes(inventory, found.day, said("Areas", "Đơn vị hành chính"))
    source = said("OMC Telemetry: inventory and archive", "OMC Telemetry: danh mục, kho lưu trữ")
    layers = (layer,) if areas is None else (areas, layer)
    return Map("next_sites_map", said("Where they are", "Vị trí"), layers, source)


def _feature(
    one: Condition, mark: float | None, language: Language, rank: int | None = None
) -> Feature:
    """A site; `rank` says when it is its turn among the next ones."""
    site = one.site
    state = _NOW if one.has_5g else _OTHER if rank is None else _NEXT
    values: tuple[Value, ...] = (site.code, site.name, mark, state.of(language), rank)
    return Feature(shapely.Point(site.longitude, site.latitude), values)
