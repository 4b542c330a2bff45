"""Batches as bytes and back: exact, compact, and clear about what is no batch."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.bus.wire import VERSION, WireFormatError, decode, encode
from omc.core.model import Batch, Series, SeriesTable
from tests.sample_data import NEW_YEAR_MS, make_series

_TABLE = SeriesTable()
_SERIES = [
    make_series(_TABLE, f"metric_{n}_total", site="Vĩnh Yên", text=text)
    for n, text in enumerate(["plain", 'quote " and \\', "line\nbreak", "\ud800", "東京 🗼", ""])
]
_BY_KEY = {series.key: series for series in _SERIES}

_VALUES = st.floats(allow_nan=False, width=64)
_TIMES = st.integers(-(2**61), 2**61)
_SECONDS = st.floats(0, 1e9)
_SOURCES = ["self", "snmp:Vĩnh Yên-1:fast", 'mqtt:a "b"\\', "\ud800", ""]


@st.composite
def _batches(draw: st.DrawFn) -> list[Batch]:
    batches = []
    for _ in range(draw(st.integers(0, 4))):
        samples = draw(st.lists(st.tuples(st.sampled_from(_SERIES), _VALUES, _TIMES), max_size=20))
        batches.append(
            Batch(
                draw(st.sampled_from(_SOURCES)),
                draw(_SECONDS),
                [sample[0] for sample in samples],
                array("d", [sample[1] for sample in samples]),
                array("q", [sample[2] for sample in samples]),
                draw(st.none() | _SECONDS),
                draw(st.booleans()),
            )
        )
    return batches


def _bits(values: array[float]) -> bytes:
    return values.tobytes()


def _assert_same(found: Sequence[Batch], wanted: Sequence[Batch]) -> None:
    wanted = [batch for batch in wanted if len(batch)]
    assert [_facts(batch) for batch in found] == [_facts(batch) for batch in wanted]


def _facts(batch: Batch) -> tuple[object, ...]:
    columns = (batch.series, _bits(batch.values), batch.times)
    return (batch.source, batch.interval, *columns, batch.period, batch.suspect)


@given(_batches())
def test_a_whole_frame_brings_every_batch_back_bit_for_bit(batches: list[Batch]) -> None:
    frame = decode(encode(batches))
    assert frame.keys is not None
    keys = frame.keys
    found, lost = frame.batches(lambda number: _BY_KEY[keys[number]])
    _assert_same(found, batches)
    assert lost == 0


@given(_batches())
def test_a_frame_with_a_shared_dictionary_does_too(batches: list[Batch]) -> None:
    numbers = {series: 1000 * n for n, series in enumerate(_SERIES)}
    frame = decode(encode(batches, numbers))
    assert frame.keys is None
    found, _ = frame.batches(lambda number: _SERIES[number // 1000])
    _assert_same(found, batches)


def test_counters_beyond_two_to_the_53_keep_every_bit() -> None:
    batch = Batch("test", 60.0)
    values = [float(2**64 - 1), 2.0**53 + 2, -0.0, 5e-324, float("inf")]
    for value in values:
        batch.add(_SERIES[0], value, NEW_YEAR_MS)
    found, _ = decode(encode([batch])).batches(lambda _: _SERIES[0])
    assert _bits(found[0].values) == struct.pack("=5d", *values)


def test_samples_of_a_series_that_nobody_knows_any_more_are_left_out_and_counted() -> None:
    first, second = Batch("a", 60.0), Batch("b", 60.0)
    for n, series in enumerate(_SERIES[:3]):
        first.add(series, float(n), n)
    second.add(_SERIES[1], 9.0, 9)
    numbers = {series: n for n, series in enumerate(_SERIES)}
    known: list[Series | None] = [_SERIES[0], None, _SERIES[2]]
    found, lost = decode(encode([first, second], numbers)).batches(known.__getitem__)
    assert lost == 2
    assert [(b.source, list(b.values), list(b.times)) for b in found] == [("a", [0, 2], [0, 2])]


def test_keys_are_not_repeated_and_steady_columns_cost_almost_nothing() -> None:
    batch = Batch("snmp:VPC0001-router:fast", 60.0)
    numbers = {}
    for port in range(1000):
        series = make_series(_TABLE, "interface_oper_state", node="VPC0001", port=str(port))
        numbers[series] = port
        batch.add(series, 1.0, NEW_YEAR_MS)
    assert len(encode([batch], numbers)) < 200
    assert len(encode([batch])) < 8 * 1000


_GOOD = encode([Batch("t", 1.0, [_SERIES[0]] * 50, array("d", range(50)), array("q", range(50)))])


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "no frame of batches"),
        (b"SQLite format 3\0", "no frame of batches"),
        (_GOOD[:4] + bytes([VERSION + 1]) + _GOOD[5:], "written in version 2 of the format"),
        (_GOOD[:-1], "the checksum does not fit"),
        (_GOOD + b"x", "the checksum does not fit"),
        (_GOOD[:5] + b"\x07" + _GOOD[6:], "the header makes no sense"),
        (_GOOD[:6] + b"\xff\xff\xff\xff" + _GOOD[10:], "the header makes no sense"),
    ],
)
def test_what_is_no_frame_is_told(data: bytes, complaint: str) -> None:
    with pytest.raises(WireFormatError, match=complaint):
        decode(data)


@given(st.data())
def test_no_damaged_byte_goes_unnoticed(data: st.DataObject) -> None:
    damaged = bytearray(_GOOD)
    place = data.draw(st.integers(0, len(damaged) - 1))
    damaged[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(WireFormatError):
        decode(bytes(damaged))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_never_a_frame(data: bytes) -> None:
    with pytest.raises(WireFormatError):
        decode(data)
