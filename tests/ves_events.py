"""VES 7.x events as a unit sends them."""

from __future__ import annotations

import time
from typing import Any

SOURCE = "gnb-1"


def event(domain: str, **fields: Any) -> dict[str, Any]:
    """An event of a domain; `fields` are what stands beside the header."""
    now = time.time_ns() // 1000
    header = {
        "domain": domain,
        "eventId": f"{domain}-1",
        "eventName": f"{domain}_gNB",
        "lastEpochMicrosec": now,
        "priority": "Normal",
        "reportingEntityName": "ems-1",
        "sequence": 0,
        "sourceName": SOURCE,
        "startEpochMicrosec": now - 300_000_000,
        "version": "4.1",
        "vesEventListenerVersion": "7.2.1",
    }
    return {"commonEventHeader": header, **fields}


def measurement(**fields: Any) -> dict[str, Any]:
    usual = {"measurementFieldsVersion": "4.0", "measurementInterval": 300}
    return event("measurement", measurementFields={**usual, **fields})


def fault(severity: str, condition: str = "ruLost", where: str = "RU-1") -> dict[str, Any]:
    fields = {
        "faultFieldsVersion": "4.0",
        "alarmCondition": condition,
        "alarmInterfaceA": where,
        "eventSeverity": severity,
        "eventSourceType": "other",
        "specificProblem": "No radio unit on the fronthaul",
        "vfStatus": "Active",
    }
    return event("fault", faultFields=fields)


def heartbeat(interval: int = 20) -> dict[str, Any]:
    fields = {"heartbeatFieldsVersion": "3.0", "heartbeatInterval": interval}
    return event("heartbeat", heartbeatFields=fields)


def notification(kind: str, **data: Any) -> dict[str, Any]:
    """A notification of 3GPP TS 28.532 as units of O-RAN send it."""
    fields = {
        "schemaReference": f"https://forge.3gpp.org/rep/sa5/MnS/TS28532.yaml#{kind}",
        "stndDefinedFieldsVersion": "1.0",
        "data": {
            "href": "https://omc.example/ManagedElement=gnb-1/GNBDUFunction=1/NRCellDU=3",
            "notificationId": 42,
            "notificationType": kind,
            "eventTime": "2026-11-24T07:15:00.000Z",
            "systemDN": "ManagedElement=gnb-1",
            **data,
        },
    }
    return event("stndDefined", stndDefinedFields=fields)


def alarm(kind: str, severity: str, **data: Any) -> dict[str, Any]:
    usual = {"alarmId": "a-7", "probableCause": "linkFailure", "perceivedSeverity": severity}
    return notification(kind, **{**usual, **data})


def file_ready(location: str) -> dict[str, Any]:
    return notification("notifyFileReady", fileInfoList=[{"fileLocation": location}])
