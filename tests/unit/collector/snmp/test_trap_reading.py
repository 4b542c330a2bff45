"""From notifications to events; declarations that are wrong; what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.snmp.trap_declaration import TrapSet
from collector.snmp.trap_log import TrapLog
from collector.snmp.trap_message import Notification
from collector.snmp.trap_reading import TrapNode, TrapReader, TrapReading
from collector.source_allowance import SourceAllowance
from collector.varbind import Value, Varbind
from omc.core.errors import ConfigurationError
from omc.core.resources import config_folder
from tests.unit.alarms.watching import catalogue, shipped_rules

TOLD = shipped_rules().told(catalogue())
ERICSSON = "1.3.6.1.4.1.193.183.4.2.0"
HUAWEI = "1.3.6.1.4.1.2011.6.128.1.1.12.2"
NODES = [
    TrapNode("N1", "VYE001", "10.0.0.1"),
    TrapNode("N2", "", "10.0.0.2"),
    TrapNode("N3", "", "10.0.0.3"),
    TrapNode("N4", "", "10.0.0.3"),
]


def shipped() -> TrapSet:
    return TrapSet.load([config_folder() / "traps"], TOLD)


def declared(folder: Path, text: str) -> TrapSet:
    """Traps of one file."""
    head = "about: {en: Tests, vi: Kiểm thử}\ntraps:\n"
    (folder / "own.yaml").write_text(head + text, encoding="utf-8")
    return TrapSet.load([folder], TOLD)


def read(
    oid: str,
    *values: Value,
    source: str = "10.0.0.1",
    address: str = "",
    traps: TrapSet | None = None,
) -> TrapReading:
    varbinds: tuple[Varbind, ...] = tuple(
        (f"1.3.6.1.4.1.1.{number}.0", value) for number, value in enumerate(values, 1)
    )
    notification = Notification(oid, varbinds, address)
    return TrapReader(traps or shipped(), NODES).read(notification, source, 1000)


ROWS: list[tuple[str, tuple[Value, ...], str, str, dict[str, str]]] = [
    ("1.3.6.1.6.3.1.1.5.3", (7, 1, 2), "linkDown", "", {}),
    ("1.3.6.1.2.1.33.2.1", (0,), "upsTrapOnBattery", "", {}),
    (f"{HUAWEI}.1.0.109", (0, 1, 3), "pon_port_down", "cleared", {"pon": "0/1/3"}),
    (f"{HUAWEI}.2.0.18", (0, 1, 3, 5), "ont_power_lost", "warning", {"pon": "0/1/3", "ont": "5"}),
    ("1.3.6.1.4.1.3902.1012.3.45.161", (268501248,), "zxGponPonLos", "", {}),
    (f"{ERICSSON}.5", (b"Fan=1", 193, 7), "device_alarm", "critical", {"component": "Fan=1/193/7"}),
    (f"{ERICSSON}.7", (b"Fan=1", 193, 7), "device_alarm", "cleared", {"component": "Fan=1/193/7"}),
    (
        "1.3.6.1.2.1.118.0.2",
        ("1.3.1", "1.3.9"),
        "device_alarm",
        "indeterminate",
        {"component": "1.3.9"},
    ),
]


@pytest.mark.parametrize(("oid", "values", "text", "severity", "labels"), ROWS)
def test_shipped_declarations_say_what_and_where_and_how_bad(
    oid: str, values: tuple[Value, ...], text: str, severity: str, labels: dict[str, str]
) -> None:
    reading = read(oid, *values)
    assert reading.understanding == "known"
    assert reading.event is not None
    assert (reading.event.text, reading.event.severity) == (text, severity)
    assert dict(reading.event.labels) == {"site": "VYE001", "node": "N1", **labels}


def test_a_trap_without_its_object_raises_nothing_and_is_announced() -> None:
    reading = read(f"{HUAWEI}.1.0.108", 0, 1)
    assert reading.understanding == "incomplete"
    assert reading.event is not None
    assert reading.event.severity == ""


@pytest.mark.parametrize(
    ("source", "address", "node"),
    [
        ("10.0.0.1", "10.0.0.2", "N2"),  # forwarded
        ("10.0.0.1", "192.168.1.1", "N1"),  # the device's idea of itself is of no use
        ("10.0.0.3", "", ""),  # two nodes share it
        ("10.0.0.9", "", ""),
    ],
)
def test_the_node_is_found_by_what_the_trap_says_and_by_its_sender(
    source: str, address: str, node: str
) -> None:
    reading = read("1.3.6.1.6.3.1.1.5.3", source=source, address=address)
    assert reading.node == node
    assert (reading.event is None) == (not node)


def test_a_code_within_the_trap_tells_the_severity_and_an_oid_picks_the_object(
    tmp_path: Path,
) -> None:
    traps = declared(
        tmp_path,
        """
  - name: own
    title: {en: Own, vi: Riêng}
    oids: {1.3.6.1.4.1.1.0.1: coded}
    severity: {of: 2, codes: {1: critical, 6: cleared}}
    alarm: device_alarm
    object: {component: [1.3.6.1.4.1.1.1]}
