"""States that hold until the next message: whether a site's gateway is connected.

A gateway says once that it is online; its last will, which the broker publishes for it, says that
it is not. Both are retained, so that whoever subscribes later learns them too. As nobody repeats
them, we do: else they would expire like a reading that no longer comes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from omc.core.model import Batch, Event, EventKind, Series, sorted_labels


class HeldStates:
    """The states of one subscription."""

    def __init__(self, source: str, interval: float, emit: Callable[[Event], None]) -> None:
        """Start without any.

        Args:
            source: Of batches and events.
            interval: Seconds after which the states are repeated.
            emit: Takes an event for every change.
        """
        self._source = source
        self._interval = interval
        self._emit = emit
        self._codes: dict[Series, float] = {}
        self._repeated_ms = 0

    def update(self, batches: Sequence[Batch], *, retained: bool, now_ms: int) -> None:
        """Take the states of one message.

        A change is an event. The first thing heard of a site is one only when it is fresh and not
        the state that all is well: a retained message tells what is, not that it just happened.
        """
        for batch in batches:
            for series, code in zip(batch.series, batch.values, strict=True):
                before = self._codes.get(series)
                self._codes[series] = code
                state = series.metric.states.get(int(code))
                text = state.name if state else ""
                first = before is None
                news = not retained and state is not None and state.severity != "ok"
                if before != code and (news or not first):
                    labels = sorted_labels(series.labels)
                    self._emit(Event(EventKind.SITE_STATUS, self._source, now_ms, labels, text))

    def due(self, now_ms: int) -> Batch | None:
        """All states once more, when their interval is over; None when there is nothing to say."""
        if not self._codes or now_ms - self._repeated_ms < self._interval * 1000:
            return None
        self._repeated_ms = now_ms
        batch = Batch(self._source, self._interval)
        for series, code in self._codes.items():
            batch.add(series, code, now_ms)
        return batch

    def forget(self, series: Series) -> None:
        """The series is gone: its site left."""
        self._codes.pop(series, None)
