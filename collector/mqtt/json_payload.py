"""The messages of one subscription become samples: the hot path.

A source (identity.py) keeps what every name it has sent is bound to (bindings.py), so the steady
state looks two dicts up and converts one number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from collector.mqtt.bindings import Binder, Binding
from collector.mqtt.counts import Result, SubscriptionCounts
from collector.mqtt.directory import Directory
from collector.mqtt.identity import Source, SourceTable, found_in
from collector.mqtt.json_path import JsonPath
from collector.mqtt.mapping import ListForm, ObjectForm, PayloadMapping, TopicForm
from collector.mqtt.message import Message, Refusals
from collector.mqtt.payload import documents_of, text_of
from collector.mqtt.period import period_seconds
from collector.mqtt.rejection import Reason, Rejected
from collector.mqtt.series_budget import SeriesBudget
from collector.mqtt.timestamps import TimeFormat
from collector.mqtt.topic_template import TopicTemplate
from collector.mqtt.value_rule import filled
from omc.core.catalogue import Catalogue
from omc.core.model import Batch

_ABSENT: Final = object()
_NO_LABELS: Final[Mapping[str, Any]] = {}
_GOOD = ("ok", "good", None, "")


@dataclass(slots=True)
class _Record:
    """One record of a message while it is read: where its samples go."""

    message: Message
    source: Source
    time_ms: int
    batch: Batch


class PayloadReader:
    """Reads the messages of one subscription into batches.

    Attributes:
        counts: What became of them.
        template: The subscription's topics.
        mapping: How they are read.
    """

    def __init__(
        self,
        mapping: PayloadMapping,
        template: TopicTemplate,
        *,
        source: str,
        catalogue: Catalogue,
        directory: Directory,
        budget: SeriesBudget,
        counts: SubscriptionCounts,
    ) -> None:
        """Prepare the mapping's rules.

        Args:
            mapping: How payloads are laid out.
            template: The subscription's topics.
            source: Of the batches: `mqtt:<broker>/<topic>`.
            catalogue: The one the mapping was checked with.
            directory: What the inventory knows.
            budget: Interns series, within bounds.
            counts: Where to count.

        Raises:
            ValueError: the mapping needs names that neither topic nor payload give.
        """
        fault = mapping.fault_with(template)
        if fault is not None:
            raise ValueError(fault)
        self.counts = counts
        self.template = template
        self.mapping = mapping
        self._batch_source = source
        self._binder = Binder(mapping, catalogue, budget)
        self._sources = SourceTable(mapping, template, directory)
        self._paths = mapping.value_paths
        rule = mapping.time if mapping.kind == "telemetry" else None
        self._time = TimeFormat.of(rule.zone, rule.format, rule.oldest) if rule else None
        self._time_path = rule.path if rule else JsonPath.parse(".")
        self._open: dict[tuple[float | None, bool], Batch] = {}
        self._refuse = Refusals(counts, template.text).refuse
        budget.on_forget(lambda _: self._sources.clear())

    def read(self, topic: str, payload: bytes, *, retained: bool, now_ms: int) -> Result:
        """Read one message; its samples are in the batches that `take` returns.

        Never raises: what is wrong with a message is counted, and logged once by reason.

        Args:
            topic: One that the template matches.
            payload: As it was published.
            retained: The broker kept it: it is no news.
            now_ms: When it arrived.
        """
        message = Message(topic, payload, retained, now_ms)
        return self._read(message, self._documents)

    def read_document(self, topic: str, document: Any, *, now_ms: int) -> Result:
        """As `read`, a message that somebody else has made a document of."""
        return self._read(Message(topic, b"", False, now_ms), lambda _: [document])

    def _read(self, message: Message, documents: Callable[[Message], list[Any]]) -> Result:
        try:
            for document in documents(message):
                self._read_document(message, document)
        except Rejected as error:
            self._refuse(message, error.reason, str(error))
        except Exception as error:  # noqa: BLE001 - a bug here may cost one message, no more
            self._refuse(message, Reason.INTERNAL, f"{type(error).__name__}: {error}")
        self.counts.samples += message.samples
        result = message.result
        self.counts.messages[result] += 1
        return result

    def take(self) -> list[Batch]:
        """The batches since the last call; empty ones are left out."""
        batches = [batch for batch in self._open.values() if len(batch)]
        self._open = {}
        return batches

    def _documents(self, message: Message) -> list[Any]:
        text = text_of(message.payload, self.mapping.encoding)
        if self.mapping.payload == "text":
            return [_unquoted(text)]
        documents, complete = documents_of(text)
        if not complete:
            self._refuse(message, Reason.TRAILING_GARBAGE)
        return documents

    def _read_document(self, message: Message, document: Any) -> None:
        empty = True
        for record, captured in self.mapping.records.find(document):
            empty = False
            try:
                self._read_record(message, document, record, captured)
            except Rejected as error:
                self._refuse(message, error.reason, str(error))
        if empty:
            self._refuse(message, Reason.NO_RECORD)

    def _read_record(
        self, message: Message, document: Any, body: Any, captured: tuple[str, ...]
    ) -> None:
        source = self._sources.source(message.topic, document, body, captured)
        time_ms = self._time_of(message, document, body)
        record = _Record(message, source, time_ms, self._batch(document, body))
        form = self.mapping.read
        if isinstance(form, ObjectForm):
            self._read_object(record, form.at.first(body))
        elif isinstance(form, ListForm):
            self._read_list(record, form, form.at.first(body))
        else:
            self._read_one(record, form, body)

    def _time_of(self, message: Message, document: Any, body: Any) -> int:
        if self._time is not None:
            value = found_in(self._time_path, body, document)
            if value is not None and value != "":
                return self._time.read(value, message.now_ms)
        if message.retained and self.mapping.kind == "telemetry":
            raise Rejected(Reason.RETAINED)
        return message.now_ms

    def _batch(self, document: Any, body: Any) -> Batch:
        period, suspect = None, False
        rule = self.mapping.period
        if rule is not None:
            period = period_seconds(found_in(rule.path, body, document))
            suspect = rule.suspect is not None and found_in(rule.suspect, body, document) is True
        batch = self._open.get((period, suspect))
        if batch is None:
            # Sums of a long period come only once a period, however often the site reports.
            interval = max(self.mapping.interval, period or 0.0)
            batch = Batch(self._batch_source, interval, period=period, suspect=suspect)
            self._open[period, suspect] = batch
        return batch

    def _read_object(self, record: _Record, body: Any) -> None:
        if type(body) is not dict:
            raise Rejected(Reason.NO_RECORD, "there is no object where the values should be")
        if self.mapping.names == "catalogue":
            for name, value in body.items():
                self._add(record, name, value)
        for path in self._paths:
            if path.key:
                value = body.get(path.key, _ABSENT)
                if value is not _ABSENT:
                    self._add(record, path.text, value)
            else:
                for value, captured in path.find(body):
                    self._add_named(record, path, value, captured)

    def _read_list(self, record: _Record, form: ListForm, entries: Any) -> None:
        if type(entries) is not list:
            raise Rejected(Reason.NO_RECORD, "there is no list where the values should be")
        for entry in entries:
            if type(entry) is not dict:
                self._refuse(record.message, Reason.NO_RECORD)
            elif form.quality and entry.get(form.quality) not in _GOOD:
                self._refuse(record.message, Reason.BAD_QUALITY)
            else:
                labels = entry.get(form.labels) if form.labels else None
                unit = entry.get(form.unit) if form.unit else None
                name, value = entry.get(form.name), entry.get(form.value)
                self._add(record, name, value, labels or _NO_LABELS, unit)

    def _read_one(self, record: _Record, form: TopicForm, body: Any) -> None:
        value = form.value.first(body, _ABSENT)
        if value is _ABSENT:
            raise Rejected(Reason.NO_RECORD, "there is no value where it should be")
        self._add(record, filled(form.name, record.source.names), value)

    def _add(
        self,
        record: _Record,
        name: Any,
        value: Any,
        labels: Mapping[str, Any] = _NO_LABELS,
        unit: Any = None,
    ) -> None:
        """Add the samples of one value to the batch, or count why there are none."""
        if type(name) is not str or type(labels) is not dict:
            self._refuse(record.message, Reason.NO_RECORD, "a value's name or labels")
            return
        source = record.source
        key = (name, *labels.items()) if labels else name
        try:
            bindings = source.bindings.get(key)
            if bindings is None:
                bindings = self._binder.bind(name, labels, source.names, source.labels)
                source.bindings[key] = bindings
        except Rejected as error:
            self._refuse(record.message, error.reason, str(error))
        except TypeError:  # a list or an object as a label's value
            self._refuse(record.message, Reason.LABEL_INVALID)
        else:
            self._add_bound(record, bindings, value, unit)

    def _add_named(
        self, record: _Record, path: JsonPath, value: Any, captured: tuple[str, ...]
    ) -> None:
        """Add what a path with names led to."""
        source = record.source
        key = (path.text, captured)
        try:
            bindings = source.bindings.get(key)
            if bindings is None:
                names = source.names | dict(zip(path.names, captured, strict=True))
                bindings = self._binder.bind(path.text, _NO_LABELS, names, source.labels)
                source.bindings[key] = bindings
        except Rejected as error:
            self._refuse(record.message, error.reason, str(error))
        else:
            self._add_bound(record, bindings, value, None)

    def _add_bound(
        self, record: _Record, bindings: tuple[Binding, ...], value: Any, unit: Any
    ) -> None:
        batch = record.batch
        for binding in bindings:
            number = binding.conversion.number(value, unit)
            if isinstance(number, Reason):
                self._refuse(record.message, number, binding.series.metric.name)
            elif binding.needs_period and batch.period is None:
                self._refuse(record.message, Reason.NO_PERIOD, binding.series.metric.name)
            else:
                batch.add(binding.series, number, record.time_ms)
                record.message.samples += 1


def _unquoted(text: str) -> str:
    """A bare value; some publishers write it as a JSON string."""
    if text[0] != '"':
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if type(value) is str else text
