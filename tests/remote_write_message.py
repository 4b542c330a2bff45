"""The messages of remote_write 1.0 as google.protobuf knows them: what ours are compared with."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from omc.core.model import series_key

STALE_NAN = 0x7FF0000000000002

_Field = descriptor_pb2.FieldDescriptorProto


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a request; its value as bits, because a NaN equals nothing."""

    series: str
    bits: int
    time_ms: int

    @property
    def value(self) -> float:
        """The value as a number."""
        (value,) = struct.unpack("<d", self.bits.to_bytes(8, "little"))
        assert isinstance(value, float)
        return value

    @property
    def is_stale(self) -> bool:
        """Whether it is a stale marker."""
        return self.bits == STALE_NAN


def bits_of(value: float) -> int:
    """A float64 as the whole number of its bits."""
    return int.from_bytes(struct.pack("<d", value), "little")


def _message_class() -> Any:
    """Source: prompb/types.proto and remote.proto of the remote_write 1.0 specification."""
    file = descriptor_pb2.FileDescriptorProto(name="remote.proto", package="test", syntax="proto3")
    fields = {
        "Label": [("name", 1, _Field.TYPE_STRING, ""), ("value", 2, _Field.TYPE_STRING, "")],
        "Sample": [("value", 1, _Field.TYPE_DOUBLE, ""), ("timestamp", 2, _Field.TYPE_INT64, "")],
        "TimeSeries": [
            ("labels", 1, _Field.TYPE_MESSAGE, "Label"),
            ("samples", 2, _Field.TYPE_MESSAGE, "Sample"),
        ],
        "WriteRequest": [("timeseries", 1, _Field.TYPE_MESSAGE, "TimeSeries")],
    }
    for name, rows in fields.items():
        message = file.message_type.add(name=name)
        for field, number, kind, type_name in rows:
            added = message.field.add(name=field, number=number, type=kind)
            added.label = _Field.LABEL_REPEATED if type_name else _Field.LABEL_OPTIONAL
            if type_name:
                added.type_name = f".test.{type_name}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("test.WriteRequest"))


WriteRequest = _message_class()


def build(
    series: Sequence[tuple[Mapping[str, str], Sequence[tuple[float, int]]]],
) -> Any:
    """A request: of each series the labels, in order, and its samples (value, time)."""
    request = WriteRequest()
    for labels, samples in series:
        one = request.timeseries.add()
        for name, text in labels.items():
            one.labels.add(name=name, value=text)
        for value, time_ms in samples:
            one.samples.add(value=value, timestamp=time_ms)
    return request


def read(body: bytes) -> list[Sample]:
    """The samples of an encoded request; fails on what the specification forbids."""
    samples: list[Sample] = []
    seen: set[str] = set()
    for one in WriteRequest.FromString(body).timeseries:
        names = [label.name for label in one.labels]
        assert names == sorted(set(names)), "labels are sorted and come once"
        assert all(label.value for label in one.labels), "no label is empty"
        labels = {label.name: label.value for label in one.labels}
        key = series_key(labels.pop("__name__"), labels)
        assert key not in seen, "a series comes once"
        seen.add(key)
        times = [sample.timestamp for sample in one.samples]
        assert times == sorted(set(times)), "samples are in order of time"
        assert times, "no series is without samples"
        samples += [Sample(key, bits_of(s.value), s.timestamp) for s in one.samples]
    return samples
