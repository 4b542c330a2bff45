"""The list of alarms: worked out once for all who look through the same filter."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.console.alarm_board import AlarmBoard
from dashboards.console.alarm_filter import AlarmFilter
from dashboards.console.alarm_rows import AlarmWriter
from dashboards.console.texts import LANGUAGES, Texts
from dashboards.console.watch import Watch
from omc.alarms import MaintenanceWindow, Severity
from omc.alarms.desk import AlarmDesk
from omc.core.clock import ManualClock
from tests.unit.dashboards.console.worlds import ZONE, make_desk, make_world

HOUR_MS = 3_600_000


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def desk(tmp_path: Path, clock: ManualClock) -> AlarmDesk:
    return make_desk(tmp_path, clock)


@pytest.fixture
def watch(tmp_path: Path, clock: ManualClock, desk: AlarmDesk) -> Watch:
    return Watch(make_world(tmp_path, clock, desk))


@pytest.fixture
def board(watch: Watch) -> AlarmBoard:
    texts: dict[str, Texts] = {name: Texts.load(name, ZONE) for name in LANGUAGES}
    return AlarmBoard(watch, AlarmWriter(watch.world, texts))


def burn(desk: AlarmDesk, clock: ManualClock, site: str, severity: Severity) -> None:
    clock.advance(1.0)
    desk.engine.report("smoke_or_fire", (("site", site),), "x", severity)


def sites(board: AlarmBoard, wanted: AlarmFilter) -> list[str]:
    return [row["key"].split('"')[1] for row in board.rows(wanted, "en")]


async def test_the_worst_stand_first_with_planned_and_past_ones_where_they_belong(
    desk: AlarmDesk, clock: ManualClock, watch: Watch, board: AlarmBoard
) -> None:
    for site, severity in (("A", Severity.MINOR), ("B", Severity.CRITICAL), ("D", Severity.MAJOR)):
        burn(desk, clock, site, severity)
    burn(desk, clock, "E", Severity.CRITICAL)
    now = clock.time_ms()
    await desk.open_window(MaintenanceWindow("w", now, now + HOUR_MS, "lan", sites=("D",)))
    desk.engine.clear(desk.engine.active()[0].key, "lan")
    watch.look()
    assert sites(board, AlarmFilter()) == ["E", "B"]
    assert sites(board, AlarmFilter(planned=True)) == ["E", "B", "D"]
    assert sites(board, AlarmFilter(planned=True, cleared=True)) == ["E", "B", "D", "A"]
    assert sites(board, AlarmFilter(text='site="B"')) == ["B"]


def test_it_is_worked_out_once_for_all_until_the_picture_changes(
    desk: AlarmDesk, clock: ManualClock, watch: Watch, board: AlarmBoard
) -> None:
    burn(desk, clock, "A", Severity.MAJOR)
    watch.look()
    mine, theirs = board.rows(AlarmFilter(), "en"), board.rows(AlarmFilter(key="x"), "en")
    assert mine is theirs
    burn(desk, clock, "B", Severity.MAJOR)
    assert board.rows(AlarmFilter(), "en") is mine
    watch.look()
    assert sites(board, AlarmFilter()) == ["B", "A"]


def test_of_very_many_only_so_many_are_listed_as_anybody_reads(
    desk: AlarmDesk, clock: ManualClock, watch: Watch, board: AlarmBoard
) -> None:
    for number in range(500):
        burn(desk, clock, f"S{number}", Severity.MAJOR)
    watch.look()
    assert len(board.rows(AlarmFilter(), "en")) == 400
