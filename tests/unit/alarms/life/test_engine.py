"""The life of an alarm."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omc.alarms import (
    AlarmEngine,
    AlarmKey,
    Change,
    ChangeKind,
    Maintenance,
    MaintenanceWindow,
    Severity,
    Timing,
    UnknownAlarm,
    alarm_key,
)
from omc.alarms.life.flapping import FlappingPolicy
from omc.core.clock import ManualClock
from omc.core.inventory import Area, AreaLevel, Inventory, Site
from omc.core.model import AreaCode, SiteCode

SITE = (("site", "VYE001"),)
KEY = alarm_key("mains_failed", SITE)
CLEARED, MINOR, MAJOR = Severity.CLEARED, Severity.MINOR, Severity.MAJOR


class Life:
    """An engine, and what it told."""

    def __init__(self, hold: float = 0.0, clear_after: float = 0.0) -> None:
        self.clock = ManualClock()
        area = Area(AreaCode("08707"), "Phường Vĩnh Yên", AreaLevel.COMMUNE, AreaCode("VP"))
        province = Area(AreaCode("VP"), "Tỉnh Vĩnh Phúc", AreaLevel.PROVINCE)
        site = Site(SiteCode("VYE001"), "Tích Sơn 1", 21.3, 105.6, area.code)
        inventory = Inventory(areas=[area, province], sites=[site])
        self.maintenance = Maintenance(inventory)
        timings = {"mains_failed": Timing(hold, clear_after)}
        self.engine = AlarmEngine(
            self.clock, timings, self.maintenance, FlappingPolicy(900, begins=3, ends=1)
        )
        self.changes: list[Change] = []
        self.engine.listen(self.changes.append)

    def report(self, severity: Severity, who: str = "phase 1") -> None:
        self.engine.report("mains_failed", SITE, who, severity)

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.engine.tick()

    @property
    def story(self) -> list[ChangeKind]:
        return [change.kind for change in self.changes]


def test_an_alarm_is_raised_gets_worse_and_is_cleared() -> None:
    life = Life()
    life.report(MINOR)
    life.wait(10)
    life.report(MAJOR)
    life.wait(10)
    life.report(CLEARED)
    assert life.story == [ChangeKind.RAISED, ChangeKind.SEVERITY, ChangeKind.CLEARED]
    over = life.changes[-1].alarm
    assert over.worst is MAJOR
    assert over.cleared_ms is not None
    assert over.cleared_ms - over.raised_ms == 20_000
    assert life.engine.active() == []


def test_what_is_good_from_the_start_is_no_alarm() -> None:
    life = Life()
    life.report(CLEARED)
    assert life.story == []
    assert life.engine.known() == []


def test_the_worst_of_an_objects_series_decides() -> None:
    life = Life()
    life.report(MINOR, "phase 1")
    life.report(MAJOR, "phase 2")
    life.report(CLEARED, "phase 2")
    assert life.engine.active()[0].severity is MINOR
    life.report(CLEARED, "phase 1")
    assert life.engine.active() == []


def test_a_short_dip_is_never_told() -> None:
    life = Life(hold=30)
    life.report(MINOR)
    life.wait(20)
    life.report(CLEARED)
    life.wait(60)
    assert life.story == []
    assert life.engine.known() == []


def test_the_clock_alone_raises_and_clears_what_has_lasted() -> None:
    life = Life(hold=30, clear_after=60)
    life.report(MINOR)
    life.wait(30)
    life.report(CLEARED)
    life.wait(59)
    assert life.story == [ChangeKind.RAISED]
    life.wait(1)
    assert life.story == [ChangeKind.RAISED, ChangeKind.CLEARED]


def test_what_comes_back_is_the_same_alarm_reopened_and_not_acknowledged_any_more() -> None:
    life = Life()
    life.report(MINOR)
    life.engine.acknowledge(KEY, "lan", "đang xử lý")
    life.report(CLEARED)
    life.wait(3600)
    life.report(MINOR)
    alarm = life.engine.active()[0]
    assert alarm.occurrences == 2
    assert alarm.acknowledged is None
    assert life.story[-1] is ChangeKind.REOPENED


def test_a_cleared_alarm_is_forgotten_after_a_day() -> None:
    life = Life()
    life.report(MINOR)
    life.report(CLEARED)
    life.wait(86_399)
    assert len(life.engine.known()) == 1
    life.wait(2)
    assert life.engine.known() == []


def test_an_alarm_that_comes_and_goes_is_flapping_until_it_has_been_quiet() -> None:
    life = Life()
    for _ in range(4):
        life.report(MINOR)
        life.wait(5)
        life.report(CLEARED)
        life.wait(5)
    assert life.story.count(ChangeKind.FLAPPING) == 1
    assert life.changes[-1].alarm.flapping
    life.wait(900)
    life.wait(900)
    life.wait(900)
    assert life.story[-1] is ChangeKind.CALM
    assert not life.changes[-1].alarm.flapping


def test_an_acknowledgement_outlasts_flapping() -> None:
    life = Life()
    for _ in range(3):
        life.report(CLEARED)
        life.report(MINOR)
    life.engine.acknowledge(KEY, "lan")
    life.report(CLEARED)
    life.report(MINOR)
    assert life.engine.active()[0].acknowledged is not None


def test_people_acknowledge_comment_assign_and_clear() -> None:
    life = Life()
    life.report(MINOR)
    engine = life.engine
    engine.acknowledge(KEY, "lan", "gọi điện lực")
    engine.comment(KEY, "minh", "có điện lúc 5 giờ")
    engine.assign(KEY, "lan", "minh")
    engine.unacknowledge(KEY, "lan")
    cleared = engine.clear(KEY, "lan", "nhầm")
    assert not cleared.is_active
    assert life.story[1:] == [
        ChangeKind.ACKNOWLEDGED,
        ChangeKind.COMMENTED,
        ChangeKind.ASSIGNED,
        ChangeKind.UNACKNOWLEDGED,
        ChangeKind.CLEARED,
    ]
    assert [change.who for change in life.changes[1:]] == ["lan", "minh", "lan", "lan", "lan"]


def test_what_was_cleared_by_hand_and_is_still_so_is_raised_at_the_next_reading() -> None:
    life = Life()
    life.report(MINOR)
    life.engine.clear(KEY, "lan")
    life.report(MINOR)
    assert life.story[-1] is ChangeKind.REOPENED


def test_nobody_can_do_anything_with_an_alarm_that_is_not_there() -> None:
    life = Life()
    for act in (life.engine.acknowledge, life.engine.unacknowledge, life.engine.clear):
        with pytest.raises(UnknownAlarm):
            act(AlarmKey("mains_failed{}"), "lan")


@pytest.mark.parametrize(
    "where",
    [{}, {"sites": ("VYE001",)}, {"areas": ("08707",)}, {"areas": ("VP",)}],
    ids=["everywhere", "site", "commune", "province"],
)
def test_an_alarm_within_a_maintenance_window_is_recorded_and_marked(
    where: dict[str, tuple[str, ...]],
) -> None:
    life = Life()
    now = life.clock.time_ms()
    life.maintenance.put(MaintenanceWindow("w", now, now + 60_000, "lan", "thay ắc quy", **where))
    life.report(MINOR)
    assert life.engine.active()[0].suppressed == "w"
    life.wait(60)
    life.engine.apply_maintenance()
    assert life.engine.active()[0].suppressed is None
    assert life.story == [ChangeKind.RAISED, ChangeKind.UNSUPPRESSED]


def test_a_window_elsewhere_changes_nothing() -> None:
    life = Life()
    now = life.clock.time_ms()
    elsewhere = MaintenanceWindow("w", now, now + 60_000, "lan", sites=("VYE002",), spans=("S",))
    life.maintenance.put(elsewhere)
    life.report(MINOR)
    assert life.engine.active()[0].suppressed is None


def test_a_restart_neither_repeats_nor_loses_an_alarm() -> None:
    before = Life()
    before.report(MINOR, "phase 1")
    before.report(MAJOR, "phase 2")
    after = Life()
    after.engine.restore(before.engine.active())
    after.report(MAJOR, "phase 2")
    assert after.story == []
    after.report(CLEARED, "phase 2")
    assert after.engine.active()[0].severity is MINOR
    after.report(CLEARED, "phase 1")
    assert after.story == [ChangeKind.SEVERITY, ChangeKind.CLEARED]


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["phase 1", "phase 2"]), st.sampled_from(Severity), st.floats(0.1, 200)
    ),
    max_size=40,
)


@settings(max_examples=200)
@given(_STEPS, st.sampled_from([0.0, 30.0]), st.sampled_from([0.0, 60.0]))
def test_the_same_input_gives_the_same_alarms_and_each_change_follows_from_the_last(
    steps: list[tuple[str, Severity, float]], hold: float, clear_after: float
) -> None:
    lives = [Life(hold, clear_after), Life(hold, clear_after)]
    for life in lives:
        for who, severity, pause in steps:
            life.report(severity, who)
            life.wait(pause)
    assert lives[0].changes == lives[1].changes
    severity = CLEARED
    for change in lives[0].changes:
        assert change.previous is severity
        if change.kind in {ChangeKind.RAISED, ChangeKind.REOPENED}:
            assert severity is CLEARED < change.alarm.severity
        if change.kind is ChangeKind.CLEARED:
            assert severity > CLEARED
        severity = change.alarm.severity
        assert change.alarm.is_active == (change.alarm.cleared_ms is None)


@settings(max_examples=100)
@given(_STEPS)
def test_in_the_end_an_alarm_is_what_its_series_last_asked_for(
    steps: list[tuple[str, Severity, float]],
) -> None:
    life = Life(hold=30, clear_after=60)
    last: dict[str, Severity] = {}
    for who, severity, pause in steps:
        life.report(severity, who)
        last[who] = severity
        life.wait(pause)
    for _ in range(5):
        life.wait(100)
    wanted = max(last.values(), default=CLEARED)
    active = life.engine.active()
    assert (active[0].severity if active else CLEARED) is wanted


def test_a_storm_of_changes_plans_no_more_than_there_are_alarms() -> None:
    life = Life(hold=5, clear_after=60)
    for number in range(20_000):
        life.report(MAJOR if number % 2 else CLEARED)
        life.wait(1 + number % 7)
    assert life.engine.planned < 2000


def test_what_is_said_again_is_quick_and_keeps_the_value_current() -> None:
    life = Life()
    life.engine.report("mains_failed", SITE, "phase 1", MAJOR, 1.0)
    assert life.engine.renew(KEY, "phase 1", MAJOR, 2.0)
    alarm = life.engine.get(KEY)
    assert alarm is not None
    assert alarm.value == 2.0
    assert not life.engine.renew(KEY, "phase 1", MINOR, 3.0)
    assert not life.engine.renew(KEY, "phase 2", MAJOR, 3.0)
    life.engine.clear(KEY, "lan")
    assert not life.engine.renew(KEY, "phase 1", MAJOR, 4.0)


def test_alarms_of_a_rule_are_found_among_all_others() -> None:
    life = Life()
    life.report(MAJOR)
    life.engine.report("another_rule", SITE, "x", MINOR)
    assert [alarm.rule for alarm in life.engine.active_of("mains_failed")] == ["mains_failed"]
    life.report(CLEARED)
    assert life.engine.active_of("mains_failed") == []
