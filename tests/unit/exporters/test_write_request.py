"""Remote_write requests, compared with what google.protobuf makes of the same samples."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from exporters.write_request import WriteRequestEncoder
from omc.core.model import Batch, Series, SeriesTable
from tests.remote_write_message import STALE_NAN, Sample, bits_of, build, read
from tests.sample_data import NEW_YEAR_MS, make_batch, make_metric, make_series

_LABEL = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
_LABELS = st.dictionaries(st.sampled_from(["a", "b", "port", "site"]), _LABEL)
_SAMPLE = st.tuples(
    st.integers(0, 5),
    st.floats(allow_nan=False) | st.just(-0.0),
    st.integers(-(2**63), 2**63 - 1) | st.integers(NEW_YEAR_MS, NEW_YEAR_MS + 3),
)


def _batches(series: Sequence[Series], samples: Sequence[tuple[int, float, int]]) -> list[Batch]:
    """The samples in two batches; the whole number of each chooses its series."""
    batches = [Batch("test", 60.0), Batch("test", 60.0)]
    for index, (number, value, time_ms) in enumerate(samples):
        batches[index > len(samples) // 2].add(series[number % len(series)], value, time_ms)
    return batches


def test_a_request_is_byte_for_byte_what_protobuf_makes() -> None:
    table = SeriesTable()
    batch = Batch("test", 60.0)
    batch.add(make_series(table, "optical_rx_power_dbm", site="VP001", port="0/1"), -27.35, 1)
    batch.add(make_series(table, "battery_voltage_volts", site="Vĩnh Yên"), 53.5, NEW_YEAR_MS)
    batch.add(make_series(table, "up"), math.inf, NEW_YEAR_MS)
    expected = build(
        [
            (
                {"__name__": "optical_rx_power_dbm", "port": "0/1", "site": "VP001"},
                [(-27.35, 1)],
            ),
            ({"__name__": "battery_voltage_volts", "site": "Vĩnh Yên"}, [(53.5, NEW_YEAR_MS)]),
            ({"__name__": "up"}, [(math.inf, NEW_YEAR_MS)]),
        ]
    )
    assert WriteRequestEncoder().encode([batch]) == expected.SerializeToString()


@given(st.lists(_LABELS, min_size=1, max_size=4), st.lists(_SAMPLE, max_size=20))
def test_any_samples_are_what_protobuf_makes_of_them(
    labels: list[dict[str, str]], samples: list[tuple[int, float, int]]
) -> None:
    table = SeriesTable()
    series = [table.intern(make_metric("m"), one) for one in labels]
    groups: dict[Series, dict[int, float]] = {}
    for number, value, time_ms in samples:
        groups.setdefault(series[number % len(series)], {})[time_ms] = value
    expected = build(
        [
            (
                dict(sorted({"__name__": "m", **one.labels}.items())),
                [(value, time_ms) for time_ms, value in sorted(group.items())],
            )
            for one, group in groups.items()
        ]
    )
    encoded = WriteRequestEncoder().encode(_batches(series, samples))
    assert read(encoded) == read(expected.SerializeToString())
    # Protobuf leaves out a zero, which we write: that keeps all samples at one length.
    if all(bits_of(value) and time_ms for _, value, time_ms in samples):
        assert encoded == expected.SerializeToString()


@given(st.lists(st.integers(0, 2**64 - 1).filter(lambda bits: bits != 0), min_size=1))
def test_a_value_keeps_every_bit(patterns: list[int]) -> None:
    table = SeriesTable()
    batch = Batch("test", 60.0)
    for n, _ in enumerate(patterns):
        batch.add(make_series(table, "m", n=f"{n:03}"), 0.0, NEW_YEAR_MS)
    batch.values = batch.values[:0]
    batch.values.frombytes(b"".join(bits.to_bytes(8, "little") for bits in patterns))
    assert [s.bits for s in read(WriteRequestEncoder().encode([batch]))] == patterns


def test_samples_of_one_series_stand_together_in_order_of_time() -> None:
    table = SeriesTable()
    volts, up = make_series(table, "volts"), make_series(table, "up")
    first = make_batch({volts: 2.0, up: 1.0}, NEW_YEAR_MS + 1)
    second = make_batch({volts: 1.0}, NEW_YEAR_MS)
    assert read(WriteRequestEncoder().encode([first, second])) == [
        Sample("volts", bits_of(1.0), NEW_YEAR_MS),
        Sample("volts", bits_of(2.0), NEW_YEAR_MS + 1),
        Sample("up", bits_of(1.0), NEW_YEAR_MS + 1),
    ]


def test_of_two_samples_of_one_time_the_later_one_is_taken() -> None:
    volts = make_series(SeriesTable(), "volts")
    batch = make_batch([(volts, 1.0), (volts, 2.0)])
    (sample,) = read(WriteRequestEncoder().encode([batch]))
    assert sample.value == 2.0


def test_many_samples_keep_their_places() -> None:
    table = SeriesTable()
    series = {make_series(table, "m", n=f"{n:04}"): float(n) for n in range(1000)}
    samples = read(WriteRequestEncoder().encode([make_batch(series)]))
    assert [(s.series, s.value) for s in samples] == [(s.key, v) for s, v in series.items()]


def test_a_stale_marker_has_the_bits_that_prometheus_looks_for() -> None:
    table = SeriesTable()
    volts, up = make_series(table, "volts", site="VP001"), make_series(table, "up")
    markers = WriteRequestEncoder().encode_stale({volts: NEW_YEAR_MS, up: NEW_YEAR_MS + 1})
    assert read(markers) == [
        Sample('volts{site="VP001"}', STALE_NAN, NEW_YEAR_MS),
        Sample("up", STALE_NAN, NEW_YEAR_MS + 1),
    ]


def test_nothing_is_an_empty_request() -> None:
    assert WriteRequestEncoder().encode([]) == b""


def test_more_series_than_are_remembered_are_encoded_all_the_same() -> None:
    table = SeriesTable()
    series = {make_series(table, "m", n=str(n)): 1.0 for n in range(25)}
    small, large = WriteRequestEncoder(generation=10), WriteRequestEncoder()
    batch = make_batch(series)
    assert small.encode([batch]) == large.encode([batch])
