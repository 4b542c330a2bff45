"""What comes of a fault in the root-cause bench, and the table that is printed of many."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from omc.alarms import AlarmEngine
from omc.alarms.notify.routing import Announcement, after_telling, outlook
from omc.alarms.notify.told import Told
from omc.core.clock import ManualClock

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass
class Outcome:
    """What came of one fault."""

    kind: str
    right: bool
    false_roots: int
    missed: int
    child_notifications: int
    seconds_to_notice: float | None
    wrong: list[str]


class Wishes:
    """A route that is told of everything that matters."""

    severities = ("major", "critical")
    sites = ()
    unacknowledged_for = 0.0
    quiet = None
    tell_end = False


class Listener:
    """Somebody on call: what was told, and when (monotonic seconds)."""

    def __init__(self) -> None:
        self.told: dict[str, float] = {}
        self._memory: dict[str, Told] = {}

    def tick(self, engine: AlarmEngine, clock: ManualClock) -> None:
        """Be told what is to be told now."""
        now = clock.time_ms()
        for alarm in engine.known():
            news = outlook(alarm, self._memory.get(alarm.key), Wishes(), now, ZONE)
            if isinstance(news, Announcement):
                self._memory[alarm.key] = after_telling(news, now)
                self.told.setdefault(alarm.key, clock.monotonic())


def table(title: str, kinds: Iterable[str], outcomes: list[Outcome]) -> dict[str, object]:
    """Print one confusion table; returns its figures."""
    sys.stdout.write(f"\n{title}\n")
    head = ("fault", "drawn", "right", "false roots", "missed", "child notif.")
    line = "{:<24}{:>7}{:>7}{:>13}{:>8}{:>14}\n"
    sys.stdout.write(line.format(*head))
    kinds = list(kinds)
    for kind in [*kinds, "all"]:
        own = [o for o in outcomes if kind in (o.kind, "all")]
        if own:
            cells = (
                kind,
                len(own),
                sum(o.right for o in own),
                sum(o.false_roots for o in own),
                sum(o.missed for o in own),
                sum(o.child_notifications for o in own),
            )
            sys.stdout.write(line.format(*cells))
    seconds = sorted(o.seconds_to_notice for o in outcomes if o.seconds_to_notice is not None)
    figures: dict[str, object] = {
        "faults": len(outcomes),
        "right_ratio": round(sum(o.right for o in outcomes) / len(outcomes), 3),
        "false_roots_ratio": round(sum(o.false_roots > 0 for o in outcomes) / len(outcomes), 3),
        "missed": sum(o.missed for o in outcomes),
        "child_notifications": sum(o.child_notifications for o in outcomes),
        "seconds_after_first_loss_median": seconds[len(seconds) // 2] if seconds else None,
        "seconds_after_first_loss_worst": seconds[-1] if seconds else None,
        "by_kind": {
            kind: dict(Counter("right" if o.right else "wrong" for o in outcomes if o.kind == kind))
            for kind in kinds
        },
        "wrong": [f"{o.kind}: {', '.join(o.wrong)}" for o in outcomes if not o.right],
    }
    for name in ("right_ratio", "false_roots_ratio", "missed", "seconds_after_first_loss_worst"):
        sys.stdout.write(f"{name:34} {figures[name]}\n")
    return figures
