"""Series: their label text is their identity, and nothing is lost in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.core.model import SeriesTable, label_text
from tests.sample_data import make_metric, make_series

_METRIC = make_metric("battery_voltage_volts")
_NAMES = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True)
_VALUES = st.text() | st.text('\\"\n{},= a')


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        ({}, ""),
        ({"site": "VPC0001"}, '{site="VPC0001"}'),
        ({"site": "b", "node": "a"}, '{node="a",site="b"}'),
        ({"site": "b", "alias": ""}, '{site="b"}'),
        ({"alias": ""}, ""),
        ({"alias": 'a "b"\\\n'}, '{alias="a \\"b\\"\\\\\\n"}'),
    ],
)
def test_labels_are_written_sorted_and_escaped_without_empty_ones(
    labels: dict[str, str], text: str
) -> None:
    assert label_text(labels) == text


@given(st.dictionaries(_NAMES, _VALUES, max_size=5))
def test_labels_read_back_from_their_text_exactly(labels: dict[str, str]) -> None:
    series = SeriesTable().intern(_METRIC, labels)
    assert series.labels == {name: value for name, value in labels.items() if value}
    assert list(series.labels) == sorted(series.labels)


@given(st.dictionaries(_NAMES, _VALUES, max_size=3), st.dictionaries(_NAMES, _VALUES, max_size=3))
def test_equal_labels_and_only_they_give_the_same_series(
    one: dict[str, str], other: dict[str, str]
) -> None:
    table = SeriesTable()
    is_same = table.intern(_METRIC, one) is table.intern(_METRIC, other)
    assert is_same == (_without_empty(one) == _without_empty(other))


def test_series_of_different_metrics_with_the_same_labels_share_their_text() -> None:
    table = SeriesTable()
    labels = {"site": "VPC0001", "node": "VPC0001-r1"}
    voltage = table.intern(_METRIC, labels)
    current = table.intern(make_metric("rectifier_voltage_volts"), labels)
    assert voltage is not current
    assert voltage.label_text is current.label_text
    assert voltage.key == 'battery_voltage_volts{node="VPC0001-r1",site="VPC0001"}'


def test_a_forgotten_series_comes_again_as_another_object_and_listeners_hear_of_it_once() -> None:
    table = SeriesTable()
    forgotten: list[str] = []
    table.on_forget(lambda series: forgotten.append(series.key))
    series = table.intern(_METRIC, {"site": "a"})
    assert table.find(_METRIC, {"site": "a"}) is series
    table.forget(series)
    table.forget(series)
    assert forgotten == [series.key]
    assert table.find(_METRIC, {"site": "a"}) is None
    assert len(table) == 0
    assert table.intern(_METRIC, {"site": "a"}) is not series
    assert [known.key for known in table] == [series.key]


def _without_empty(labels: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in labels.items() if value}


def test_numbers_of_series_are_dense_and_given_again_once_their_series_is_forgotten() -> None:
    table = SeriesTable()
    first, second = (make_series(table, "battery_voltage_volts", site=site) for site in "ab")
    assert (first.number, second.number) == (0, 1)
    table.forget(first)
    assert make_series(table, "battery_voltage_volts", site="c").number == 0
    assert make_series(table, "battery_voltage_volts", site="d").number == 2
