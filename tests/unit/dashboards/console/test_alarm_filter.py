from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from dashboards.console.alarm_filter import AlarmFilter
from dashboards.console.network_state import urgency
from omc.alarms import Alarm, AlarmKey, Severity
from omc.alarms.life.alarm import Finding, Note
from tests.unit.alarms.small_network import small_inventory

INVENTORY = small_inventory()


def alarm(rule: str, severity: Severity = Severity.MINOR, **labels: str) -> Alarm:
    return Alarm(rule, tuple(sorted(labels.items())), severity, severity, 1000, 1000)


CUT = replace(
    alarm("fibre_cut", Severity.CRITICAL, span="SP-1"), finding=Finding("cut", 0.9, ("E",))
)
TAKEN = replace(alarm("mains_failed", site="A"), acknowledged=Note("lan", 1))
PLANNED = replace(alarm("fibre_cut", Severity.MAJOR, span="RG-1"), suppressed="splicing")
OVER = replace(alarm("cpu_busy", node="A-RTR"), severity=Severity.CLEARED, cleared_ms=5)
CHILD = replace(alarm("device_unreachable", node="E-RTR"), root=AlarmKey(CUT.key))
ALL = [TAKEN, CUT, PLANNED, OVER, CHILD]


@pytest.mark.parametrize(
    ("wanted", "passing"),
    [
        (AlarmFilter(), [CUT, TAKEN]),
        (AlarmFilter(severities=frozenset({Severity.MINOR})), [TAKEN]),
        (AlarmFilter(open_only=True), [CUT]),
        (AlarmFilter(planned=True), [CUT, PLANNED, TAKEN]),
        (AlarmFilter(cleared=True), [CUT, TAKEN, OVER]),
        (AlarmFilter(area="1"), [TAKEN]),
        (AlarmFilter(area="2"), [CUT]),
    ],
)
def test_what_is_wanted_passes(wanted: AlarmFilter, passing: list[Alarm]) -> None:
    found = [alarm for alarm in ALL if wanted.lets_through(alarm, INVENTORY)]
    assert sorted(found, key=urgency) == passing


@pytest.mark.parametrize(
    "wanted",
    [
        AlarmFilter(),
        AlarmFilter(frozenset({Severity.CRITICAL, Severity.MINOR}), "2", "đứt cáp", open_only=True),
        AlarmFilter(planned=True, cleared=True, key=CUT.key),
    ],
)
def test_an_address_leads_back_to_the_same_filter(wanted: AlarmFilter) -> None:
    assert AlarmFilter.of(dict(parse_qsl(urlsplit(wanted.address).query))) == wanted


def test_an_address_that_cannot_be_understood_filters_nothing() -> None:
    assert AlarmFilter.of({"severity": "awful,", "open": "yes", "x": "1"}) == AlarmFilter()


def test_words_are_found_without_diacritics() -> None:
    assert AlarmFilter(text="dut cap").says("Đứt cáp quang", "SP-1")
    assert not AlarmFilter(text="mains").says("Đứt cáp quang", "SP-1")
