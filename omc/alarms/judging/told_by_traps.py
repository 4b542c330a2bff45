"""What traps and faults set off: a poll of the device, and the alarms that no poll can see.

A trap (or the fault of a VES event) hints, the poll decides: whatever a node sends, it is asked at
once how it stands. Where it tells of an alarm that cannot be asked for, its word is taken; where it
tells of one that can, its word holds until the device is asked.
"""

from __future__ import annotations

from omc.alarms.judging.monitor import AlarmMonitor
from omc.alarms.life.engine import AlarmEngine
from omc.alarms.prober import Prober
from omc.alarms.severity import Severity
from omc.core.clock import Clock
from omc.core.model import Event, EventKind

#: Kinds of events that tell of alarms, and what stands for them among an alarm's contributors.
_CONTRIBUTORS = {EventKind.TRAP: "trap", EventKind.FAULT: "ves"}
#: Seconds between two polls that the traps of one node set off.
_PAUSE = 5.0


class TrapHearing:
    """A bus listener for traps and faults.

    Args:
        engine: Where alarms are raised and cleared.
        monitor: Judges what polls see of the same alarms.
        prober: Asks devices out of turn.
        clock: Measures pauses.
    """

    def __init__(
        self, engine: AlarmEngine, monitor: AlarmMonitor, prober: Prober, clock: Clock
    ) -> None:
        self._engine = engine
        self._monitor = monitor
        self._prober = prober
        self._clock = clock
        self._asked: dict[str, float] = {}
        self._to_ask: set[str] = set()

    def notice(self, event: Event) -> None:
        """Hear of an event: the listener to give to `Bus.listen`."""
        contributor = _CONTRIBUTORS.get(event.kind)
        if contributor is None:
            return
        if event.severity:
            severity = Severity.of_word(event.severity)
            if self._monitor.judges(event.text):  # one alarm, whoever tells of it
                self._monitor.hear(event.text, event.labels, severity, event.time_ms)
            else:
                self._engine.report(event.text, event.labels, contributor, severity)
        node = dict(event.labels).get("node")
        if node is not None:
            self._ask(node)

    def tick(self) -> None:
        """Let time pass: ask those whose traps came while they were being asked."""
        now = self._clock.monotonic()
        due = [node for node in self._to_ask if now - self._asked[node] >= _PAUSE]
        self._to_ask.difference_update(due)
        self._asked |= dict.fromkeys(due, now)
        if due:
            self._prober.hasten(due)

    def _ask(self, node: str) -> None:
        now = self._clock.monotonic()
        asked = self._asked.get(node)
        if asked is not None and now - asked < _PAUSE:
            # A poll under way may have read what the trap tells of before it happened.
            self._to_ask.add(node)
            return
        self._asked[node] = now
        self._prober.hasten([node])
