"""Falls of received light that many receivers see together: the fibre that they share.

Every receiver is compared with its own past: the median of its last week where an archive has one,
else a slow average of what it used to receive, which stands still while it receives less.
"""

from __future__ import annotations

import statistics
from collections.abc import Hashable, Iterable

from omc.alarms.judging.judges import Past
from omc.alarms.life.alarm import Light
from omc.core.model import Series

#: Decibels below its past from which on a receiver counts as fallen.
_FALLEN = 1.0
#: Weight of a new value in the average of what a receiver used to receive.
_WEIGHT = 0.05
#: Share of the receivers that have fallen from which on all have the cause in common, and below
#: which what was common is over.
_COMMON, _OVER = 0.75, 0.5
#: Part of them have one in common if they began to fall within so long (milliseconds: two sweeps of
#: ONT optics and some), by so nearly the same (decibels).
_TOGETHER_MS, _ALIKE = 2_700_000, 1.5
_LEAST_ALIKE = 3


class _Receiver:
    """One receiver.

    Attributes:
        usual: What it used to receive, dBm.
        now: What it receives, dBm.
        since_ms: Since when it has fallen, Unix milliseconds; None while it has not.
        owner: Whose it is: an ONT, or the device at one end of a span.
    """

    __slots__ = ("now", "owner", "since_ms", "usual")

    def __init__(self, usual: float, owner: Hashable) -> None:
        self.usual = self.now = usual
        self.since_ms: int | None = None
        self.owner = owner

    @property
    def fall(self) -> float:
        """Decibels below its past."""
        return self.usual - self.now


class LightGroup:
    """Receivers that share a fibre.

    Args:
        past: What series used to be.
        fallen_by: Decibels that receivers have fallen by already, known from before a restart.
    """

    def __init__(self, past: Past, fallen_by: float = 0.0) -> None:
        self._past = past
        self._fallen_by = fallen_by
        self._receivers: dict[Series, _Receiver] = {}

    def take(self, series: Series, value: float, time_ms: int, owner: Hashable) -> None:
        """Note what a receiver receives, dBm."""
        receiver = self._receivers.get(series)
        if receiver is None:
            receiver = _Receiver(value + self._fallen_by, owner)
            self._receivers[series] = receiver
        before = self._past.median_7d(series)
        if before is not None:
            receiver.usual = before
        receiver.now = value
        if receiver.fall < _FALLEN:
            receiver.usual += _WEIGHT * (value - receiver.usual)
            receiver.since_ms = None
        elif receiver.since_ms is None:
            receiver.since_ms = time_ms

    def forget(self, series: Series) -> None:
        """A receiver will not come again."""
        self._receivers.pop(series, None)

    def accept(self) -> None:
        """What they receive now is what is usual from now on."""
        for receiver in self._receivers.values():
            receiver.usual, receiver.since_ms = receiver.now, None

    @property
    def owners(self) -> set[Hashable]:
        """Whose receivers they are."""
        return {receiver.owner for receiver in self._receivers.values()}

    def common(self, *, is_told: bool) -> Light | None:
        """The fall that nearly all have in common; None if there is none.

        Args:
            is_told: It was known before, and ends later than it begins.
        """
        receivers = list(self._receivers.values())
        falls = [receiver.fall for receiver in receivers if receiver.since_ms is not None]
        if not falls or len(falls) < (_OVER if is_told else _COMMON) * len(receivers):
            return None
        return Light(len(receivers), len(falls), round(statistics.median(falls), 1))

    def partial(self) -> Light | None:
        """The fall that some of them have in common; None if there is none."""
        fallen = [r for r in self._receivers.values() if r.since_ms is not None]
        latest = max((r.since_ms for r in fallen if r.since_ms is not None), default=0)
        together = [r for r in fallen if r.since_ms and latest - r.since_ms <= _TOGETHER_MS]
        middle = statistics.median(r.fall for r in together) if together else 0.0
        alike = [r for r in together if abs(r.fall - middle) <= _ALIKE]
        if len(_owners(alike)) < _LEAST_ALIKE:
            return None
        return Light(len(self._receivers), len(alike), round(middle, 1))


def _owners(receivers: Iterable[_Receiver]) -> set[Hashable]:
    return {receiver.owner for receiver in receivers}
