"""The Sparkplug messages of one subscription: opened, put in order, read by their births."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from google.protobuf.message import DecodeError

from collector.mqtt.bindings import Binder
from collector.mqtt.broker import SparkplugHost
from collector.mqtt.counts import Result, SparkplugCounts, SubscriptionCounts
from collector.mqtt.directory import Directory
from collector.mqtt.mapping import PayloadMapping
from collector.mqtt.message import Message, Refusals
from collector.mqtt.reader import Command
from collector.mqtt.rejection import Reason, Rejected
from collector.mqtt.series_budget import SeriesBudget
from collector.mqtt.sparkplug.birth import Undeclared
from collector.mqtt.sparkplug.edge_node import EdgeNode, Opened, Part
from collector.mqtt.sparkplug.memory import BirthMemory
from collector.mqtt.sparkplug.metric_names import MetricNames
from collector.mqtt.sparkplug.rebirths import rebirth_command
from collector.mqtt.sparkplug.samples import SampleWriter
from collector.mqtt.sparkplug.sessions import Sessions
from collector.mqtt.sparkplug.topic import MessageType, SparkplugTopic, state_topic
from collector.mqtt.timestamps import TimeFormat
from collector.mqtt.topic_template import TopicTemplate
from omc.bus.base import Bus
from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.core.model import Batch, Series
from omc.core.sparkplug import SEQUENCE_NUMBERS, Payload

#: Longest payload that is read, in bytes: births list everything.
LARGEST_PAYLOAD = 1024 * 1024
#: Seconds; what edge nodes have stored is believed so far back.
_OLDEST = 35 * 86_400.0
_COMMANDS = (MessageType.NCMD, MessageType.DCMD)


class SparkplugReader:
    """Reads the messages of one subscription, as a host application.

    Args:
        mapping: What names of metrics mean.
        template: The subscription's topics.
        host: How we behave.
        source: Of batches: `mqtt:<broker>/<topic>`.
        catalogue: The one the mapping was checked with.
        directory: What the inventory knows.
        budget: Interns series.
        counts: Where to count.
        bus: Where batches and events go.
        clock: Ours.
        memory: Births from before our start, and those to come.

    Attributes:
        counts: As given.
        template: As given.
    """

    def __init__(
        self,
        mapping: PayloadMapping,
        template: TopicTemplate,
        *,
        host: SparkplugHost,
        source: str,
        catalogue: Catalogue,
        directory: Directory,
        budget: SeriesBudget,
        counts: SubscriptionCounts,
        bus: Bus,
        clock: Clock,
        memory: BirthMemory,
    ) -> None:
        self.counts = counts
        self._edge_nodes = counts.sparkplug = SparkplugCounts()
        self.template = template
        self._reorder_timeout = host.reorder_timeout
        self._clock = clock
        self._memory = memory
        refusals = Refusals(counts, template.text)
        self._refuse = refusals.refuse
        binder = Binder(mapping, catalogue, budget)
        self._samples = SampleWriter(mapping, MetricNames(mapping, binder), bus, source, refusals)
        self._sessions = Sessions(
            mapping,
            binder,
            self._samples,
            directory=directory,
            bus=bus,
            clock=clock,
            memory=memory,
            source=source,
            rebirth_pause=host.rebirth_pause,
        )
        self._time = TimeFormat.of(None, None, _OLDEST)
        budget.on_forget(self._sessions.forget)

    def read(self, topic: str, payload: bytes, *, retained: bool, now_ms: int) -> Result:
        """Read one message; its samples are in the batches that `take` returns.

        Never raises. One that has come too early is counted when those before it have come.
        """
        message = Message(topic, payload, retained, now_ms)
        self._guarded(message, partial(self._receive, message))
        return message.result

    def take(self) -> list[Batch]:
        return self._samples.take()

    def connected(self, *, session_kept: bool) -> None:
        self._sessions.connected(session_kept=session_kept)

    def disconnected(self) -> None:
        self._sessions.disconnected(self._clock.time_ms())

    def tick(self, now_ms: int) -> list[Command]:
        """Let time pass: what is missing is given up, what holds is repeated, births are wanted."""
        for node in self._sessions.overdue(self._reorder_timeout):
            self._let_go(node)
            self._sessions.want(node)
        self._sessions.tick(now_ms)
        self._sessions.note_sequences()
        asked = self._sessions.rebirths.due(self._clock.monotonic())
        self._edge_nodes.rebirths += len(asked)
        self._edge_nodes.edge_nodes = self._sessions.census()
        command = rebirth_command(now_ms)
        return [
            Command(str(SparkplugTopic(MessageType.NCMD, group, edge)), command)
            for group, edge in asked
        ]

    def _guarded(self, message: Message, step: Callable[[], bool]) -> None:
        """Take a step with a message, and count how it ended; not yet if the step says so."""
        try:
            if step():
                return
        except Rejected as error:
            self._refuse(message, error.reason, str(error))
        except Exception as error:  # noqa: BLE001 - a bug here may cost one message, no more
            self._refuse(message, Reason.INTERNAL, f"{type(error).__name__}: {error}")
        self.counts.samples += message.samples
        self.counts.messages[message.result] += 1

    def _receive(self, message: Message) -> bool:
        """Take a message, and those that have waited for it; whether it is dealt with elsewhere."""
        opened = _opened(message)
        if opened is None:
            return False
        node = self._sessions.node(opened.topic)
        if opened.topic.kind is MessageType.NBIRTH:
            self._let_go(node)
            before = self._sessions.born(node, opened)
            self._read_birth(node, node.own, opened, before)
            return False
        if opened.topic.kind is MessageType.NDEATH:
            self._node_died(node, opened)
            return False
        if not opened.payload.HasField("seq") or opened.payload.seq >= SEQUENCE_NUMBERS:
            raise Rejected(Reason.NOT_SPARKPLUG, "no sequence number")
        self._sessions.follow(node, opened.payload.seq, message.now_ms)
        if node.sequence.is_late(opened.payload.seq):
            # One comes twice now and then; several in a row are of a session that began unheard.
            if node.sequence.count_late() > 1:
                self._sessions.want(node)
            raise Rejected(Reason.OUT_OF_ORDER, f"sequence number {opened.payload.seq}")
        now = self._clock.monotonic()
        for ready in node.sequence.take(opened.payload.seq, opened, now):
            self._guarded(ready.message, partial(self._apply, node, ready))
        return True

    def _apply(self, node: EdgeNode, opened: Opened) -> bool:
        """Read a message whose turn it is; False: it is dealt with."""
        topic, message = opened.topic, opened.message
        if topic.kind is MessageType.DBIRTH:
            born, before = self._sessions.device_born(node, opened)
            self._read_birth(node, born, opened, before)
            return False
        part = node.part(topic.device)
        if part is None or part.birth is None:
            if topic.device in node.refused:
                raise Rejected(Reason.UNKNOWN_DEVICE, topic.device)
            self._sessions.want(node)
            raise Rejected(Reason.NO_BIRTH, topic.device)
        if topic.kind is MessageType.DDEATH:
            message.is_understood = True
            self._sessions.device_died(node, topic.device, "ddeath", message.now_ms)
            return False
        for metric in opened.payload.metrics:
            own_time = metric.timestamp if metric.HasField("timestamp") else None
            self._read_metric(node, part, metric, opened, own_time)
        return False

    def _let_go(self, node: EdgeNode) -> None:
        """Read what has waited for messages that do not come any more."""
        for opened in node.sequence.give_up():
            self._guarded(opened.message, partial(self._apply, node, opened))

    def _node_died(self, node: EdgeNode, opened: Opened) -> None:
        if not self._sessions.is_of_this_session(node, opened.payload.metrics):
            raise Rejected(Reason.LATE_DEATH)
        self._let_go(node)
        opened.message.is_understood = True
        self._sessions.died(node, "ndeath", opened.message.now_ms)
        self._sessions.keep_death(opened)

    def _read_birth(self, node: EdgeNode, part: Part, opened: Opened, before: list[Series]) -> None:
        """The values of a birth are what holds now, since whenever: they get the birth's time."""
        opened.message.is_understood = True
        for metric in opened.payload.metrics:
            if not metric.template_value.is_definition and metric.name:
                self._read_metric(node, part, metric, opened, None)
        gone = [series for series in before if series not in part.held]
        self._samples.stale(node, gone, "not_declared", opened.message.now_ms)

    def _read_metric(
        self, node: EdgeNode, part: Part, metric: Any, opened: Opened, own_time: int | None
    ) -> None:
        message = opened.message
        if metric.is_transient:
            self._refuse(message, Reason.TRANSIENT, metric.name)
            return
        if part.birth is None:
            return
        lost: list[Series] = []
        try:
            time_ms = self._time_of(opened, own_time)
            for spoken in part.birth.spoken(metric):
                lost += self._samples.add(
                    node, part, spoken, message, time_ms, is_history=metric.is_historical
                )
        except Rejected as error:
            self._refuse(message, error.reason, str(error))
        except Undeclared as error:
            self._sessions.want(node)
            self._refuse(message, Reason.NO_BIRTH, str(error))
        except ValueError as error:
            self._refuse(message, Reason.NOT_A_NUMBER, str(error))
        self._samples.without_value(node, lost, message.now_ms)

    def _time_of(self, opened: Opened, own_time: int | None) -> int:
        payload, now_ms = opened.payload, opened.message.now_ms
        if own_time is None:
            own_time = payload.timestamp if payload.HasField("timestamp") else now_ms
        return self._time.checked(own_time, now_ms)


def _opened(message: Message) -> Opened | None:
    """A message read as far as its layout; None where it is nothing for us: commands, STATE.

    Raises:
        Rejected: it is no Sparkplug.
    """
    topic = SparkplugTopic.parse(message.topic)
    if topic is None:
        if message.topic.startswith(state_topic("")):
            return None
        raise Rejected(Reason.NOT_SPARKPLUG, "topic")
    if topic.kind in _COMMANDS:
        return None
    if message.retained:
        raise Rejected(Reason.RETAINED)
    if len(message.payload) > LARGEST_PAYLOAD:
        raise Rejected(Reason.TOO_LARGE, f"{len(message.payload)} bytes")
    try:
        payload = Payload.FromString(message.payload)
    except DecodeError:
        raise Rejected(Reason.NOT_SPARKPLUG, "payload") from None
    if not all(isinstance(metric.name, str) for metric in payload.metrics):  # protobuf gives bytes
        raise Rejected(Reason.NOT_SPARKPLUG, "a name is not UTF-8")
    return Opened(topic, payload, message)
