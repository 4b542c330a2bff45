from __future__ import annotations

from dashboards.console.pages.alarms import shown_children
from omc.alarms import AlarmEngine, AlarmKey, Maintenance, Severity, alarm_key
from omc.alarms.life.overview import AlarmOverview
from omc.core.clock import ManualClock
from omc.core.inventory import Inventory


def root_with(children: int) -> tuple[AlarmOverview, AlarmKey]:
    engine = AlarmEngine(ManualClock(), {}, Maintenance(Inventory()))
    overview = AlarmOverview(engine)
    engine.listen(overview.heed)
    ring = (("span", "RG-1"),)
    engine.report("fibre_cut", ring, "x", Severity.CRITICAL)
    root = alarm_key("fibre_cut", ring)
    for number in range(children):
        labels = (("node", f"N{number}"),)
        engine.report("device_unreachable", labels, "x", Severity(2 + number % 2))
        engine.set_root(alarm_key("device_unreachable", labels), root)
    return overview, root


def test_a_few_children_are_all_shown_the_worst_first() -> None:
    children, rest = shown_children(*root_with(3))
    assert [alarm.label("node") for alarm in children] == ["N1", "N0", "N2"]
    assert rest == 0


def test_of_very_many_children_some_are_shown_and_the_rest_is_counted() -> None:
    children, rest = shown_children(*root_with(5_000))
    assert (len(children), rest) == (100, 4_900)
