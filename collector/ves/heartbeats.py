"""Whether network functions are there, by the heartbeats they send."""

from __future__ import annotations

from dataclasses import dataclass

from collector.mqtt.directory import Place
from omc.bus.base import Bus
from omc.core.clock import Clock
from omc.core.metric import Metric
from omc.core.model import Batch, Series, SeriesTable

#: Heartbeats that may be missing before the sender is taken for lost.
_MISSED = 3
#: Seconds after which states are repeated.
_REPEAT = 60.0
#: Seconds between two heartbeats of a sender that does not say.
_USUAL_INTERVAL = 60.0
_MOST_SENDERS = 20_000
_ONLINE, _OFFLINE = 1.0, 0.0


@dataclass(slots=True)
class _Sender:
    """One network function.

    Attributes:
        series: Whether it is there.
        deadline: Monotonic time until its next heartbeat has to come.
        is_online: As told last.
    """

    series: Series
    deadline: float
    is_online: bool = True


class Heartbeats:
    """All network functions that have ever sent one.

    Args:
        metric: The state that tells.
        table: Interns series.
        bus: Where states go.
        clock: Tells when a heartbeat is overdue.
    """

    def __init__(self, metric: Metric, table: SeriesTable, bus: Bus, clock: Clock) -> None:
        self._metric = metric
        self._table = table
        self._bus = bus
        self._clock = clock
        self._senders: dict[Place, _Sender] = {}
        self._repeated = clock.monotonic()
        table.on_forget(self._forget)

    def __len__(self) -> int:
        return len(self._senders)

    def note(self, place: Place, interval: float | None) -> None:
        """A heartbeat came.

        Args:
            place: Of whom.
            interval: Seconds until the next one, as it says; None if it does not.
        """
        deadline = self._clock.monotonic() + _MISSED * (interval or _USUAL_INTERVAL)
        sender = self._senders.get(place)
        if sender is None:
            if len(self._senders) >= _MOST_SENDERS:
                return
            series = self._table.intern(self._metric, {"site": place.site, "node": place.node})
            sender = self._senders[place] = _Sender(series, deadline, is_online=False)
        sender.deadline = deadline
        if not sender.is_online:
            sender.is_online = True
            self._tell([sender])

    def tick(self) -> None:
        """Let time pass: say who is overdue, and from time to time what holds."""
        now = self._clock.monotonic()
        lost = [one for one in self._senders.values() if one.is_online and one.deadline < now]
        for sender in lost:
            sender.is_online = False
        self._tell(lost)
        if now - self._repeated >= _REPEAT:
            self._repeated = now
            self._tell(list(self._senders.values()))

    def _tell(self, senders: list[_Sender]) -> None:
        if not senders:
            return
        batch = Batch("ves:heartbeats", _REPEAT)
        now_ms = self._clock.time_ms()
        for sender in senders:
            batch.add(sender.series, _ONLINE if sender.is_online else _OFFLINE, now_ms)
        self._bus.publish(batch)

    def _forget(self, series: Series) -> None:
        for place, sender in list(self._senders.items()):
            if sender.series is series:
                del self._senders[place]
