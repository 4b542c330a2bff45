"""What people read at three in the morning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from omc.alarms import Alarm, Severity
from omc.alarms.life.alarm import Finding, Homes, Light
from omc.alarms.location import Location, Section
from omc.alarms.wording.impact import Impact, impact_of
from omc.alarms.wording.message import MessageWriter
from tests.sample_data import NEW_YEAR_MS
from tests.unit.alarms.small_network import small_inventory
from tests.unit.alarms.watching import catalogue, shipped_rules

INVENTORY = small_inventory()
DAY = date(2026, 1, 1)
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")

CUT = Alarm(
    "fibre_cut",
    (("span", "SP-1"),),
    Severity.CRITICAL,
    Severity.CRITICAL,
    NEW_YEAR_MS,
    NEW_YEAR_MS,
    finding=Finding("cut", 0.97, ("E", "F", "G"), 3, 1, second="dark E"),
)


def test_the_impact_of_lost_places_is_counted_and_estimated() -> None:
    impact = impact_of(INVENTORY, ["E", "F", "G", "a splitter"], DAY)
    assert impact.sites == ("E", "F", "G")
    assert impact.cells == {"4G": 3}
    assert impact.areas == ("Xã Hai",)
    assert impact.people == 6000
    assert impact_of(INVENTORY, ["A", "E"], DAY).people == 8000 // 4 + 6000 // 3
    assert impact_of(INVENTORY, [], DAY).people is None


def test_a_fibre_cut_reads_well_in_vietnamese() -> None:
    writer = MessageWriter(INVENTORY, catalogue(), HANOI, "vi")
    impact = impact_of(INVENTORY, ("E", "F", "G"), DAY)
    message = writer.write(CUT, shipped_rules()["fibre_cut"], impact)
    assert message.title == "⬤ Nghiêm trọng: Đứt cáp quang · SP-1 (Trạm A – Trạm E, 2,0 km)"
    assert message.lines[0] == "Ảnh hưởng: 3 trạm, 3 4G cell, ~6.000 dân (ước tính) · Xã Hai"
    assert message.lines[1] == "Từ 07:00 01/01"
    assert message.lines[2] == (
        "Căn cứ: 3 vị trí đã hỏi và không trả lời; cổng của tuyến mất liên kết: 1; "
        "độ tin cậy 97%; hoặc: E mất nguồn hoặc hỏng"
    )
    assert message.lines[3].startswith("Việc cần làm: Đo OTDR")


def test_one_site_is_one_site() -> None:
    writer = MessageWriter(INVENTORY, catalogue(), HANOI, "en")
    message = writer.write(CUT, shipped_rules()["fibre_cut"], impact_of(INVENTORY, ("E",), DAY))
    assert message.lines[0].startswith("Affected: 1 site, 1 4G cells, ~2,000 people")


def test_a_cut_with_a_second_way_says_that_nobody_is_cut_off() -> None:
    writer = MessageWriter(INVENTORY, catalogue(), HANOI, "en")
    ring = replace(
        CUT,
        labels=(("span", "RG-2"),),
        severity=Severity.MAJOR,
        finding=Finding("cut", 0.9, ports_down=2),
    )
    message = writer.write(ring, shipped_rules()["fibre_cut"], impact_of(INVENTORY, (), DAY))
    assert message.title == "▲ Major: Fibre cut · RG-2 (Trạm A – Trạm B, 2.0 km)"
    assert message.lines[0] == "no site is cut off: the second way carries the traffic"


def test_a_commune_without_mains_says_how_many_sites_and_how_it_is_known() -> None:
    writer = MessageWriter(INVENTORY, catalogue(), HANOI, "vi")
    failed = replace(
        CUT,
        rule="area_mains_failed",
        labels=(("area", "2"),),
        severity=Severity.MAJOR,
        value=3.0,
        finding=Finding("mains", 1.0, homes=Homes((), 60, (), 40, 34)),
    )
    rule = shipped_rules()["area_mains_failed"]
    message = writer.write(failed, rule, impact_of(INVENTORY, (), DAY))
    assert message.title == "▲ Nặng: Mất điện lưới cả xã · Xã Hai"
    assert message.lines[0] == "Ảnh hưởng: 3 trạm mất điện lưới"
    assert message.lines[2] == (
        "Căn cứ: 100% số trạm trong xã mất điện; 34/40 ONT bị mất có gửi dying gasp"
    )


def test_a_commune_without_mains_says_what_has_gone_dark_since() -> None:
    writer = MessageWriter(INVENTORY, catalogue(), HANOI, "en")
    failed = replace(
        CUT,
        rule="area_mains_failed",
        labels=(("area", "2"),),
        value=3.0,
        finding=Finding("mains", 1.0, ("E", "F")),
    )
    impact = impact_of(INVENTORY, ("E", "F"), DAY)
    message = writer.write(failed, shipped_rules()["area_mains_failed"], impact)
    assert message.lines[0] == (
        "Affected: 3 sites without mains; out of service: 2 sites, 2 4G cells,"
        " ~4,000 people (estimate) · Xã Hai"
    )


def test_what_is_over_says_how_long_it_took_and_asks_for_nothing() -> None:
    writer = MessageWriter(INVENTORY, catalogue(), HANOI, "en")
    over = replace(CUT, severity=Severity.CLEARED, cleared_ms=NEW_YEAR_MS + 5_000_000)
    message = writer.write(over, shipped_rules()["fibre_cut"], impact_of(INVENTORY, (), DAY))
    assert message.title.startswith("✔ Cleared: Fibre cut")
    assert message.lines == ("Since 07:00 01/01, over after 1 h 23 min",)
    soon = replace(over, cleared_ms=NEW_YEAR_MS + 42_000)
    message = writer.write(soon, shipped_rules()["fibre_cut"], impact_of(INVENTORY, (), DAY))
    assert message.lines == ("Since 07:00 01/01, over after 42 s",)


def test_an_ordinary_alarm_names_its_object_and_its_value() -> None:
    writer = MessageWriter(INVENTORY, catalogue(), HANOI, "en")
    alarm = Alarm(
        "optical_rx_power_low",
        (("interface", "Gi0/0/1"), ("node", "A-RTR"), ("site", "A")),
        Severity.MINOR,
        Severity.MINOR,
        NEW_YEAR_MS,
        NEW_YEAR_MS,
        value=-25.43,
    )
    message = writer.write(alarm, shipped_rules()[alarm.rule], impact_of(INVENTORY, (), DAY))
    assert message.title == "△ Minor: Received light low · port Gi0/0/1, A-RTR, Trạm A (A)"
    assert "Value: -25.4 dBm" in message.lines


def test_a_pon_feeder_says_which_homes_are_lost_and_why_it_is_the_fibre() -> None:
    homes = Homes(("0/1/0", "0/1/1"), 60, tuple(f"0/1/0:{n}" for n in range(52)), 50, 1)
    alarm = replace(
        CUT,
        rule="pon_feeder_fault",
        labels=(("node", "A-OLT"), ("site", "A")),
        severity=Severity.MAJOR,
        finding=Finding("feeder", 0.91, ports_down=2, power="mains", second="homes", homes=homes),
    )
    rule = shipped_rules()["pon_feeder_fault"]
    english = MessageWriter(INVENTORY, catalogue(), HANOI, "en").write(alarm, rule, Impact())
    assert english.title == "▲ Major: PON feeder fault · PON 0/1/0, 0/1/1, A-OLT, Trạm A (A)"
    assert english.lines[0] == "Affected: 52 homes (ONTs) of 60 in operation"
    assert english.lines[2] == (
        "Why: 2 PON ports without light; 1 of 50 lost ONTs sent a dying gasp; the OLT's site has "
        "mains; confidence 91%; else: the mains of the homes"
    )
    vietnamese = MessageWriter(INVENTORY, catalogue(), HANOI, "vi").write(alarm, rule, Impact())
    assert "1/50 ONT bị mất có gửi dying gasp" in vietnamese.lines[2]


def test_a_dimmed_span_says_by_how_much() -> None:
    finding = Finding("dimmed", 1.0, light=Light(4, 4, 2.3))
    alarm = replace(CUT, rule="fibre_degraded", severity=Severity.MINOR, finding=finding)
    message = MessageWriter(INVENTORY, catalogue(), HANOI, "en").write(
        alarm, shipped_rules()["fibre_degraded"], Impact()
    )
    assert "4 of 4 receivers get 2.3 dB less light than they used to" in message.text


def test_a_measured_cut_tells_its_place_on_the_map_and_another_its_candidates() -> None:
    sections = (Section("SP-1", "A", "J1", 0.0, 1200.0), Section("SP-9", "J1", "E", 1200.0, 2000.0))
    measured = Location("SP-9", "A", 1540.0, 21.30123, 105.60456, 35.0)
    english = MessageWriter(INVENTORY, catalogue(), HANOI, "en")
    vietnamese = MessageWriter(INVENTORY, catalogue(), HANOI, "vi")
    finding = Finding("cut", 0.97, ("E",), sections=sections)
    rule = shipped_rules()["fibre_cut"]
    cut = replace(CUT, finding=finding)
    message = english.write(cut, rule, Impact())
    assert message.title.endswith("SP-1 (Trạm A – Trạm E, 2.0 km)")
    assert (
        "Possible sections, from Trạm A: 0.00–1.20 km Trạm A – J1 (SP-1); "
        "1.20–2.00 km J1 – Trạm E (SP-9)"
    ) in message.lines
    cut = replace(CUT, finding=replace(finding, location=measured))
    assert (
        "Vị trí: 1,54 km cáp tính từ Trạm A, tuyến SP-9 · 21.30123, 105.60456 (±35 m)"
    ) in vietnamese.write(cut, rule, Impact()).lines


def test_a_time_left_is_told_in_hours_and_minutes() -> None:
    alarm = Alarm(
        "battery_runtime_short",
        (("site", "A"),),
        Severity.MAJOR,
        Severity.MAJOR,
        NEW_YEAR_MS,
        NEW_YEAR_MS,
        value=5580.0,
    )
    rule = shipped_rules()["battery_runtime_short"]
    message = MessageWriter(INVENTORY, catalogue(), HANOI, "vi").write(alarm, rule, Impact())
    assert "Giá trị: 1 giờ 33 phút" in message.lines
