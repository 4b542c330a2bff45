"""A site without mains is one alarm, and so is a commune."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from omc.alarms import AlarmEngine, Maintenance, Severity
from omc.alarms.causes.area_mains import AreaMains
from omc.alarms.life.alarm import Alarm, AlarmKey, Finding, Homes, alarm_key
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
        #: What devices say of the mains of sites; nothing of those that are not there.
        self.away: dict[str, bool] = {}
        self.mains = AreaMains(self.engine, inventory, clock, zone, self.away.get)
        self.engine.listen(self.mains.heed)

    def mains_at(self, sites: str, severity: Severity) -> None:
        for site in sites:
            self.away[site] = severity > Severity.CLEARED
            self.engine.report("mains_failed", (("site", site),), site, severity)

    def battery_at(self, sites: str, severity: Severity) -> None:
        for site in sites:
            self.engine.report("battery_discharging", (("site", site),), site, severity)

    def ups_at(self, site: str, severity: Severity) -> None:
        labels = (("node", f"{site}-UPS"), ("site", site))
        self.engine.report("ups_on_battery", labels, site, severity)

    def dark_at(self, site: str, severity: Severity) -> None:
        finding = Finding("dark", 0.9, (site,))
        self.engine.report("site_dark", (("site", site),), "root", severity, finding=finding)

    def homes_at(self, site: str, severity: Severity) -> None:
        labels = (("node", f"{site}-OLT1"), ("site", site))
        finding = Finding("homes", 0.9, homes=Homes(("0/1/1",), 40, ("0/1/1:1",), 20, 17))
        self.engine.report("pon_homes_dark", labels, "PON", severity, finding=finding)

    def alarm(self, key: str) -> Alarm:
        alarm = self.engine.get(AlarmKey(key))
        assert alarm is not None
        return alarm

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
    root = commune.alarm(ROOT)
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


def test_batteries_of_a_site_say_again_what_its_mains_failure_says() -> None:
    commune = Commune()
    commune.ups_at("A", Severity.MINOR)
    commune.battery_at("A", Severity.WARNING)
    assert len(commune.roots) == 2
    commune.mains_at("A", Severity.MINOR)
    assert commune.roots == ['mains_failed{site="A"}']
    commune.mains_at("A", Severity.CLEARED)
    assert len(commune.roots) == 2, "mains is back, and the batteries still carry the site"


def test_what_is_left_in_a_battery_stands_for_itself() -> None:
    commune = Commune()
    commune.mains_at("ABC", Severity.MINOR)
    commune.engine.report("battery_runtime_short", (("site", "A"),), "A", Severity.MAJOR)
    assert commune.roots == [ROOT, 'battery_runtime_short{site="A"}']


def test_batteries_within_the_commune_are_folded_beneath_it_from_whenever_they_run() -> None:
    commune = Commune()
    commune.battery_at("A", Severity.WARNING)
    commune.mains_at("ABC", Severity.MINOR)
    commune.battery_at("B", Severity.WARNING)
    commune.ups_at("C", Severity.MINOR)
    assert commune.roots == [ROOT]
    commune.mains_at("AB", Severity.CLEARED)
    commune.battery_at("AB", Severity.CLEARED)
    assert commune.roots == [ROOT]
    commune.mains_at("C", Severity.CLEARED)
    assert commune.roots == ['ups_on_battery{node="C-UPS",site="C"}']


def test_a_battery_that_discharges_although_its_site_has_mains_stands_for_itself() -> None:
    commune = Commune()
    commune.mains_at("ABC", Severity.MINOR)
    commune.away["D"] = False
    commune.battery_at("D", Severity.WARNING)
    assert commune.roots == [ROOT, 'battery_discharging{site="D"}']


def test_sites_that_do_not_know_of_their_mains_are_counted_by_their_batteries() -> None:
    commune = Commune()
    commune.battery_at("ABC", Severity.WARNING)
    assert commune.roots == [ROOT]
    commune.battery_at("ABC", Severity.CLEARED)
    assert commune.roots == []


def test_sites_that_go_dark_are_folded_beneath_their_commune_which_becomes_critical() -> None:
    commune = Commune()
    commune.dark_at("D", Severity.CRITICAL)
    commune.mains_at("ABC", Severity.MINOR)
    assert len(commune.roots) == 2, "mains was there when D was last heard"
    commune.dark_at("A", Severity.CRITICAL)
    assert commune.roots == ['site_dark{site="D"}', ROOT]
    root = commune.alarm(ROOT)
    assert root.severity is Severity.CRITICAL
    assert root.finding is not None
    assert root.finding.places == ("A",)
    assert root.finding.sites == ("A", "B", "C", "D")
    commune.dark_at("A", Severity.CLEARED)
    assert commune.alarm(ROOT).severity is Severity.MAJOR


def test_a_site_that_is_still_dark_when_the_commune_has_mains_again_stands_for_itself() -> None:
    commune = Commune()
    commune.mains_at("ABCD", Severity.MINOR)
    commune.dark_at("A", Severity.CRITICAL)
    commune.mains_at("BCD", Severity.CLEARED)
    assert commune.roots == [ROOT], "its own mains is not known to be back"
    commune.mains_at("A", Severity.CLEARED)
    assert commune.roots == ['site_dark{site="A"}']


def test_what_another_fault_explains_stays_there_and_comes_back_after_its_end() -> None:
    commune = Commune()
    commune.mains_at("A", Severity.MINOR)
    battery = alarm_key("battery_discharging", (("site", "A"),))
    commune.dark_at("A", Severity.CRITICAL)
    commune.battery_at("A", Severity.WARNING)
    dark = alarm_key("site_dark", (("site", "A"),))
    commune.engine.set_root(battery, dark)
    commune.mains_at("BC", Severity.MINOR)
    assert commune.alarm(battery).root == dark
    commune.engine.set_root(battery, None)
    assert commune.alarm(battery).root == ROOT
