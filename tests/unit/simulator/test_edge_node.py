from __future__ import annotations

from typing import Any

from omc.core.sparkplug import REBIRTH, DataType, Payload
from omc.simulator.edge_node import EdgeNode
from omc.simulator.gateway_message import Everything
from omc.simulator.reading import NO_LABELS, Reading

T = 1_767_225_600.0
VOLTS = Reading("dc_bus_voltage_volts", NO_LABELS, 54.1)
AMPERES = Reading("battery_current_amperes", {"string": "1"}, -12)
ATTEMPTS = Reading("lte_rrc_setup_attempts", {"cell": "VPH0001-1"}, 90)
ALL = Everything([VOLTS, AMPERES], [ATTEMPTS], 900.0)
NCMD = "spBv1.0/demo/NCMD/VPH0001"


def edge_node() -> EdgeNode:
    return EdgeNode("VPH0001", "VPH0001-GW")


def read(content: bytes) -> Any:
    return Payload.FromString(content)


def asked(*, value: bool = True) -> bytes:
    payload = Payload(timestamp=1)
    payload.metrics.add(name=REBIRTH, datatype=DataType.BOOLEAN, boolean_value=value)
    return bytes(payload.SerializeToString())


def test_births_declare_everything_and_leave_the_counters_open() -> None:
    node, device = edge_node().state(T, ALL)
    assert (node.topic, device.topic) == (
        "spBv1.0/demo/NBIRTH/VPH0001",
        "spBv1.0/demo/DBIRTH/VPH0001/VPH0001-GW",
    )
    assert [metric.name for metric in read(node.payload).metrics] == ["bdSeq", REBIRTH]
    volts, amperes, attempts = read(device.payload).metrics
    assert (volts.name, volts.double_value) == ("dc_bus_voltage_volts", 54.1)
    assert (amperes.name, amperes.long_value) == ("battery_current_amperes/string=1", 2**64 - 12)
    assert (attempts.is_null, attempts.properties.values[0].double_value) == (True, 900.0)
    assert [read(one.payload).seq for one in (node, device)] == [0, 1]


def test_data_carries_what_has_changed_by_alias_and_sums_of_a_period_always() -> None:
    one = edge_node()
    one.state(T, ALL)
    assert one.report("power", T, [VOLTS, AMPERES], None) == []
    (message,) = one.report("power", T, [VOLTS, AMPERES._replace(value=-13)], None)
    (metric,) = read(message.payload).metrics
    assert (metric.HasField("name"), metric.alias, metric.long_value) == (False, 2, 2**64 - 13)
    for number in (3, 4):
        (message,) = one.report("radio", T, [ATTEMPTS], 900.0)
        assert (read(message.payload).seq, message.values) == (number, 1)


def test_a_request_for_births_begins_no_new_session() -> None:
    one = edge_node()
    one.state(T, ALL)
    births = one.answer(NCMD, asked(), T, lambda: ALL)
    assert [message.topic.split("/")[2] for message in births] == ["NBIRTH", "DBIRTH"]
    assert read(births[0].payload).metrics[0].long_value == 0
    assert one.answer(NCMD, asked(value=False), T, lambda: ALL) == []
    assert one.answer(NCMD.replace("1", "2"), asked(), T, lambda: ALL) == []
    assert one.answer(NCMD, b"\xff", T, lambda: ALL) == []


def test_a_death_has_the_number_of_its_birth_and_the_next_birth_another() -> None:
    one = edge_node()
    assert one.state(T, None) == []
    numbers = []
    for everything in (ALL, None, ALL, None):
        message = one.state(T, everything)[0]
        numbers.append(read(message.payload).metrics[0].long_value)
    assert numbers == [0, 0, 1, 1]
    assert one.answer(NCMD, asked(), T, lambda: ALL) == []
