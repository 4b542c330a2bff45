"""Radio: KPIs by commune, the hours in which cells are full, the worst cells, and sleepers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nicegui import background_tasks, ui

from dashboards.console.components.alarm_list import AlarmList
from dashboards.console.components.table import Cell, Column, Field, Table
from dashboards.console.network_state import CELL_OUT, area_title, lost_places
from dashboards.console.past import Lines, PastUnknown, Question
from dashboards.console.templates import render
from dashboards.console.viewer import Viewer
from omc.alarms import Severity
from omc.alarms.rules.levels import Levels, level_of
from omc.alarms.rules.rule import RatioOfSums, Rule, Threshold
from omc.core.model import CellName

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_MOST_CELLS = 40
#: Ratios up to this are written with a decimal.
_SMALL = 0.1


@dataclass(frozen=True, slots=True)
class Kpi:
    """One KPI of a technology.

    Attributes:
        name: Key of its name.
        metric: Of the catalogue.
        bad: Bound beyond which it is marked where no alarm rule has levels for it; None for none.
            Engineering judgement.
        is_bad_above: Larger is worse.
        down: Only the downlink.
    """

    name: str
    metric: str
    bad: float | None = None
    is_bad_above: bool = False
    down: bool = False


#: What is shown, by the technology; the first is what worst cells are told by.
KPIS: Mapping[str, tuple[Kpi, ...]] = {
    "4G": (
        Kpi("setup", "lte_rrc_setup_success_ratio"),
        Kpi("drop", "lte_erab_drop_ratio", is_bad_above=True),
        Kpi("load", "lte_prb_utilisation_ratio", is_bad_above=True, down=True),
        Kpi("throughput", "lte_ue_throughput_bits_per_second", down=True),
        Kpi("volume", "lte_pdcp_volume_bytes", down=True),
        Kpi("availability", "lte_cell_availability_ratio", 0.995),
    ),
    "5G": (
        Kpi("setup", "nr_rrc_setup_success_ratio", 0.98),
        Kpi("load", "nr_prb_utilisation_ratio", is_bad_above=True, down=True),
        Kpi("volume", "nr_pdcp_volume_bytes", down=True),
        Kpi("availability", "nr_cell_availability_ratio", 0.995),
    ),
    "3G": (
        Kpi("setup", "utran_rrc_setup_success_ratio", 0.98),
        Kpi("drop", "utran_drop_ratio", is_bad_above=True),
    ),
}


def build(viewer: Viewer) -> None:
    """The page."""
    RadioPage(viewer)


class RadioPage:
    """What one viewer sees of radio.

    Args:
        viewer: Who looks.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        chosen = viewer.request.query_params.get("technology", "4G")
        self._technology = chosen if chosen in KPIS else "4G"
        self._kpis = KPIS[self._technology]
        self._levels = levels_by_metric(viewer.console.world.desk.world.rules)
        t = viewer.texts
        with ui.element("nav").classes("filters") as bar:
            bar.props["aria-label"] = t("radio.technology")
            for technology in KPIS:
                with ui.element("a").classes("chip") as chip:
                    chip.props["href"] = f"/radio?technology={technology}"
                    if technology == self._technology:
                        chip.props["aria-current"] = "true"
                    ui.label(technology)
            self._said = ui.label(t("chart.waiting")).classes("hint")
        columns = [Column(t(f"radio.{kpi.name}"), is_number=True) for kpi in self._kpis]
        with ui.element("div").classes("radio-grid"):
            with self._panel("areas"):
                named = [Column(t("radio.area")), *columns]
                self._areas = Table(named, t("radio.areas"), t("radio.nothing"))
            with self._panel("hours"):
                self._hours = ui.html("", sanitize=False).classes("table-box")
                self._hours.props["tabindex"] = "0"
            with self._panel("worst"):
                named = [Column(t("radio.cell")), Column(t("radio.site")), columns[0]]
                self._worst = Table(named, t("radio.worst"), t("radio.nothing"))
            with self._panel("sleeping"):
                words = t.group("alarms")
                words |= {s.word: s.text.of(viewer.language) for s in Severity}
                words |= {"none": t("radio.none_sleep"), "none_hint": ""}
                self._sleeping = AlarmList(self._sleeping_rows(), words)
                self._sleeping.classes("panel-body")
                self._sleeping.props["tabindex"] = "0"  # it scrolls: the keyboard has to get there
        self._undrawn = [self._areas, self._worst]
        self._say_instead(t("chart.waiting"))
        viewer.live(lambda: self._sleeping.show(self._sleeping_rows()))
        background_tasks.create(self._draw(), name="radio")

    def _panel(self, name: str) -> ui.element:
        section = ui.element("section").classes(f"panel panel-{name}")
        section.props["aria-label"] = self._viewer.texts(f"radio.{name}")
        with section, ui.element("div").classes("panel-head"):
            ui.html(self._viewer.texts(f"radio.{name}"), sanitize=False, tag="h2")
        return section

    def _sleeping_rows(self) -> list[dict[str, Any]]:
        """What takes whole sites out of service, and cells that are out by themselves."""
        console = self._viewer.console
        engine = console.world.desk.engine
        found = [alarm for alarm in console.watch.state.roots if lost_places(alarm)]
        found += [alarm for rule in sorted(CELL_OUT) for alarm in engine.active_of(rule)]
        return [console.alarms.row(alarm, self._viewer.language) for alarm in found]

    # -- what the archive tells --------------------------------------------------------------------

    async def _draw(self) -> None:
        try:
            by_area = {kpi.name: await self._ask(kpi, ("area",)) for kpi in self._kpis}
            self._areas.show(self._area_rows(by_area))
            self._undrawn.remove(self._areas)
            load = _drawn_by_hour(self._kpis)
            hourly = await self._ask(load, ("area",), _HOUR_MS)
            self._hours.set_content(self._heat_map(load, hourly))
            worst = await self._ask(self._kpis[0], ("cell",))
            self._worst.show(self._worst_rows(worst))
            self._undrawn.remove(self._worst)
            self._said.set_text(self._viewer.texts("radio.last_day"))
        except PastUnknown as error:
            why = self._viewer.texts("chart.failed", why=error)
            self._said.set_text(why)
            self._say_instead(why)

    def _say_instead(self, text: str) -> None:
        """In place of what is not drawn yet."""
        for table in self._undrawn:
            table.show([], text)

    async def _ask(self, kpi: Kpi, by: tuple[str, ...], step_ms: int = _DAY_MS) -> Lines:
        """A KPI over the last day, up to the last full hour that has begun."""
        if not self._viewer.console.past.is_kept:
            raise PastUnknown(self._viewer.texts("chart.not_kept"))
        end = self._viewer.console.world.clock.time_ms() // _HOUR_MS * _HOUR_MS + _HOUR_MS
        where = {"direction": "dl"} if kpi.down else {}
        question = Question(kpi.metric, end - _DAY_MS, end, step_ms, by, where)
        return await self._viewer.console.past.ask(question)

    def _field(self, kpi: Kpi, value: float | None) -> Field:
        if value is None:
            return "–"
        metric = self._viewer.console.world.catalogue.metric(kpi.metric)
        text = self._viewer.texts.quantity(metric, value)
        return Cell(text, tone(kpi, self._levels, value))

    def _area_rows(self, by_area: Mapping[str, Lines]) -> list[list[Field]]:
        codes = sorted({labels for lines in by_area.values() for labels in lines})
        rows: list[list[Field]] = []
        for labels in codes:
            fields = [self._field(kpi, _last(by_area[kpi.name].get(labels))) for kpi in self._kpis]
            rows.append([Cell(self._area(labels[0]), href=f"/area/{labels[0]}"), *fields])
        return rows

    def _area(self, code: str) -> str:
        return area_title(self._viewer.console.world.inventory, code)

    def _worst_rows(self, lines: Lines) -> list[list[Field]]:
        kpi = self._kpis[0]
        found = [(value, labels[0]) for labels, points in lines.items() for _, value in points]
        cells = self._viewer.console.world.inventory.cells
        rows: list[list[Field]] = []
        for value, name in sorted(found)[:_MOST_CELLS]:
            cell = cells.get(CellName(name))
            site = Cell(cell.site, href=f"/site/{cell.site}") if cell is not None else ""
            rows.append([name, site, self._field(kpi, value)])
        return rows

    def _heat_map(self, kpi: Kpi, lines: Lines) -> str:
        zone, t = self._viewer.console.world.timezone, self._viewer.texts
        title, full = t(f"radio.{kpi.name}"), _worst_bound(self._levels.get(kpi.metric, {}))
        decimals = 0 if full > _SMALL else 1
        hours = sorted({time for points in lines.values() for time, _ in points})
        rows = []
        for labels, points in sorted(lines.items()):
            known = {hour: (value, t.percent(value, decimals)) for hour, value in points}
            rows.append((self._area(labels[0]), [known.get(hour) for hour in hours]))
        titles = [f"{datetime.fromtimestamp(hour / 1000, zone):%H}" for hour in hours]
        return render("heat_map.html", title=title, hours=titles, rows=rows, full=full, t=t)


