"""Batches as bytes: what the journal stores, and what could travel between processes.

One frame holds a few batches:

    magic "OMCB" | version u8 | compression u8 | length of the body u32 | CRC-32 u32 | body

with the checksum over the body as it stands there, compressed. Unpacked, a body is

    length of the head u32 | head (JSON) | series | values | times

The head names each batch's source, interval, number of samples, period and suspect flag. The
columns of all batches follow one after the other: series as differences of numbers (int32), values
as float64, bit for bit, times as differences of Unix milliseconds (int64). All is little endian.

A series number is a place in the head's own list of keys, which makes the frame whole in itself,
or, where the head has no such list, in a dictionary that reader and writer share: the journal
keeps one, so that no key is written with every batch. `Batch.origins` does not travel.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from operator import sub
from typing import Any

import cramjam

from omc.core.errors import OmcError
from omc.core.model import Batch, Series

#: Written into every frame; to be raised with any change that an older reader would misread.
VERSION = 1

_MAGIC = b"OMCB"
_FRAME = struct.Struct("<4sBBII")
_HEAD_LENGTH = struct.Struct("<I")
_STORED, _ZSTD = 0, 1
_ZSTD_LEVEL = 1
#: A smaller body is not worth compressing.
_LEAST_COMPRESSED = 128
#: No writer makes larger frames: what claims to be larger is damaged.
_LARGEST_BODY = 1 << 30


class WireFormatError(OmcError):
    """Bytes that are no frame of a version known here; the text says why."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as read; the series are still numbers.

    Attributes:
        heads: Source, interval, samples, period and suspect flag of each batch.
        keys: The frame's own dictionary; None when it refers to a shared one.
        numbers: One series number a sample.
        values: One float64 a sample.
        times: One Unix time in milliseconds a sample.
    """

    heads: Sequence[tuple[str, float, int, float | None, bool]]
    keys: Sequence[str] | None
    numbers: array[int]
    values: array[float]
    times: array[int]

    def batches(self, series_of: Callable[[int], Series | None]) -> tuple[list[Batch], int]:
        """The batches, and how many samples are missing from them.

        Args:
            series_of: The series behind a number; None for one that nobody knows any more, whose
                samples are left out.
        """
        batches: list[Batch] = []
        lost = start = 0
        for source, interval, samples, period, suspect in self.heads:
            part = slice(start, start + samples)
            start += samples
            found = list(map(series_of, self.numbers[part]))
            known: list[Series] = [series for series in found if series is not None]
            values, times = self.values[part], self.times[part]
            if len(known) < samples:
                lost += samples - len(known)
                kept = [at for at, series in enumerate(found) if series is not None]
                values = array("d", [values[at] for at in kept])
                times = array("q", [times[at] for at in kept])
            if known:
                batches.append(Batch(source, interval, known, values, times, period, suspect))
        return batches, lost


def encode(batches: Sequence[Batch], numbers: Mapping[Series, int] | None = None) -> bytes:
    """One frame of batches.

    Args:
        batches: Their columns are of equal length.
        numbers: The shared dictionary, which must know every series; None writes the keys into
            the frame.
    """
    heads = [[b.source, b.interval, len(b), b.period, b.suspect] for b in batches]
    head: dict[str, object] = {"batches": heads}
    if numbers is None:
        own: dict[Series, int] = {}
        for series in chain.from_iterable(batch.series for batch in batches):
            own.setdefault(series, len(own))
        head["keys"] = [series.key for series in own]
        numbers = own
    series_column, values, times = array("q"), array("d"), array("q")
    for batch in batches:
        series_column.extend(map(numbers.__getitem__, batch.series))
        values.extend(batch.values)
        times.extend(batch.times)
    text = json.dumps(head, separators=(",", ":"), allow_nan=False).encode()
    columns: tuple[array[Any], ...] = (
        array("i", _differences(series_column)),
        values,
        _differences(times),
    )
    body = (
        _HEAD_LENGTH.pack(len(text))
        + text
        + b"".join([_little_endian(column) for column in columns])
    )
    return _framed(body)


def decode(data: bytes) -> Frame:
    """Read a frame.

    Raises:
        WireFormatError: it is damaged, or of another version.
    """
    body = memoryview(_unframed(data))
    try:
        (head_length,) = _HEAD_LENGTH.unpack_from(body)
        start = _HEAD_LENGTH.size + head_length
        head: dict[str, Any] = json.loads(bytes(body[_HEAD_LENGTH.size : start]))
        heads = [(str(s), i, int(n), p, bool(x)) for s, i, n, p, x in head["batches"]]
        samples = sum(one[2] for one in heads)
        columns = body[start:]
        if len(columns) != samples * 20:
            raise WireFormatError(f"{len(columns)} bytes of columns for {samples} samples")
        numbers = _column("i", columns[: samples * 4])
        values = _column("d", columns[samples * 4 : samples * 12])
        times = _column("q", columns[samples * 12 :])
        return Frame(heads, head.get("keys"), _sums(numbers), values, _sums(times))
    except (struct.error, ValueError, KeyError, TypeError, OverflowError) as error:
        raise WireFormatError(f"unreadable: {type(error).__name__}: {error}") from error


def _framed(body: bytes) -> bytes:
    compression, packed = _STORED, body
    if len(body) >= _LEAST_COMPRESSED:
        compression, packed = _ZSTD, bytes(cramjam.zstd.compress(body, _ZSTD_LEVEL))
    head = _FRAME.pack(_MAGIC, VERSION, compression, len(body), zlib.crc32(packed))
    return head + packed


def _unframed(data: bytes) -> bytes:
    if len(data) < _FRAME.size or data[:4] != _MAGIC:
        raise WireFormatError("these bytes are no frame of batches")
    _, version, compression, length, checksum = _FRAME.unpack_from(data)
    if version != VERSION:
        text = f"written in version {version} of the format; this program reads version {VERSION}"
        raise WireFormatError(text)
    packed = data[_FRAME.size :]
    if zlib.crc32(packed) != checksum:
        raise WireFormatError("damaged: the checksum does not fit")
    if compression not in {_STORED, _ZSTD} or length > _LARGEST_BODY:
        raise WireFormatError("damaged: the header makes no sense")
    body = packed
    if compression == _ZSTD:
        try:
            body = bytes(cramjam.zstd.decompress(packed, output_len=length))
        except cramjam.DecompressionError as error:
            raise WireFormatError(f"damaged: {error}") from error
    if len(body) != length:
        raise WireFormatError(f"damaged: {len(body)} bytes where {length} were written")
    return body


def _differences(column: array[int]) -> array[int]:
    """Each number less the one before it: columns that hardly change compress to nothing."""
    return array("q", chain(column[:1], map(sub, column[1:], column)))


def _sums(column: array[int]) -> array[int]:
    """What `_differences` was made of."""
    return array("q", accumulate(column))


def _little_endian(column: array[Any]) -> bytes:
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return column.tobytes()


def _column(kind: str, data: memoryview) -> array[Any]:
    column: array[Any] = array(kind)
    column.frombytes(data)
    if sys.byteorder == "big":
        column.byteswap()
    return column
