"""Births, gaps, deaths and restarts, as a host application has to take them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from collector.mqtt.directory import Place
from collector.mqtt.sparkplug.memory import open_births
from omc.core.model import EventKind
from omc.core.sparkplug import REBIRTH, DataType, Payload
from tests.unit.collector.mqtt.reading import FakeDirectory, mapping
from tests.unit.collector.mqtt.sparkplug.hosting import NOW_MS, Hosting, encoded, message

NBIRTH, NDEATH, NDATA = (f"spBv1.0/VP/{kind}/VPH0123" for kind in ("NBIRTH", "NDEATH", "NDATA"))
DBIRTH, DDATA = (f"spBv1.0/VP/{kind}/VPH0123/rectifier-1" for kind in ("DBIRTH", "DDATA"))
NCMD = "spBv1.0/VP/NCMD/VPH0123"
VOLTS = "dc_bus_voltage_volts"
SERIES = 'dc_bus_voltage_volts{node="VPH0123",site="VPH0123"}'
OF_DEVICE = 'dc_bus_voltage_volts{node="rectifier-1",site="VPH0123"}'
ONLINE = 'site_online{node="VPH0123",site="VPH0123"}'


def born(host: Hosting, volts: float = 54.0, bd_seq: int = 3) -> None:
    host.read(NBIRTH, message(0, {VOLTS: volts}, bdSeq=bd_seq))


def volts(host: Hosting, series: str = SERIES) -> list[float]:
    return [value for key, value, _ in host.samples() if key == series]


def aliased(seq: int, alias: int, value: float) -> bytes:
    payload = Payload(timestamp=NOW_MS, seq=seq)
    payload.metrics.add(alias=alias, double_value=value)
    return encoded(payload)


def test_what_does_not_change_is_repeated_while_the_session_holds() -> None:
    host = Hosting()
    born(host)
    assert host.samples() == [(ONLINE, 1.0, NOW_MS), (SERIES, 54.0, NOW_MS)]
    host.wait(1)
    host.samples()
    host.wait(59)
    assert host.samples() == []
    host.wait(2)
    assert (SERIES, 54.0, NOW_MS + 62_000) in host.samples()


def test_a_gap_costs_a_rebirth_but_no_value() -> None:
    host = Hosting()
    born(host)
    host.read(NDATA, message(1, {VOLTS: 53.0}))
    host.read(NDATA, message(3, {VOLTS: 51.0}))
    assert volts(host) == [54.0, 53.0]
    assert host.wait(1.0) == []
    (command,) = host.wait(1.5)
    assert (command.topic, command.qos, command.retain) == (NCMD, 0, False)
    (metric,) = Payload.FromString(command.payload).metrics
    assert (metric.name, metric.datatype, metric.boolean_value) == (
        REBIRTH,
        DataType.BOOLEAN,
        True,
    )
    assert volts(host)[-1:] == [51.0]


def test_a_late_message_fills_the_gap() -> None:
    host = Hosting()
    born(host)
    host.read(NDATA, message(2, {VOLTS: 52.0}))
    host.read(NDATA, message(1, {VOLTS: 53.0}))
    assert volts(host) == [54.0, 53.0, 52.0]
    assert host.wait(10.0) == []


def test_a_message_that_comes_again_is_counted_and_read_once() -> None:
    host = Hosting()
    born(host)
    for seq, value in ((1, 53.0), (2, 52.0), (1, 53.0), (3, 51.0), (3, 51.0), (4, 50.0)):
        host.read(NDATA, message(seq, {VOLTS: value}))
    assert volts(host) == [54.0, 53.0, 52.0, 51.0, 50.0]
    assert host.rejected == {"out_of_order": 2}
    assert host.wait(10.0) == []


def test_a_message_that_waits_for_others_and_comes_again_is_counted() -> None:
    host = Hosting()
    born(host)
    for seq, value in ((2, 52.0), (2, 52.0), (1, 53.0)):
        host.read(NDATA, message(seq, {VOLTS: value}))
    assert volts(host) == [54.0, 53.0, 52.0]
    assert host.rejected == {"out_of_order": 1}
    assert host.wait(10.0) == []


def test_a_session_that_began_unheard_is_asked_for_its_births() -> None:
    host = Hosting()
    born(host)
    for seq in range(1, 100):
        host.read(NDATA, message(seq, {VOLTS: 54.0}))
    host.read(NDATA, message(1, {VOLTS: 50.0}))
    assert host.wait(5.0) == []
    host.read(NDATA, message(2, {VOLTS: 50.0}))
    assert [command.topic for command in host.wait(5.0)] == [NCMD]
    assert host.rejected == {"out_of_order": 2}


def test_the_sequence_runs_over_without_being_a_birth() -> None:
    host = Hosting()
    born(host)
    for number in range(1, 600):
        host.read(NDATA, message(number % 256, {VOLTS: 48 + number / 100}))
    assert len(volts(host)) == 600
    assert host.wait(10.0) == []


def test_births_are_asked_for_more_and_more_rarely() -> None:
    host = Hosting()
    asked = []
    for second in range(1000):
        host.read(NDATA, message(1, {VOLTS: 53.0}))
        asked += [second] * len(host.wait(1.0))
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert pauses == [30, 60, 120, 240, 480]
    assert host.rejected == {"no_birth": 1000}


def test_a_province_is_not_asked_all_at_once() -> None:
    host = Hosting()
    for number in range(25):
        host.read(f"spBv1.0/VP/NDATA/VPH{number:04}", message(1, {VOLTS: 53.0}))
    assert [len(host.wait(1.0)) for _ in range(4)] == [10, 10, 5, 0]


def test_edge_nodes_are_counted_by_what_is_known_of_them() -> None:
    host = Hosting()
    host.read("spBv1.0/VP/NDATA/VPH0001", message(1, {VOLTS: 53.0}))
    born(host)
    host.read("spBv1.0/VP/NBIRTH/VPH0002", message(0, {VOLTS: 53.0}, bdSeq=1))
    host.read("spBv1.0/VP/NDEATH/VPH0002", message(None, {}, bdSeq=1))
    host.wait(1.0)
    assert host.counts.sparkplug is not None
    assert host.counts.sparkplug.edge_nodes == {"unconfirmed": 1, "online": 1, "offline": 1}
    assert host.counts.sparkplug.rebirths == 1


def test_a_death_ends_what_its_birth_began_by_our_own_clock() -> None:
    host = Hosting()
    born(host)
    host.read(DBIRTH, message(1, {VOLTS: 50.0}))
    host.samples()
    host.clock.seconds = 7.0
    host.read(NDEATH, message(None, {}, bdSeq=3))
    (event,) = [event for event in host.events if event.kind is EventKind.SITE_STATUS]
    assert (event.text, event.time_ms) == ("offline", NOW_MS + 7000)
    assert host.stale() == {SERIES, OF_DEVICE}
    assert host.samples() == [(ONLINE, 0.0, NOW_MS + 7000)]
    host.wait(61)
    host.wait(61)
    assert {key for key, _, _ in host.samples()} == {ONLINE}


def test_the_late_will_of_an_older_session_ends_nothing() -> None:
    host = Hosting()
    born(host, bd_seq=2)
    born(host, bd_seq=3)
    host.read(NDEATH, message(None, {}, bdSeq=2))
    assert (host.stale(), host.rejected) == (set(), {"late_death": 1})
    assert host.wait(10.0) == []


def test_a_death_of_a_session_that_was_never_born_makes_us_ask() -> None:
    host = Hosting()
    born(host, bd_seq=3)
    host.read(NDEATH, message(None, {}, bdSeq=4))
    assert [command.topic for command in host.wait(1.0)] == [NCMD]


def test_a_node_that_answers_no_question_is_taken_for_dead() -> None:
    host = Hosting()
    born(host)
    host.reader.disconnected()
    assert host.stale() == {SERIES}
    host.reader.connected(session_kept=False)
    host.samples()
    asked = sum(len(host.wait(1.0)) for _ in range(230))
    assert asked == 3
    assert host.samples()[0][:2] == (ONLINE, 0.0)


def test_after_a_short_loss_an_unbroken_sequence_shows_that_nothing_was_missed() -> None:
    host = Hosting()
    born(host)
    host.reader.disconnected()
    host.reader.connected(session_kept=True)
    host.stale()
    host.samples()
    host.wait(1.0)
    assert host.samples() == []
    host.read(NDATA, message(1, {}))
    host.wait(1.0)
    assert (SERIES, 54.0, NOW_MS + 2000) in host.samples()
    assert sum(len(host.wait(1.0)) for _ in range(100)) == 0


@pytest.mark.parametrize(("session_kept", "number"), [(True, 2), (False, 1)])
def test_after_a_loss_in_which_something_may_have_been_missed_births_are_needed(
    session_kept: bool, number: int
) -> None:
    host = Hosting()
    born(host)
    host.reader.disconnected()
    host.reader.connected(session_kept=session_kept)
    host.samples()
    assert host.read(NDATA, message(number, {VOLTS: 53.0})).value == "rejected"
    assert host.samples() == []
    assert sum(len(host.wait(1.0)) for _ in range(65)) >= 1
    born(host, volts=52.0)
    assert volts(host) == [52.0]


def test_a_restart_knows_the_births_and_reads_on_at_once(tmp_path: Path) -> None:
    births = open_births(tmp_path / "births.sqlite")
    before = Hosting(database=births)
    payload = Payload(timestamp=NOW_MS, seq=0)
    payload.metrics.add(name="bdSeq", datatype=DataType.INT64, long_value=3)
    payload.metrics.add(name=VOLTS, alias=5, datatype=DataType.DOUBLE, double_value=54.0)
    before.read(NBIRTH, encoded(payload))
    before.read(NDATA, aliased(1, 5, 53.0))
    before.wait(1.0)
    before.memory.close()

    after = Hosting(database=births)
    after.reader.connected(session_kept=True)
    after.read(NDATA, aliased(2, 5, 52.0))
    assert volts(after) == [52.0]
    after.read(NDEATH, message(None, {}, bdSeq=3))
    assert after.stale() == {SERIES}


def test_a_restart_asks_for_what_does_not_change(tmp_path: Path) -> None:
    births = open_births(tmp_path / "births.sqlite")
    before = Hosting(database=births)
    born(before)
    before.wait(1.0)
    before.memory.close()
    after = Hosting(database=births)
    after.reader.connected(session_kept=True)
    assert [command.topic for _ in range(10) for command in after.wait(1.0)] == [NCMD]


def test_a_site_that_has_left_the_inventory_is_forgotten(tmp_path: Path) -> None:
    births = open_births(tmp_path / "births.sqlite")
    before = Hosting(database=births)
    born(before)
    before.memory.close()
    after = Hosting(database=births, directory=FakeDirectory(no_sites=("VPH0123",)))
    after.memory.close()
    assert list(Hosting(database=births).memory.load()) == []


def test_what_a_new_birth_does_not_declare_is_gone() -> None:
    host = Hosting()
    host.read(NBIRTH, message(0, {VOLTS: 54.0, "dc_load_power_watts": 800.0}, bdSeq=3))
    born(host)
    assert host.stale() == {'dc_load_power_watts{node="VPH0123",site="VPH0123"}'}


def test_a_device_that_is_not_born_again_behind_its_node_is_gone() -> None:
    host = Hosting()
    born(host)
    host.read(DBIRTH, message(1, {VOLTS: 50.0}))
    born(host)
    host.wait(4.0)
    assert host.stale() == set()
    host.wait(2.0)
    assert host.stale() == {OF_DEVICE}


def test_data_of_a_device_that_was_not_born_makes_us_ask() -> None:
    host = Hosting()
    born(host)
    host.read(DDATA, message(1, {VOLTS: 50.0}))
    assert host.rejected == {"no_birth": 1}
    assert [command.topic for command in host.wait(1.0)] == [NCMD]


def test_nobody_asks_again_and_again_for_a_device_that_the_inventory_does_not_have() -> None:
    places = FakeDirectory({"VPH0123": Place("VPH0123", "gateway")})
    by_name = mapping(f'payload: sparkplug\nlocate: "{{device}}"\nvalues: {{{VOLTS}: {VOLTS}}}')
    host = Hosting(by_name, directory=places)
    born(host)
    host.read(DBIRTH, message(1, {VOLTS: 50.0}))
    host.read(DDATA, message(2, {VOLTS: 50.0}))
    assert host.rejected == {"unknown_device": 2}
    assert host.wait(10.0) == []


def test_a_value_that_becomes_null_is_shown_no_longer() -> None:
    host = Hosting()
    born(host)
    payload = Payload(timestamp=NOW_MS, seq=1)
    payload.metrics.add(name=VOLTS, is_null=True)
    host.read(NDATA, encoded(payload))
    (event,) = [event for event in host.events if event.kind is EventKind.QUALITY_CHANGED]
    assert ([one.key for one in event.series], event.text) == ([SERIES], "invalid")
    host.samples()
    host.wait(61.0)
    assert volts(host) == []


@pytest.mark.parametrize("period", [0, -900, 86_401, 1e300, float("inf"), float("nan")])
def test_a_sum_of_no_sensible_period_is_none(period: float) -> None:
    host = Hosting()
    payload = Payload(timestamp=NOW_MS, seq=0)
    name = "lte_rrc_setup_attempts/cell=VPH0123-1"
    metric = payload.metrics.add(name=name, datatype=DataType.INT64, long_value=90)
    metric.properties.keys.append("period")
    metric.properties.values.add(type=DataType.DOUBLE, double_value=period)
    host.read(NBIRTH, encoded(payload))
    assert host.rejected == {"no_period": 1}
    assert all(batch.period is None for batch in host.batches)


def test_sums_of_a_period_are_told_once() -> None:
    host = Hosting()
    payload = Payload(timestamp=NOW_MS, seq=0)
    name = "lte_rrc_setup_attempts/cell=VPH0123-1"
    metric = payload.metrics.add(name=name, datatype=DataType.INT64, long_value=90)
    metric.properties.keys.append("period")
    metric.properties.values.add(type=DataType.INT32, int_value=900)
    host.read(NBIRTH, encoded(payload))
    (batch,) = [batch for batch in host.batches if batch.period is not None]
    assert (batch.period, batch.interval, list(batch.values)) == (900.0, 900.0, [90.0])
    host.samples()
    host.wait(61.0)
    assert {key for key, _, _ in host.samples()} == {ONLINE}
