"""The 5G readiness report as a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import shapely

from omc.core.metric import Text
from omc.reports import periods
from omc.reports.coverage.basis import population_text
from omc.reports.document import (
    Categories,
    Chart,
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
from omc.reports.readiness import score
from omc.reports.readiness.condition import conditions
from omc.reports.readiness.greedy import GUARANTEE, Chosen, choose
from omc.reports.readiness.people import SPACING_M, People, counted_people, people_of
from omc.reports.readiness.reach import Reach, reach_of
from omc.reports.readiness.score import NEED_TEXTS, WEIGHTS, Need, Scored, reasons, scored
from omc.reports.shapes import area_shapes
from omc.reports.sources import Sources
from omc.reports.value_text import duration_text, number_text

_NOW = Text(en="has 5G", vi="đã có 5G")
_NEXT = Text(en="next", vi="nên triển khai")
_OTHER = Text(en="later", vi="để sau")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.

    Attributes:
        most: How many sites are wanted.
        radius_m: How far a 5G site is taken to reach.
        population: A file of where people live; None: that of the settings, else evenly within
            areas.
        population_year: Of that file.
    """

    most: int = 20
    radius_m: float = 800.0
    population: Path | None = None
    population_year: int | None = None


def readiness_report(
    sources: Sources,
    period: Period,
    language: Language,
    wish: Wish,
    say: Callable[[str], None],
) -> Document:
    """Build the report.

    Args:
        sources: Of the installation.
        period: Local days that measured values are of.
        language: Of all texts.
        wish: What is asked for.
        say: Told what is being done.
    """
    return _Report(sources, period, language, wish, say).document()


