"""Events become samples, alarms and signs of life."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from collector.mqtt.counts import Result, SubscriptionCounts
from collector.mqtt.directory import Directory, Place, is_label_value
from collector.mqtt.json_payload import PayloadReader
from collector.ves import notifications
from collector.ves.fields import DOMAINS, TOPIC, keyed
from collector.ves.heartbeats import Heartbeats
from omc.bus.base import Bus
from omc.core.clock import Clock
from omc.core.model import Event, EventKind, sorted_labels

#: The alarm of faults whose meaning only the sender knows (config/alarms/traps.yaml).
_ALARM = "device_alarm"
_SEVERITIES = {"NORMAL": "cleared"}
_LONGEST_COMPONENT = 128


class VesIntake:
    """Takes events that fit the schema.

    Args:
        measurements: Reads measurement events.
        heartbeats: Told of heartbeats.
        directory: Knows senders by their names.
        bus: Where samples and faults go.
        clock: Of arrivals.
        file_ready: Told where a measurement file is ready; says whether a source has it.

    Attributes:
        counts: What became of measurements.
        events: Events by domain and result.
    """

    def __init__(
        self,
        measurements: PayloadReader,
        heartbeats: Heartbeats,
        directory: Directory,
        bus: Bus,
        clock: Clock,
        file_ready: Callable[[str], bool],
    ) -> None:
        self.counts: SubscriptionCounts = measurements.counts
        self.events: Counter[tuple[str, str]] = Counter()
        self._measurements = measurements
        self._heartbeats = heartbeats
        self._directory = directory
        self._bus = bus
        self._clock = clock
        self._file_ready = file_ready

    def take(self, event: dict[str, Any]) -> str:
        """Take one event.

        Returns:
            What became of it, as a word: `accepted`, `unsupported` (its domain is none that is
            read), `unused` (it is a notification of no use here), `unknown_source` (the inventory
            has nobody of that name), `unknown_file` (none of the configured sources has the files
            that are ready), `rejected` (nothing of it could be taken).
        """
        header = event["commonEventHeader"]
        domain = header["domain"] if header["domain"] in DOMAINS else "other"
        place = self._directory.locate(header["sourceName"])
        if domain == "other":
            result = "unsupported"
        elif place is None:
            result = "unknown_source"
        else:
            result = self._take(domain, event, place)
        self.events[domain, result] += 1
        return result

    def _take(self, domain: str, event: dict[str, Any], place: Place) -> str:
        if domain == "measurement":
            return self._measure(event)
        if domain == "fault":
            return self._fault(event["faultFields"], place)
        if domain == "stndDefined":
            return self._notify(event[notifications.FIELDS]["data"], place)
        fields = event.get("heartbeatFields", {})
        self._heartbeats.note(place, fields.get("heartbeatInterval"))
        return "accepted"

    def _measure(self, event: dict[str, Any]) -> str:
        record = {**event, "measurementFields": keyed(event["measurementFields"])}
        result = self._measurements.read_document(TOPIC, record, now_ms=self._clock.time_ms())
        for batch in self._measurements.take():
            self._bus.publish(batch)
        return "rejected" if result is Result.REJECTED else "accepted"

    def _fault(self, fields: dict[str, Any], place: Place) -> str:
        where = fields.get("alarmInterfaceA") or fields["eventSourceType"]
        # Two conditions of one part are two alarms: the end of one is not that of the other.
        component = f"{where}: {fields['alarmCondition']}"[:_LONGEST_COMPONENT]
        severity = fields["eventSeverity"]
        return self._report(place, component, _SEVERITIES.get(severity, severity.lower()))

    def _notify(self, notification: dict[str, Any], place: Place) -> str:
        kind = notification["notificationType"]
        if kind in notifications.ALARMS:
            component = notifications.component_of(notification, _LONGEST_COMPONENT)
            return self._report(place, component, notifications.severity_of(notification))
        if kind == notifications.HEARTBEAT:
            self._heartbeats.note(place, notification.get("heartbeatNtfPeriod") or None)
            return "accepted"
        if kind == notifications.FILE_READY:
            known = [self._file_ready(one) for one in notifications.locations_of(notification)]
            return "accepted" if any(known) else "unknown_file"
        return "unused"

    def _report(self, place: Place, component: str, severity: str) -> str:
        """Tell of an alarm of a node's part, or with the severity `cleared` of its end."""
        if not is_label_value(component):
            return "rejected"
        labels = {"site": place.site, "node": place.node, "component": component}
        self._bus.emit(
            Event(
                EventKind.FAULT,
                f"ves:{place.node}",
                self._clock.time_ms(),
                sorted_labels(labels),
                _ALARM,
                severity=severity,
            )
        )
        return "accepted"
