"""How every site, span and area stands: what the alarms say of them, for maps and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import takewhile

from omc.alarms import Alarm, AlarmKey, Severity
from omc.core.inventory import Inventory
from omc.core.model import AreaCode, CellName, NodeName, SiteCode

#: Rules that say that a site has no mains.
_MAINS = "mains_failed"
#: The rule that says that a span is cut.
_CUT = "fibre_cut"
#: While we are cut off ourselves, silence says nothing of the sites.
_BLIND = "collector_cut_off"
#: Faults of an `omc.alarms.life.alarm.Finding` that take the places it names out of service.
_LOSES = frozenset({"cut", "dark"})
#: Rules that say that a cell serves nobody.
CELL_OUT = frozenset(
    {
        *("utran_cell_down", "lte_cell_down", "nr_cell_down"),
        *("lte_cell_sleeping", "nr_cell_sleeping"),
    }
)


@dataclass(frozen=True, slots=True)
class SiteState:
    """One site.

    Attributes:
        severity: The worst of its alarms, planned work left out.
        lost: It is out of service, as far as the root causes tell.
        on_battery: It has no mains.
        alarms: How many there are.
    """

    severity: Severity = Severity.CLEARED
    lost: bool = False
    on_battery: bool = False
    alarms: int = 0


@dataclass(frozen=True, slots=True)
class NetworkState:
    """Everything at one moment.

    Attributes:
        sites: Those that have an alarm, by code; the others are well.
        spans: Severity of those with an alarm, by name.
        cut: Names of those that are cut, be it by planned work.
        areas: Severity of those with an alarm of their own, by code.
        cells_out: Cells without service, by technology.
        roots: Alarms that people have to look at, the worst first: no child, no planned work.
        planned: Those within planned work, likewise.
        children: How many alarms each root explains.
        counts: Roots by severity.
        rules: Roots by rule.
        at_sites: All alarms of a site, and those that take it out of service; by its code.
    """

    sites: dict[str, SiteState] = field(default_factory=dict)
    spans: dict[str, Severity] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    areas: dict[str, Severity] = field(default_factory=dict)
    cells_out: Counter[str] = field(default_factory=Counter)
    roots: tuple[Alarm, ...] = ()
    planned: tuple[Alarm, ...] = ()
    children: Counter[AlarmKey] = field(default_factory=Counter)
    counts: Counter[Severity] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    at_sites: dict[str, list[Alarm]] = field(default_factory=dict)

    @property
    def lost_sites(self) -> int:
        """Sites out of service."""
        return sum(site.lost for site in self.sites.values())

    @property
    def sites_on_battery(self) -> int:
        """Sites without mains that are still there."""
        return sum(site.on_battery and not site.lost for site in self.sites.values())

    @property
    def cut_spans(self) -> int:
        """Cables that are cut."""
        return self.rules[_CUT]

    @property
    def criticals(self) -> Iterator[Alarm]:
        """Critical roots, the newest first."""
        return takewhile(lambda alarm: alarm.severity is Severity.CRITICAL, self.roots)


def site_of(inventory: Inventory, alarm: Alarm) -> str:
    """The site that an alarm is about: its own label, or where its node stands; "" for none."""
    site = alarm.label("site")
    if not site and (node := inventory.nodes.get(NodeName(alarm.label("node")))) is not None:
        site = node.site or ""
    return site


def lost_places(alarm: Alarm) -> tuple[str, ...]:
    """The places that an alarm takes out of service."""
    finding = alarm.finding
    return finding.places if finding is not None and finding.fault in _LOSES else ()


def urgency(alarm: Alarm) -> tuple[int, int, AlarmKey]:
    """Sorts alarms: the worst first, then the newest."""
    return -alarm.severity, -alarm.raised_ms, alarm.key


def area_title(inventory: Inventory, code: str) -> str:
    """Name of an area; its code where there is none of that code, and a dash for no code."""
    periods = inventory.areas.get(AreaCode(code))
    return periods[-1].name if periods else code or "–"


def network_state(inventory: Inventory, alarms: Iterable[Alarm]) -> NetworkState:
    """What the active alarms say of the network."""
    state = NetworkState()
    roots: list[Alarm] = []
    planned: list[Alarm] = []
    lost: set[str] = set()
    cells: set[str] = set()
    for alarm in alarms:
        _index(inventory, state, alarm)
        if alarm.suppressed is not None or (alarm.root or "").startswith(_BLIND):
            if alarm.root is None:
                planned.append(alarm)
            continue
        if alarm.root is None:
            roots.append(alarm)
        lost.update(lost_places(alarm))
        if alarm.rule in CELL_OUT:
            cells.add(alarm.label("cell"))
        _note_place(inventory, state, alarm)
    for code in lost & inventory.sites.keys():
        _lose(state, code)
    _count_cells(inventory, state, cells)
    return replace(
        state,
        roots=tuple(sorted(roots, key=urgency)),
        planned=tuple(sorted(planned, key=urgency)),
        counts=Counter(alarm.severity for alarm in roots),
        rules=Counter(alarm.rule for alarm in roots),
    )


def _index(inventory: Inventory, state: NetworkState, alarm: Alarm) -> None:
    """Note what is asked for of all alarms, be they explained or planned."""
    if alarm.root is not None:
        state.children[alarm.root] += 1
    if alarm.rule == _CUT:
        state.cut.add(alarm.label("span"))
    for code in _places_of(inventory, alarm):
        state.at_sites.setdefault(code, []).append(alarm)


def _places_of(inventory: Inventory, alarm: Alarm) -> set[str]:
    """The site that an alarm is about, and those that it takes out of service."""
    places: set[str] = set(alarm.finding.places) if alarm.finding is not None else set()
    site = site_of(inventory, alarm)
    return places | {site} if site else places


def _note_place(inventory: Inventory, state: NetworkState, alarm: Alarm) -> None:
    span, area = alarm.label("span"), alarm.label("area")
    if span:
        state.spans[span] = max(alarm.severity, state.spans.get(span, Severity.CLEARED))
    if area:
        state.areas[area] = max(alarm.severity, state.areas.get(area, Severity.CLEARED))
    site = site_of(inventory, alarm)
    if site:
        before = state.sites.get(site, SiteState())
        state.sites[site] = SiteState(
            max(before.severity, alarm.severity),
            before.lost,
            before.on_battery or alarm.rule == _MAINS,
            before.alarms + 1,
        )


def _lose(state: NetworkState, code: str) -> None:
    before = state.sites.get(code, SiteState())
    state.sites[code] = SiteState(
        Severity.CRITICAL, lost=True, on_battery=before.on_battery, alarms=before.alarms
    )


def _count_cells(inventory: Inventory, state: NetworkState, down: Iterable[str]) -> None:
    """Cells of lost sites, and those that are down by themselves."""
    lost = {code for code, site in state.sites.items() if site.lost}
    for code in lost:
        state.cells_out.update(
            str(cell.technology) for cell in inventory.cells_of.get(SiteCode(code), ())
        )
    for name in down:
        cell = inventory.cells.get(CellName(name))
        if cell is not None and cell.site not in lost:
            state.cells_out[str(cell.technology)] += 1
