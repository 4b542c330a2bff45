"""The active alarms in order, whatever happens to them."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from omc.alarms import AlarmEngine, AlarmKey, Maintenance, Severity, alarm_key
from omc.alarms.life.overview import AlarmOverview
from omc.core.clock import ManualClock
from omc.core.inventory import Inventory

NAMES = ("a", "b", "c", "d")
REPORT = st.tuples(st.just("report"), st.sampled_from(NAMES), st.sampled_from(Severity))
ROOT = st.tuples(st.just("root"), st.sampled_from(NAMES), st.sampled_from((None, *NAMES)))


class Seen:
    """An engine and what is seen of it."""

    def __init__(self) -> None:
        self.engine = AlarmEngine(ManualClock(), {}, Maintenance(Inventory()))
        self.overview = AlarmOverview(self.engine)
        self.engine.listen(self.overview.heed)

    def report(self, name: str, severity: Severity) -> None:
        self.engine.report("rule", (("site", name),), "x", severity)

    def set_root(self, name: str, root: str | None) -> None:
        alarm = self.engine.get(key_of(name))
        if alarm is not None and alarm.is_active:
            self.engine.set_root(key_of(name), None if root is None else key_of(root))


def key_of(name: str) -> AlarmKey:
    return alarm_key("rule", (("site", name),))


def test_the_worst_come_first_and_then_those_that_became_so_last() -> None:
    seen = Seen()
    seen.report("a", Severity.MINOR)
    seen.report("b", Severity.MINOR)
    seen.report("c", Severity.MAJOR)
    assert [alarm.label("site") for alarm in seen.overview.alarms()] == ["c", "b", "a"]
    assert [a.label("site") for a in seen.overview.alarms(Severity.MAJOR)] == ["c"]
    assert seen.overview.counts() == {Severity.MAJOR: 1, Severity.MINOR: 2}


@given(st.lists(REPORT | ROOT, max_size=40))
def test_it_shows_what_the_engine_knows(steps: list[tuple[str, str, object]]) -> None:
    seen = Seen()
    for what, name, value in steps:
        if what == "report":
            assert isinstance(value, Severity)
            seen.report(name, value)
        else:
            seen.set_root(name, None if value is None else str(value))
    active = seen.engine.active()
    for overview in (seen.overview, AlarmOverview(seen.engine)):  # kept current, and made anew
        shown = list(overview.alarms())
        assert Counter(a.key for a in shown) == Counter(a.key for a in active)
        assert [a.severity for a in shown] == sorted((a.severity for a in shown), reverse=True)
        roots = {alarm.key for alarm in active if alarm.root is None}
        assert {alarm.key for alarm in overview.alarms(roots_only=True)} == roots
        assert overview.concerning == len(roots)
        for name in NAMES:
            children = {alarm.key for alarm in active if alarm.root == key_of(name)}
            assert {alarm.key for alarm in overview.children(key_of(name))} == children
            assert overview.children_count(key_of(name)) == len(children)
