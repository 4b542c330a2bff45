"""PONs and their ONTs: how light is spread, which get the least, and which PONs want looking at."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from nicegui import ui

from dashboards.console.components.table import Cell, Column, Field, Table
from dashboards.console.pon_levels import (
    HIGH_DBM,
    LOW_DBM,
    STRONGEST,
    WEAKEST,
    PonLevels,
    PonName,
)
from dashboards.console.templates import render
from dashboards.console.viewer import Viewer
from omc.core.model import NodeName

_MOST = 60
#: Columns of the table of PONs, and whether they hold numbers.
_PON_COLUMNS = (
    *(("pon", False), ("olt", False), ("split", True), ("up", True), ("weak_onts", True)),
    *(("weakest", True), ("middle", True)),
)
_ONT_COLUMNS = (("ont", False), ("pon", False), ("olt", False), ("level", True))


def pon_href(name: PonName) -> str:
    """The page of fibre with that PON alone."""
    return f"/fibre?pon={quote(f'{name.node} {name.pon}')}"


def chosen_pon(viewer: Viewer) -> PonName | None:
    """The PON of the address; None for all."""
    node, _, pon = viewer.request.query_params.get("pon", "").partition(" ")
    return PonName(node, pon) if pon else None


class PonPanels:
    """The contents of three panels, kept live.

    Args:
        viewer: Who looks.
        chosen: The PON whose ONTs are shown; None for all.
    """

    def __init__(self, viewer: Viewer, chosen: PonName | None) -> None:
        self._viewer = viewer
        self._chosen = chosen

    def draw_histogram(self) -> None:
        """How many ONTs receive how much."""
        self._histogram = ui.html("", sanitize=False)

    def draw_worst(self) -> None:
        """The ONTs with the least light."""
        self._worst = self._table(_ONT_COLUMNS, "worst")

    def draw_pons(self) -> None:
        """The PONs, those first that want looking at."""
        self._pons = self._table(_PON_COLUMNS, "pon_list")

    def _table(self, columns: tuple[tuple[str, bool], ...], caption: str) -> Table:
        t = self._viewer.texts
        titles = [Column(t(f"fibre.{name}"), number) for name, number in columns]
        return Table(titles, t(f"fibre.{caption}"), t("fibre.no_onts"))

    def levels(self) -> PonLevels:
        """Of the ONTs that are shown."""
        pons = self._viewer.console.pons
        if self._chosen is None:
            return pons.levels()
        return pons.by_pon().get(self._chosen, PonLevels())

    def show(self) -> None:
        """Show what is known now."""
        levels = self.levels()
        content = render("histogram.html", t=self._viewer.texts, bars=_bars(self._viewer, levels))
        if content != self._histogram.content:
            self._histogram.set_content(content)
        self._worst.show(self._ont_rows(levels))
        self._pons.show(self._pon_rows())

    def _ont_rows(self, levels: PonLevels) -> list[list[Field]]:
        rows: list[list[Field]] = []
        for found in levels.worst(_MOST):
            labels = found.series.labels
            name = PonName(labels.get("node", ""), labels.get("pon", ""))
            level = Cell(f"{self._number(found.value)} dBm", _tone(found.value))
            pon = Cell(name.pon, href=pon_href(name))
            rows.append([labels.get("ont", ""), pon, self._olt(name), level])
        return rows

    def _pon_rows(self) -> list[list[Field]]:
        def urgency(entry: tuple[PonName, PonLevels]) -> tuple[bool, int, int, int, PonName]:
            name, levels = entry
            is_other = name != self._chosen
            return is_other, -levels.ports_down, -levels.weak, -levels.offline, name

        pons = sorted(self._viewer.console.pons.by_pon().items(), key=urgency)
        return [self._pon_row(name, levels) for name, levels in pons[:_MOST]]

    def _pon_row(self, name: PonName, levels: PonLevels) -> list[Field]:
        inventory, number = self._viewer.console.world.inventory, self._viewer.texts.number
        pon = inventory.pons.get((NodeName(name.node), name.pon))
        split = f"1:{pon.splitter}" if pon is not None and pon.splitter else "–"
        onts = levels.online + levels.offline
        up = f"{number(levels.online)} / {number(onts)}" if onts else "–"
        state = "critical" if levels.ports_down else "cleared"
        weak, weakest = levels.weak, levels.weakest
        return [
            Cell(name.pon, href=pon_href(name), shape=state),
            self._olt(name),
            split,
            Cell(up, share=levels.online / onts if onts else None),
            Cell(number(weak), "major" if weak else ""),
            Cell(self._number(weakest), _tone(weakest)) if weakest is not None else "–",
            self._number(levels.middle) if levels.middle is not None else "–",
        ]

    def _olt(self, name: PonName) -> Field:
        node = self._viewer.console.world.inventory.nodes.get(NodeName(name.node))
        return Cell(name.node, href=f"/site/{node.site}" if node is not None and node.site else "")

    def _number(self, dbm: float) -> str:
        return self._viewer.texts.number(dbm, 1)


def _tone(dbm: float) -> str:
    return "critical" if dbm < LOW_DBM - 1 else "major" if dbm < LOW_DBM else ""


def _bars(viewer: Viewer, levels: PonLevels) -> list[dict[str, Any]]:
    """Bars of the histogram: level, count, height in percent, and whether it is out of range."""
    histogram = levels.histogram()
    most = max(histogram.values(), default=0)
    return [
        {
            "level": level,
            "count": viewer.texts.number(histogram[level]),
            "height": 100 * histogram[level] / most if most else 0,
            "is_bad": level < LOW_DBM or level >= HIGH_DBM,
        }
        for level in range(WEAKEST, STRONGEST + 1)
    ]
