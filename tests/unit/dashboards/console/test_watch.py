from __future__ import annotations

from pathlib import Path

from dashboards.console.watch import Watch
from omc.alarms import Severity
from omc.alarms.desk import AlarmDesk
from omc.core.clock import ManualClock
from tests.unit.dashboards.console.worlds import make_desk, make_world


def watch_over(desk: AlarmDesk, folder: Path, clock: ManualClock) -> Watch:
    return Watch(make_world(folder, clock, desk))


def catch_fire(desk: AlarmDesk, clock: ManualClock, site: str) -> None:
    clock.advance(1.0)
    desk.engine.report("smoke_or_fire", (("site", site),), "x", Severity.MAJOR)


def sites(watch: Watch) -> list[str]:
    return [change.alarm.label("site") for change in watch.changes]


async def test_what_is_heard_before_the_past_is_known_is_newer_and_told_once(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    before = make_desk(tmp_path, clock)
    catch_fire(before, clock, "A")
    catch_fire(before, clock, "B")
    await before.store.flush()
    desk = make_desk(tmp_path, clock)
    watch = watch_over(desk, tmp_path, clock)
    catch_fire(desk, clock, "E")
    await desk.store.flush()
    catch_fire(desk, clock, "D")
    await watch.restore()
    assert sites(watch) == ["D", "E", "B", "A"]


async def test_of_a_stormy_hour_the_newest_changes_are_kept(tmp_path: Path) -> None:
    clock = ManualClock()
    before = make_desk(tmp_path, clock)
    catch_fire(before, clock, "A")
    await before.store.flush()
    desk = make_desk(tmp_path, clock)
    watch = watch_over(desk, tmp_path, clock)
    for number in range(500):
        catch_fire(desk, clock, f"S{number}")
    await watch.restore()
    assert sites(watch)[0] == "S499"
    assert len(sites(watch)) == 400
