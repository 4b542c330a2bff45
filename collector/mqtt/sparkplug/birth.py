"""What a birth declares: names, aliases, types and units by which the data that follows is read.

Data messages leave out what the birth has said (Sparkplug 3.0.0, 6.4), so without the
birth an alias means nothing and the sign of a number is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from collector.mqtt.period import period_seconds
from collector.mqtt.sparkplug.values import Scalar, cells, elements, scalar
from omc.core.sparkplug import DataType

#: Properties that are heard of: Ignition's convention for units, the specification's word for
#: quality (6.4.9.1), and ours for sums of a period.
UNIT, QUALITY, PERIOD = "engUnit", "Quality", "period"
#: Quality code of a good value; without the property a value is good.
_GOOD = 192


class Undeclared(Exception):
    """Data about a metric that no birth has declared: the birth is to be asked for."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One metric of a birth.

    Attributes:
        name: Unique within the edge node or device.
        datatype: Of its values.
        unit: Of its values, as the publisher writes it; None if it says none.
        period: Seconds of the granularity period that its values are sums of; None: plain values.
        members: Of a template instance, by name.
    """

    name: str
    datatype: int
    unit: str | None = None
    period: float | None = None
    members: Mapping[str, Declared] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One value of a message.

    Attributes:
        name: As declared; of what holds several values, taken apart (values.py).
        value: None: the publisher says that it has none.
        unit: As `Declared.unit`.
        period: As `Declared.period`.
        is_good: Its quality, as far as the publisher says it.
    """

    name: str
    value: Scalar
    unit: str | None
    period: float | None
    is_good: bool


class Birth:
    """The metrics that one edge node or device has declared.

    Args:
        metrics: Of the birth message.
        definitions: Template definitions of the edge node, by name.
    """

    def __init__(self, metrics: Iterable[Any], definitions: Mapping[str, Declared]) -> None:
        self.by_name: dict[str, Declared] = {}
        self.by_alias: dict[int, Declared] = {}
        for metric in metrics:
            if not metric.name or metric.template_value.is_definition:
                continue
            declared = _declared(metric, definitions)
            self.by_name[declared.name] = declared
            if metric.HasField("alias"):
                self.by_alias[metric.alias] = declared

    def spoken(self, metric: Any) -> Iterator[Spoken]:
        """The values of one metric of a message.

        Raises:
            Undeclared: the birth has no such metric.
            ValueError: the bytes of an array are none.
        """
        found = (
            self.by_name.get(metric.name)
            if metric.HasField("name")
            else self.by_alias.get(metric.alias)
        )
        if found is None:
            raise Undeclared(metric.name or f"alias {metric.alias}")
        yield from _spoken(metric, found, found.name)


def template_definitions(metrics: Iterable[Any]) -> dict[str, Declared]:
    """The template definitions of an NBIRTH (6.4.14), by name."""
    found: dict[str, Declared] = {}
    for metric in metrics:
        if metric.template_value.is_definition:
            found[metric.name] = _declared(metric, found)
    return found


def _declared(metric: Any, definitions: Mapping[str, Declared]) -> Declared:
    properties = _properties(metric)
    unit = properties.get(UNIT)
    members: dict[str, Declared] = {}
    if metric.HasField("template_value"):
        template = metric.template_value
        defined = definitions.get(template.template_ref)
        members = dict(defined.members) if defined else {}
        for member in template.metrics:
            own = _declared(member, definitions)
            known = members.get(member.name)
            if not own.datatype and known is not None:
                own = known
            members[member.name] = own
    return Declared(
        metric.name,
        metric.datatype,
        unit if isinstance(unit, str) and unit else None,
        period_seconds(properties.get(PERIOD)),
        members,
    )


def _spoken(metric: Any, declared: Declared, name: str) -> Iterator[Spoken]:
    unit, period, is_good = declared.unit, declared.period, True
    if metric.HasField("properties"):
        quality = _properties(metric).get(QUALITY, _GOOD)
        is_good = quality == _GOOD
    field_name = metric.WhichOneof("value")
    datatype = metric.datatype or declared.datatype
    if metric.is_null or field_name is None:
        yield Spoken(name, None, unit, period, is_good)
    elif field_name == "template_value":
        for member in metric.template_value.metrics:
            known = declared.members.get(member.name)
            if known is None:
                raise Undeclared(f"{name}/{member.name}")
            yield from _spoken(member, known, f"{name}/{member.name}")
    elif field_name == "dataset_value":
        for cell, value in cells(name, metric.dataset_value):
            yield Spoken(cell, value, None, period, is_good)
    elif field_name == "bytes_value":
        for place, value in enumerate(elements(metric.bytes_value, datatype)):
            yield Spoken(f"{name}/{place}", value, unit, period, is_good)
    else:
        value = scalar(field_name, getattr(metric, field_name), datatype)
        yield Spoken(name, value, unit, period, is_good)


def _properties(metric: Any) -> dict[str, Scalar]:
    if not metric.HasField("properties"):
        return {}
    found: dict[str, Scalar] = {}
    for key, one in zip(metric.properties.keys, metric.properties.values, strict=False):
        field_name = one.WhichOneof("value")
        if field_name is not None and not one.is_null:
            found[key] = scalar(field_name, getattr(one, field_name), one.type or DataType.UNKNOWN)
    return found
