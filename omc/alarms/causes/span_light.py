"""Spans that let less light pass than they used to: seen at both ends, it is the fibre."""

from __future__ import annotations

from omc.alarms.causes.aftermath import Aftermath
from omc.alarms.causes.light import LightGroup
from omc.alarms.causes.pon.roots import URGENT_DECIBELS
from omc.alarms.causes.roots import CONTRIBUTOR
from omc.alarms.causes.situation import Situation
from omc.alarms.judging.judges import Past
from omc.alarms.life.alarm import Alarm, Change, ChangeKind, Finding, Labels, alarm_key
from omc.alarms.life.engine import AlarmEngine
from omc.alarms.severity import Severity
from omc.alarms.sorted_batch import SortedBatch
from omc.core.clock import Clock
from omc.core.inventory import SpanName
from omc.core.model import Series

RULE = "fibre_degraded"
_LIGHT = "optical_rx_power_dbm"
_CHILDREN = frozenset({"optical_rx_power_low", "optical_rx_power_fell"})
#: Ends of a span that have to see it: at one end alone it is a transceiver or a connector.
_ENDS = 2
#: Seconds after its end in which its ports' alarms may end too.
_AFTERMATH = 600.0


class SpanLight:
    """Raises an alarm for a span whose ports receive less at both ends.

    Args:
        engine: Where it is raised; its changes are heard with `heed`.
        situation: Knows which port is at the end of which span.
        past: What receivers used to receive.
        clock: The time.
    """

    def __init__(self, engine: AlarmEngine, situation: Situation, past: Past, clock: Clock) -> None:
        self._engine = engine
        self._situation = situation
        self._past = past
        self._groups: dict[SpanName, LightGroup] = {}
        self._told: set[SpanName] = set()
        self._aftermath = Aftermath(engine, clock, _AFTERMATH)

    def restore(self) -> None:
        """Take up the alarms that the engine has restored."""
        for alarm in self._engine.active():
            if alarm.rule == RULE and alarm.finding is not None and alarm.finding.light is not None:
                span = SpanName(alarm.label("span"))
                self._told.add(span)
                self._groups[span] = LightGroup(self._past, alarm.finding.light.decibels)

    def observe(self, batch: SortedBatch) -> None:
        """Take in what ports receive."""
        for _, samples in batch.of((_LIGHT,)):
            for series, value, time_ms in samples:
                labels = series.labels
                span = self._situation.span_of(labels)
                if span is not None:
                    group = self._groups.setdefault(span, LightGroup(self._past))
                    group.take(series, value, time_ms, self._situation.place_of(labels))
                    self._weigh(span, group)

    def forget(self, series: Series) -> None:
        """A series will not come again: to be given to `SeriesTable.on_forget`."""
        if series.metric.name == _LIGHT:
            for group in self._groups.values():
                group.forget(series)

    def heed(self, change: Change) -> None:
        """Hear of an alarm: the listener to give to `AlarmEngine.listen`."""
        alarm = change.alarm
        span = SpanName(alarm.label("span"))
        if change.kind is ChangeKind.CLEARED and alarm.rule == RULE:
            self._aftermath.begin(alarm.key)
            if span in self._told:  # by hand: what is received now is what is usual
                self._told.discard(span)
                self._groups[span].accept()
        elif change.kind in {ChangeKind.RAISED, ChangeKind.REOPENED}:
            self._adopt(alarm)

    def tick(self) -> None:
        """Let time pass. Call it every second."""
        self._aftermath.tick()

    def _weigh(self, span: SpanName, group: LightGroup) -> None:
        is_told = span in self._told
        light = group.common(is_told=is_told) if len(group.owners) >= _ENDS else None
        if light is not None:
            self._told.add(span)
            severity = Severity.MAJOR if light.decibels >= URGENT_DECIBELS else Severity.MINOR
            confidence = round(light.fallen / light.receivers, 3)
            finding = Finding("dimmed", confidence, light=light)
            self._engine.report(RULE, _labels(span), CONTRIBUTOR, severity, finding=finding)
            if not is_told:
                self._adopt_all()
        elif is_told and len(group.owners) >= _ENDS:
            self._told.discard(span)
            self._engine.report(RULE, _labels(span), CONTRIBUTOR, Severity.CLEARED)

    def _adopt_all(self) -> None:
        for alarm in self._engine.active():
            if alarm.root is None:
                self._adopt(alarm)

    def _adopt(self, alarm: Alarm) -> None:
        """Fold what a port says of its light beneath the alarm of its span."""
        if alarm.rule in _CHILDREN:
            span = self._situation.span_of(dict(alarm.labels))
            if span in self._told and span is not None:
                self._engine.set_root(alarm.key, alarm_key(RULE, _labels(span)))


def _labels(span: SpanName) -> Labels:
    return (("span", str(span)),)
