"""What a metric can say about its own values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.core.metric import Aggregation, Metric, MetricKind, Ratio, State, Text, ValidRange

TEXT = Text(en="Something.", vi="Gì đó.")
COUNTS = st.integers(min_value=0, max_value=10**9)


def gauge(**changes: object) -> Metric:
    values: dict[str, object] = {
        "name": "bus_volts",
        "kind": MetricKind.GAUGE,
        "unit": "V",
        "help": TEXT,
        "aggregation": Aggregation.MEAN,
        "source": "here",
    }
    return Metric.model_validate(values | changes)


@pytest.mark.parametrize(
    ("low", "high", "value", "inside"),
    [
        (0, 75, 0, True),
        (0, 75, 75, True),
        (0, 75, 75.1, False),
        (0, 75, -0.1, False),
        (None, 0, -1e9, True),
        (None, 0, 1, False),
        (0, None, 1e300, True),
        (None, None, -5, True),
    ],
)
def test_the_valid_range_includes_its_bounds(
    low: float | None, high: float | None, value: float, *, inside: bool
) -> None:
    assert gauge(valid=ValidRange(min=low, max=high)).in_range(value) is inside


def test_a_metric_about_a_node_carries_site_and_node() -> None:
    metric = gauge(labels=("phase",))
    assert metric.all_labels == ("site", "node", "phase")
    assert metric.unknown_labels(["node", "phase", "cell"]) == ["cell"]


def test_a_metric_about_the_service_carries_only_its_own_labels() -> None:
    metric = gauge(labels=("sink",), subject="service")
    assert metric.all_labels == ("sink",)
    assert metric.unknown_labels(["site", "sink"]) == ["site"]


def test_a_state_is_found_by_its_name() -> None:
    states = {0: State(name="down", text=TEXT), 1: State(name="up", text=TEXT)}
    values = {"name": "port_up", "kind": "state", "unit": "1", "aggregation": "min"}
    metric = gauge(**values, states=states)
    assert metric.state_code("up") == 1
    assert metric.state_code("sideways") is None


@pytest.mark.parametrize(
    ("changes", "over_time"),
    [
        ({"aggregation": "sum"}, Aggregation.MEAN),
        ({"aggregation": "sum", "period_sum": True}, Aggregation.SUM),
        ({"name": "pulses_total", "unit": "1", "kind": "counter", "aggregation": "sum"}, "sum"),
        ({"aggregation": "max"}, Aggregation.MAX),
        ({"name": "rx_dbm", "unit": "dBm", "aggregation": "power_mean"}, Aggregation.POWER_MEAN),
    ],
)
def test_levels_that_add_up_over_objects_are_averaged_over_time(
    changes: dict[str, object], over_time: str
) -> None:
    assert gauge(**changes).over_time == over_time


def test_a_ratio_of_nothing_is_absent() -> None:
    assert Ratio(numerator=("a",), denominator=("b",)).of_sums(0, 0) is None


def test_an_availability_is_one_less_the_outage() -> None:
    availability = Ratio(numerator=("out",), denominator=("observed",), complement=True)
    assert availability.of_sums(90, 900) == pytest.approx(0.9)
    assert availability.of_sums(0, 900) == 1.0


def test_a_scale_turns_bytes_a_second_into_bits_a_second() -> None:
    throughput = Ratio(numerator=("volume",), denominator=("time",), scale=8)
    assert throughput.of_sums(1_000_000, 2) == 4_000_000


@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=20))
def test_a_ratio_of_sums_lies_between_the_ratios_it_sums(cells: list[tuple[int, int]]) -> None:
    counted = [(min(a, b), max(a, b)) for a, b in cells if max(a, b) > 0]
    ratio = Ratio(numerator=("done",), denominator=("tried",))
    whole = ratio.of_sums(sum(a for a, _ in counted), sum(b for _, b in counted))
    if not counted:
        assert whole is None
        return
    each = [a / b for a, b in counted]
    assert whole is not None
    assert min(each) * (1 - 1e-12) <= whole <= max(each) * (1 + 1e-12)


def test_a_text_falls_back_to_english() -> None:
    assert TEXT.of("vi") == "Gì đó."
    assert TEXT.of("en") == TEXT.of("fr") == "Something."
