"""Notifications of 3GPP TS 28.532 that come as VES events of the domain `stndDefined`.

What one is, its `notificationType` says; senders do not agree on the namespaces. Alarms, files that
are ready and heartbeats are read (chapters 11 and 12 of the specification); other types are none of
our business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

#: Key of an event that holds the notification.
FIELDS = "stndDefinedFields"

FILE_READY = "notifyFileReady"
HEARTBEAT = "notifyHeartbeat"
_CLEARED = "notifyClearedAlarm"
ALARMS = (
    "notifyNewAlarm",
    "notifyNewSecurityAlarm",
    "notifyChangedAlarm",
    "notifyChangedAlarmGeneral",
    _CLEARED,
)

#: Of perceivedSeverity. Nobody knows how bad an indeterminate alarm is: somebody has to look.
_SEVERITIES = {
    "critical": "critical",
    "major": "major",
    "minor": "minor",
    "warning": "warning",
    "indeterminate": "minor",
    "cleared": "cleared",
}
_MOST_FILES = 1_000
_LONGEST_NAME = 256
_LONGEST_LOCATION = 4096
#: An alarm's identifier is kept whole, because it tells the alarm from others of its object.
_LONGEST_ID = 64

_CAUSE = {"type": ["string", "integer"], "maxLength": _LONGEST_NAME}
_LOCATION = {"type": "string", "minLength": 1, "maxLength": _LONGEST_LOCATION}

_ALARM = {
    "required": ["alarmId", "probableCause", "perceivedSeverity"],
    "properties": {
        "alarmId": {"type": "string", "minLength": 1, "maxLength": _LONGEST_ID},
        "probableCause": _CAUSE,
        # Capitals since Release 16, and capitalised before.
        "perceivedSeverity": {"enum": [*map(str.upper, _SEVERITIES), *map(str.title, _SEVERITIES)]},
        "href": _LOCATION,
        "objectInstance": _LOCATION,
    },
}

_FILE_READY = {
    "required": ["fileInfoList"],
    "properties": {
        "fileInfoList": {
            "type": "array",
            "maxItems": _MOST_FILES,
            "items": {
                "type": "object",
                "required": ["fileLocation"],
                "properties": {"fileLocation": _LOCATION},
            },
        }
    },
}

_HEARTBEAT = {
    "properties": {"heartbeatNtfPeriod": {"type": "integer", "minimum": 0, "maximum": 86_400}},
}


def _of_types(types: Iterable[str], fields: dict[str, Any]) -> dict[str, Any]:
    of_them = {"properties": {"notificationType": {"enum": [*types]}}}
    return {"if": {"required": ["notificationType"], **of_them}, "then": fields}


#: What `FIELDS` of an event has to look like. The version of it stands in several places.
SCHEMA = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "data": {
            "type": "object",
            "required": ["notificationType"],
            "properties": {"notificationType": {"type": "string", "maxLength": _LONGEST_NAME}},
            "allOf": [
                _of_types(ALARMS, _ALARM),
                _of_types([FILE_READY], _FILE_READY),
                _of_types([HEARTBEAT], _HEARTBEAT),
            ],
        }
    },
}


def severity_of(alarm: dict[str, Any]) -> str:
    """How bad it is, in the OMC's words; `cleared` when it is over."""
    if alarm["notificationType"] == _CLEARED:
        return "cleared"
    return _SEVERITIES[alarm["perceivedSeverity"].lower()]


def component_of(alarm: dict[str, Any], longest: int) -> str:
    """What is wrong where, the same from the first notification of an alarm to the last.

    Args:
        alarm: The notification.
        longest: Characters that it may have; the identifier of the alarm is kept whole.
    """
    instance = str(alarm.get("objectInstance") or alarm.get("href") or "")
    where = re.split(r"[/,]", instance)[-1].strip()  # of a distinguished name the last part
    what = f"{where}: {alarm['probableCause']}" if where else str(alarm["probableCause"])
    mark = f" ({alarm['alarmId']})"
    return what[: longest - len(mark)] + mark


def locations_of(ready: dict[str, Any]) -> list[str]:
    """Where the files are that a notification says are ready."""
    return [file["fileLocation"] for file in ready["fileInfoList"]]
