"""Reading one message with a shipped or written mapping, for the tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from collector.mqtt.counts import Result, SubscriptionCounts
from collector.mqtt.directory import Directory, Place
from collector.mqtt.json_payload import PayloadReader
from collector.mqtt.mapping import MappingSet, PayloadMapping
from collector.mqtt.series_budget import SeriesBudget
from collector.mqtt.topic_template import TopicTemplate
from omc.core.catalogue import Catalogue
from omc.core.model import SeriesTable
from omc.core.resources import config_folder
from omc.core.yaml_source import parse_yaml, validate

#: 2026-01-01T00:10:00Z, ten minutes after the times in most payloads.
NOW_MS = 1_767_226_200_000
NATIVE_TOPIC = "bts/v1/{operator}/{region}/{site}/{device_class}/{device}/telemetry"

Sample = tuple[str, float, int]


class FakeDirectory:
    """Knows the devices it is told about, and every site but the listed ones."""

    def __init__(
        self, places: Mapping[str, Place] | None = None, no_sites: tuple[str, ...] = ()
    ) -> None:
        self._places = dict(places or {})
        self._no_sites = no_sites

    def knows_site(self, code: str) -> bool:
        return code not in self._no_sites

    def locate(self, device: str) -> Place | None:
        return self._places.get(device)


@cache
def catalogue() -> Catalogue:
    return Catalogue.load(config_folder() / "metrics")


@cache
def shipped() -> MappingSet:
    return MappingSet.load([config_folder() / "mqtt"], catalogue())


def mapping(text: str) -> PayloadMapping:
    """A mapping as written, without the keys that every mapping has."""
    text = f"about: A test.\ninterval: 60s\n{text}"
    return validate(parse_yaml(text, Path("test.yaml")), PayloadMapping, catalogue())


class Reading:
    """A payload reader, what it was given and what it made of it."""

    def __init__(
        self,
        mapping: PayloadMapping,
        topic: str,
        *,
        directory: Directory | None = None,
        limit: int = 1000,
    ) -> None:
        self.counts = SubscriptionCounts()
        self.table = SeriesTable()
        self.reader = PayloadReader(
            mapping,
            TopicTemplate.parse(topic),
            source="mqtt:test",
            catalogue=catalogue(),
            directory=directory or FakeDirectory(),
            budget=SeriesBudget(self.table, limit),
            counts=self.counts,
        )

    def read(self, topic: str, payload: Any, *, retained: bool = False) -> Result:
        content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.reader.read(topic, content, retained=retained, now_ms=NOW_MS)

    def samples(self) -> list[Sample]:
        """Series key, value and time of all that was read since the last call."""
        return [
            (series.key, value, time)
            for batch in self.reader.take()
            for series, value, time in zip(batch.series, batch.values, batch.times, strict=True)
        ]

    @property
    def rejected(self) -> dict[str, int]:
        return {reason.value: number for reason, number in self.counts.rejected.items()}