""",
    )
    told = [read("1.3.6.1.4.1.1.0.1", b"Fan", code, traps=traps).event for code in (1, 6, 9)]
    assert [event.severity for event in told if event] == ["critical", "cleared", "indeterminate"]
    assert told[0] is not None
    assert dict(told[0].labels)["component"] == "Fan"


FAULTS = {
    "oids: {1.3.6.1.4.1.x: event}": "own.yaml:6:27: found '1.3.6.1.4.1.x', expected a numeric OID",
    "oids: {1.3.6.1.4.1.1: major}": "own.yaml:4:5: own: what tells a severity names an 'alarm'",
    "oids: {1.3.6.1.4.1.1: event}\n    alarm: device_alarm": "an event names none",
    "oids: {1.3.6.1.4.1.1: coded}\n    alarm: device_alarm": "'coded' and the key 'severity'",
    "oids: {1.3.6.1.4.1.1: major}\n    alarm: mains_failed": (
        "own.yaml:7:12: own: found 'mains_failed'; no rule of kind 'told' or 'state' is called so"
    ),
    "oids: {1.3.6.1.4.1.1: major}\n    alarm: device_alarm\n    object: {pon: [1]}": (
        "own.yaml:8:5: own: the rule device_alarm is about site, node, component"
    ),
    "oids: {1.3.6.1.4.1.1: event, 1.3.6.1.4.1.1: event}": "own.yaml:6:",
}


@pytest.mark.parametrize(("text", "said"), FAULTS.items())
def test_a_wrong_declaration_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        declared(tmp_path, f"\n  - name: own\n    title: {{en: Own, vi: Riêng}}\n    {text}\n")
    assert said in str(caught.value)


def test_kinds_of_traps_are_kept_up_to_a_bound_and_the_longest_silent_go_first() -> None:
    log = TrapLog(most_kinds=2)
    for number in (1, 2, 1, 3):
        notification = Notification(f"1.3.6.1.4.1.1.0.{number}", ())
        reading = TrapReader(shipped(), NODES).read(notification, "10.0.0.1", number)
        log.note("10.0.0.1", notification, reading, number)
    assert [(heard.oid[-1], heard.count) for heard in log.latest()] == [("3", 1), ("1", 2)]
    assert log.forgotten == 1


def test_an_allowance_is_of_one_source_and_fills_again() -> None:
    allowance = SourceAllowance(rate=2.0, burst=3.0, most_sources=2)
    assert [allowance.takes("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert allowance.shed("a") == 1
    assert allowance.takes("b", 0.0)
    assert allowance.takes("a", 0.5)
    assert not allowance.takes("a", 0.5)
    assert allowance.takes("a", 10.0)
    assert allowance.shed("a") == 0
    assert allowance.takes("c", 10.0)
    assert allowance.sources == 2


def test_messages_that_come_together_are_heard_together_or_not_at_all() -> None:
    allowance = SourceAllowance(rate=1.0, burst=10.0)
    assert allowance.takes("a", 0.0, 8)
    assert not allowance.takes("a", 0.0, 8)
    assert allowance.takes("a", 0.0, 2)  # the refused ones cost nothing


def test_more_than_may_come_at_once_is_heard_and_then_waited_for() -> None:
    allowance = SourceAllowance(rate=1.0, burst=10.0)
    assert allowance.takes("a", 0.0, 25)
    assert not allowance.takes("a", 15.0)
    assert allowance.takes("a", 16.0)
    assert not allowance.takes("a", 24.0, 25)
    assert allowance.takes("a", 26.0, 25)


def test_what_is_given_back_can_be_taken_again_and_no_more() -> None:
    allowance = SourceAllowance(rate=1.0, burst=2.0)
    assert allowance.takes("a", 0.0, 2)
    allowance.give_back("a")
    assert [allowance.takes("a", 0.0) for _ in range(2)] == [True, False]
    for _ in range(5):
        allowance.give_back("a")
    assert [allowance.takes("a", 0.0) for _ in range(3)] == [True, True, False]
    allowance.give_back("never heard of")
    assert allowance.sources == 1
