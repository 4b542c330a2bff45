"""The values of Sparkplug messages become samples, and are held until others come.

An edge node sends a value when it changes, so what it said last holds for as long as its session
does. Readers here expect a value every interval: what holds is repeated, with our own time.
"""

from __future__ import annotations

from collector.mqtt.mapping import PayloadMapping
from collector.mqtt.message import Message, Refusals
from collector.mqtt.rejection import Reason, Rejected
from collector.mqtt.sparkplug.birth import Spoken
from collector.mqtt.sparkplug.edge_node import EdgeNode, Part
from collector.mqtt.sparkplug.metric_names import MetricNames
from omc.bus.base import Bus
from omc.core.model import Batch, Event, EventKind, Quality, Series, sorted_labels


class SampleWriter:
    """Collects the samples of one subscription.

    Args:
        mapping: How names are read.
        names: Binds them.
        bus: Where samples and events go.
        source: Of batches: `mqtt:<broker>/<topic>`; each edge node's own is behind that.
        refusals: Counts what cannot be taken.
    """

    def __init__(
        self,
        mapping: PayloadMapping,
        names: MetricNames,
        bus: Bus,
        source: str,
        refusals: Refusals,
    ) -> None:
        self._interval = mapping.interval
        self._names = names
        self._bus = bus
        self._source = source
        self._refuse = refusals.refuse
        self._open: dict[tuple[str, float | None, bool], Batch] = {}

    def take(self) -> list[Batch]:
        """The batches since the last call."""
        batches = [batch for batch in self._open.values() if len(batch)]
        self._open = {}
        return batches

    def add(
        self,
        node: EdgeNode,
        part: Part,
        spoken: Spoken,
        message: Message,
        time_ms: int,
        *,
        is_history: bool,
    ) -> list[Series]:
        """Add the samples of one value.

        Args:
            node: Who says it.
            part: Itself, or its device.
            spoken: The value.
            message: Where it stands.
            time_ms: When it was true.
            is_history: It tells of the past: what holds now stays.

        Returns:
            Series that have no value any more, by what was said.
        """
        try:
            bindings = self._names.bindings(spoken.name, part.source)
        except Rejected as error:
            self._refuse(message, error.reason, str(error))
            return []
        lost: list[Series] = []
        for binding in bindings:
            number = binding.conversion.number(spoken.value, spoken.unit)
            if not spoken.is_good:
                number = Reason.BAD_QUALITY
            elif binding.needs_period and spoken.period is None:
                number = Reason.NO_PERIOD
            if isinstance(number, Reason):
                self._refuse(message, number, binding.series.metric.name)
                if not is_history and part.held.pop(binding.series, None) is not None:
                    lost.append(binding.series)
                continue
            period = spoken.period if binding.needs_period else None
            self._batch(node, period, is_history).add(binding.series, number, time_ms)
            message.samples += 1
            if not is_history and period is None:
                part.held[binding.series] = number
        return lost

    def repeat(self, node: EdgeNode, now_ms: int) -> None:
        """Publish what holds once more, if an interval has passed since it was."""
        if now_ms - node.repeated_ms < self._interval * 1000:
            return
        node.repeated_ms = now_ms
        batch = Batch(self._source_of(node), self._interval)
        for part in node.parts:
            batch.extend(list(part.held), list(part.held.values()), now_ms)
        if len(batch):
            self._bus.publish(batch)

    def without_value(self, node: EdgeNode, series: list[Series], now_ms: int) -> None:
        """Say that series have no value, by the word of their edge node."""
        self._tell(EventKind.QUALITY_CHANGED, node, series, Quality.INVALID, now_ms)

    def stale(self, node: EdgeNode, series: list[Series], word: str, now_ms: int) -> None:
        """Say that what series were is the past, since now by our own clock; `word` is why."""
        self._tell(EventKind.SOURCE_STALE, node, series, word, now_ms)

    def _tell(
        self, kind: EventKind, node: EdgeNode, series: list[Series], word: str, now_ms: int
    ) -> None:
        if not series:
            return
        for batch in self.take():  # else what came before would be read after
            self._bus.publish(batch)
        labels = sorted_labels(node.own.source.labels)
        event = Event(kind, self._source_of(node), now_ms, labels, word, tuple(series))
        self._bus.emit(event)

    def _source_of(self, node: EdgeNode) -> str:
        return f"{self._source}:{node.group}/{node.edge}"

    def _batch(self, node: EdgeNode, period: float | None, is_history: bool) -> Batch:
        key = (node.group + "/" + node.edge, period, is_history)
        batch = self._open.get(key)
        if batch is None:
            interval = max(self._interval, period or 0.0)
            batch = Batch(self._source_of(node), interval, period=period, is_history=is_history)
            self._open[key] = batch
        return batch
