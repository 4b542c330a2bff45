"""What people write in config/mqtt/*.yaml: how the messages of one kind of device are to be read.

A file is one mapping and its name is the mapping's name. Everything that names a metric, a label or
a state is checked against the catalogue when the file is loaded. docs/mqtt.md explains the keys.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    field_validator,
    model_validator,
)

from collector.mqtt.json_path import JsonPath
from collector.mqtt.topic_template import TopicTemplate
from collector.mqtt.value_rule import MappingModel, Template, ValueRule, names_in
from omc.core.catalogue import Catalogue, Metric, MetricKind
from omc.core.errors import ConfigurationError, Problem
from omc.core.quantities import DurationRange, Written
from omc.core.sparkplug import NAMESPACE
from omc.core.yaml_source import YamlFile, load_yaml, validate

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DAY = 86400.0

#: What Sparkplug topics name. `device` is the edge node itself for its own metrics.
SPARKPLUG_NAMES = ("group", "edge", "device")
#: Keys that say how a document is laid out: Sparkplug has a layout of its own.
_OF_DOCUMENTS = ("kind", "encoding", "records", "fields", "time", "period", "read")
_GROUP_AND_REST = 2


def _parse_path(value: Any) -> Any:
    return JsonPath.parse(value) if isinstance(value, str) else value


def _check_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f"there is no time zone {value!r}; Vietnam is Asia/Ho_Chi_Minh") from None
    return value


Path_ = Annotated[JsonPath, BeforeValidator(_parse_path)]


class ObjectForm(MappingModel):
    """Values stand in an object under their own keys: `{"U_DC": 54.16, "I_BAT": -12}`.

    Attributes:
        at: Where that object lies in a record.
    """

    form: Literal["object"] = "object"
    at: Path_ = JsonPath.parse(".")


class ListForm(MappingModel):
    """Values stand in a list of names and values: `[{"k": "U_DC", "v": "54.16", "u": "V"}]`.

    Attributes:
        at: Where the list lies in a record.
        name: Key of the name.
        value: Key of the value.
        unit: Key of the unit, which must then be the one that is expected.
        labels: Key of an object with more labels.
        quality: Key of a word that says why there is no value; `ok` and `good` mean there is one.
    """

    form: Literal["list"]
    at: Path_ = JsonPath.parse(".")
    name: str
    value: str
    unit: str | None = None
    labels: str | None = None
    quality: str | None = None


class TopicForm(MappingModel):
    """One value a message; its name stands in the topic.

    Attributes:
        name: The value's name, from names of the topic: `{service}/{path}`.
        value: Where the value lies in the record.
    """

    form: Literal["topic"]
    name: Template
    value: Path_ = JsonPath.parse(".")


class TimeRule(MappingModel):
    """Where a record says when it was taken. Looked for in the record, then in the document.

    Attributes:
        path: Where the time stands.
        zone: Time zone of local times that do not say theirs.
        format: `strptime` pattern; without one, epochs (s, ms, µs, ns) and ISO 8601 are read.
        oldest: Records older than this are refused: store-and-forward after a long outage is
            believed, a clock that was never set is not.
    """

    path: Path_
    zone: Annotated[str, AfterValidator(_check_zone)] | None = None
    format: str | None = None
    oldest: Annotated[float, Written(DurationRange("1m", "4000d").parse)] = 35 * _DAY


class PeriodRule(MappingModel):
    """Where a record tells the granularity period that its sums belong to (3GPP TS 32.401).

    Attributes:
        path: Where its length in seconds stands.
        suspect: Where the suspect flag stands.
    """

    path: Path_
    suspect: Path_ | None = None


def _as_rules(value: Any) -> Any:
    """`name` and `{...}` are short for a list of one rule."""
    if isinstance(value, str):
        return ({"metric": value},)
    return (value,) if isinstance(value, dict) else value


Rules = Annotated[tuple[ValueRule, ...], BeforeValidator(_as_rules), Field(min_length=1)]
Form = Annotated[ObjectForm | ListForm | TopicForm, Field(discriminator="form")]


class PayloadMapping(MappingModel):
    """One file of config/mqtt.

    Attributes:
        about: Who sends this, in one sentence.
        kind: `telemetry` are readings; `status` says what holds until the next message (last
            wills): retained messages are then taken, and the state is repeated every interval.
        interval: How often a device sends; after three of them its series expire.
        payload: `json`, `text` for a bare value such as `54.16` or `ON`, or `sparkplug`.
        encoding: Of payloads that are not UTF-8.
        records: Where the records lie in a document; each has its own time.
        fields: Name -> where the payload says it. A name that the topic says too must agree.
        site: Template of the site's code.
        node: Template of the node's name.
        locate: Template of an identifier by which the inventory knows the node: instead of site
            and node.
        time: Where the time stands; without it, the time of arrival counts.
        period: Where a granularity period stands.
        read: How names and values are laid out in a record.
        names: `mapped`: only what `values` lists is read; `catalogue`: names are metrics of the
            catalogue, and `values` is for the exceptions.
        values: Name (or, for form `object`, path; for Sparkplug, name with `{named}` levels) ->
            metric, rule or list of rules.
        online: Sparkplug: the state that says whether an edge node is connected; it is given true
            and false.
        missing: What means "no value", besides the usual words.
    """

    about: Annotated[str, Field(min_length=1)]
    kind: Literal["telemetry", "status"] = "telemetry"
    interval: Annotated[float, Written(DurationRange("1s", "1d").parse)]
    payload: Literal["json", "text", "sparkplug"] = "json"
    encoding: str = "latin-1"
    records: Path_ = JsonPath.parse(".")
    fields: Mapping[str, Path_] = Field(default_factory=dict)
    site: Template = "{site}"
    node: Template = "{node}"
    locate: Template | None = None
    time: TimeRule | None = None
    period: PeriodRule | None = None
    read: Form = ObjectForm()
    names: Literal["mapped", "catalogue"] = "mapped"
    values: Mapping[str, Rules] = Field(default_factory=dict)
    online: Rules | None = None
    missing: tuple[float | str, ...] = ()

    @field_validator("encoding")
    @classmethod
    def _encoding_exists(cls, encoding: str) -> str:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise ValueError(f"there is no encoding {encoding!r}") from None
        return encoding

    @field_validator("fields")
    @classmethod
    def _field_names_are_names(cls, fields: Mapping[str, JsonPath]) -> Mapping[str, JsonPath]:
        for name in fields:
            if _NAME.fullmatch(name) is None:
                raise ValueError(f"field {name!r} is not lower_snake_case")
        return fields

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if self.names == "mapped" and not self.values:
            raise ValueError("the key 'values' is missing: nothing would be read")
        return self

    @model_validator(mode="after")
    def _keys_fit_the_payload(self) -> Self:
        misplaced = sorted(self.model_fields_set.intersection(_OF_DOCUMENTS))
        if self.is_sparkplug and misplaced:
            raise ValueError(f"the key '{misplaced[0]}' is not for Sparkplug payloads")
        if self.online is not None and not self.is_sparkplug:
            raise ValueError("the key 'online' is for Sparkplug payloads only")
        return self

    @property
    def is_sparkplug(self) -> bool:
        """Whether it reads Sparkplug B."""
        return self.payload == "sparkplug"

    @property
    def value_paths(self) -> tuple[JsonPath, ...]:
        """The keys of `values` where they are paths, else nothing."""
        return tuple(JsonPath.parse(path) for path in self.values) if self.is_by_path else ()

    @property
    def is_by_path(self) -> bool:
        """Whether the keys of `values` are paths; else they are names."""
        is_object = isinstance(self.read, ObjectForm) and not self.is_sparkplug
        return is_object and self.names == "mapped"

    def fault_with(self, template: TopicTemplate) -> str | None:
        """Why topics of this layout cannot be read by this mapping; None when they can."""
        if self.is_sparkplug and not _is_of_sparkplug(template.text):
            return f"Sparkplug is read as a whole: expected {NAMESPACE}/# or {NAMESPACE}/GROUP/#"
        unknown = self._names_nobody_gives(template.names)
        if not unknown:
            return None
        wanted = ", ".join(f"{{{name}}}" for name in unknown)
        return f"the mapping needs {wanted}, which the topic does not name"

    def _names_nobody_gives(self, topic_names: Sequence[str]) -> list[str]:
        given = {*topic_names, *self.records.names, *self.fields}
        if self.is_sparkplug:
            given = {*SPARKPLUG_NAMES}
        templates = [self.locate] if self.locate else [self.site, self.node]
        if isinstance(self.read, TopicForm):
            templates.append(self.read.name)
        unknown = {name for template in templates for name in names_in(template)} - given
        in_path = {path.text: path.names for path in self.value_paths}
        if self.is_sparkplug:
            in_path = {name: tuple(names_in(name)) for name in self.values}
        for name, rules in self.values.items():
            wanted = {n for rule in rules for t in rule.labels.values() for n in names_in(t)}
            unknown |= wanted - given - set(in_path.get(name, ()))
        return sorted(unknown)


def _is_of_sparkplug(topic: str) -> bool:
    """Whether a topic template covers every message of the edge nodes that it covers."""
    namespace, *levels = topic.split("/")
    return namespace == NAMESPACE and levels[-1:] == ["#"] and len(levels) <= _GROUP_AND_REST


def _misplaced_values(
    file: YamlFile, mapping: PayloadMapping, catalogue: Catalogue
) -> Iterator[Problem]:
    """Values that are right in themselves and do not fit the rest of the mapping."""
    for name, rules in mapping.values.items():
        metrics = [catalogue.metric(rule.metric) for rule in rules]
        for fault in _faults_of(name, metrics, mapping):
            yield file.problem(("values", name), fault, at_key=True)
    for rule in mapping.online or ():
        if catalogue.metric(rule.metric).kind is not MetricKind.STATE:
            yield file.problem(("online",), f"{rule.metric} is no state", at_key=True)


def _faults_of(name: str, metrics: Sequence[Metric], mapping: PayloadMapping) -> Iterator[str]:
    if mapping.is_by_path:
        try:
            JsonPath.parse(name)
        except ValueError as error:
            yield str(error)
    elif mapping.is_sparkplug:
        try:
            TopicTemplate.parse(name)
        except ValueError as error:
            yield str(error)
    for metric in metrics:
        if metric.period_sum and mapping.period is None and not mapping.is_sparkplug:
            yield f"{metric.name} is the sum of a period: the key 'period' is missing"
        if metric.kind is not MetricKind.STATE and mapping.kind == "status":
            yield f"{metric.name} is no state, and this is a status mapping"


class MappingSet:
    """Mappings by name."""

    def __init__(self, mappings: Mapping[str, PayloadMapping]) -> None:
        self._mappings = dict(mappings)

    @classmethod
    def load(cls, folders: Iterable[Path], catalogue: Catalogue) -> MappingSet:
        """Read every `*.yaml` of the folders; a later folder replaces mappings by name.

        Raises:
            ConfigurationError: with every problem of every file.
        """
        mappings: dict[str, PayloadMapping] = {}
        problems: list[Problem] = []
        for folder in folders:
            for path in sorted(folder.glob("*.yaml")):
                try:
                    file = load_yaml(path)
                    mapping = validate(file, PayloadMapping, catalogue)
                except ConfigurationError as error:
                    problems.extend(error.problems)
                    continue
                problems.extend(_misplaced_values(file, mapping, catalogue))
                mappings[path.stem] = mapping
        if problems:
            raise ConfigurationError(problems)
        return cls(mappings)

    def __getitem__(self, name: str) -> PayloadMapping:
        return self._mappings[name]

    def __contains__(self, name: object) -> bool:
        return name in self._mappings

    @property
    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._mappings)
