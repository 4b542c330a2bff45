"""The 5G readiness report as a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from omc.core.inventory import Technology
from omc.reports import periods
from omc.reports.area_names import file_part
from omc.reports.completeness_section import completeness_line
from omc.reports.coverage.basis import population_text
from omc.reports.document import (
    Chart,
    Column,
    ColumnKind,
    Document,
    Figure,
    Figures,
    Language,
    Period,
    Section,
)
from omc.reports.readiness.greedy import GUARANTEE
from omc.reports.readiness.ground import SPACING_M
from omc.reports.readiness.study import Readiness, Wish, readiness
from omc.reports.readiness.tables import next_table, ranking_table, sites_map
from omc.reports.sources import Sources
from omc.reports.speaker import Said, speaker
from omc.reports.value_text import number_text


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

    Raises:
        ConfigurationError: a file of parameters, population, terrain or drive tests is wrong.
    """
    return _Writer(readiness(sources, period, wish, say), language).document()


class _Writer:
    def __init__(self, found: Readiness, language: Language) -> None:
        self._found = found
        self._language: Language = language
        self._said: Said = speaker(language)

    def document(self) -> Document:
        found, said = self._found, self._said
        return Document(
            self._name(),
            said("Where 5G should go next", "Trạm nên triển khai 5G tiếp theo"),
            self._language,
            found.period,
            said(
                f"Administrative units as of {found.day:%Y-%m-%d}",
                f"Đơn vị hành chính tại ngày {found.day:%d/%m/%Y}",
            ),
            found.sources.now,
            (self._next_sites(), self._ranking()),
            tuple(self._basis()),
            self._scope(),
        )

    def _name(self) -> str:
        """Reports of other questions lie beside each other."""
        wish = self._found.wish
        parts = ["5g-readiness", f"{wish.most}-sites", periods.stem(self._found.period)]
        if wish.population is not None:
            parts += ["population", file_part(wish.population.name)]
        return "-".join(parts)

    def _scope(self) -> str:
        wish, said = self._found.wish, self._said
        parts = [said(f"the next {wish.most} sites", f"{wish.most} trạm tiếp theo")]
        if wish.population is not None:
            name = wish.population.name
            parts.append(said(f"population by {name}", f"dân số theo {name}"))
        return "; ".join(parts)

    def _next_sites(self) -> Section:
        found, said = self._found, self._said
        table = next_table(found, self._language)
        paragraph = said(
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
            said("People that each next site adds", "Dân số được phủ thêm theo từng trạm"),
            table.name,
            "site",
            ("people",),
            most=30,
        )
        blocks = (self._figures(), sites_map(found, self._language), chart, table)
        return Section(said("The next sites", "Các trạm tiếp theo"), (paragraph,), blocks)

    def _figures(self) -> Figures:
        found, said, number = self._found, self._said, ColumnKind.NUMBER
        people, chosen = said("people", "người"), found.chosen
        known = found.ground.basis is not None
        basis = f"{self._threshold()}; {population_text(found.ground.basis, self._language)}"
        best = self._number(chosen.at_best)
        count = len(chosen.choices)
        choice = said(
            f"{count} sites chosen one after the other; no other choice of as many covers more "
            f"than {best}",
            f"chọn lần lượt {count} trạm; không cách chọn nào với cùng số trạm phủ quá {best}",
        )
        blind = said(
            "nobody knows who lives where, so no site can be chosen by people: see the ranking",
            "chưa rõ dân cư ở đâu nên không chọn được trạm theo dân số: xem bảng xếp hạng",
        )
        return Figures(
            (
                Figure(
                    Column("now", said("Have 5G today", "Đã có 5G"), number, people),
                    found.reach.covered,
                    basis,
                ),
                Figure(
                    Column("more", said("Would get it", "Sẽ có thêm"), number, people),
                    chosen.people if known else None,
                    choice if known else blind,
                ),
                Figure(
                    Column("sites", said("Candidates", "Trạm ứng viên"), number),
                    len(found.able),
                    said("sites with fibre and without 5G", "trạm có cáp quang, chưa có 5G"),
                ),
            )
        )

    def _ranking(self) -> Section:
        table = ranking_table(self._found, self._language)
        return Section(table.title, (), (table,))

    # -- what it stands on -------------------------------------------------------------------------

    def _threshold(self) -> str:
        parameters = self._found.ground.parameters
        of = parameters.technologies.technologies[Technology.G5]
        share = self._number(parameters.propagation.location_probability * 100)
        return self._said(
            f"outdoors, {of.level} ≥ {of.threshold_dbm:g} dBm at {share} % of locations",
            f"ngoài trời, {of.level} ≥ {of.threshold_dbm:g} dBm tại {share} % vị trí",
        )

    def _basis(self) -> Iterator[str]:
        found, said = self._found, self._said
        yield self._reach()
        note = population_text(found.ground.basis, self._language)
        yield f"{note[0].upper()}{note[1:]}."
        for reason, sites in found.reach.refused.items():
            yield said(
                f"{len(sites)} sites cannot be predicted, so whom they reach is not known: "
                f"{reason.en}.",
                f"Không dự báo được {len(sites)} trạm nên không rõ phủ tới ai: {reason.vi}.",
            )
        if found.sources.history is None:
            yield said(
                "There is no archive: load, power and uplinks were not measured.",
                "Không có kho lưu trữ: chưa có số liệu tải, nguồn và đường truyền.",
            )
        files = completeness_line(found.files, self._language)
        if files:
            yield files
        measured = sum(one.condition.busy_prb_ratio is not None for one in found.ranked)
        yield said(
            f"4G load was measured at {measured} of {len(found.ranked)} sites; what was not "
            "measured counts as 0 in the score.",
            f"Có số liệu tải 4G của {measured} trong {len(found.ranked)} trạm; phần chưa đo "
            "tính 0 điểm.",
        )

    def _reach(self) -> str:
        parameters = self._found.ground.parameters
        candidate, model = parameters.candidate, parameters.propagation.title
        of = parameters.technologies.technologies[Technology.G5]
        mhz = self._number(parameters.bands.bands.get(candidate.band, 0.0))
        cell = (
            f"{candidate.band}, {mhz} MHz, {candidate.bandwidth_mhz:g} MHz, {of.power_dbm:g} dBm, "
            f"{of.gain_dbi:g} dBi"
        )
        square = self._number(SPACING_M)
        hills = self._found.ground.obstruction is not None
        en = "with terrain" if hills else "flat ground"
        vi = "có tính địa hình" if hills else "không tính địa hình"
        return self._said(
            f"Reach is predicted, not measured: {model}, {en}, squares of {square} m; where a site "
            "has no 5G, of cells imagined at its highest antenna, looking where its 4G looks "
            f"({cell}).",
            f"Tầm phủ là kết quả dự báo, không phải đo kiểm: {model}, {vi}, lưới {square} m; trạm "
            "chưa có 5G tính theo cell giả định trên anten cao nhất, cùng hướng với 4G "
            f"({cell}).",
        )

    def _number(self, value: float, decimals: int = 0) -> str:
        return number_text(value, decimals, self._language)
