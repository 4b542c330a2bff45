"""Alarms: rules over metrics, the life of an alarm, and what it is kept in."""

from omc.alarms.judging.monitor import AlarmMonitor
from omc.alarms.life.alarm import Alarm, AlarmKey, Change, ChangeKind, Note, alarm_key
from omc.alarms.life.case import Timing
from omc.alarms.life.engine import AlarmEngine, UnknownAlarm
from omc.alarms.life.maintenance import Maintenance, MaintenanceWindow
from omc.alarms.life.store import AlarmStore, PastChange
from omc.alarms.rules.rule import Rule
from omc.alarms.rules.rule_set import RuleSet
from omc.alarms.severity import Severity

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
