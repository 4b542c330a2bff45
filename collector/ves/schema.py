"""What an event has to look like before anybody looks into it.

A schema of our own, of what is read here: the header, measurements, faults, heartbeats and
standards-defined events of the ONAP VES Event Listener 7.x (Common Event Format 30.x). The official
one is a hundred kilobytes for thirteen domains, and closed: it refuses the fields of the next
version. This one is open, and bounds what it lets in.
"""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

from collector.ves import notifications
from collector.ves.fields import DOMAINS

_MOST_EVENTS = 1_000
_MOST_ELEMENTS = 2_000
_LONGEST_NAME = 256
_LONGEST_SHOWN = 120

_NAME = {"type": "string", "minLength": 1, "maxLength": _LONGEST_NAME}
_TEXT = {"type": "string", "maxLength": 4096}
_EPOCH_MICROSECONDS = {"type": "number", "minimum": 0}


def _named_elements(*names: str) -> dict[str, Any]:
    """An array of objects that one of these fields tells apart."""
    return {
        "type": "array",
        "maxItems": _MOST_ELEMENTS,
        "items": {
            "type": "object",
            "maxProperties": _MOST_ELEMENTS,
            "required": list(names),
            "properties": dict.fromkeys(names, _NAME),
        },
    }


_HEADER = {
    "type": "object",
    "required": [
        "domain",
        "eventId",
        "eventName",
        "lastEpochMicrosec",
        "priority",
        "reportingEntityName",
        "sequence",
        "sourceName",
        "startEpochMicrosec",
        "version",
        "vesEventListenerVersion",
    ],
    "properties": {
        "domain": _NAME,
        "eventId": _NAME,
        "eventName": _NAME,
        "lastEpochMicrosec": _EPOCH_MICROSECONDS,
        "priority": {"enum": ["High", "Medium", "Normal", "Low"]},
        "reportingEntityName": _NAME,
        "sequence": {"type": "integer"},
        "sourceName": _NAME,
        "startEpochMicrosec": _EPOCH_MICROSECONDS,
        "version": {"type": "string", "pattern": "^4\\."},
        "vesEventListenerVersion": {"type": "string", "pattern": "^7\\."},
    },
}

_MEASUREMENT = {
    "type": "object",
    "required": ["measurementFieldsVersion", "measurementInterval"],
    "properties": {
        "measurementFieldsVersion": {"type": "string"},
        "measurementInterval": {"type": "number", "exclusiveMinimum": 0, "maximum": 86_400},
        "cpuUsageArray": _named_elements("cpuIdentifier"),
        "diskUsageArray": _named_elements("diskIdentifier"),
        "memoryUsageArray": _named_elements("vmIdentifier"),
        "networkPerformanceArray": _named_elements("nicIdentifier"),
        "additionalMeasurements": {
            "type": "array",
            "maxItems": _MOST_ELEMENTS,
            "items": {
                "type": "object",
                "required": ["name", "hashMap"],
                "properties": {
                    "name": _NAME,
                    "hashMap": {"type": "object", "maxProperties": _MOST_ELEMENTS},
                },
            },
        },
    },
}

_FAULT = {
    "type": "object",
    "required": [
        "alarmCondition",
        "eventSeverity",
        "eventSourceType",
        "faultFieldsVersion",
        "specificProblem",
        "vfStatus",
    ],
    "properties": {
        "alarmCondition": _NAME,
        "alarmInterfaceA": {"type": "string", "maxLength": _LONGEST_NAME},
        "eventSeverity": {"enum": ["CRITICAL", "MAJOR", "MINOR", "WARNING", "NORMAL"]},
        "eventSourceType": {"type": "string", "maxLength": _LONGEST_NAME},
        "specificProblem": _TEXT,
    },
}

_HEARTBEAT = {
    "type": "object",
    "properties": {
        "heartbeatInterval": {"type": "integer", "minimum": 1, "maximum": 86_400},
    },
}

_FIELDS = {
    "measurement": ("measurementFields", _MEASUREMENT),
    "fault": ("faultFields", _FAULT),
    "heartbeat": ("heartbeatFields", _HEARTBEAT),
    "stndDefined": (notifications.FIELDS, notifications.SCHEMA),
}


def _of_domain(domain: str) -> dict[str, Any]:
    name, fields = _FIELDS[domain]
    then: dict[str, Any] = {"properties": {name: fields}}
    if domain != "heartbeat":  # a heartbeat is one by its header alone
        then["required"] = [name]
    header = {"required": ["domain"], "properties": {"domain": {"const": domain}}}
    return {"if": {"properties": {"commonEventHeader": header}}, "then": then}


_EVENT = {
    "type": "object",
    "required": ["commonEventHeader"],
    "properties": {"commonEventHeader": _HEADER},
    "allOf": [_of_domain(domain) for domain in DOMAINS],
}

_SINGLE = Draft202012Validator(
    {"type": "object", "required": ["event"], "properties": {"event": _EVENT}}
)
_BATCH = Draft202012Validator(
    {
        "type": "object",
        "required": ["eventList"],
        "properties": {
            "eventList": {
                "type": "array",
                "minItems": 1,
                "maxItems": _MOST_EVENTS,
                "items": _EVENT,
            }
        },
    }
)


class Unfit(ValueError):
    """A document is no event; the text says where and why, in one line."""


def events_of(document: Any, *, is_batch: bool) -> list[dict[str, Any]]:
    """The events of a request's document.

    Args:
        document: As JSON gives it.
        is_batch: It is an `eventList`, and else one `event`.

    Raises:
        Unfit: it does not fit the schema.
    """
    validator = _BATCH if is_batch else _SINGLE
    # The first fault is enough: to look for all, or the best, is work that the sender sets.
    error = next(validator.iter_errors(document), None)
    if error is not None:
        where = ".".join(str(step) for step in error.absolute_path) or "the document"
        reason = error.message if len(error.message) <= _LONGEST_SHOWN else error.validator
        raise Unfit(f"{where}: {reason}")
    events = document["eventList"] if is_batch else [document["event"]]
    return list(events)
