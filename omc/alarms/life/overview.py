"""Active alarms in the order that people read them, however many there are.

Kept current change by change: nobody sorts a hundred thousand alarms to see the worst.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from omc.alarms.life.alarm import Alarm, AlarmKey, Change
from omc.alarms.life.engine import AlarmEngine
from omc.alarms.severity import Severity

#: Keys in the order in which they came.
_Keys = dict[AlarmKey, None]


class _Place(NamedTuple):
    """Where an active alarm stands."""

    severity: Severity
    root: AlarmKey | None
    is_suppressed: bool


class AlarmOverview:
    """Finds active alarms by severity and by root.

    Args:
        engine: The alarms; its changes are heard with `heed`, and those that it was restored with
            are taken up at once.
    """

    def __init__(self, engine: AlarmEngine) -> None:
        self._engine = engine
        self._all: dict[Severity, _Keys] = {severity: {} for severity in Severity}
        self._roots: dict[Severity, _Keys] = {severity: {} for severity in Severity}
        self._children: dict[AlarmKey, _Keys] = {}
        self._places: dict[AlarmKey, _Place] = {}
        self._suppressed_roots = 0
        for alarm in sorted(engine.active(), key=lambda alarm: alarm.raised_ms):
            self._put(alarm)

    def heed(self, change: Change) -> None:
        """Hear of a change: the listener to give to `AlarmEngine.listen`."""
        self._put(change.alarm)

    def _put(self, alarm: Alarm) -> None:
        key = alarm.key
        place = _Place(alarm.severity, alarm.root, alarm.suppressed is not None)
        before = self._places.get(key)
        if place == before:
            return
        if before is not None:
            self._remove(key, before)
        if alarm.is_active:
            self._places[key] = place
            self._all[place.severity][key] = None
            if place.root is None:
                self._roots[place.severity][key] = None
                self._suppressed_roots += place.is_suppressed
            else:
                self._children.setdefault(place.root, {})[key] = None

    def _remove(self, key: AlarmKey, place: _Place) -> None:
        del self._places[key]
        del self._all[place.severity][key]
        if place.root is None:
            del self._roots[place.severity][key]
            self._suppressed_roots -= place.is_suppressed
            return
        children = self._children[place.root]
        del children[key]
        if not children:
            del self._children[place.root]

    def alarms(
        self, mildest: Severity = Severity.INDETERMINATE, *, roots_only: bool = False
    ) -> Iterator[Alarm]:
        """The most severe first, and of those the ones that became so last."""
        of_severity = self._roots if roots_only else self._all
        for severity in sorted(Severity, reverse=True):
            if severity >= mildest:
                for key in reversed(of_severity[severity]):
                    yield self._alarm(key)

    def children(self, root: AlarmKey) -> Iterator[Alarm]:
        """What a root explains, in the order in which it was found to."""
        return map(self._alarm, self._children.get(root, ()))

    def children_count(self, root: AlarmKey) -> int:
        """How many alarms a root explains."""
        return len(self._children.get(root, ()))

    def counts(self) -> dict[Severity, int]:
        """Active alarms by severity, those with none left out, the worst first."""
        worst_first = sorted(Severity, reverse=True)
        return {severity: n for severity in worst_first if (n := len(self._all[severity]))}

    @property
    def concerning(self) -> int:
        """Alarms that people are told of: no child of a root, and not within planned work."""
        return sum(map(len, self._roots.values())) - self._suppressed_roots

    def _alarm(self, key: AlarmKey) -> Alarm:
        alarm = self._engine.get(key)
        assert alarm is not None  # noqa: S101 - an active alarm is known
        return alarm
