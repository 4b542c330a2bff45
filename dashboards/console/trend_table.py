"""Light that gets less, as a table: what is slowly failing, before it fails."""

from __future__ import annotations

from nicegui import background_tasks

from dashboards.console.components.table import Cell, Column, Field, Table
from dashboards.console.light_trends import Trend
from dashboards.console.past import PastUnknown
from dashboards.console.pon_levels import PonName
from dashboards.console.pon_panels import pon_href
from dashboards.console.viewer import Viewer
from omc.alarms.causes.ports import Port

#: Changes in dB a month from which somebody should look, and look soon. Engineering judgement.
_FALLING, _FALLING_FAST = -0.5, -2.0


class TrendTable:
    """The table in the place where it is made; filled once the archive has answered.

    Args:
        viewer: Who looks.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        t = viewer.texts
        columns = [
            Column(t("fibre.trend_where")),
            Column(t("fibre.trend_line")),
            Column(t("fibre.trend_month"), is_number=True),
            Column(t("fibre.trend_now"), is_number=True),
        ]
        self._table = Table(columns, t("fibre.trends"), t("chart.waiting"))
        self._table.show([])
        background_tasks.create(self._fill(), name="light-trends")

    async def _fill(self) -> None:
        console, t = self._viewer.console, self._viewer.texts
        try:
            trends = await console.trends.falling() if console.past.is_kept else ()
            empty = t("fibre.no_trends") if console.past.is_kept else t("chart.not_kept")
        except PastUnknown as error:
            trends, empty = (), t("chart.failed", why=error)
        self._table.show([self._row(trend) for trend in trends], empty)

    def _row(self, trend: Trend) -> list[Field]:
        t, month = self._viewer.texts, trend.per_month
        tone = "major" if month < _FALLING_FAST else "minor" if month < _FALLING else ""
        change = f"{t.number(month, 1)} dB"
        return [
            self._where(trend),
            Cell(change, line=tuple(point.dbm for point in trend.points)),
            Cell(change, tone),
            f"{t.number(trend.points[-1].dbm, 1)} dBm",
        ]

    def _where(self, trend: Trend) -> Field:
        if trend.metric == "pon_ont_rx_power_dbm":
            name = PonName(trend.node, trend.port)
            return Cell(f"PON {trend.node} {trend.port}", href=pon_href(name))
        span = self._viewer.console.world.desk.ports.span(Port(trend.node, trend.port))
        where = f"{trend.node} {trend.port}"
        return Cell(f"{span} · {where}", href=f"/fibre?span={span}") if span else where
