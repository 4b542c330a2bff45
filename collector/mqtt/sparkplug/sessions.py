"""The sessions of edge nodes: born, confirmed, lost, dead (Sparkplug 3.0.0, chapter 5).

What an edge node sends can be read only with its births, and holds only while its session does.
While we are not connected both may change unheard. So what is known of a node counts again only
when it is confirmed: by a birth, or by a sequence number that shows that nothing was missed. A node
that answers no question for its births is taken for dead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from collector.mqtt.bindings import Binder
from collector.mqtt.directory import Directory
from collector.mqtt.identity import Source, source_of
from collector.mqtt.mapping import PayloadMapping
from collector.mqtt.rejection import Reason, Rejected
from collector.mqtt.site_status import HeldStates
from collector.mqtt.sparkplug.birth import Birth, template_definitions
from collector.mqtt.sparkplug.edge_node import EdgeNode, Opened, Part, bd_seq_of
from collector.mqtt.sparkplug.memory import BirthMemory, Kept
from collector.mqtt.sparkplug.rebirths import Rebirths
from collector.mqtt.sparkplug.samples import SampleWriter
from collector.mqtt.sparkplug.sequence import Sequence
from collector.mqtt.sparkplug.topic import MessageType, SparkplugTopic
from omc.bus.base import Bus
from omc.core.clock import Clock
from omc.core.model import Batch, Series
from omc.core.sparkplug import SEQUENCE_NUMBERS, Payload

_MOST_NODES = 20_000
_MOST_DEVICES = 1_000
#: Seconds in which births come that need not be asked for: those of devices behind their node's,
#: and those of nodes that have waited for us to be online.
PATIENCE = 5.0

NodeKey = tuple[str, str]


class Sessions:
    """All edge nodes of one subscription.

    Args:
        mapping: Says whom they are about.
        binder: Of that mapping.
        samples: Told what holds no longer.
        directory: What the inventory knows.
        bus: Where states and events go.
        clock: Ours: nobody else's time says since when something is dead.
        memory: Births from before our start, and those to come.
        source: Of batches of states.
        rebirth_pause: Seconds between two questions for births.

    Attributes:
        rebirths: Births to be asked for.
    """

    def __init__(
        self,
        mapping: PayloadMapping,
        binder: Binder,
        samples: SampleWriter,
        *,
        directory: Directory,
        bus: Bus,
        clock: Clock,
        memory: BirthMemory,
        source: str,
        rebirth_pause: float,
    ) -> None:
        self.rebirths: Rebirths[NodeKey] = Rebirths(rebirth_pause)
        self._mapping = mapping
        self._binder = binder
        self._samples = samples
        self._directory = directory
        self._bus = bus
        self._clock = clock
        self._memory = memory
        self._source = source
        self._online = HeldStates(source, mapping.interval, bus.emit)
        self._nodes: dict[NodeKey, EdgeNode] = {}
        self._session_kept = False
        for kept in memory.load():
            self._restore(kept)

    def node(self, topic: SparkplugTopic) -> EdgeNode:
        """The edge node that a message is of.

        Raises:
            Rejected: it is none that may be taken, or one too many.
        """
        node = self._nodes.get((topic.group, topic.edge))
        if node is None:
            if len(self._nodes) >= _MOST_NODES:
                raise Rejected(Reason.TOO_MANY_SERIES, "edge nodes")
            source = self._source_of(topic.group, topic.edge, topic.edge)
            node = EdgeNode(topic.group, topic.edge, Part(source))
            self._nodes[node.key] = node
        return node

    def born(self, node: EdgeNode, opened: Opened) -> list[Series]:
        """An NBIRTH came: a session begins, or is told anew.

        Returns:
            Series that held before, to be told stale unless they have a value now.
        """
        metrics = opened.payload.metrics
        node.sequence.begin(opened.payload.seq)
        node.bd_seq = bd_seq_of(metrics)
        node.definitions = template_definitions(metrics)
        node.is_alive, node.is_restored = True, False
        self._confirm(node, opened.message.now_ms)
        self.rebirths.answered(node.key)
        node.refused.clear()
        deadline = self._clock.monotonic() + PATIENCE
        for part in node.devices.values():
            part.birth, part.awaited_until = None, deadline
        self._memory.keep(Kept(opened.topic, opened.message.payload, opened.payload.seq))
        return self._declare(node, node.own, metrics)

    def device_born(self, node: EdgeNode, opened: Opened) -> tuple[Part, list[Series]]:
        """A DBIRTH came; the device, and as `born`.

        Raises:
            Rejected: the device is none that may be taken, or one too many.
        """
        device = opened.topic.device
        part = node.devices.get(device)
        if part is None:
            if len(node.devices) + len(node.refused) >= _MOST_DEVICES:
                raise Rejected(Reason.TOO_MANY_SERIES, "devices")
            node.refused.add(device)
            part = Part(self._source_of(node.group, node.edge, device))
            node.refused.discard(device)
            node.devices[device] = part
        self._memory.keep(Kept(opened.topic, opened.message.payload, None))
        return part, self._declare(node, part, opened.payload.metrics)

    def is_of_this_session(self, node: EdgeNode, metrics: Iterable[Any]) -> bool:
        """Whether an NDEATH ends the session we know, or may: then its births are asked for.

        The will of an older session comes late when the broker notices late that it was lost.
        """
        number = bd_seq_of(metrics)
        if node.is_alive and number is not None and number == node.bd_seq:
            return True
        if number is None or node.bd_seq is None or self._is_ahead(number, node.bd_seq):
            self.want(node)
        return False

    def died(self, node: EdgeNode, word: str, now_ms: int) -> None:
        """The session is over: nothing of it holds any more, by our own clock."""
        node.is_alive = False
        self._samples.stale(node, [s for part in node.parts for s in part.held], word, now_ms)
        for device in node.devices:
            self._memory.forget(node.group, node.edge, device)
        node.devices.clear()
        node.own.held, node.own.birth = {}, None
        self._confirm(node, now_ms)

    def keep_death(self, opened: Opened) -> None:
        """An NDEATH holds until the next birth."""
        self._memory.keep(Kept(opened.topic, opened.message.payload, None))

    def device_died(self, node: EdgeNode, device: str, word: str, now_ms: int) -> None:
        """A device is lost, its edge node is not."""
        part = node.devices.pop(device, None)
        if part is not None:
            self._samples.stale(node, list(part.held), word, now_ms)
            self._memory.forget(node.group, node.edge, device)

    def follow(self, node: EdgeNode, sequence: int, now_ms: int) -> None:
        """A message of the session came: it counts if nothing before it can have been missed.

        Raises:
            Rejected: it may have been; the births are asked for.
        """
        if node.is_confirmed and node.is_alive:
            return
        if node.is_alive and self._session_kept and node.sequence.is_next(sequence):
            if not node.is_restored:
                self.rebirths.answered(node.key)
            self._confirm(node, now_ms)
            return
        self.want(node)
        raise Rejected(Reason.NO_BIRTH)

    def want(self, node: EdgeNode) -> None:
        """The births of a node are needed."""
        self.rebirths.want(node.key, self._clock.monotonic())

    def connected(self, *, session_kept: bool) -> None:
        """We are heard again: each node is to confirm what is known of it, or to be asked."""
        self._session_kept = session_kept
        now = self._clock.monotonic()
        for node in self._nodes.values():
            waits = session_kept and node.is_alive and not node.is_restored
            self.rebirths.want(node.key, now + (self._mapping.interval if waits else PATIENCE))

    def disconnected(self, now_ms: int) -> None:
        """What holds is not known any more (5.3)."""
        for node in self._nodes.values():
            if node.is_confirmed:
                held = [series for part in node.parts for series in part.held]
                self._samples.stale(node, held, "disconnected", now_ms)
            node.is_confirmed = False
            for binding in node.online:
                self._online.forget(binding.series)

    def tick(self, now_ms: int) -> None:
        """Let time pass: repeat what holds, give up those who do not answer."""
        now = self._clock.monotonic()
        for node in self._nodes.values():
            if node.is_confirmed and node.is_alive:
                self._samples.repeat(node, now_ms)
            for device, part in list(node.devices.items()):
                if part.awaited_until is not None and part.awaited_until <= now:
                    self.device_died(node, device, "not_born", now_ms)
        for key in self.rebirths.silent(now):
            self.died(self._nodes[key], "silent", now_ms)
        batch = self._online.due(now_ms)
        if batch is not None:
            self._bus.publish(batch)

    def overdue(self, timeout: float) -> list[EdgeNode]:
        """The nodes of which a message has been missing for so many seconds."""
        now = self._clock.monotonic()
        return [
            node
            for node in self._nodes.values()
            if node.sequence.waits_since is not None and now - node.sequence.waits_since >= timeout
        ]

    def census(self) -> Counter[str]:
        """How many edge nodes there are, by state."""
        return Counter(
            "unconfirmed" if not node.is_confirmed else "online" if node.is_alive else "offline"
            for node in self._nodes.values()
        )

    def note_sequences(self) -> None:
        """Let the memory know how far each session has come."""
        for node in self._nodes.values():
            if node.is_alive and node.is_confirmed:
                self._memory.note_sequence(node.group, node.edge, node.sequence.last)

    def forget(self, series: Series) -> None:
        """The series is gone: those that are left are looked up anew."""
        self._online.forget(series)
        for node in self._nodes.values():
            node.online = ()
            for part in node.parts:
                part.held.pop(series, None)
                part.source.bindings.clear()

    def _confirm(self, node: EdgeNode, now_ms: int) -> None:
        """What is known of a node is so: it is told at once, by our own clock."""
        node.is_confirmed = True
        node.repeated_ms = 0
        if not node.online:
            source = node.own.source
            with suppress(Rejected):  # one series too many, which its values will tell of
                node.online = self._binder.online(source.names, source.labels)
        batch = Batch(self._source, self._mapping.interval)
        for binding in node.online:
            code = binding.conversion.number(node.is_alive)
            if not isinstance(code, Reason):
                batch.add(binding.series, code, now_ms)
        self._online.update([batch], retained=False, now_ms=now_ms)
        if len(batch):
            self._bus.publish(batch)

    def _declare(self, node: EdgeNode, part: Part, metrics: Iterable[Any]) -> list[Series]:
        part.birth = Birth(metrics, node.definitions)
        part.awaited_until = None
        before, part.held = part.held, {}
        node.repeated_ms = 0
        return list(before)

    def _source_of(self, group: str, edge: str, device: str) -> Source:
        names = {"group": group, "edge": edge, "device": device}
        return source_of(names, self._mapping, self._directory)

    def _restore(self, kept: Kept) -> None:
        """Know again what was kept; nothing of it counts before it is confirmed."""
        topic = kept.topic
        try:
            node = self.node(topic)
            payload = Payload.FromString(kept.payload)
            if topic.device:
                part = Part(self._source_of(topic.group, topic.edge, topic.device))
                part.birth = Birth(payload.metrics, node.definitions)
                node.devices[topic.device] = part
                return
        except Rejected:  # the inventory does not have it any more
            self._memory.forget(topic.group, topic.edge, topic.device)
            return
        node.is_restored = True
        node.bd_seq = bd_seq_of(payload.metrics)
        if topic.kind is MessageType.NBIRTH:
            node.is_alive = True
            node.sequence = Sequence(kept.sequence)
            node.definitions = template_definitions(payload.metrics)
            node.own.birth = Birth(payload.metrics, node.definitions)

    @staticmethod
    def _is_ahead(number: int, known: int) -> bool:
        return 0 < (number - known) % SEQUENCE_NUMBERS < SEQUENCE_NUMBERS // 2