def levels_by_metric(rules: Iterable[Rule]) -> dict[str, Levels]:
    """Bounds of the alarm rules: what is marked here is what is an alarm there."""
    return {
        rule.when.metric: rule.when.levels
        for rule in rules
        if isinstance(rule.when, Threshold | RatioOfSums)
    }


def tone(kpi: Kpi, levels: Mapping[str, Levels], value: float) -> str:
    """How a value is marked: the word of a severity, "" for a good one."""
    if kpi.metric in levels:
        severity = level_of(levels[kpi.metric], value)
        return severity.word if severity > Severity.CLEARED else ""
    is_bad = kpi.bad is not None and (value > kpi.bad if kpi.is_bad_above else value < kpi.bad)
    return "major" if is_bad else ""


def _worst_bound(levels: Levels) -> float:
    """The largest bound: where a value is as bad as can be. 1 without any."""
    return max((bound.limit for bounds in levels.values() for bound in bounds), default=1.0)


def _drawn_by_hour(kpis: tuple[Kpi, ...]) -> Kpi:
    """Load where it is told, else what is bad when it is high: warm colours are bad ones."""
    bad_above = [kpi for kpi in kpis if kpi.is_bad_above]
    return next((kpi for kpi in bad_above if kpi.name == "load"), bad_above[0])


def _last(points: list[tuple[int, float]] | None) -> float | None:
    return points[-1][1] if points else None
