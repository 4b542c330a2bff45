"""What all viewers look at together: worked out once, and told to every open page.

Alarms mark the picture as out of date; a moment later it is made anew, once for all viewers, and
each open page is told to show what is different for it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from dashboards.console.network_state import NetworkState, network_state
from dashboards.console.world import ConsoleWorld
from omc.alarms import Change, ChangeKind, Severity
from omc.core.model import Batch

log = structlog.get_logger(__name__)

#: Seconds between two looks whether anything has changed.
_LOOK = 0.25
#: Seconds between two signs of life: whoever misses three shows that the picture is old.
BEAT = 5.0
#: What people want to see of the last hour; inner workings (a child got a root) are left out.
NOTEWORTHY = frozenset(
    {
        *(ChangeKind.RAISED, ChangeKind.REOPENED, ChangeKind.SEVERITY, ChangeKind.CLEARED),
        *(ChangeKind.ACKNOWLEDGED, ChangeKind.COMMENTED),
    }
)
_HOUR_MS = 3_600_000
_MOST_CHANGES = 400


class Watch:
    """The present of the network, for every page.

    Args:
        world: What it is made from.

    Attributes:
        world: The same.
        state: As the alarms stood at the last look.
        changes: What happened in the last hour to alarms that stand for themselves, newest first.
        people: How many are without service, as far as root causes tell.
        data_ms: When anything was read last, Unix milliseconds; 0 before the first.
    """

    def __init__(self, world: ConsoleWorld) -> None:
        self.world = world
        self.state = NetworkState()
        self.changes: deque[Change] = deque(maxlen=_MOST_CHANGES)
        self.people = 0
        self.data_ms = 0
        self._unheard: frozenset[str] = frozenset()
        self._polled_sites = frozenset(
            node.site for node in world.inventory.nodes.values() if node.site and node.credentials
        )
        self._is_old = True
        self._pages: set[Callable[[], None]] = set()
        self._beats: set[Callable[[], None]] = set()
        world.desk.engine.listen(self._heed)

    def observe(self, batch: Batch) -> None:
        """Note that the network is being read: the listener to give to `Bus.listen`."""
        if batch.times:
            self.data_ms = max(self.data_ms, batch.times[-1])

    def look(self) -> NetworkState:
        """The state as it is now."""
        if self._is_old:
            self._is_old = False
            desk = self.world.desk
            self.state = network_state(self.world.inventory, desk.engine.active())
            found = (desk.impact(alarm) for alarm in self.state.roots if alarm.finding)
            self.people = sum(impact.people or 0 for impact in found)
        return self.state

    def unheard_sites(self) -> frozenset[str]:
        """Sites of which nothing is known now: nobody there has answered, and no alarm says why."""
        return self._unheard - self.state.sites.keys()

    def on_change(self, show: Callable[[], None], beat: Callable[[], None]) -> Callable[[], None]:
        """Call `show` whenever the picture has changed and `beat` as a sign of life.

        Returns:
            What ends it.
        """
        self._pages.add(show)
        self._beats.add(beat)

        def end() -> None:
            self._pages.discard(show)
            self._beats.discard(beat)

        return end

    @property
    def viewers(self) -> int:
        """Pages that are open."""
        return len(self._pages)

    async def run(self) -> None:
        """Tell pages until cancelled."""
        next_beat = 0.0
        while True:
            await asyncio.sleep(_LOOK)
            now = self.world.clock.monotonic()
            beats = now >= next_beat
            if self._is_old or beats:  # beats too: time passes, and findings become surer silently
                self._is_old = True
                self._forget_old_changes()
                self.look()
                _call_all(self._pages)
            if beats:
                next_beat = now + BEAT
                self._listen_for_silence()
                _call_all(self._beats)

    async def restore(self) -> None:
        """Take up what is known of the last hour from the store of alarms."""
        desk = self.world.desk
        since = self.world.clock.time_ms() - _HOUR_MS
        known = await asyncio.to_thread(desk.store.history, since_ms=since, limit=_MOST_CHANGES)
        # What was heard meanwhile is newer, and may have reached the disk already.
        heard = {(change.alarm.key, change.kind, change.time_ms) for change in self.changes}
        for past in known:
            alarm = desk.engine.get(past.key)
            if alarm is None or past.kind not in NOTEWORTHY:
                continue
            if (past.key, past.kind, past.time_ms) in heard or len(self.changes) == _MOST_CHANGES:
                continue
            change = Change(alarm, past.kind, past.time_ms, past.who, past.text, past.previous)
            self.changes.append(change)

    def _heed(self, change: Change) -> None:
        self._is_old = True
        if change.kind in NOTEWORTHY:
            self.changes.appendleft(change)

    def recent(self) -> list[Change]:
        """What people want to know of the last hour: not what a root explains, nor planned work."""
        engine = self.world.desk.engine
        found: list[Change] = []
        for change in self.changes:
            now = engine.get(change.alarm.key) or change.alarm
            explained = now.root is not None or change.alarm.root is not None
            if not explained and now.suppressed is None and change.alarm.worst > Severity.WARNING:
                found.append(change)
        return found

    def _listen_for_silence(self) -> None:
        heard = {
            latest.series.labels.get("site", "")
            for latest in self.world.values.latest("omc_poll_success")
            if latest.value
        }
        self._unheard = self._polled_sites - heard

    def _forget_old_changes(self) -> None:
        before = self.world.clock.time_ms() - _HOUR_MS
        while self.changes and self.changes[-1].time_ms < before:
            self.changes.pop()


def _call_all(callbacks: set[Callable[[], None]]) -> None:
    for call in list(callbacks):
        try:
            call()
        except Exception:
            # One page that cannot be drawn must not keep the others from the truth.
            log.exception("page_not_refreshed")
