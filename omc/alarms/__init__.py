"""Alarms: rules over metrics, the life of an alarm, and what it is kept in."""

from omc.alarms.alarm import Alarm, AlarmKey, Change, ChangeKind, Note, alarm_key
from omc.alarms.case import Timing
from omc.alarms.engine import AlarmEngine, UnknownAlarm
from omc.alarms.maintenance import Maintenance, MaintenanceWindow
from omc.alarms.monitor import AlarmMonitor
from omc.alarms.rule import Rule
from omc.alarms.rule_set import RuleSet
from omc.alarms.severity import Severity
from omc.alarms.store import AlarmStore, PastChange

__all__ = [
    "Alarm",
    "AlarmEngine",
    "AlarmKey",
    "AlarmMonitor",
    "AlarmStore",
    "Change",
    "ChangeKind",
    "Maintenance",
    "MaintenanceWindow",
    "Note",
    "PastChange",
    "Rule",
    "RuleSet",
    "Severity",
    "Timing",
    "UnknownAlarm",
    "alarm_key",
]
