"""The life of alarms: raised, acknowledged, cleared, reopened.

The engine is told what is wrong with which object (`report`), what people do, and that time passes
(`tick`). It tells its listeners every change. It reads no metric, sends no message and stores
nothing, so the same calls at the same times give the same changes.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from omc.alarms.life.alarm import (
    Alarm,
    AlarmKey,
    Change,
    ChangeKind,
    Finding,
    Labels,
    Note,
    alarm_key,
)
from omc.alarms.life.case import Case, Timing
from omc.alarms.life.flapping import FlappingPolicy, FlappingScore
from omc.alarms.life.maintenance import Maintenance
from omc.alarms.life.persistence import Persistence
from omc.alarms.severity import Severity
from omc.core.clock import Clock

#: An agenda that is shorter is not worth tidying.
_LEAST_AGENDA = 1000

ChangeListener = Callable[[Change], None]


class UnknownAlarm(KeyError):
    """No alarm of that key is known."""


class AlarmEngine:
    """All alarms.

    Args:
        clock: Stamps changes and measures durations.
        timings: Rule -> how patient it is; a rule that is not there has no patience.
        maintenance: Windows in which alarms are only recorded.
        flapping: When an alarm is noisy.
        keep_cleared: Seconds that a cleared alarm is remembered for, to be reopened.
    """

    def __init__(
        self,
        clock: Clock,
        timings: Mapping[str, Timing],
        maintenance: Maintenance,
        flapping: FlappingPolicy | None = None,
        keep_cleared: float = 86_400.0,
    ) -> None:
        self._clock = clock
        self._timings = timings
        self._maintenance = maintenance
        self._flapping = flapping or FlappingPolicy()
        self._keep_cleared = keep_cleared
        self._cases: dict[AlarmKey, Case] = {}
        #: Keys of active alarms by rule.
        self._of_rule: dict[str, dict[AlarmKey, None]] = {}
        self._agenda: list[tuple[float, AlarmKey]] = []
        self._listeners: list[ChangeListener] = []

    def listen(self, listener: ChangeListener) -> None:
        """Tell this listener every change from now on, in the caller's own task: be quick."""
        self._listeners.append(listener)

    def restore(self, alarms: Iterable[Alarm]) -> None:
        """Take up alarms as they were before a restart; tells nobody."""
        for alarm in alarms:
            case = self._case(alarm.rule, alarm.labels)
            case.alarm = alarm
            self._index(alarm)
            case.wishes = dict(alarm.contributors)
            case.value = alarm.value
            case.finding = alarm.finding
            now = self._clock.monotonic()
            case.persistence.see(alarm.severity, alarm.severity, now)
            case.flapping.is_flapping = alarm.flapping
            self._plan(alarm.key, case)

    # -- what is asked -----------------------------------------------------------------------------

    def get(self, key: AlarmKey) -> Alarm | None:
        """The alarm of that identity, active or cleared a while ago; None if there is none."""
        case = self._cases.get(key)
        return case.current() if case is not None else None

    def active(self) -> list[Alarm]:
        """All that are not over, in the order in which they became known."""
        return [alarm for alarm in self.known() if alarm.is_active]

    def active_of(self, rule: str) -> list[Alarm]:
        """All of one rule that are not over: quick, however many others there are."""
        found = map(self.get, self._of_rule.get(rule, ()))
        return [alarm for alarm in found if alarm is not None]

    def known(self) -> list[Alarm]:
        """Active ones, and those cleared a while ago."""
        return [a for case in self._cases.values() if (a := case.current()) is not None]

    def matching(self, part: str) -> Iterator[Alarm]:
        """Known alarms with that text in their key; the one whose key it is comes first."""
        exact = self.get(AlarmKey(part))
        if exact is not None:
            yield exact
        for key, case in self._cases.items():
            if part in key and key != part and (alarm := case.current()) is not None:
                yield alarm

    @property
    def planned(self) -> int:
        """How many looks at alarms are planned: not many more than there are alarms."""
        return len(self._agenda)

    # -- what the network says ---------------------------------------------------------------------

    def report(
        self,
        rule: str,
        labels: Labels,
        contributor: str,
        severity: Severity,
        value: float | None = None,
        finding: Finding | None = None,
    ) -> None:
        """Say how one of the object's series stands now.

        Args:
            rule: Name of the rule.
            labels: The object, sorted by label.
            contributor: Who says so (a series' key); the worst of them decides.
            severity: `CLEARED` is good.
            value: What was measured, for people.
            finding: What a root cause is known by.
        """
        key = alarm_key(rule, labels)
        case = self._cases.get(key)
        if case is None:
            if severity is Severity.CLEARED:
                return
            case = self._case(rule, labels)
        worst = max(case.wishes.values(), default=Severity.CLEARED)
        if severity is Severity.CLEARED:
            case.wishes.pop(contributor, None)
        else:
            case.wishes[contributor] = severity
        if value is not None and severity >= worst:
            case.value = value
        if finding is not None:
            case.finding = finding
        self._consider(key, case)

    def renew(
        self, key: AlarmKey, contributor: str, severity: Severity, value: float | None
    ) -> bool:
        """Say once more what was said last, with another value: quick, as most of what is said.

        Returns:
            False if that is not what this contributor said last: then `report` it.
        """
        case = self._cases.get(key)
        if case is None or case.wishes.get(contributor) is not severity:
            return False
        if value is not None and (len(case.wishes) == 1 or severity >= max(case.wishes.values())):
            case.value = value
        return True

    def tick(self) -> None:
        """Let time pass: raise and clear what has lasted long enough. Call it every second."""
        now = self._clock.monotonic()
        while self._agenda and self._agenda[0][0] <= now:
            due, key = heapq.heappop(self._agenda)
            case = self._cases.get(key)
            if case is not None and case.due == due:
                case.due = None
                self._consider(key, case)

    def _case(self, rule: str, labels: Labels) -> Case:
        timing = self._timings.get(rule, Timing())
        persistence = Persistence(timing.hold, timing.clear_after)
        case = Case(rule, labels, persistence, FlappingScore(self._flapping))
        self._cases[alarm_key(rule, labels)] = case
        return case

    def _consider(self, key: AlarmKey, case: Case) -> None:
        """Bring an alarm to what it should be now, and plan when to look again."""
        now = self._clock.monotonic()
        present = case.alarm.severity if case.alarm is not None else Severity.CLEARED
        case.persistence.see(max(case.wishes.values(), default=Severity.CLEARED), present, now)
        settled = case.persistence.settle(present, now)
        if settled != present:
            self._change_severity(case, settled, now)
        if case.flapping.calms(now) and case.alarm is not None:
            self._tell(case, replace(case.alarm, flapping=False), ChangeKind.CALM)
        self._plan(key, case)

    def _change_severity(self, case: Case, severity: Severity, now: float) -> None:
        alarm = case.alarm
        if alarm is None or not alarm.is_active:
            self._raise(case, severity, now)
        elif severity is Severity.CLEARED:
            self._clear(case, alarm)
        else:
            changed = replace(
                alarm,
                severity=severity,
                worst=max(alarm.worst, severity),
                value=case.value,
                contributors=tuple(case.wishes.items()),
                finding=case.finding,
            )
            self._tell(case, changed, ChangeKind.SEVERITY)

    def _raise(self, case: Case, severity: Severity, now: float) -> None:
        time_ms = self._clock.time_ms()
        before = case.alarm
        begins_to_flap = case.flapping.raised(now)
        alarm = Alarm(
            case.rule,
            case.labels,
            severity,
            worst=severity,
            raised_ms=time_ms,
            changed_ms=time_ms,
            occurrences=before.occurrences + 1 if before else 1,
            contributors=tuple(case.wishes.items()),
            value=case.value,
            acknowledged=before.acknowledged if before and case.flapping.is_flapping else None,
            assigned=before.assigned if before else None,
            flapping=case.flapping.is_flapping,
            suppressed=self._maintenance.suppressing(dict(case.labels), time_ms),
            finding=case.finding,
        )
        self._tell(case, alarm, ChangeKind.REOPENED if before else ChangeKind.RAISED)
        if begins_to_flap:
            self._tell(case, alarm, ChangeKind.FLAPPING)

    def _clear(self, case: Case, alarm: Alarm, who: str = "", text: str = "") -> None:
        time_ms = self._clock.time_ms()
        cleared = replace(
            alarm,
            severity=Severity.CLEARED,
            cleared_ms=time_ms,
            contributors=(),
            value=case.value,
            root=None,
        )
        self._tell(case, cleared, ChangeKind.CLEARED, who, text)

    def _plan(self, key: AlarmKey, case: Case) -> None:
        """When to look at it again; what nothing is known of any more is dropped."""
        alarm, now = case.alarm, self._clock.monotonic()
        present = alarm.severity if alarm is not None else Severity.CLEARED
        moments = [case.persistence.deadline(present)]
        if case.flapping.is_flapping:
            moments.append(now + self._flapping.half_life)
        if present is Severity.CLEARED and not case.wishes:
            left = self._time_to_forget(alarm)
            if left <= 0:
                self._cases.pop(key, None)
                return
            moments.append(now + left)
        due = min((moment for moment in moments if moment is not None), default=None)
        # One that is looked at sooner anyway is planned anew then: no entry for every change.
        if due is not None and (case.due is None or due < case.due):
            case.due = due
            heapq.heappush(self._agenda, (due, key))
            self._tidy_agenda()

    def _tidy_agenda(self) -> None:
        """Drop what was planned for later and overtaken, once that is most of it."""
        if len(self._agenda) > 2 * len(self._cases) + _LEAST_AGENDA:
            planned = ((case.due, key) for key, case in self._cases.items())
            self._agenda = [(due, key) for due, key in planned if due is not None]
            heapq.heapify(self._agenda)

    def _time_to_forget(self, alarm: Alarm | None) -> float:
        """Seconds until a cleared alarm is forgotten; 0 for one that never was raised."""
        if alarm is None or alarm.cleared_ms is None:
            return 0.0
        return self._keep_cleared - (self._clock.time_ms() - alarm.cleared_ms) / 1000

    # -- what people do ----------------------------------------------------------------------------

    def acknowledge(self, key: AlarmKey, who: str, text: str = "") -> Alarm:
        """Somebody has seen it and takes care of it.

        Raises:
            UnknownAlarm: there is none of that key.
        """
        case, alarm = self._find(key)
        note = Note(who, self._clock.time_ms(), text)
        acknowledged = replace(alarm, acknowledged=note)
        return self._tell(case, acknowledged, ChangeKind.ACKNOWLEDGED, who, text)

    def unacknowledge(self, key: AlarmKey, who: str, text: str = "") -> Alarm:
        """Nobody takes care of it after all. Raises as `acknowledge`."""
        case, alarm = self._find(key)
        given_back = replace(alarm, acknowledged=None)
        return self._tell(case, given_back, ChangeKind.UNACKNOWLEDGED, who, text)

    def comment(self, key: AlarmKey, who: str, text: str) -> Alarm:
        """Add a remark to its history. Raises as `acknowledge`."""
        case, alarm = self._find(key)
        return self._tell(case, alarm, ChangeKind.COMMENTED, who, text)

    def assign(self, key: AlarmKey, who: str, to: str | None) -> Alarm:
        """Give it to somebody, or (None) to nobody. Raises as `acknowledge`."""
        case, alarm = self._find(key)
        return self._tell(case, replace(alarm, assigned=to), ChangeKind.ASSIGNED, who, to or "")

    def clear(self, key: AlarmKey, who: str, text: str = "") -> Alarm:
        """Clear it by hand. It is raised again if what it tells is still so at the next reading.

        Raises:
            UnknownAlarm: there is none of that key.
        """
        case, alarm = self._find(key)
        if alarm.is_active:
            case.wishes.clear()
            timing = self._timings.get(case.rule, Timing())
            case.persistence = Persistence(timing.hold, timing.clear_after)
            self._clear(case, alarm, who, text)
            self._plan(key, case)
        return self._find(key)[1]

    def set_root(self, key: AlarmKey, root: AlarmKey | None) -> None:
        """Say which alarm explains this one; None is a root. Raises as `acknowledge`."""
        case, alarm = self._find(key)
        if alarm.root != root:
            kind = ChangeKind.UNROOTED if root is None else ChangeKind.ROOTED
            self._tell(case, replace(alarm, root=root), kind, text=root or "")

    def apply_maintenance(self) -> None:
        """A window began, ended or was changed: suppress what falls into one, and no other."""
        time_ms = self._clock.time_ms()
        for case in list(self._cases.values()):
            alarm = case.alarm
            if alarm is None or not alarm.is_active:
                continue
            window = self._maintenance.suppressing(dict(alarm.labels), time_ms)
            if window != alarm.suppressed:
                kind = ChangeKind.SUPPRESSED if window else ChangeKind.UNSUPPRESSED
                text = window or alarm.suppressed or ""
                self._tell(case, replace(alarm, suppressed=window), kind, text=text)

    def _index(self, alarm: Alarm) -> None:
        of_rule = self._of_rule.setdefault(alarm.rule, {})
        if alarm.is_active:
            of_rule[alarm.key] = None
        else:
            of_rule.pop(alarm.key, None)

    def _find(self, key: AlarmKey) -> tuple[Case, Alarm]:
        case = self._cases.get(key)
        alarm = case.current() if case is not None else None
        if case is None or alarm is None:
            raise UnknownAlarm(key)
        return case, alarm

    def _tell(
        self, case: Case, alarm: Alarm, kind: ChangeKind, who: str = "", text: str = ""
    ) -> Alarm:
        previous = case.alarm.severity if case.alarm is not None else Severity.CLEARED
        time_ms = self._clock.time_ms()
        case.alarm = alarm = replace(alarm, changed_ms=time_ms)
        self._index(alarm)
        change = Change(alarm, kind, time_ms, who, text, previous)
        for listener in self._listeners:
            listener(change)
        return alarm
