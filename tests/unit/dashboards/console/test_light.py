"""The light of ONTs PON by PON, and light that gets less."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.console.light_trends import per_month, trends
from dashboards.console.past import Lines
from dashboards.console.pon_levels import PonLevels, PonName, PonWatch
from omc.core.clock import ManualClock
from tests.unit.dashboards.console.worlds import Values, make_desk, make_world

DAY_MS = 86_400_000


def test_onts_are_counted_pon_by_pon(tmp_path: Path) -> None:
    values, clock = Values(), ManualClock()
    first, second = ({"node": "A-OLT", "pon": pon, "site": "A"} for pon in ("0/1", "0/2"))
    for number, dbm in enumerate((-28.5, -20.0, -19.2)):
        ont = first | {"ont": str(number)}
        values.put("pon_ont_rx_power_dbm", dbm, ont)
        values.put("pon_ont_up", number > 0, ont)
    values.put("pon_port_up", 0.0, second)
    watch = PonWatch(make_world(tmp_path, clock, make_desk(tmp_path, clock), values))
    levels = watch.by_pon()[PonName("A-OLT", "0/1")]
    assert (levels.online, levels.offline, levels.weak) == (2, 1, 1)
    assert (levels.weakest, levels.middle) == (-28.5, -20.0)
    assert levels.histogram() == {-29: 1, -20: 2}
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
