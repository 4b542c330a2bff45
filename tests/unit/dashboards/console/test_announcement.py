"""Planned work as somebody fills in the form for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboards.console.announcement import Announcement, NotAnnounced
from dashboards.console.world import ConsoleWorld
from omc.core.clock import ManualClock
from tests.unit.dashboards.console.worlds import ZONE, make_desk, make_world


@pytest.fixture
def world(tmp_path: Path) -> ConsoleWorld:
    clock = ManualClock()
    return make_world(tmp_path, clock, make_desk(tmp_path, clock))


def later(world: ConsoleWorld, hours: float) -> str:
    now = datetime.fromtimestamp(world.clock.time_ms() / 1000, ZONE).replace(tzinfo=None)
    return (now + timedelta(hours=hours)).isoformat(timespec="minutes")


async def test_what_is_announced_becomes_a_window_with_every_kind_of_place(
    world: ConsoleWorld,
) -> None:
    places = ["A", "B-RTR", "1", "SP-1"]
    fields = {"begins": later(world, 1), "ends": later(world, 3), "places": places, "reason": "x"}
    window = Announcement.of(fields).window(world, "lan")
    assert (window.sites, window.nodes, window.areas, window.spans) == (
        *(("A",), ("B-RTR",), ("1",), ("SP-1",)),
    )
    assert (window.who, window.reason) == ("lan", "x")
    assert window.ends_ms - window.begins_ms == 2 * 3_600_000
    assert abs(window.begins_ms - world.clock.time_ms() - 3_600_000) < 60_000
    await world.desk.open_window(window)
    assert Announcement.of(fields).window(world, "lan").name == f"{window.name} (2)"


@pytest.mark.parametrize(
    ("begins", "ends", "places", "fault"),
    [
        (2, 1, ["A"], "ends_first"),
        (-3, -1, ["A"], "is_over"),
        (1, 24 * 90, ["A"], "too_long"),
        (1, 2, [], "nowhere"),
        (1, 2, ["A", "Z"], "unknown_place"),
    ],
)
def test_what_cannot_be_says_why(
    world: ConsoleWorld, begins: float, ends: float, places: list[str], fault: str
) -> None:
    fields = {"begins": later(world, begins), "ends": later(world, ends), "places": places}
    with pytest.raises(NotAnnounced) as said:
        Announcement.of(fields).window(world, "lan")
    assert said.value.key == fault


@pytest.mark.parametrize(
    "fields", [{}, {"begins": "soon", "ends": None}, {"begins": 7, "places": "A"}]
)
def test_nonsense_from_a_browser_is_no_time(world: ConsoleWorld, fields: dict[str, Any]) -> None:
    with pytest.raises(NotAnnounced) as said:
        Announcement.of(fields).window(world, "lan")
    assert said.value.key == "no_time"


def test_the_form_proposes_two_hours_that_are_to_come(world: ConsoleWorld) -> None:
    begins, ends = Announcement.proposed(world)
    window = Announcement(begins, ends, ("A",), "").window(world, "lan")
    assert 0 < window.begins_ms - world.clock.time_ms() <= 3_600_000
    assert window.ends_ms - window.begins_ms == 2 * 3_600_000
