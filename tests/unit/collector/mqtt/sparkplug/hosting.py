"""A Sparkplug reader on a bus of its own, with a clock that tests set, and messages to give it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collector.mqtt.broker import SparkplugHost
from collector.mqtt.counts import Result, SubscriptionCounts
from collector.mqtt.directory import Directory
from collector.mqtt.mapping import PayloadMapping
from collector.mqtt.reader import Command
from collector.mqtt.series_budget import SeriesBudget
from collector.mqtt.sparkplug.memory import BirthMemory
from collector.mqtt.sparkplug.reader import SparkplugReader
from collector.mqtt.topic_template import TopicTemplate
from omc.bus.local import LocalBus
from omc.core.database import Database
from omc.core.model import Batch, Event, EventKind, SeriesTable
from omc.core.sparkplug import DataType, Payload
from tests.unit.collector.mqtt.reading import FakeDirectory, Sample, catalogue, shipped

#: 2026-01-01T00:15:10Z, ten seconds after the last of the golden messages.
NOW_MS = 1_767_226_510_000
SOURCE = "mqtt:test/spBv1.0/#"


class SetClock:
    """Both times advance when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def time_ms(self) -> int:
        return NOW_MS + round(self.seconds * 1000)

    def monotonic(self) -> float:
        return self.seconds


class Hosting:
    """One reader, what it was given and what came of it."""

    def __init__(
        self,
        mapping: PayloadMapping | None = None,
        *,
        database: Database | None = None,
        directory: Directory | None = None,
    ) -> None:
        self.counts = SubscriptionCounts()
        self.clock = SetClock()
        self.batches: list[Batch] = []
        self.events: list[Event] = []
        self.memory = BirthMemory(database, SOURCE)
        bus = LocalBus()
        bus.listen(self.batches.append, self.events.append)
        self.reader = SparkplugReader(
            mapping or shipped()["sparkplug"],
            TopicTemplate.parse("spBv1.0/#"),
            host=SparkplugHost("omc"),
            source=SOURCE,
            catalogue=catalogue(),
            directory=directory or FakeDirectory(),
            budget=SeriesBudget(SeriesTable()),
            counts=self.counts,
            bus=bus,
            clock=self.clock,
            memory=self.memory,
        )
        self.reader.connected(session_kept=False)

    def read(self, topic: str, payload: bytes, *, retained: bool = False) -> Result:
        now_ms = self.clock.time_ms()
        result = self.reader.read(topic, payload, retained=retained, now_ms=now_ms)
        self.batches += self.reader.take()
        return result

    def wait(self, seconds: float) -> list[Command]:
        """Let time pass; the commands that are sent at its end."""
        self.clock.seconds += seconds
        commands = self.reader.tick(self.clock.time_ms())
        self.batches += self.reader.take()
        return commands

    def samples(self, *, history: bool = False) -> list[Sample]:
        """Series key, value and time of all that came since the last call: live, or history."""
        taken = [batch for batch in self.batches if batch.is_history is history]
        for batch in taken:
            self.batches.remove(batch)
        return [
            (series.key, value, time)
            for batch in taken
            for series, value, time in zip(batch.series, batch.values, batch.times, strict=True)
        ]

    def stale(self) -> set[str]:
        """Series that were told to be the past since the last call."""
        found = {
            series.key
            for event in self.events
            if event.kind is EventKind.SOURCE_STALE
            for series in event.series
        }
        self.events.clear()
        return found

    @property
    def rejected(self) -> dict[str, int]:
        return {reason.value: number for reason, number in self.counts.rejected.items()}


def message(seq: int | None, values: Mapping[str, float], **session: int) -> bytes:
    """A message of Double metrics by name; `bdSeq` is of births and deaths of nodes."""
    payload = Payload(timestamp=NOW_MS)
    if seq is not None:
        payload.seq = seq
    for name, number in session.items():
        payload.metrics.add(name=name, datatype=DataType.INT64, long_value=number)
    for name, value in values.items():
        payload.metrics.add(name=name, datatype=DataType.DOUBLE, double_value=value)
    return encoded(payload)


def encoded(payload: Any) -> bytes:
    return bytes(payload.SerializeToString())
