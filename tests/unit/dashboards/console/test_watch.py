from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from dashboards.console.watch import Watch
from dashboards.console.world import ConsoleWorld
from omc.alarms import Severity
from omc.alarms.desk import AlarmDesk, AlarmWorld
from omc.alarms.prober import NoProber
from omc.api.access import Doorman
from omc.core.clock import ManualClock
from omc.core.model import Batch, Latest, Series
from omc.core.settings import AlarmSettings, ConsoleSettings
from omc.core.topology import Topology
from omc.reports.desk import ReportDesk
from omc.reports.maker import ReportMaker
from tests.unit.alarms.small_network import small_inventory
from tests.unit.alarms.watching import catalogue, shipped_rules

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class NoValues:
    """Nothing has been read."""

    def latest(self, metric: str) -> Iterable[Latest]:
        return ()

    def latest_of(self, series: Series) -> Latest | None:
        return None


def make_desk(folder: Path, clock: ManualClock) -> AlarmDesk:
    world = AlarmWorld(shipped_rules(), catalogue(), small_inventory(), ZONE, "vi", folder)
    return AlarmDesk(world, AlarmSettings(core=("C",)), clock, NoProber())


def watch_over(desk: AlarmDesk, folder: Path, clock: ManualClock) -> Watch:
    inventory = small_inventory()
    return Watch(
        ConsoleWorld(
            settings=ConsoleSettings(),
            language="vi",
            timezone=ZONE,
            inventory=inventory,
            topology=Topology(inventory, ("C",)),
            catalogue=catalogue(),
            desk=desk,
            report_desk=ReportDesk(ReportMaker(folder / "omc.yaml", folder)),
            doorman=Doorman([], [], ""),
            clock=clock,
            values=NoValues(),
            fleet=lambda: None,
            self_report=lambda: Batch("self", 60.0),
            data=folder,
            reports=folder,
            archive=None,
            is_secure=False,
            version="1",
        )
    )


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
