"""A commune without mains is one alarm."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from omc.alarms import AlarmEngine, Maintenance, Severity
from omc.alarms.causes.area_mains import AreaMains
from omc.alarms.life.alarm import Finding, Homes
from omc.alarms.wording.reasons import reasons
from omc.core.clock import ManualClock
from tests.unit.alarms.small_network import small_inventory

#: Four sites in commune 1, three in commune 2.
ROOT = 'area_mains_failed{area="1"}'


class Commune:
    def __init__(self) -> None:
        clock, inventory = ManualClock(), small_inventory()
        self.engine = AlarmEngine(clock, {}, Maintenance(inventory))
        zone = ZoneInfo("Asia/Ho_Chi_Minh")
        self.mains = AreaMains(self.engine, inventory, clock, zone)
        self.engine.listen(self.mains.heed)

    def mains_at(self, sites: str, severity: Severity) -> None:
        for site in sites:
            self.engine.report("mains_failed", (("site", site),), site, severity)

    def homes_at(self, site: str, severity: Severity) -> None:
        labels = (("node", f"{site}-OLT1"), ("site", site))
        finding = Finding("homes", 0.9, homes=Homes(("0/1/1",), 40, ("0/1/1:1",), 20, 17))
        self.engine.report("pon_homes_dark", labels, "PON", severity, finding=finding)

    @property
    def roots(self) -> list[str]:
        return [alarm.key for alarm in self.engine.active() if alarm.root is None]


def test_two_sites_stand_for_themselves_and_three_of_four_are_the_commune() -> None:
    commune = Commune()
    commune.mains_at("AB", Severity.MINOR)
    assert len(commune.roots) == 2
    commune.mains_at("C", Severity.MINOR)
    assert commune.roots == [ROOT]
    commune.mains_at("D", Severity.MINOR)
    assert commune.roots == [ROOT]


def test_sites_of_another_commune_are_not_its() -> None:
    commune = Commune()
    commune.mains_at("ABE", Severity.MINOR)
    assert len(commune.roots) == 3


def test_it_is_over_with_the_last_of_them() -> None:
    commune = Commune()
    commune.mains_at("ABC", Severity.MINOR)
    commune.mains_at("AB", Severity.CLEARED)
    assert commune.roots == [ROOT]
    commune.mains_at("C", Severity.CLEARED)
    assert commune.roots == []


def test_it_is_taken_up_after_a_restart() -> None:
    before = Commune()
    before.mains_at("ABC", Severity.MINOR)
    after = Commune()
    after.engine.restore(before.engine.active())
    after.mains.restore()
    after.mains_at("D", Severity.MINOR)
    assert after.roots == [ROOT]
    after.mains_at("ABCD", Severity.CLEARED)
    assert after.roots == []


def test_homes_that_lose_the_same_mains_are_folded_beneath_it_and_speak_for_it() -> None:
    commune = Commune()
    commune.homes_at("A", Severity.MINOR)
    commune.mains_at("ABC", Severity.MINOR)
    commune.homes_at("D", Severity.MINOR)
    commune.homes_at("E", Severity.MINOR)
    assert commune.roots == [ROOT, 'pon_homes_dark{node="E-OLT1",site="E"}']
    (root,) = [alarm for alarm in commune.engine.active() if alarm.key == ROOT]
    assert root.finding is not None
    assert reasons(root.finding, "en") == [
        "75% of the commune's sites are without mains",
        "34 of 40 lost ONTs sent a dying gasp",
    ]


def test_homes_that_stay_dark_after_it_stand_for_themselves() -> None:
    commune = Commune()
    commune.homes_at("A", Severity.MINOR)
    commune.mains_at("ABC", Severity.MINOR)
    commune.mains_at("ABC", Severity.CLEARED)
    assert commune.roots == ['pon_homes_dark{node="A-OLT1",site="A"}']
