from typing import Any

import pytest

from omc.core.clock import ManualClock
from omc.simulator.cell_readings import CellActivity, Period, cell_activities, cell_readings
from omc.simulator.commands import Commander, CommandRefused
from omc.simulator.network import SpanKind, Technology
from omc.simulator.world import Moment
from tests.unit.simulator.worlds import province, quiet_time, world


@pytest.fixture
def setting() -> tuple[Commander, Any, ManualClock]:
    clock = ManualClock(round(quiet_time() * 1000))
    of = world()
    return Commander(of, clock), of, clock


def test_commands_do_what_they_say(setting: tuple[Commander, Any, ManualClock]) -> None:
    commander, of, _ = setting
    spur = next(s for s in of.province.spans if s.kind is SpanKind.SPUR)
    answer = commander.run("cut", {"what": spur.code})
    assert answer["silenced"] >= 3
    assert f"{spur.code} is cut" in answer["text"]
    commander.run("bend", {"what": of.province.spans[0].code, "decibels": 2.5})
    commander.run("silence", {"what": of.province.nodes[0].name})
    commander.run("mains", {"what": "Tam Đảo", "seconds": 60})
    status = commander.run("status", {})
    assert status["cut"] == [spur.code]
    assert status["bent"] == [of.province.spans[0].code]
    assert status["silenced"] == [of.province.nodes[0].name]
    assert status["mains_failed"] == ["08911"]
    assert status["silent_nodes"] >= answer["silenced"]
    commander.run("heal", {})
    status = commander.run("status", {})
    kinds = ("cut", "bent", "silenced", "mains_failed")
    assert [status[kind] for kind in kinds] == [[], [], [], []]
    assert status["silent_nodes"] == 0


@pytest.mark.parametrize(
    "name", ["08911", "tda", "TAM ĐẢO", "Xã Tam Đảo", "tam dao", " xa  TAM dao "]
)
def test_a_commune_is_known_by_code_letters_and_name(
    setting: tuple[Commander, Any, ManualClock], name: str
) -> None:
    commander, _, _ = setting
    commander.run("mains", {"what": name})
    assert commander.run("status", {})["mains_failed"] == ["08911"]


def test_no_two_communes_share_a_name_even_without_diacritics(
    setting: tuple[Commander, Any, ManualClock],
) -> None:
    commander, of, _ = setting
    for commune in of.province.communes:
        for name in (commune.facts.name, commune.facts.full_name):
            commander.run("heal", {})
            answer = commander.run("mains", {"what": name})
            assert f"no mains in {commune.facts.full_name} for 1200 s" in answer["text"]
            assert commander.run("status", {})["mains_failed"] == [commune.facts.code]


def test_a_ring_cut_says_that_only_redundancy_is_lost(
    setting: tuple[Commander, Any, ManualClock],
) -> None:
    commander, of, _ = setting
    ring = next(s for s in of.province.spans if s.kind is SpanKind.RING)
    assert "only redundancy" in commander.run("cut", {"what": ring.code})["text"]


def test_mains_come_back_by_themselves(setting: tuple[Commander, Any, ManualClock]) -> None:
    commander, _, clock = setting
    commander.run("mains", {"what": "TDA", "seconds": 60})
    clock.advance(61)
    assert commander.run("status", {})["mains_failed"] == []


def test_a_storm_flaps_the_mains_of_every_commune(
    setting: tuple[Commander, Any, ManualClock],
) -> None:
    commander, of, clock = setting
    commander.run("storm", {"seconds": 600})
    hit: set[str] = set()
    changes = 0
    before: list[str] = []
    for _ in range(60):
        clock.advance(10)
        now = commander.run("status", {})["mains_failed"]
        changes += now != before
        hit.update(now)
        before = now
    assert hit == {commune.facts.code for commune in of.province.communes}
    assert changes > 40
    clock.advance(60)
    assert commander.run("status", {})["mains_failed"] == []


SPAN = province().spans[0].code


@pytest.mark.parametrize(
    ("do", "arguments", "text"),
    [
        ("dance", {}, "unknown command 'dance'"),
        ("cut", {"what": "nothing"}, "there is no span 'nothing'"),
        ("cut", {}, "expected 'what'"),
        ("cut", {"what": SPAN, "metres": -1}, "expected 'metres': 0 to"),
        ("cut", {"what": SPAN, "metres": True}, "expected 'metres': a number"),
        ("cut", {"what": 7}, "expected 'what'"),
        ("sleep", {"what": "VYE001-X9-1"}, "there is no cell 'VYE001-X9-1'"),
        ("bend", {"what": "nothing"}, "there is no span 'nothing'"),
        ("bend", {"what": "RG", "decibels": 3}, "there is no span 'RG'"),
        ("silence", {"what": "nobody"}, "there is no node 'nobody'"),
        ("mains", {"what": "Hà Nội"}, "there is no commune 'Hà Nội'"),
        ("mains", {"what": "TDA", "seconds": -1}, "expected 'seconds'"),
        ("mains", {"what": "TDA", "seconds": "long"}, "expected 'seconds'"),
        ("storm", {"seconds": True}, "expected 'seconds'"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(
    setting: tuple[Commander, Any, ManualClock], do: str, arguments: dict[str, Any], text: str
) -> None:
    commander, of, _ = setting
    with pytest.raises(CommandRefused, match=text):
        commander.run(do, arguments)
    assert (of.faults.revision, of.mains.revision) == (0, 0)


def test_failing_mains_shows_to_who_asks_in_the_same_instant(
    setting: tuple[Commander, Any, ManualClock],
) -> None:
    commander, of, clock = setting
    now = clock.time_ms() / 1000
    site = of.province.sites[0]
    assert of.moment(now).power(site.index).mains
    commander.run("mains", {"what": of.province.communes[site.commune].facts.code})
    assert not of.moment(now).power(site.index).mains


def test_a_sleeping_cell_is_up_and_carries_next_to_nothing(
    setting: tuple[Commander, Any, ManualClock],
) -> None:
    commander, world, clock = setting
    cells = [activity for site in cell_activities(world) for activity in site]
    sleeper, neighbour = [a for a in cells if a.cell.technology is Technology.LTE][:2]

    def told(activity: CellActivity, start: float) -> dict[str, float]:
        moment = Moment(world, start + 900)
        found = cell_readings(moment, activity, Period(start, start + 900))
        return {r.metric: r.value for r in found if r.labels.get("direction", "dl") == "dl"}

    now = clock.time_ms() / 1000
    before = told(sleeper, now - 900)
    commander.run("sleep", {"what": sleeper.cell.name})
    assert commander.run("status", {})["asleep"] == [sleeper.cell.name]
    asleep = told(sleeper, now)
    assert asleep["lte_cell_state"] == 1
    assert asleep["lte_pdcp_volume_bytes"] < 0.02 * before["lte_pdcp_volume_bytes"]
    assert asleep["lte_rrc_setup_attempts"] < 0.05 * before["lte_rrc_setup_attempts"] + 1
    assert told(neighbour, now)["lte_pdcp_volume_bytes"] > 1e6
    commander.run("heal", {})
    assert told(sleeper, now)["lte_pdcp_volume_bytes"] > 1e6
