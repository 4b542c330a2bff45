"""Who a record is about: from the topic, from the payload, or from the inventory.

A site that the payload names must be the one that the topic names: the broker's access rules
protect topics, and nothing protects payloads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from collector.mqtt.bindings import Binding
from collector.mqtt.directory import Directory, is_identifier
from collector.mqtt.json_path import JsonPath
from collector.mqtt.mapping import PayloadMapping
from collector.mqtt.rejection import Reason, Rejected
from collector.mqtt.topic_template import TopicTemplate
from collector.mqtt.value_rule import filled

_MOST_TOPICS = 100_000
_MOST_SOURCES = 10_000


@dataclass(frozen=True, slots=True)
class Source:
    """One device as seen through one topic.

    Attributes:
        names: What templates are filled from.
        labels: `site` and `node`.
        bindings: What the values of this device become, by name and labels of the value.
    """

    names: dict[str, str]
    labels: dict[str, str]
    bindings: dict[object, tuple[Binding, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Topic:
    """What a topic says, and the sources seen in it by what their payloads add to that."""

    names: dict[str, str]
    sources: dict[tuple[str, ...], Source] = field(default_factory=dict)


class SourceTable:
    """The sources of one subscription. Bounded: when it is full, it starts anew."""

    def __init__(
        self, mapping: PayloadMapping, template: TopicTemplate, directory: Directory
    ) -> None:
        self._mapping = mapping
        self._template = template
        self._directory = directory
        self._topics: dict[str, _Topic] = {}
        in_records = mapping.records.names
        self._fields = [
            (name, path, in_records.index(name) if name in in_records else -1)
            for name, path in mapping.fields.items()
        ]
        said = {*template.names, *in_records}
        self._new_names = (*in_records, *(name for name in mapping.fields if name not in said))

    def source(self, topic: str, document: Any, record: Any, captured: tuple[str, ...]) -> Source:
        """The source of a record.

        Args:
            topic: One that the template matches.
            document: The JSON document that holds the record.
            record: What the mapping's `records` found.
            captured: What that path named.

        Raises:
            Rejected: the record does not say whom it is about, or somebody it may not be about.
        """
        known = self._topics.get(topic)
        if known is None:
            known = self._learn(topic)
        key = captured
        if self._fields:
            key = (*captured, *self._fields_of(known, document, record, captured))
        source = known.sources.get(key)
        if source is None:
            if len(known.sources) >= _MOST_SOURCES:
                known.sources.clear()
            names = known.names | dict(zip(self._new_names, key, strict=True))
            source = source_of(names, self._mapping, self._directory)
            known.sources[key] = source
        return source

    def clear(self) -> None:
        """Forget all: series that sources are bound to have gone."""
        self._topics.clear()

    def _learn(self, topic: str) -> _Topic:
        if len(self._topics) >= _MOST_TOPICS:
            self._topics.clear()
        known = self._topics[topic] = _Topic(self._template.match(topic) or {})
        return known

    def _fields_of(
        self, known: _Topic, document: Any, record: Any, captured: tuple[str, ...]
    ) -> Iterator[str]:
        """Values of the fields that name something new; those known already must agree."""
        for name, path, position in self._fields:
            value = found_in(path, record, document)
            expected = captured[position] if position >= 0 else known.names.get(name)
            if expected is None:
                yield _text(value, name)
            elif value is not None and _text(value, name) != expected:
                raise Rejected(Reason.IDENTITY_MISMATCH, f"{name} is not {expected!r}")


def source_of(names: dict[str, str], mapping: PayloadMapping, directory: Directory) -> Source:
    """Whom a mapping takes a record to be about.

    Args:
        names: What its templates are filled from.
        mapping: Has them.
        directory: What the inventory knows.

    Raises:
        Rejected: nobody that may be taken.
    """
    if mapping.locate is not None:
        device = filled(mapping.locate, names)
        place = directory.locate(device)
        if place is None:
            raise Rejected(Reason.UNKNOWN_DEVICE, device)
        return Source(names, {"site": place.site, "node": place.node})
    site, node = filled(mapping.site, names), filled(mapping.node, names)
    for identifier in (site, node):
        if not is_identifier(identifier):
            raise Rejected(Reason.IDENTITY_INVALID, identifier)
    if not directory.knows_site(site):
        raise Rejected(Reason.UNKNOWN_SITE, site)
    return Source(names, {"site": site, "node": node})


def found_in(path: JsonPath, record: Any, document: Any) -> Any:
    """What a path leads to in the record, else in the document that holds the record."""
    value = path.first(record)
    return path.first(document) if value is None and record is not document else value


def _text(value: Any, name: str) -> str:
    if value is None:
        raise Rejected(Reason.IDENTITY_MISSING, name)
    if type(value) is str:
        return value.strip()
    if type(value) is int:
        return str(value)
    raise Rejected(Reason.IDENTITY_INVALID, name)
