"""When a receiver is told that a series has ended."""

from __future__ import annotations

from exporters.stale_markers import StaleMarkers
from omc.bus.local import LocalBus
from omc.core.model import SeriesTable
from tests.sample_data import NEW_YEAR_MS, make_batch, make_series

_TABLE = SeriesTable()
_VOLTS = make_series(_TABLE, "volts")
_UP = make_series(_TABLE, "up")


def test_a_marker_that_may_overtake_samples_is_due_at_once() -> None:
    markers = StaleMarkers(None)
    markers.add(_VOLTS, NEW_YEAR_MS)
    assert markers.due(0, 100) == {_VOLTS: NEW_YEAR_MS}


async def test_a_marker_waits_until_the_samples_before_it_have_gone() -> None:
    bus = LocalBus()
    consumer = bus.consumer("prometheus", 1000)
    markers = StaleMarkers(consumer)
    bus.publish(make_batch({_VOLTS: 1.0}))
    bus.publish(make_batch({_VOLTS: 2.0, _UP: 1.0}))
    markers.add(_VOLTS, NEW_YEAR_MS + 1)
    bus.publish(make_batch({_UP: 1.0}, NEW_YEAR_MS + 2))
    assert markers.due(0, 100) == {}
    first = await consumer.read(1, 0.0)
    assert first is not None
    assert markers.due(first.samples, 100) == {}
    consumer.acknowledge(first)
    second = await consumer.read(1, 0.0)
    assert second is not None
    assert markers.due(0, 100) == {}
    assert markers.due(second.samples, 100) == {_VOLTS: NEW_YEAR_MS + 1}
    consumer.acknowledge(second)
    assert markers.due(0, 100) == {_VOLTS: NEW_YEAR_MS + 1}


def test_samples_that_were_dropped_are_not_waited_for() -> None:
    bus = LocalBus()
    markers = StaleMarkers(bus.consumer("prometheus", 1))
    bus.publish(make_batch({_VOLTS: 1.0}))
    markers.add(_VOLTS, NEW_YEAR_MS)
    bus.publish(make_batch({_UP: 1.0}))
    assert markers.due(0, 100) == {_VOLTS: NEW_YEAR_MS}


def test_a_marker_is_due_until_it_was_told() -> None:
    markers = StaleMarkers(None)
    markers.add(_VOLTS, NEW_YEAR_MS)
    markers.told(markers.due(0, 100))
    assert (markers.due(0, 100), len(markers)) == ({}, 0)


def test_a_series_that_ended_again_meanwhile_is_told_again() -> None:
    markers = StaleMarkers(None)
    markers.add(_VOLTS, NEW_YEAR_MS)
    going = markers.due(0, 100)
    markers.add(_VOLTS, NEW_YEAR_MS + 1)
    markers.told(going)
    assert markers.due(0, 100) == {_VOLTS: NEW_YEAR_MS + 1}


def test_no_more_are_due_than_fit_a_request() -> None:
    markers = StaleMarkers(None)
    for n in range(5):
        markers.add(make_series(_TABLE, "m", n=str(n)), NEW_YEAR_MS + n)
    assert list(markers.due(0, 3).values()) == [NEW_YEAR_MS, NEW_YEAR_MS + 1, NEW_YEAR_MS + 2]


def test_the_oldest_markers_make_room_while_a_receiver_is_away() -> None:
    markers = StaleMarkers(None, capacity=2)
    for n in range(3):
        markers.add(make_series(_TABLE, "m", n=str(n)), NEW_YEAR_MS + n)
    assert list(markers.due(0, 100).values()) == [NEW_YEAR_MS + 1, NEW_YEAR_MS + 2]
