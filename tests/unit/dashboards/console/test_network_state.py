from __future__ import annotations

from dataclasses import replace

from dashboards.console.network_state import network_state
from omc.alarms import Alarm, AlarmKey, Severity
from omc.alarms.life.alarm import Finding
from tests.unit.alarms.small_network import small_inventory

INVENTORY = small_inventory()


def alarm(rule: str, severity: Severity = Severity.MINOR, **labels: str) -> Alarm:
    return Alarm(rule, tuple(sorted(labels.items())), severity, severity, 1000, 1000)


def cut(*places: str) -> Alarm:
    found = alarm("fibre_cut", Severity.CRITICAL, span="SP-1")
    return replace(found, finding=Finding("cut", 0.9, places))


def test_a_network_without_alarms_has_nothing_to_show() -> None:
    state = network_state(INVENTORY, [])
    assert (state.sites, state.roots, state.lost_sites) == ({}, (), 0)


def test_a_cut_takes_the_places_behind_it_and_their_cells_out_of_service() -> None:
    root = cut("E", "F", "G")
    child = replace(alarm("device_unreachable", Severity.MAJOR, node="E-RTR"), root=root.key)
    state = network_state(INVENTORY, [child, root])
    assert state.roots == (root,)
    assert state.children[root.key] == 1
    assert state.lost_sites == 3
    assert state.cells_out["4G"] == 3
    assert state.spans == {"SP-1": Severity.CRITICAL}
    assert state.cut_spans == 1
    assert [len(state.at_sites[code]) for code in "EFG"] == [2, 1, 1]
    assert list(state.criticals) == [root]


def test_the_worst_alarm_of_a_site_or_of_its_devices_colours_it() -> None:
    alarms = [
        alarm("env_temperature_high", Severity.WARNING, site="A"),
        alarm("cpu_busy", Severity.MAJOR, node="A-RTR"),
    ]
    site = network_state(INVENTORY, alarms).sites["A"]
    assert (site.severity, site.alarms, site.lost) == (Severity.MAJOR, 2, False)


def test_sites_without_mains_are_on_battery_until_they_are_dark() -> None:
    failed = [alarm("mains_failed", site=code) for code in "AB"]
    assert network_state(INVENTORY, failed).sites_on_battery == 2
    dark = replace(
        alarm("site_dark", Severity.CRITICAL, site="B"), finding=Finding("dark", 0.9, ("B",))
    )
    state = network_state(INVENTORY, [*failed, dark])
    assert (state.sites_on_battery, state.lost_sites) == (1, 1)


def test_planned_work_colours_nothing() -> None:
    planned = replace(cut("E"), suppressed="splicing")
    state = network_state(INVENTORY, [planned])
    assert (state.sites, state.spans, state.roots) == ({}, {}, ())
    assert (state.planned, state.cut, state.at_sites["E"]) == ((planned,), {"SP-1"}, [planned])


def test_while_we_are_cut_off_ourselves_nothing_is_said_of_the_sites() -> None:
    own = alarm("collector_cut_off", Severity.CRITICAL)
    silent = replace(alarm("device_unreachable", node="A-RTR"), root=AlarmKey(own.key))
    assert network_state(INVENTORY, [own, silent]).sites == {}


def test_a_cell_that_is_down_by_itself_is_counted_once() -> None:
    down = alarm("lte_cell_down", Severity.MAJOR, site="F", cell="F-L18")
    assert network_state(INVENTORY, [down]).cells_out["4G"] == 1
    assert network_state(INVENTORY, [down, cut("E", "F", "G")]).cells_out["4G"] == 3


def test_roots_stand_in_the_order_of_urgency() -> None:
    alarms = [alarm("a", Severity.WARNING, site="A"), cut("E"), alarm("b", Severity.MAJOR)]
    assert [a.severity for a in network_state(INVENTORY, alarms).roots] == [
        Severity.CRITICAL,
        Severity.MAJOR,
        Severity.WARNING,
    ]
