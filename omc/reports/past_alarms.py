"""What the alarms of a past period tell a report: planned work, and root causes with their time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from omc.alarms.desk import STORE_FILE
from omc.alarms.life.alarm import Alarm, AlarmKey, ChangeKind
from omc.alarms.life.maintenance import Maintenance, MaintenanceWindow
from omc.alarms.life.store import AlarmStore, PastChange
from omc.core.inventory import Inventory
from omc.reports.outages import Interval

#: How long before a period an alarm may have been raised that lasts into it, milliseconds.
_LONGEST_MS = 60 * 86_400_000
_MOST_CHANGES = 5_000_000
_BEGINS = {ChangeKind.RAISED, ChangeKind.REOPENED}


@dataclass(frozen=True, slots=True)
class PastAlarm:
    """One time that an alarm was active.

    Attributes:
        rule: Which rule.
        labels: Of the object.
        places: Places that were lost because of it; of the last time it was raised.
        start_ms: When it was raised.
        end_ms: When it was cleared; None while it is active.
    """

    rule: str
    labels: Mapping[str, str]
    places: frozenset[str]
    start_ms: int
    end_ms: int | None


class PastAlarms:
    """Alarms and maintenance windows of one installation, as they were.

    Args:
        inventory: Tells which objects a window is about.
        windows: All that were announced.
        alarms: Every time that an alarm was active.
        kept: Whether there is a history at all; without one nothing can be said of spans.
        since_ms: When that history begins: which alarms there were before is not known.
    """

    def __init__(
        self,
        inventory: Inventory,
        windows: Iterable[MaintenanceWindow] = (),
        alarms: Iterable[PastAlarm] = (),
        *,
        kept: bool = True,
        since_ms: int = 0,
    ) -> None:
        self._maintenance = Maintenance(inventory)
        for window in windows:
            self._maintenance.put(window)
        self._of_rule: dict[str, list[PastAlarm]] = defaultdict(list)
        for alarm in alarms:
            self._of_rule[alarm.rule].append(alarm)
        self.kept = kept
        self.since_ms = since_ms

    @classmethod
    def read(cls, folder: Path, inventory: Inventory, start_ms: int) -> PastAlarms:
        """What the `data` folder of an installation holds of a period and of the time before it."""
        path = folder / STORE_FILE
        if not path.exists():
            return cls(inventory, kept=False)
        store = AlarmStore(path)
        changes = store.history(since_ms=start_ms - _LONGEST_MS, limit=_MOST_CHANGES)
        alarms = {alarm.key: alarm for alarm in store.alarms(cleared_since_ms=0)}
        first = store.first_change_ms()
        times = _times(changes, alarms)
        return cls(inventory, store.windows(), times, kept=first is not None, since_ms=first or 0)

    def planned(self, labels: Mapping[str, str]) -> list[Interval]:
        """Maintenance windows that an object falls into."""
        return [(w.begins_ms, w.ends_ms) for w in self._maintenance.covering(labels)]

    def of_rule(self, *rules: str) -> list[PastAlarm]:
        """Every time that alarms of these rules were active."""
        return [alarm for rule in rules for alarm in self._of_rule.get(rule, ())]


def _times(changes: Iterable[PastChange], alarms: Mapping[AlarmKey, Alarm]) -> Iterator[PastAlarm]:
    """From changes, newest first, to the times between raising and clearing."""
    ends: dict[AlarmKey, int | None] = {}
    begun: set[AlarmKey] = set()
    for change in changes:
        alarm = alarms.get(change.key)
        if alarm is None:
            continue
        if change.kind is ChangeKind.CLEARED:
            ends[change.key] = change.time_ms
        elif change.kind in _BEGINS:
            begun.add(change.key)
            yield _past(alarm, change.time_ms, ends.pop(change.key, None))
    for alarm in alarms.values():  # raised before the oldest change that was read
        if alarm.key in ends:
            yield _past(alarm, 0, ends[alarm.key])
        elif alarm.is_active and alarm.key not in begun:
            yield _past(alarm, alarm.raised_ms, None)


def _past(alarm: Alarm, start_ms: int, end_ms: int | None) -> PastAlarm:
    places = frozenset(alarm.finding.places) if alarm.finding else frozenset()
    return PastAlarm(alarm.rule, dict(alarm.labels), places, start_ms, end_ms)
