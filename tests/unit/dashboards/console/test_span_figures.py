"""Traffic and light of cables, from what the ports at their ends say."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.console.span_figures import UNKNOWN, Light, SpanWatch
from omc.alarms import Severity
from omc.core.clock import ManualClock
from omc.core.inventory import SpanName
from omc.core.model import SeriesTable
from omc.core.route_loss import route_loss_decibels
from tests.unit.alarms.watching import catalogue
from tests.unit.dashboards.console.worlds import Values, make_desk, make_world

SPAN = SpanName("SP-1")
#: SP-1 joins A and E, two kilometres long.
NEAR = {"node": "A-RTR", "interface": "1"}
FAR = {"node": "E-RTR", "interface": "7"}


@pytest.fixture
def values() -> Values:
    return Values()


@pytest.fixture
def spans(tmp_path: Path, values: Values) -> SpanWatch:
    clock = ManualClock()
    desk = make_desk(tmp_path, clock)
    table, metric = SeriesTable(), catalogue().metric("interface_info")
    series = [table.intern(metric, {**port, "alias": "SP-1"}) for port in (NEAR, FAR)]
    for one in series:
        desk.ports.learn(one)
    assert len(desk.ports.ports(SPAN)) == 2
    return SpanWatch(make_world(tmp_path, clock, desk, values))


def test_two_looks_tell_how_full_a_cable_is_in_both_directions(
    spans: SpanWatch, values: Values
) -> None:
    values.put("interface_speed_bits_per_second", 1e9, NEAR)
    for time_ms, sent, received in ((0, 1e6, 5e6), (10_000, 1e6 + 125e6, 5e6 + 1.25e9)):
        values.put("interface_transmit_bytes_total", sent, NEAR, time_ms)
        values.put("interface_receive_bytes_total", received, NEAR, time_ms)
        spans.look()
        spans.look()  # nothing new was read meanwhile
    there, back = spans.ways(SPAN)
    assert (there.bits_per_second, there.share) == (100e6, 0.1)
    assert (back.bits_per_second, back.share) == (1e9, 1.0)
    assert [spans.fullness(share) for share in (0.1, 1.0)] == [Severity.CLEARED, Severity.MAJOR]


def test_a_counter_that_begins_anew_tells_no_rate(spans: SpanWatch, values: Values) -> None:
    for time_ms, sent in ((0, 9e9), (10_000, 5e3)):
        values.put("interface_transmit_bytes_total", sent, NEAR, time_ms)
        spans.look()
    assert spans.ways(SPAN) == UNKNOWN


def test_light_is_set_against_what_the_far_end_sends_and_the_receiver_needs(
    spans: SpanWatch, values: Values
) -> None:
    values.put("optical_tx_power_dbm", 1.0, NEAR)
    values.put("optical_rx_power_dbm", -6.0, FAR)
    values.put("optical_rx_power_threshold_dbm", -14.0, FAR | {"threshold": "low_warning"})
    values.put("optical_rx_power_threshold_dbm", -16.0, FAR | {"threshold": "low_alarm"})
    values.put("optical_rx_power_dbm", -20.0, NEAR | {"lane": "1"})
    values.put("optical_rx_power_dbm", -23.0, NEAR | {"lane": "2"})
    spans.look()
    there, back = (way.light for way in spans.ways(SPAN))
    assert there is not None
    assert there.margin == 10.0
    assert there.missing == pytest.approx(1.0 - route_loss_decibels([2.0]) + 6.0)
    assert back is not None
    assert (back.margin, back.missing) == (5.0, None)  # of two lanes the weaker; -28 by the rule


@pytest.mark.parametrize(
    ("light", "severity"),
    [
        (Light(-10.0, -28.0, None), Severity.CLEARED),
        (Light(-10.0, -14.0, None), Severity.WARNING),
        (Light(-12.0, -14.0, None), Severity.MINOR),
        (Light(-15.0, -14.0, None), Severity.MAJOR),
        (Light(-10.0, -28.0, -8.0), Severity.CLEARED),
        (Light(-10.0, -28.0, -6.5), Severity.WARNING),
    ],
)
def test_little_margin_and_missing_light_are_marked(
    spans: SpanWatch, light: Light, severity: Severity
) -> None:
    assert spans.scarcity(light) is severity


def test_a_cable_without_known_ports_has_no_figures(spans: SpanWatch) -> None:
    spans.look()
    assert spans.ways(SpanName("RG-1")) == UNKNOWN
