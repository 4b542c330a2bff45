"""The light of ONTs PON by PON, and light that gets less."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.console.light_trends import TrendWatch, per_month, trends
from dashboards.console.past import Lines, Past
from dashboards.console.pon_levels import PonLevels, PonName, PonWatch
from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.resources import config_folder
from omc.simulator.history import HistoryPlan
from omc.simulator.history_archive import archive_history
from omc.simulator.province import Province
from omc.simulator.topology import transport_spans
from omc.simulator.world import World
from tests.unit.dashboards.console.worlds import Values, make_desk, make_world

DAY_MS = 86_400_000


def test_onts_are_counted_pon_by_pon(tmp_path: Path) -> None:
    values, clock = Values(), ManualClock()
    first, second = ({"node": "A-OLT", "pon": pon, "site": "A"} for pon in ("0/1", "0/2"))
    for number, dbm in enumerate((-28.5, -20.0, -19.2)):
        ont = first | {"ont": str(number)}
        values.put("pon_ont_rx_power_dbm", dbm, ont)
        values.put("pon_ont_up", number < 2, ont)
    values.put("pon_port_up", 0.0, second)
    watch = PonWatch(make_world(tmp_path, clock, make_desk(tmp_path, clock), values))
    levels = watch.by_pon()[PonName("A-OLT", "0/1")]
    assert (levels.online, levels.offline, levels.weak) == (2, 1, 1)
    assert (levels.weakest, levels.middle) == (-28.5, -24.25)  # of those online
    assert levels.histogram() == {-29: 1, -20: 1}
    assert [ont.value for ont in levels.worst(2)] == [-28.5, -20.0]
    assert watch.by_pon()[PonName("A-OLT", "0/2")].ports_down == 1
    assert (watch.levels().online, watch.levels().ports_down) == (2, 1)
    values.put("pon_port_up", 1.0, second)
    assert watch.levels().ports_down == 1  # counted once a minute, however many look
    clock.advance(61.0)
    assert watch.levels().ports_down == 0


def test_without_onts_there_is_no_weakest() -> None:
    assert (PonLevels().weakest, PonLevels().middle) == (None, None)


@given(st.floats(-1, 1), st.floats(-30, 0), st.integers(2, 30))
def test_the_slope_of_a_straight_line_is_found(daily: float, start: float, days: int) -> None:
    points = [(day * DAY_MS, start + daily * day) for day in range(days)]
    assert per_month(points) == pytest.approx(30 * daily, abs=1e-6)


def test_only_what_falls_for_some_days_is_a_trend() -> None:
    lines: Lines = {
        ("A-RTR", "falls"): [(day * DAY_MS, -5.0 - 0.1 * day) for day in range(10)],
        ("A-RTR", "rises"): [(day * DAY_MS, -5.0 + 0.1 * day) for day in range(10)],
        ("A-RTR", "short"): [(day * DAY_MS, -5.0 - day) for day in range(4)],
    }
    (trend,) = trends("optical_rx_power_dbm", lines)
    assert (trend.node, trend.port) == ("A-RTR", "falls")
    assert trend.per_month == pytest.approx(-3.0)


async def test_dirty_connectors_are_found_in_a_month_of_a_province(tmp_path: Path) -> None:
    end, month = 1_772_600_400.0, 31 * DAY_MS / 1000
    world = World(Province.generate(7, 60))
    catalogue = Catalogue.load(config_folder() / "metrics")
    plan = HistoryPlan(end - month, end, 43_200.0, ("optical_rx_power_dbm",))
    archive_history(world, plan, catalogue, tmp_path, lambda _: None, lambda _: None)
    past = Past(tmp_path, {})
    try:
        found = await TrendWatch(past, ManualClock(round(end * 1000))).falling()
    finally:
        await past.close()
    assert found
    for trend in found:
        assert -2.7 < trend.per_month < -0.2
        assert trend.points[-1].dbm < trend.points[0].dbm
        assert len(trend.points) >= 28  # a site may have been dark
    assert [t.per_month for t in found] == sorted(t.per_month for t in found)
    assert len(found) < 0.2 * len(transport_spans(world.province))  # which have two ports each
