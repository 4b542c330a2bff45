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
