"""When devices are polled: the agenda, driven with a clock held still."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.schedule import (
    FIRST_ROUND,
    LONGEST_BACK_OFF,
    Agenda,
    Job,
    Mode,
    Outcome,
    Start,
    back_off,
    run_agenda,
    stagger,
)
from omc.core.clock import ManualClock, SystemClock


def agenda_of(*names: str, interval: float = 60.0, concurrency: int = 100) -> Agenda:
    agenda = Agenda(ManualClock(), concurrency)
    agenda.add(*[Job(name, interval) for name in names])
    return agenda


def pass_time(agenda: Agenda, seconds: float) -> list[Start]:
    assert isinstance(agenda.clock, ManualClock)
    agenda.clock.advance(seconds)
    return agenda.starts()


def finish_all(agenda: Agenda, starts: list[Start], outcome: Outcome = Outcome.ANSWERED) -> None:
    for start in starts:
        agenda.finished(start.job, outcome)


def test_the_first_round_comes_soon_and_is_spread() -> None:
    agenda = agenda_of(*[f"node-{i}" for i in range(500)], concurrency=500)
    by_second = Counter[int]()
    for second in range(int(FIRST_ROUND) + 1):
        by_second[second] = len(pass_time(agenda, 1.0))
    assert by_second.total() == 500
    assert max(by_second.values()) < 500 / FIRST_ROUND * 1.6


def test_a_small_fleet_is_polled_at_once() -> None:
    agenda = agenda_of(*[f"node-{i}" for i in range(20)])
    assert len(pass_time(agenda, 2.0)) == 20


def test_the_first_round_of_a_large_fleet_takes_longer_but_never_more_than_an_interval() -> None:
    agenda = Agenda(ManualClock(), 100_000)
    agenda.add(*[Job(f"node-{i}", 60.0) for i in range(2000)])
    started = [len(pass_time(agenda, 10.0)) for _ in range(6)]
    assert sum(started) == 2000
    assert all(count > 0 for count in started[:5])
    assert max(started) < 2000 * 10 / 50 * 1.3


def test_later_polls_keep_their_place_on_the_wall_clock() -> None:
    agenda = agenda_of("VPC0001-router", interval=60.0)
    started_at = []
    for _ in range(400):
        for start in pass_time(agenda, 1.0):
            started_at.append(agenda.clock.time_ms() / 1000)
            agenda.finished(start.job, Outcome.ANSWERED)
    place = stagger("VPC0001-router") * 60
    assert len(started_at) >= 6
    assert all(0 <= (moment - place) % 60 <= 1.0 for moment in started_at[1:])


def test_a_restart_polls_a_device_at_the_same_second() -> None:
    places = set()
    for boot in (0.0, 17.3, 41.9):
        clock = ManualClock(monotonic=boot)
        clock.advance(boot)
        agenda = Agenda(clock, 10)
        agenda.add(Job("VPC0001-router", 60.0))
        for _ in range(300):
            for start in pass_time(agenda, 1.0):
                last = start.job
                agenda.finished(last, Outcome.ANSWERED)
        offset = last.due - clock.monotonic() + clock.time_ms() / 1000
        places.add(round(offset % 60, 3))
    assert len(places) == 1


def test_a_device_is_never_polled_twice_at_once_and_missed_slots_are_counted() -> None:
    agenda = agenda_of("slow", interval=10.0)
    started = []
    for _ in range(20):
        started += pass_time(agenda, 1.0)
    assert [start.job.name for start in started] == ["slow"]
    pass_time(agenda, 25.0)
    agenda.finished(started[0].job, Outcome.ANSWERED)
    assert agenda.counts.skipped >= 2
    assert agenda.next_due() is not None


def test_a_start_after_its_slot_is_counted_late() -> None:
    agenda = agenda_of("a", "b", "c", concurrency=1)
    first = pass_time(agenda, FIRST_ROUND)
    assert len(first) == 1
    finish_all(agenda, first)
    second = pass_time(agenda, 5.0)
    assert len(second) == 1
    assert second[0].lateness > 1.0
    assert agenda.counts.late >= 1


def test_a_dead_device_is_only_probed_and_more_and_more_rarely() -> None:
    agenda = agenda_of("dead", interval=30.0)
    gaps, modes, last = [], [], None
    for _ in range(4000):
        for start in pass_time(agenda, 1.0):
            now = agenda.clock.monotonic()
            gaps.append(now - last if last is not None else 0.0)
            last = now
            modes.append(start.mode)
            agenda.finished(start.job, Outcome.SILENT)
    assert modes[0] is Mode.POLL
    assert set(modes[1:]) == {Mode.PROBE}
    assert [round(gap) for gap in gaps[1:5]] == [30, 60, 120, 240]
    assert all(round(gap) == LONGEST_BACK_OFF for gap in gaps[5:])


def test_an_answered_probe_is_followed_by_a_full_poll_at_once() -> None:
    agenda = agenda_of("flapping", interval=30.0)
    (first,) = pass_time(agenda, FIRST_ROUND)
    assert agenda.finished(first.job, Outcome.SILENT) is None
    (probe,) = pass_time(agenda, 30.0)
    assert probe.mode is Mode.PROBE
    poll = agenda.finished(probe.job, Outcome.ANSWERED)
    assert poll is not None
    assert (poll.mode, poll.lateness) == (Mode.POLL, 0.0)
    assert agenda.finished(poll.job, Outcome.ANSWERED) is None
    assert agenda.running == 0


def test_a_hastened_device_is_asked_now_once_and_keeps_its_slots() -> None:
    agenda = agenda_of("a")
    finish_all(agenda, pass_time(agenda, 60.0))
    slot = agenda.next_due()
    (job,) = (start.job for start in pass_time(agenda, 60.0))
    agenda.hasten(job)  # it is under way: as good
    agenda.finished(job, Outcome.ANSWERED)
    agenda.clock.advance(5.0)  # type: ignore[attr-defined]
    agenda.hasten(job)
    agenda.hasten(job)
    starts = agenda.starts()
    assert [start.job for start in starts] == [job]
    finish_all(agenda, starts)
    following = agenda.next_due()
    while following is not None and following < agenda.clock.monotonic() + 30:
        assert pass_time(agenda, following - agenda.clock.monotonic()) == []  # hastened before
        following = agenda.next_due()
    assert slot is not None
    assert following is not None
    assert (following - slot) % 60.0 == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("seconds", [1.0, 12.0, 29.0, 31.0, 48.0, 59.0])
def test_a_hastened_device_is_asked_again_within_an_interval(seconds: float) -> None:
    agenda = agenda_of("a")
    finish_all(agenda, pass_time(agenda, 60.0))
    slot = agenda.next_due()
    assert slot is not None
    (start,) = pass_time(agenda, slot - agenda.clock.monotonic() + 0.001)
    finish_all(agenda, [start])
    agenda.clock.advance(seconds)  # type: ignore[attr-defined]
    agenda.hasten(start.job)
    finish_all(agenda, agenda.starts())
    following = agenda.next_due()
    assert following is not None
    assert 0 < following - agenda.clock.monotonic() <= 60.0


def test_a_hastened_dead_device_is_probed_before_its_back_off_is_over() -> None:
    agenda = agenda_of("a")
    (start,) = pass_time(agenda, 60.0)
    agenda.finished(start.job, Outcome.SILENT)
    agenda.clock.advance(1.0)  # type: ignore[attr-defined]
    agenda.hasten(start.job)
    assert [again.mode for again in agenda.starts()] == [Mode.PROBE]


def test_a_removed_device_is_not_planned_again() -> None:
    agenda = agenda_of("gone", "stays")
    starts = pass_time(agenda, FIRST_ROUND)
    next(start.job for start in starts if start.job.name == "gone").removed = True
    finish_all(agenda, starts)
    names = {start.job.name for _ in range(3) for start in pass_time(agenda, 61.0)}
    assert names == {"stays"}


@given(st.text(), st.floats(1, 3600), st.integers(1, 60))
def test_stagger_and_back_off_stay_in_bounds(name: str, interval: float, failures: int) -> None:
    assert 0 <= stagger(name) < 1
    assert interval <= back_off(interval, failures) <= max(interval, LONGEST_BACK_OFF)


@given(st.lists(st.tuples(st.floats(0.1, 90), st.booleans()), min_size=1, max_size=60))
def test_every_start_is_finished_or_running(steps: list[tuple[float, bool]]) -> None:
    agenda = agenda_of("a", "b", "c", "d", interval=20.0, concurrency=3)
    running: list[Start] = []
    for seconds, answered in steps:
        running += pass_time(agenda, seconds)
        assert len(running) == agenda.running <= 3
        assert len({start.job.name for start in running}) == len(running)
        if running:
            start = running.pop(0)
            outcome = Outcome.ANSWERED if answered else Outcome.SILENT
            again = agenda.finished(start.job, outcome)
            running += [again] if again else []


async def test_one_hanging_device_never_delays_another() -> None:
    agenda = Agenda(SystemClock(), 10)
    for name in ("hangs", "a", "b"):
        agenda.add(Job(name, 0.05))
    polled = Counter[str]()

    async def work(start: Start) -> Outcome:
        polled[start.job.name] += 1
        await asyncio.sleep(60 if start.job.name == "hangs" else 0)
        return Outcome.ANSWERED

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.0):
            await run_agenda(agenda, work, asyncio.Event())
    assert polled["hangs"] == 1
    assert polled["a"] > 5
    assert polled["b"] > 5
