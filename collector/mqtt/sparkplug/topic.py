"""Topics of Sparkplug B (3.0.0, 4.1): what a message is, and of whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from omc.core.sparkplug import NAMESPACE

_NODE_LEVELS, _DEVICE_LEVELS = 4, 5


class MessageType(StrEnum):
    """The third level of a topic."""

    NBIRTH = "NBIRTH"
    NDEATH = "NDEATH"
    NDATA = "NDATA"
    NCMD = "NCMD"
    DBIRTH = "DBIRTH"
    DDEATH = "DDEATH"
    DDATA = "DDATA"
    DCMD = "DCMD"


@dataclass(frozen=True, slots=True)
class SparkplugTopic:
    """A topic that is not STATE.

    Attributes:
        kind: What the message is.
        group: Group id.
        edge: Edge node id, unique within its group.
        device: Device id; "" for messages of the edge node itself.
    """

    kind: MessageType
    group: str
    edge: str
    device: str = ""

    @classmethod
    def parse(cls, text: str) -> SparkplugTopic | None:
        """Read a topic; None when it is none of Sparkplug's, or a STATE."""
        levels = text.split("/")
        if len(levels) not in (_NODE_LEVELS, _DEVICE_LEVELS) or "" in levels:
            return None
        namespace, group, word, edge, *device = levels
        if namespace != NAMESPACE or word not in MessageType.__members__:
            return None
        kind = MessageType(word)
        if bool(device) != kind.startswith("D"):
            return None
        return cls(kind, group, edge, device[0] if device else "")

    def __str__(self) -> str:
        levels = [NAMESPACE, self.group, self.kind.value, self.edge]
        return "/".join([*levels, self.device] if self.device else levels)


def state_topic(host_id: str) -> str:
    """Where a host application says whether it is online (4.1.3)."""
    return f"{NAMESPACE}/STATE/{host_id}"
