"""Samples as the body of a Prometheus remote_write 1.0 request, before it is compressed.

    WriteRequest  1: repeated TimeSeries
    TimeSeries    1: repeated Label, sorted by name      2: repeated Sample, in order of time
    Label         1: name    2: value
    Sample        1: value, double    2: timestamp, milliseconds

Source: Prometheus Remote-Write 1.0 specification; Protocol Buffers encoding. Written by hand
because message objects cost ten times as much: every set of labels is encoded once, and the columns
of a batch are woven between them. The tests compare with what google.protobuf makes.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import add
from struct import Struct

from exporters.rendered_labels import RenderedLabels
from omc.core.model import Batch, Series

#: Field tags: field number and wire type.
_SERIES, _LABELS, _SAMPLES = b"\x0a", b"\x0a", b"\x12"
_NAME, _VALUE = b"\x0a", b"\x12"
_SAMPLE_VALUE, _SAMPLE_TIME = b"\x09", b"\x10"

#: The NaN by which Prometheus knows that a series has ended. It goes from here into the request:
#: as a float it might lose its bits on the way.
#: Source: Prometheus, model/value: StaleNaN 0x7ff0000000000002.
_STALE_NAN = (0x7FF0000000000002).to_bytes(8, "little")

#: Between these times (1971 and 2109) a time takes six bytes, and so all samples have one length.
_SIX_BYTES_FROM, _SIX_BYTES_UNTIL = 2**35, 2**42
_TIME_FIELD_BYTES = len(_SAMPLE_TIME) + 6
#: What stands before the value of a sample, by the length of its time field.
_SAMPLE_STARTS = {
    length: _SAMPLES + bytes([len(_SAMPLE_VALUE) + 8 + length]) + _SAMPLE_VALUE
    for length in range(len(_SAMPLE_TIME) + 1, len(_SAMPLE_TIME) + 11)
}
_SAMPLE_START = _SAMPLE_STARTS[_TIME_FIELD_BYTES]

#: Takes values apart, sixty-four at a time because that costs a fifth of one by one.
_BLOCK = Struct("8s" * 64)
_SINGLE = Struct("8s")


class WriteRequestEncoder:
    """Encodes batches, and each set of labels only once.

    Args:
        generation: See `RenderedLabels`; an entry takes about 250 bytes.
    """

    def __init__(self, generation: int = 200_000) -> None:
        self._heads = _Heads()
        self._names = _Names()
        self._labels = RenderedLabels(_labels_and_start, generation)

    def encode(self, batches: Sequence[Batch]) -> bytes:
        """All samples, those of one series together and in order of time.

        Of two samples of one series and one time the later one in the batches is taken.
        """
        series = list(chain.from_iterable(batch.series for batch in batches))
        values = b"".join([_doubles(batch.values) for batch in batches])
        times = array("q", b"".join([batch.times.tobytes() for batch in batches]))
        return self._encode(series, _pieces(values), times)

    def encode_stale(self, ends: Mapping[Series, int]) -> bytes:
        """A stale marker for each series, at the time given in milliseconds."""
        return b"".join(
            _field(_SERIES, self._name_and_labels(series) + _stale_sample(time_ms))
            for series, time_ms in ends.items()
        )

    def _encode(
        self, series: Sequence[Series], values: Iterable[bytes], times: array[int]
    ) -> bytes:
        """Encode columns of equal length; a value is given by its eight bytes."""
        if not series:
            return b""
        fields = {time_ms: _SAMPLE_TIME + varint(time_ms) for time_ms in set(times)}
        usual = min(fields) >= _SIX_BYTES_FROM and max(fields) < _SIX_BYTES_UNTIL
        if usual and len(set(series)) == len(series):
            return self._encode_singles(series, values, map(fields.__getitem__, times))
        return self._encode_groups(series, values, times, fields)

    def _encode_singles(
        self, series: Sequence[Series], values: Iterable[bytes], times: Iterable[bytes]
    ) -> bytes:
        """The usual case: one sample a series, and every sample of the same length."""
        names = list(map(self._names.__getitem__, [one.metric.name for one in series]))
        labels = list(map(self._labels.__getitem__, [one.label_text for one in series]))
        parts = [b""] * (5 * len(series))
        parts[0::5] = map(self._heads.__getitem__, map(add, map(len, names), map(len, labels)))
        parts[1::5] = names
        parts[2::5] = labels
        parts[3::5] = values
        parts[4::5] = times
        return b"".join(parts)

    def _encode_groups(
        self,
        series: Sequence[Series],
        values: Iterable[bytes],
        times: array[int],
        fields: Mapping[int, bytes],
    ) -> bytes:
        """Any case: several samples a series, in any order, of any time."""
        groups: dict[Series, dict[int, bytes]] = {}
        for one, value, time_ms in zip(series, values, times, strict=True):
            groups.setdefault(one, {})[time_ms] = value
        encoded = []
        for one, samples in groups.items():
            parts = [self._name_and_labels(one)]
            for time_ms, value in sorted(samples.items()):
                field = fields[time_ms]
                parts += (_SAMPLE_STARTS[len(field)], value, field)
            encoded.append(_field(_SERIES, b"".join(parts)))
        return b"".join(encoded)

    def _name_and_labels(self, series: Series) -> bytes:
        labels = self._labels[series.label_text].removesuffix(_SAMPLE_START)
        return self._names[series.metric.name] + labels


class _Heads(dict[int, bytes]):
    """What stands before a series with one sample, by the length of all up to the value."""

    def __missing__(self, length: int) -> bytes:
        head = self[length] = _SERIES + varint(length + 8 + _TIME_FIELD_BYTES)
        return head


class _Names(dict[str, bytes]):
    """The Label field of a metric's name: the first one, since labels have lower-case names."""

    def __missing__(self, name: str) -> bytes:
        field = self[name] = _label("__name__", name)
        return field


def _labels_and_start(labels: Mapping[str, str]) -> bytes:
    """The other Label fields, and the first sample up to its value."""
    return b"".join(_label(name, value) for name, value in labels.items()) + _SAMPLE_START


def _label(name: str, value: str) -> bytes:
    return _field(_LABELS, _field(_NAME, name.encode()) + _field(_VALUE, value.encode()))


def _stale_sample(time_ms: int) -> bytes:
    return _field(_SAMPLES, _SAMPLE_VALUE + _STALE_NAN + _SAMPLE_TIME + varint(time_ms))


def _field(tag: bytes, content: bytes) -> bytes:
    return tag + varint(len(content)) + content


def varint(number: int) -> bytes:
    """A base-128 number, the lowest seven bits first; a negative one as its 64-bit complement."""
    number &= 0xFFFF_FFFF_FFFF_FFFF
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _doubles(values: array[float]) -> bytes:
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    return values.tobytes()


def _pieces(values: bytes) -> Iterable[bytes]:
    """The eight bytes of each value."""
    whole = len(values) - len(values) % _BLOCK.size
    view = memoryview(values)
    blocks = chain(_BLOCK.iter_unpack(view[:whole]), _SINGLE.iter_unpack(view[whole:]))
    return chain.from_iterable(blocks)
