"""What is known of one edge node: its session, its devices and what they said last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from collector.mqtt.bindings import Binding
from collector.mqtt.identity import Source
from collector.mqtt.message import Message
from collector.mqtt.sparkplug.birth import Birth, Declared
from collector.mqtt.sparkplug.sequence import Sequence
from collector.mqtt.sparkplug.topic import SparkplugTopic
from omc.core.model import Series
from omc.core.sparkplug import BD_SEQ


@dataclass(frozen=True, slots=True)
class Opened:
    """A message that was read as far as its layout.

    Attributes:
        topic: What it is, and of whom.
        payload: As protobuf gives it.
        message: What becomes of it.
    """

    topic: SparkplugTopic
    payload: Any
    message: Message


@dataclass(slots=True)
class Part:
    """The edge node itself, or one of its devices.

    Attributes:
        source: Whom its values are about.
        birth: What it declared; None: nothing, or its node was born anew and it was not yet.
        held: The values that hold until it says others: it sends only what changes.
        awaited_until: Monotonic time until its birth has to follow that of its node; None: it is
            not awaited.
    """

    source: Source
    birth: Birth | None = None
    held: dict[Series, float] = field(default_factory=dict)
    awaited_until: float | None = None


@dataclass(slots=True)
class EdgeNode:
    """One edge node.

    Attributes:
        group: Its group id.
        edge: Its own id.
        own: Itself as a part.
        online: What its being connected is a sample of.
        devices: Its devices by their ids.
        refused: Ids of devices that may not be taken, so that nobody asks for their births.
        sequence: Its messages' order.
        bd_seq: Number of its session; None before the first birth.
        definitions: Its templates.
        is_alive: It was born and has not died since.
        is_confirmed: Nothing of it can have been missed: we are connected, and have heard a birth
            or an unbroken sequence since.
        is_restored: What is known of it is from before our start.
        repeated_ms: When its values were repeated last.
    """

    group: str
    edge: str
    own: Part
    online: tuple[Binding, ...] = ()
    devices: dict[str, Part] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    sequence: Sequence[Opened] = field(default_factory=Sequence)
    bd_seq: int | None = None
    definitions: Mapping[str, Declared] = field(default_factory=dict)
    is_alive: bool = False
    is_confirmed: bool = False
    is_restored: bool = False
    repeated_ms: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """Tells edge nodes apart."""
        return self.group, self.edge

    @property
    def parts(self) -> list[Part]:
        """Itself and its devices."""
        return [self.own, *self.devices.values()]

    def part(self, device: str) -> Part | None:
        """Itself, for an empty id, or a device; None where there is no such device."""
        return self.devices.get(device) if device else self.own


def bd_seq_of(metrics: Iterable[Any]) -> int | None:
    """The number of a session that a birth or death tells; None if it tells none."""
    for metric in metrics:
        field_name = metric.WhichOneof("value")
        # Publishers differ in its type.
        if metric.name == BD_SEQ and field_name in ("long_value", "int_value"):
            return int(getattr(metric, field_name))
    return None