class _Report:
    def __init__(
        self,
        sources: Sources,
        period: Period,
        language: Language,
        wish: Wish,
        say: Callable[[str], None],
    ) -> None:
        self._sources = sources
        self._period = period
        self._language: Language = language
        self._radius_m = wish.radius_m
        self._day = period.end.date() - timedelta(days=1)
        found = conditions(sources, period, say)
        self._with_5g = [one for one in found if one.has_5g]
        say("people in reach")
        self._people = self._find_people(wish)
        self._reach: Reach = reach_of(found, self._people, wish.radius_m)
        self._ranked = scored(zip(self._reach.candidates, self._reach.surroundings, strict=True))
        self._of_code = {one.condition.site.code: one for one in self._ranked}
        self._chosen = self._choose(wish.most)

    def _find_people(self, wish: Wish) -> People:
        inventory, usual = self._sources.inventory, self._sources.settings.coverage
        if wish.population is not None:
            return counted_people(inventory, wish.population, wish.population_year)
        if usual.population is not None:
            year = wish.population_year or usual.population_year
            return counted_people(inventory, usual.population, year)
        return people_of(inventory, self._day)

    def _choose(self, most: int) -> tuple[list[int], Chosen]:
        """Among candidates with fibre, those that cover most people; indexes and the choice."""
        able = [i for i, one in enumerate(self._reach.candidates) if one.fibre]
        return able, choose([self._reach.reached[i] for i in able], self._reach.left, most)

    def _said(self, en: str, vi: str) -> str:
        return vi if self._language == "vi" else en

    def document(self) -> Document:
        return Document(
            f"5g-readiness-{periods.stem(self._period)}",
            self._said("Where 5G should go next", "Trạm nên triển khai 5G tiếp theo"),
            self._language,
            self._period,
            self._said(
                f"Administrative units as of {self._day:%Y-%m-%d}",
                f"Đơn vị hành chính tại ngày {self._day:%d/%m/%Y}",
            ),
            self._sources.now,
            (self._next_section(), self._ranking_section()),
            self._basis(),
        )

    # -- the next sites ----------------------------------------------------------------------------

    def _next_section(self) -> Section:
        able, chosen = self._chosen
        table = self._next_table()
        number = ColumnKind.NUMBER
        known = self._people.basis is not None
        where = population_text(self._people.basis, self._language)
        basis = self._said(
            f"within {self._radius_m:g} m; {where}", f"trong bán kính {self._radius_m:g} m; {where}"
        )
        people = self._said("people", "người")
        figures = Figures(
            (
                Figure(
                    Column("now", self._said("Have 5G today", "Đã có 5G"), number, people),
                    self._reach.covered,
                    basis,
                ),
                Figure(
                    Column("more", self._said("Would get it", "Sẽ có thêm"), number, people),
                    chosen.people if known else None,
                    self._said(
                        f"{len(chosen.choices)} sites chosen one after the other; no other choice "
                        f"of as many covers more than {self._number(chosen.at_best)}",
                        f"chọn lần lượt {len(chosen.choices)} trạm; không cách chọn nào với cùng "
                        f"số trạm phủ quá {self._number(chosen.at_best)}",
                    ),
                ),
                Figure(
                    Column("sites", self._said("Candidates", "Trạm ứng viên"), number),
                    len(able),
                    self._said("sites with fibre and without 5G", "trạm có cáp quang, chưa có 5G"),
                ),
            )
        )
        paragraph = self._said(
            "Each site is the one that covers most people who none of those before it covers. This "
            f"greedy choice reaches at least 1 − 1/e = {GUARANTEE * 100:.1f} % of what the best "
            "choice of as many sites covers; the figures tell how much closer it is here.",
            "Mỗi trạm kế tiếp là trạm phủ thêm nhiều dân nhất ngoài phần các trạm trước đã phủ. "
            "Cách chọn tham lam này đạt ít nhất 1 − 1/e = "
            f"{self._number(GUARANTEE * 100, 1)} % so với phương án tốt nhất cùng số trạm; số liệu "
            "cho biết thực tế gần phương án tốt nhất đến đâu.",
        )
        chart = Chart(
            "gain",
            self._said("People that each next site adds", "Dân số được phủ thêm theo từng trạm"),
            table.name,
            "site",
            ("people",),
            most=30,
        )
        title = self._said("The next sites", "Các trạm tiếp theo")
        return Section(title, (paragraph,), (figures, self._map(), table, chart))

    def _next_table(self) -> Table:
        able, chosen = self._chosen
        number = ColumnKind.NUMBER
        columns = (
            Column("rank", "#", number),
            Column("site", self._said("Site", "Trạm")),
            Column("place", self._said("Where", "Địa điểm")),
            Column("people", self._said("More people", "Dân phủ thêm"), number),
            Column("people_together", self._said("Together", "Lũy kế"), number),
            Column("score", self._said("Score", "Điểm"), number, decimals=2),
            Column("reasons", self._said("Why", "Lý do")),
        )
        rows: list[tuple[Value, ...]] = []
        together = 0.0
        for rank, choice in enumerate(chosen.choices, start=1):
            one = self._of_code[self._reach.candidates[able[choice.index]].site.code]
            together += choice.people
            rows.append(
                (
                    *(rank, one.condition.site.code, self._place(one)),
                    *(choice.people, together, one.score),
                    reasons(one, self._language),
                )
            )
        title = self._said("Next sites for 5G", "Trạm 5G tiếp theo")
        return Table("next_sites", title, columns, rows, shown=50)

    def _map(self) -> Map:
        able, chosen = self._chosen
        picked = {self._reach.candidates[able[c.index]].site.code for c in chosen.choices}
        language = self._language
        columns = (
            Column("site", self._said("Site", "Trạm")),
            Column("name", self._said("Name", "Tên")),
            Column("score", self._said("Score", "Điểm"), ColumnKind.NUMBER, decimals=2),
            Column("state", self._said("5G", "5G")),
        )
        features = []
        for one in self._ranked[::-1]:
            state = _NEXT if one.condition.site.code in picked else _OTHER
            site = one.condition.site
            values: tuple[Value, ...]
            values = (site.code, site.name, one.score, state.of(language))
            features.append(Feature(shapely.Point(site.longitude, site.latitude), values))
        for own in self._with_5g:
            values = (own.site.code, own.site.name, None, _NOW.of(language))
            place = shapely.Point(own.site.longitude, own.site.latitude)
            features.append(Feature(place, values))
        states = tuple(text.of(language) for text in (_OTHER, _NEXT, _NOW))
        title = self._said("Sites", "Trạm")
        layer = MapLayer("sites", title, columns, features, Categories("state", states))
        areas = area_shapes(
            self._sources.inventory, self._day, self._said("Areas", "Đơn vị hành chính")
        )
        source = self._said(
            "OMC Telemetry: inventory and archive", "OMC Telemetry: danh mục, kho lưu trữ"
        )
        layers = (layer,) if areas is None else (areas, layer)
        return Map("next_sites_map", self._said("Where they are", "Vị trí"), layers, source)

    # -- all sites ---------------------------------------------------------------------------------

    def _ranking_section(self) -> Section:
        number, share = ColumnKind.NUMBER, ColumnKind.SHARE
        columns = (
            Column("rank", "#", number),
            Column("site", self._said("Site", "Trạm")),
            Column("score", self._said("Score", "Điểm"), number, decimals=2),
            Column(
                *("at_most", self._said("At most", "Tối đa"), number),
                decimals=2,
                note=self._said(
                    "if all that was not measured were perfect",
                    "nếu mọi thứ chưa đo đều hoàn hảo",
                ),
            ),
            Column(
                *("busy_prb_ratio", self._said("4G busy hour", "4G giờ cao điểm"), share),
                note=self._said(
                    "downlink PRB use in the local hour with the largest mean",
                    "tỷ lệ sử dụng PRB đường xuống ở giờ có trung bình cao nhất",
                ),
            ),
            Column("people", self._said("People", "Dân số"), number),
            Column(
                *(
                    "overloaded_people",
                    self._said("Of them overloaded", "Trong đó quá tải"),
                    number,
                ),
                note=self._said(
                    "whose nearest 4G site is at 70 % or more in the busy hour",
                    "dân có trạm 4G gần nhất đạt từ 70 % ở giờ cao điểm",
                ),
            ),
            Column("reasons", self._said("Why", "Lý do")),
            *(
                Column(f"mark_{need}", NEED_TEXTS[need].of(self._language), number, decimals=2)
                for need in Need
            ),
        )
        overloaded = {
            one.site.code: people
            for one, people in zip(self._reach.candidates, self._reach.overloaded, strict=True)
        }
        rows: list[tuple[Value, ...]] = [
            (
                *(rank, one.condition.site.code, one.score, one.at_most),
                *(one.condition.busy_prb_ratio, one.surroundings.people),
                overloaded[one.condition.site.code],
                reasons(one, self._language),
                *one.marks.values(),
            )
            for rank, one in enumerate(self._ranked, start=1)
        ]
        weights = ", ".join(
            f"{NEED_TEXTS[need].of(self._language)} {self._number(weight * 100)} %"
            for need, weight in WEIGHTS.items()
        )
        notes = (
            self._said(f"Weights: {weights}.", f"Trọng số: {weights}."),
            self._needs(),
        )
        title = self._said("All candidates by score", "Tất cả trạm ứng viên theo điểm")
        table = Table("ranking", title, columns, rows, notes, shown=30)
        return Section(title, (), (table,))

    def _needs(self) -> str:
        language = self._language
        watts = self._number(score.POWER_NEED_WATTS)
        lasts = duration_text(score.RUNTIME_NEED_SECONDS, language)
        height = self._number(score.HEIGHT_NEED_M)
        return self._said(
            f"Full marks: 1 Gbit/s of the uplink free, rectifiers at most at 60 %, {lasts} of "
            f"battery with {watts} W more, 4G at 70 % in the busy hour, antennas at {height} m, "
            "two 5G sites within 3 km (engineering values).",
            f"Điểm tối đa khi: đường truyền còn 1 Gbit/s, chỉnh lưu dùng không quá 60 %, ắc quy đủ "
            f"{lasts} khi tải thêm {watts} W, 4G đạt 70 % giờ cao điểm, anten cao {height} m, có "
            "hai trạm 5G trong 3 km (giá trị kỹ thuật).",
        )

    def _basis(self) -> tuple[str, ...]:
        lines = [
            self._said(
                f"Reach: {self._radius_m:g} m around a site, declared and not predicted (band n78, "
                "3,700–3,800 MHz).",
                f"Tầm phủ: {self._radius_m:g} m quanh trạm, là giá trị khai báo, không phải dự "
                "đoán (băng n78, 3.700–3.800 MHz).",
            ),
            self._population(),
        ]
        if self._sources.history is None:
            lines.append(
                self._said(
                    "There is no archive: load, power and uplinks were not measured.",
                    "Không có kho lưu trữ: chưa có số liệu tải, nguồn và đường truyền.",
                )
            )
        measured = sum(one.condition.busy_prb_ratio is not None for one in self._ranked)
        lines.append(
            self._said(
                f"4G load was measured at {measured} of {len(self._ranked)} sites; what was not "
                "measured counts as 0 in the score.",
                f"Có số liệu tải 4G của {measured} trong {len(self._ranked)} trạm; phần chưa đo "
                "tính 0 điểm.",
            )
        )
        return tuple(lines)

    def _population(self) -> str:
        basis = self._people.basis
        note = population_text(basis, self._language)
        line = f"{note[0].upper()}{note[1:]}"
        if basis is not None and basis.uniform:
            line += self._said(
                f", points every {SPACING_M:g} m", f", mỗi điểm cách {SPACING_M:g} m"
            )
        return f"{line}."

    def _place(self, one: Scored) -> str:
        site = one.condition.site
        inventory = self._sources.inventory
        area = None if site.area is None else inventory.area(site.area, self._day)
        return site.name if area is None else f"{site.name}, {area.name}"

    def _number(self, value: float, decimals: int = 0) -> str:
        return number_text(value, decimals, self._language)
