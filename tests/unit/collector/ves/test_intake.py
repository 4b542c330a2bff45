from __future__ import annotations

from typing import Any

import pytest

from omc.core.model import EventKind
from tests.unit.collector.ves.taking import Taking
from tests.ves_events import (
    alarm,
    event,
    fault,
    file_ready,
    heartbeat,
    measurement,
    notification,
)


def _of(source: str, one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "commonEventHeader": one["commonEventHeader"] | {"sourceName": source}}


def test_a_measurement_becomes_samples_of_its_period() -> None:
    taking = Taking()
    result = taking.intake.take(
        measurement(
            cpuUsageArray=[{"cpuIdentifier": "0", "percentUsage": 12.5}],
            networkPerformanceArray=[
                {
                    "nicIdentifier": "eth0",
                    "valuesAreSuspect": "false",
                    "receivedOctetsAccumulated": 123456789,
                    "operationalState": "outOfService",
                }
            ],
            additionalMeasurements=[
                {"name": "gnb-1-1", "hashMap": {"RRC.ConnEstabAtt": "90", "Vendor.Own": "1"}}
            ],
        )
    )
    (batch,) = taking.batches
    assert (result, batch.period) == ("accepted", 300.0)
    place = 'node="gnb-1"'
    assert taking.samples() == {
        f'cpu_utilisation_ratio{{board="0",{place},site="VPH0123"}}': 0.125,
        f'interface_receive_bytes_total{{interface="eth0",{place},site="VPH0123"}}': 123456789,
        f'interface_oper_state{{interface="eth0",{place},site="VPH0123"}}': 2,
        f'nr_rrc_setup_attempts{{cell="gnb-1-1",{place},site="VPH0123"}}': 90,
    }


def test_a_fault_tells_of_the_alarm_and_of_its_end() -> None:
    taking = Taking()
    taking.intake.take(fault("CRITICAL"))
    taking.intake.take(fault("NORMAL"))
    assert [(one.kind, one.text, one.severity) for one in taking.events] == [
        (EventKind.FAULT, "device_alarm", "critical"),
        (EventKind.FAULT, "device_alarm", "cleared"),
    ]
    labels = (("component", "RU-1: ruLost"), ("node", "gnb-1"), ("site", "VPH0123"))
    assert {one.labels for one in taking.events} == {labels}


def test_two_conditions_of_one_part_are_two_alarms() -> None:
    taking = Taking()
    taking.intake.take(fault("MAJOR", condition="ruLost"))
    taking.intake.take(fault("MINOR", condition="clockDrift"))
    assert len({one.labels for one in taking.events}) == 2


def test_three_heartbeats_that_do_not_come_are_a_loss_and_the_next_one_its_end() -> None:
    taking = Taking()
    series = 'network_function_online{node="gnb-1",site="VPH0123"}'
    taking.intake.take(heartbeat(interval=20))
    assert taking.samples() == {series: 1.0}
    taking.clock.seconds = 59.0
    taking.heartbeats.tick()
    assert taking.samples() == {}
    taking.clock.seconds = 61.0
    taking.heartbeats.tick()
    assert taking.samples() == {series: 0.0}
    taking.clock.seconds = 122.0
    taking.heartbeats.tick()
    assert taking.samples() == {series: 0.0}
    taking.intake.take(heartbeat(interval=20))
    assert taking.samples() == {series: 1.0}


def test_strangers_and_other_domains_are_counted_and_change_nothing() -> None:
    taking = Taking()
    assert taking.intake.take(_of("stranger", fault("CRITICAL"))) == "unknown_source"
    assert taking.intake.take(event("syslog", syslogFields={})) == "unsupported"
    assert (taking.samples(), taking.events) == ({}, [])
    assert dict(taking.intake.events) == {
        ("fault", "unknown_source"): 1,
        ("other", "unsupported"): 1,
    }


def test_an_alarm_of_3gpp_is_told_until_it_is_cleared() -> None:
    taking = Taking()
    for kind, severity in (
        ("notifyNewAlarm", "MAJOR"),
        ("notifyChangedAlarm", "Critical"),  # as before Release 16
        ("notifyChangedAlarmGeneral", "INDETERMINATE"),
        ("notifyClearedAlarm", "CLEARED"),
    ):
        assert taking.intake.take(alarm(kind, severity)) == "accepted"
    told = [(one.kind, one.text, one.severity) for one in taking.events]
    assert told == [
        (EventKind.FAULT, "device_alarm", severity)
        for severity in ("major", "critical", "minor", "cleared")
    ]
    component = ("component", "NRCellDU=3: linkFailure (a-7)")
    assert {one.labels for one in taking.events} == {
        (component, ("node", "gnb-1"), ("site", "VPH0123"))
    }


@pytest.mark.parametrize(
    ("data", "component"),
    [
        ({"objectInstance": "SubNetwork=1, Cell=2"}, "Cell=2: linkFailure (a-7)"),
        ({"href": "", "probableCause": 351}, "351 (a-7)"),
        ({"probableCause": "x" * 200}, f"NRCellDU=3: {'x' * 110} (a-7)"),
    ],
)
def test_alarms_of_one_object_are_told_apart_by_their_identifier(
    data: dict[str, Any], component: str
) -> None:
    taking = Taking()
    taking.intake.take(alarm("notifyNewAlarm", "MINOR", **data))
    assert dict(taking.events[0].labels)["component"] == component


def test_files_that_are_ready_are_looked_for_where_a_source_is() -> None:
    taking = Taking()
    here, elsewhere = "sftp://10.0.0.20/pm/A1.xml.gz", "ftpes://10.0.0.21/pm/A1.xml.gz"
    assert taking.intake.take(file_ready(here)) == "accepted"
    assert taking.intake.take(file_ready(elsewhere)) == "unknown_file"
    assert taking.ready == [here, elsewhere]


def test_heartbeats_of_3gpp_are_heartbeats() -> None:
    taking = Taking()
    assert taking.intake.take(notification("notifyHeartbeat", heartbeatNtfPeriod=20)) == "accepted"
    series = 'network_function_online{node="gnb-1",site="VPH0123"}'
    assert taking.samples() == {series: 1.0}
    taking.clock.seconds = 61.0
    taking.heartbeats.tick()
    assert taking.samples() == {series: 0.0}


def test_notifications_of_other_types_change_nothing_and_are_no_error() -> None:
    taking = Taking()
    assert taking.intake.take(notification("notifyMOIChanges", moiChanges=[])) == "unused"
    assert (taking.samples(), taking.events) == ({}, [])
    assert dict(taking.intake.events) == {("stndDefined", "unused"): 1}
